"""Practice and what is real never meet: the core says so, and the database holds it."""

from datetime import date, timedelta

import pytest

from server.core.draft import create_item
from server.core.expedite import forbid_until
from server.core.follow import bind
from server.core.notices import show_until
from server.core.office import add_account
from server.core.problems import Problem
from server.core.replace import replace_item
from server.core.reschedule import reschedule
from server.core.search import search
from server.core.twins import pair
from server.core.verify import verify_rows
from server.review.approvals import approve, submit
from server.store.accounts import AccountRow
from server.store.catalogue import Filters, list_unread
from server.store.followups import Follow
from server.store.items import ItemSeen, get_item
from server.store.obligations import find_obligation
from server.store.orgs import OrgRow, insert_org
from server.store.tx import Tx
from server.store.watching import list_accounts_heard, list_unreleased
from tests.core.practising import ON, begin, counted, end, pieces
from tests.house import CODE, House


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
    await practising.item(formed_on=date(2026, 1, 5))
    async with practising.store.read() as tx:
        assert await find_obligation(tx, made.id) is None
        assert all(not one.name.startswith("yanlian") for one in await list_accounts_heard(tx))
        assert {one.id for one in await list_accounts_heard(tx, with_practice=True)} > {
            one.id for one in await list_accounts_heard(tx)
        }
    await end(practising)
    real = await practising.item(formed_on=date(2026, 1, 5))
    async with practising.store.read() as tx:
        assert {one.item_id for one in await list_unreleased(tx, limit=50)} == {real.id}


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


async def test_nothing_else_is_done_with_a_real_item_while_its_organ_practises(house: House):
    h = house
    notice = await h.item(kind="notice", document_number=None)
    reading = await h.item(kind="interpretation", document_number=None)
    document = await h.item(document_number="某政办发〔2026〕2号")
    await begin(h)
    at, later = h.now(), h.now() + timedelta(days=3)
    followed = Follow(reading.id, document.id, "same_moment")
    for act in (
        lambda tx: submit(tx, notice.id, by=h.author, at=at),
        lambda tx: approve(tx, notice.id, by=h.chief, at=at, new_id=h.new_id),
        lambda tx: forbid_until(tx, notice.id, later, "上级要求", h.calendar, by=h.author, at=at),
        lambda tx: show_until(tx, notice, later, "keep", by=h.author, at=at),
        lambda tx: bind(tx, followed, h.calendar, by=h.author, at=at),
        lambda tx: replace_item(tx, notice.id, document.id, by=h.author, at=at),
        lambda tx: pair(tx, notice.id, document.id, at=at),
    ):
        with pytest.raises(Problem, match="正在演练") as refused:
            async with h.store.begin() as tx:
                await act(tx)
        assert refused.value.code == "practice"


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
