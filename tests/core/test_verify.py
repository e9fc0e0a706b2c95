"""Everything is computed again, and every kind of damage is found."""

import pytest
import sqlalchemy as sa

from channels.item import JointOrg
from server.core.verify import verify_pages, verify_revisions, verify_rows
from server.store.ledger_tables import day_counter, ledger, month_counter
from server.store.tables import attempt, delivery, revision
from tests.house import House
from tests.tampering import take_guards_away

ALL = ("website", "weibo", "wechat", "feed")


async def damage(house: House, *statements) -> list[str]:
    async with house.store.begin() as tx:
        await take_guards_away(tx)
        for statement in statements:
            await tx.execute(statement)
    return sorted({difference.rule for difference in await verify_rows(house.store)})


async def test_a_whole_house_shows_no_difference(house: House):
    made = await house.published(ALL)
    await house.published(("website",))
    await house.withdraw(made.id)
    await house.run_until_quiet()
    assert await verify_rows(house.store) == ()
    assert await verify_revisions(house.store) == ()
    assert await verify_pages(house.place) == ()


async def test_a_counter_that_was_raised_by_hand_is_found(house: House):
    await house.published(ALL)
    assert await damage(house, day_counter.update().values(count=day_counter.c.count + 1)) == [
        "counter_equals_lines"
    ]


async def test_a_counter_that_is_missing_is_found(house: House):
    await house.published(ALL)
    assert await damage(house, day_counter.delete()) == ["counter_equals_lines"]


async def test_a_counter_of_a_month_that_was_changed_is_found(house: House):
    await house.published(ALL)
    assert await damage(house, month_counter.update().values(topic="别的主题")) == ["counter_equals_lines"]


async def test_a_line_without_a_live_delivery_is_found(house: House):
    await house.published(("website",))
    cancelled = delivery.update().values(state="cancelled", live_at=None)
    assert await damage(house, cancelled) == ["line_has_live_delivery"]


@pytest.mark.parametrize("side", ["kind", "account_id", "column", "topic", "joint"])
async def test_lines_and_counters_that_were_changed_together_are_found(house: House, side: str):
    await house.published(("website",))
    other = "news" if side == "kind" else "another"
    counters = [table for table in (day_counter, month_counter) if side in table.c]
    changed = [table.update().values({side: other}) for table in (ledger, *counters)]
    assert await damage(house, *changed) == ["line_is_of_its_item"]


async def test_who_issued_an_item_jointly_cannot_be_taken_from_its_lines(house: House):
    await house.published(("website",), joint_orgs=(JointOrg("某旗民政局", None),))
    assert await verify_rows(house.store) == ()
    assert await damage(house, ledger.update().values(joint="")) == ["line_is_of_its_item"]


async def test_a_live_delivery_without_a_line_is_found(house: House):
    await house.published(("website",))
    found = await damage(house, day_counter.delete(), month_counter.delete(), ledger.delete())
    assert found == ["live_delivery_is_counted"]


async def test_an_attempt_that_nobody_holds_is_found(house: House):
    await house.published(("website",))
    opened = attempt.update().values(closed_at=sa.null(), outcome=sa.null())
    assert await damage(house, opened) == ["sending_has_open_attempt"]


async def test_an_attempt_that_was_deleted_is_found_by_the_audit(house: House):
    made = await house.published(("website", "weibo"))
    leg = (await house.legs(made.id))["weibo"]
    deleted = attempt.delete().where(attempt.c.id == leg.attempt_id)
    assert await damage(house, deleted) == ["attempt_of_audit_is_there"]


@pytest.mark.parametrize(
    "changed",
    [
        {"title": "另一个标题"},
        {"summary": "另一段摘要"},
        {"body": "<p>另一段正文</p>"},
        {"sheet": {"column": "another"}},
        {"content_hash": "0" * 64},
    ],
    ids=lambda changed: next(iter(changed)),
)
async def test_a_version_that_was_changed_behind_its_approval_is_found(house: House, changed):
    made = await house.published(("website",))
    await house.published(("website",))
    async with house.store.begin() as tx:
        of_item = revision.c.item_id == made.id
        await tx.execute(revision.update().where(of_item).values(changed))
        (version,) = (await tx.execute(sa.select(revision.c.id).where(of_item))).scalars()
    found = [(one.rule, one.where) for one in await verify_revisions(house.store)]
    assert found == [("revision_is_as_sealed", version)]


async def test_a_page_that_is_gone_is_found(house: House):
    made = await house.published(("website",))
    house.platform.remove()
    (difference,) = await verify_pages(house.place)
    leg = (await house.legs(made.id))["website"]
    assert (difference.rule, difference.where) == ("page_stands", f"{leg.id} {leg.link}")
