"""Practice and what is real never meet: the core says so, and the database holds it."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa

from server.core.draft import create_item
from server.core.follow import bind
from server.core.office import add_account
from server.core.practice import begin_practice, end_practice
from server.core.problems import Problem
from server.core.replace import replace_item
from server.core.reschedule import reschedule
from server.core.search import search
from server.core.twins import pair
from server.core.verify import verify_rows
from server.store.accounts import AccountRow, insert_account, list_accounts
from server.store.catalogue import Filters, list_unread
from server.store.followups import Follow
from server.store.items import ItemSeen, get_item
from server.store.obligations import find_obligation
from server.store.orgs import OrgRow, insert_org, list_orgs
from server.store.plans import Planned, insert_planned
from server.store.releases import get_release
from server.store.report_items import insert_report_item
from server.store.tx import Tx
from server.store.watching import list_accounts_heard, list_unreleased
from tests.house import ACCOUNTS, CODE, House

YEAR = (date(2026, 1, 1), date(2026, 12, 31))
ON = tuple(f"yanlian-{channel}" for channel in ACCOUNTS)


async def org_of(house: House) -> OrgRow:
    async with house.store.read() as tx:
        return (await list_orgs(tx, frozenset((house.org.id,))))[0]


async def begin(house: House) -> None:
    async with house.store.begin() as tx:
        await begin_practice(tx, await org_of(house), by="管理员", at=house.now())


async def end(house: House) -> None:
    async with house.store.begin() as tx:
        await end_practice(tx, await org_of(house), at=house.now())


@pytest.fixture
async def practising(house: House) -> House:
    """A house with a real item that is public, then put into practice, with a practice account each."""
    async with house.store.begin() as tx:
        for row in await list_accounts(tx, frozenset((house.org.id,))):
            twin = replace(row, id=house.new_id(), slug=f"yanlian-{row.slug}", practice=True)
            await insert_account(tx, twin, at=house.now())
    await begin(house)
    return house


async def counted(house: House) -> dict[str, Any]:
    return {name: value for name, value in (await house.figures(*YEAR)).items() if name != "at"}


async def refused_by_database(house: House, act: Callable[[Tx], Awaitable[object]]) -> str:
    with pytest.raises(Exception, match=r"practice|for ever") as refused:  # each driver has errors of its own
        async with house.store.begin() as tx:
            await act(tx)
    return str(refused.value)


def into(table: str, **values: Any) -> str:
    """Give the statement that writes a row past all our code."""
    names = ", ".join(f'"{name}"' for name in values)
    told = ", ".join(
        str(value).lower() if value in (True, False, 1) else f"'{value}'" for value in values.values()
    )
    return f"INSERT INTO {table} ({names}) VALUES ({told})"


async def pieces(house: House) -> tuple[ItemSeen, ItemSeen]:
    """Write a real item and, in practice, a practice item."""
    await end(house)
    real = await house.item()
    await begin(house)
    return real, await house.item(kind="interpretation", document_number=None)


async def test_what_an_organ_in_practice_writes_is_practice_for_ever(practising: House):
    made = await practising.item()
    await end(practising)
    async with practising.store.read() as tx:
        assert (await get_item(tx, made.id)).practice


async def test_a_practice_number_is_a_series_of_its_own_and_uses_up_no_real_one(house: House):
    before = await house.item()
    await begin(house)
    practice = [(await house.item()).index_number for _ in range(2)]
    await end(house)
    after = await house.item()
    assert (before.index_number, after.index_number) == (f"{CODE}/2026-00001", f"{CODE}/2026-00002")
    assert practice == [f"演练-{CODE}/2026-00001", f"演练-{CODE}/2026-00002"]


async def test_a_real_number_brought_into_practice_stays_free(practising: House):
    made = await practising.item(index_number=f"{CODE}/2019-00007")
    assert made.index_number == f"演练-{CODE}/2019-00007"
    await end(practising)
    assert (await practising.item(index_number=f"{CODE}/2019-00007")).index_number == f"{CODE}/2019-00007"
    with pytest.raises(Problem) as refused:
        await practising.item(index_number=f"演练-{CODE}/2019-00008")
    assert refused.value.field == "index_number"


async def test_a_practice_item_goes_to_every_practice_channel_and_is_counted_nowhere(practising: House):
    before = await counted(practising)
    made = await practising.item(title="演练一下")
    await practising.release(made.id, ON)
    await practising.run_until_quiet()
    states = await practising.states(made.id)
    assert {states[slug] for slug in ON if slug != "yanlian-other"} == {"live"}
    await practising.withdraw(made.id)
    await practising.run_until_quiet()
    assert await practising.lines(made.id) == []
    assert await counted(practising) == before
    assert await verify_rows(practising.store) == ()


async def test_the_public_never_hears_of_a_practice_item(practising: House):
    await practising.published(ON[:1], title="演练一下")
    async with practising.store.read() as tx:
        assert await list_unread(tx, 10) == ()
        assert (await search(tx, "演练", Filters())).hits == ()


async def test_a_practice_document_obliges_nobody_and_worries_nobody(practising: House):
    made = await practising.published(ON[:1], kind="policy", formed_on=date(2026, 1, 5))
    draft = await practising.item(formed_on=date(2026, 1, 5))
    async with practising.store.read() as tx:
        assert await find_obligation(tx, made.id) is None
        assert draft.id not in {one.id for one in await list_unreleased(tx, limit=50)}
        assert all(not one.name.startswith("yanlian") for one in await list_accounts_heard(tx))
        assert {one.id for one in await list_accounts_heard(tx, with_practice=True)} > {
            one.id for one in await list_accounts_heard(tx)
        }


@pytest.mark.parametrize("is_practice", [True, False])
async def test_neither_world_is_released_on_the_accounts_of_the_other(practising: House, is_practice: bool):
    if not is_practice:
        await end(practising)
    made = await practising.item()
    with pytest.raises(Problem) as refused:
        await practising.release(made.id, ("website",) if is_practice else ON[:1])
    assert (refused.value.code, refused.value.field) == ("practice", "accounts")


async def test_a_real_item_is_neither_released_nor_rewritten_while_its_organ_practises(house: House):
    made = await house.item()
    await begin(house)
    for act in (lambda: house.release(made.id), lambda: house.corrected(made.id)):
        with pytest.raises(Problem) as refused:
            await act()
        assert "正式稿件" in refused.value.message
    with pytest.raises(Problem) as refused:
        async with house.store.begin() as tx:
            await reschedule(tx, made.id, None, house.calendar, at=house.now())
    assert refused.value.code == "practice"
    await house.withdraw((await house_published_before(house)).id)  # a withdrawal asks nobody


async def house_published_before(house: House) -> ItemSeen:
    await end(house)
    made = await house.published()
    await begin(house)
    return made


async def test_a_practice_item_is_never_released_once_practice_has_ended(practising: House):
    made = await practising.item()
    await end(practising)
    for on in (ON[:1], ("website",)):
        with pytest.raises(Problem) as refused:
            await practising.release(made.id, on)
        assert "复制为正式草稿" in refused.value.message
    with pytest.raises(Problem):
        await practising.corrected(made.id, title="改名")


async def test_no_tie_leads_from_one_world_to_the_other(practising: House):
    real, practice = await pieces(practising)
    h = practising

    async def follow(tx: Tx) -> None:
        await bind(tx, Follow(practice.id, real.id, "same_moment"), h.calendar, by=h.author, at=h.now())

    async def replaces(tx: Tx) -> None:
        await replace_item(tx, real.id, practice.id, by=h.author, at=h.now())

    async def twins(tx: Tx) -> None:
        await pair(tx, real.id, practice.id, at=h.now())

    for act in (follow, replaces, twins):
        with pytest.raises(Problem) as refused:
            async with h.store.begin() as tx:
                await act(tx)
        assert refused.value.code == "practice"


@pytest.mark.parametrize("slug", ["website", "yanlian-website"])
async def test_the_database_itself_refuses_a_delivery_between_the_worlds(practising: House, slug: str):
    if slug == "yanlian-website":
        await end(practising)
    made = await practising.item()
    right = "website" if slug != "website" else "yanlian-website"
    release = await practising.release(made.id, (right,))
    async with practising.store.read() as tx:
        rows = await list_accounts(tx, frozenset((practising.org.id,)))
        wrong = next(row for row in rows if row.slug == slug)
        known = await get_release(tx, release.id)
    plan = (Planned(practising.new_id(), wrong.id, "website", "website", None, None),)
    assert "never meet" in await refused_by_database(practising, lambda tx: insert_planned(tx, known, plan))
    leg = release.deliveries[0].id
    text = f"UPDATE deliveries SET account_id = '{wrong.id}' WHERE id = '{leg}'"
    assert "never meet" in await refused_by_database(practising, lambda tx: tx.execute(sa.text(text)))


async def test_the_database_itself_refuses_every_other_leak(practising: House):
    real, practice = await pieces(practising)
    leg = (await practising.release(practice.id, ON[:1])).deliveries[0]
    now, by = practising.now().strftime("%Y-%m-%d %H:%M:%S"), practising.author
    item = {"id": "x", "index_number": "x", "kind": "news", "org_id": practising.org.id, "created_by": by}
    line = {"id": "x", "line": "counted", "item_id": practice.id, "channel": "website", "kind": "news"}
    change = {"item_id": practice.id, "changed_at": now, "serial": 1}
    acts = [
        (f"UPDATE items SET practice = NOT practice WHERE id = '{practice.id}'", "for ever"),
        (f"UPDATE items SET index_number = 'x' WHERE id = '{practice.id}'", "for ever"),
        ("UPDATE accounts SET practice = NOT practice WHERE slug = 'website'", "for ever"),
        (into("items", **item, created_at=now, practice=False), "exactly while"),
        (into("items", **item, created_at=now, practice=True), "exactly while"),
        (
            into(
                "ledger", **line, org_id=practising.org.id, day="2026-01-01",
                delivery_id=leg.id, written_at=now, column="zcwj",
            ),
            "never counted",
        ),
        (into("page_changes", **change, is_read=False), "never listed"),
        (into("twins", item_id=practice.id, other_id=real.id, paired_at=now), "never meet"),
        (
            into("replacements", item_id=practice.id, by_id=real.id, created_by=by, created_at=now),
            "never meet",
        ),
        (
            into(
                "followups", interpretation_id=practice.id, source_id=real.id,
                rule="same_moment", created_by=by, created_at=now,
            ),
            "never meet",
        ),
    ]  # fmt: skip
    for text, told in acts:
        assert told in await refused_by_database(practising, lambda tx, text=text: tx.execute(sa.text(text)))

    async def as_report(tx: Tx) -> None:
        await insert_report_item(tx, practising.org.id, 2025, practice.id, at=practising.now())

    assert "no report" in await refused_by_database(practising, as_report)


async def test_switching_waits_for_what_is_on_its_way_and_happens_once(house: House):
    made = await house.item()
    await house.release(made.id)
    errands = await house.claim()
    with pytest.raises(Problem) as refused:
        await begin(house)
    assert "正在途中" in refused.value.message
    for errand in errands:
        await errand.run()
    await house.run_until_quiet()
    await begin(house)
    with pytest.raises(Problem):
        await begin(house)
    await end(house)
    with pytest.raises(Problem):
        await end(house)


async def test_each_world_has_one_site_of_its_own(house: House):
    def site(slug: str, *, practice: bool) -> AccountRow:
        org = house.org.as_org()
        return AccountRow(
            house.new_id(), org, "website", slug, slug, "website", {}, None, "active", practice=practice
        )

    async with house.store.begin() as tx:
        await add_account(tx, site("yanlian-a", practice=True), at=house.now())
    with pytest.raises(Problem):
        async with house.store.begin() as tx:
            await add_account(tx, site("yanlian-b", practice=True), at=house.now())


async def test_one_organ_practises_while_another_works(practising: House):
    other = OrgRow(practising.new_id(), "000000027", "某局", practising.org.id)
    async with practising.store.begin() as tx:
        await insert_org(tx, other, at=practising.now())
        draft = practising.draft(org=other.as_org())
        made = await create_item(
            tx, draft, by=practising.author, at=practising.now(), new_id=practising.new_id
        )
    assert not made.practice
