"""From an approved revision to a frozen plan, and every reason not to."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from server.core.draft import create_item, revise_item
from server.core.problems import Problem, Problems
from server.core.release import ReleaseOrder, release
from server.review.approvals import approve, return_item, submit
from server.store.tables import approval
from tests.house import CODE, SITE, House


async def test_a_release_plans_one_delivery_for_each_account(house: House):
    made = await house.item()
    plan = await house.release(made.id, ("website", "weibo", "wechat", "feed", "other"))
    assert {leg.account: leg.state for leg in plan.deliveries} == {
        "website": "ready",
        "weibo": "waiting",
        "wechat": "waiting",
        "feed": "waiting",
        "other": "waiting",
    }


async def test_each_waiting_delivery_says_what_it_waits_for(house: House):
    made = await house.item()
    plan = await house.release(made.id, ("website", "weibo", "other"))
    assert {leg.account: leg.gate for leg in plan.deliveries} == {
        "website": None,
        "weibo": "website_live",
        "other": "evidence",
    }


async def test_what_is_not_approved_is_not_released(house: House):
    async with house.store.begin() as tx:
        made = await create_item(tx, house.draft(), by=house.author, at=house.now(), new_id=house.new_id)
    with pytest.raises(Problem) as refused:
        await house.release(made.id)
    assert refused.value.code == "not_approved"
    assert await house.states(made.id) == {}


async def test_an_approval_does_not_cover_the_next_revision(house: House):
    made = await house.item()
    async with house.store.begin() as tx:
        await revise_item(
            tx, made.id, house.draft(title="改过的标题"), by=house.author, at=house.now(), new_id=house.new_id
        )
    with pytest.raises(Problem) as refused:
        await house.release(made.id)
    assert refused.value.code == "not_approved"


async def test_nobody_approves_his_own_revision(house: House):
    async with house.store.begin() as tx:
        made = await create_item(tx, house.draft(), by=house.author, at=house.now(), new_id=house.new_id)
        await submit(tx, made.id, by=house.author, at=house.now())
    with pytest.raises(Problem) as refused:
        async with house.store.begin() as tx:
            await approve(tx, made.id, by=house.author, at=house.now(), new_id=house.new_id)
    assert refused.value.code == "own_item"


async def test_the_database_itself_refuses_ones_own_approval(house: House):
    made = await house.item()
    with pytest.raises(sa.exc.IntegrityError):
        async with house.store.begin() as tx:
            await tx.execute(approval.update().values(decided_by=house.author))
    assert made.revision.state == "approved"


async def test_a_returned_revision_can_be_submitted_again(house: House):
    async with house.store.begin() as tx:
        made = await create_item(tx, house.draft(), by=house.author, at=house.now(), new_id=house.new_id)
        await submit(tx, made.id, by=house.author, at=house.now())
        await return_item(tx, made.id, by=house.chief, at=house.now(), new_id=house.new_id, reason="补充文号")
    assert (await house.approved(made.id)).revision.state == "approved"


async def test_an_unknown_account_is_named_and_nothing_is_written(house: House):
    made = await house.item()
    with pytest.raises(Problems) as refused:
        await house.release(made.id, ("website", "douyin"))
    assert [(p.code, p.field) for p in refused.value.problems] == [("unknown_account", "accounts.1")]
    assert await house.states(made.id) == {}


async def test_a_social_account_without_the_website_is_refused(house: House):
    made = await house.item()
    with pytest.raises(Problem) as refused:
        await house.release(made.id, ("weibo",))
    assert refused.value.field == "accounts"


async def test_what_a_channel_cannot_carry_blocks_the_release_with_every_reason(house: House):
    made = await house.item(title="长" * 101)
    with pytest.raises(Problems) as refused:
        await house.release(made.id, ("website", "weibo"))
    assert {(p.code, p.field) for p in refused.value.problems} == {("blocked_by_check", "title")}
    assert len(refused.value.problems) == 2


async def test_only_what_may_be_public_is_released(house: House):
    made = await house.item(openness="on_request")
    with pytest.raises(Problem) as refused:
        await house.release(made.id)
    assert refused.value.field == "openness"


async def test_the_same_revision_is_not_released_twice(house: House):
    made = await house.item()
    await house.release(made.id)
    with pytest.raises(Problem) as refused:
        await house.release(made.id)
    assert refused.value.code == "wrong_state"


async def test_a_newer_release_supersedes_what_the_older_has_not_sent(house: House):
    made = await house.item()
    first = await house.release(made.id, not_before=house.now() + timedelta(days=1))
    await house.corrected(made.id, title="更正后的标题")
    await house.release(made.id)
    assert (await house.leg(first.deliveries[0].id)).state == "superseded"


async def test_releases_of_an_item_are_numbered_from_one(house: House):
    made = await house.published()
    await house.corrected(made.id, title="更正后的标题")
    assert (await house.release(made.id)).number == 2


async def test_index_numbers_follow_each_other(house: House):
    numbers = [(await house.item()).index_number for _ in range(3)]
    assert numbers == [f"{CODE}/2026-0000{n}" for n in (1, 2, 3)]


async def test_an_index_number_that_an_import_brought_is_skipped(house: House):
    await house.item(index_number=f"{CODE}/2026-00001")
    assert (await house.item()).index_number == f"{CODE}/2026-00002"


async def test_an_index_number_is_never_given_twice(house: House):
    made = await house.item()
    with pytest.raises(Problem) as refused:
        await house.item(index_number=made.index_number)
    assert refused.value.code == "index_number_taken"


async def test_an_order_that_fails_half_way_leaves_nothing(house: House):
    made = await house.item()

    def no_ids() -> str:
        raise RuntimeError("out of ids")

    examined = await house.examiner.examine(made.id, at=house.now())
    with pytest.raises(RuntimeError):
        async with house.store.begin() as tx:
            await release(
                tx,
                ReleaseOrder(made.id, ("website",)),
                examined=examined,
                open_channel=house.open_channel,
                calendar=house.calendar,
                site=SITE,
                by=house.chief,
                at=house.now(),
                new_id=no_ids,
            )
    assert (await house.release(made.id)).number == 1
