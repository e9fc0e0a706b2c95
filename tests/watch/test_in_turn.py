"""Lists of all organs that have an end: no organ's many hide what another one has."""

import re
from datetime import date, timedelta
from typing import Any

from server.store.orgs import OrgRow, insert_org
from server.store.tx import Store
from server.store.watching import list_unreleased
from server.watch.alerts import watch
from server.watch.overdue import count_overdue, list_overdue, overdue_alert, repair
from tests.house import SITE, House
from tests.watch.test_waking import heard

ONE_EACH = ("FROM filings", "FROM filing_reminders", "FROM month_drafts", "FROM alerts", "FROM tokens")
"""Tables of which an organ has a row or two, and those that belong to no organ."""


async def small_organ(house: House) -> OrgRow:
    small = OrgRow(house.new_id(), "000000027", "某旗档案馆", house.org.id)
    async with house.store.begin() as tx:
        await insert_org(tx, small, at=house.now())
    return small


async def planned(house: House, number: int, **changes: Any) -> None:
    for _n in range(number):
        made = await house.item(document_number=None, **changes)
        await house.release(made.id, not_before=house.now() + timedelta(hours=1))


async def test_what_is_overdue_at_a_small_organ_is_listed_and_told_though_others_have_more(house: House):
    small = await small_organ(house)
    await planned(house, 3)
    house.now.move(minutes=1)
    await planned(house, 1, org=small.as_org(), title="档案馆的通知")
    house.now.move(hours=2)
    both = frozenset({house.org.id, small.id})
    async with house.store.read() as tx:
        (mine,) = await list_overdue(tx, frozenset({small.id}), at=house.now(), limit=1)
        told = {one.org_id: one.message for one in await overdue_alert(tx, at=house.now())}
        counts = [(await count_overdue(tx, ids, at=house.now()))[0] for ids in (both, frozenset({small.id}))]
    assert (mine.stuck.title, counts) == ("档案馆的通知", [4, 1])
    assert {key: text[:9] for key, text in told.items()} == {
        house.org.id: "有3项到期未发布，", small.id: "有1项到期未发布，"
    }  # fmt: skip


async def test_the_repair_asks_everything_again_however_much_is_stuck(house: House, monkeypatch: Any):
    monkeypatch.setattr("server.watch.overdue._BATCH", 2)
    await planned(house, 5)
    house.now.move(hours=2)
    assert await repair(house.place) == 5
    async with house.store.read() as tx:
        assert await count_overdue(tx, at=house.now() + timedelta(hours=1)) == (
            5,
            house.now() - timedelta(hours=1),
        )


async def test_an_organ_with_many_terms_hides_none_of_another_one(house: House):
    small = await small_organ(house)
    for day in range(1, 5):
        await house.item(formed_on=date(2026, 11, day), document_number=None)
    mine = await house.item(formed_on=date(2026, 11, 20), document_number=None, org=small.as_org())
    async with house.store.read() as tx:
        found = await list_unreleased(tx, limit=2)
        alone = await list_unreleased(tx, limit=2, org_ids=frozenset({small.id}))
        of_days = await list_unreleased(tx, limit=9, formed=(date(2026, 11, 2), date(2026, 11, 3)))
    assert {one.org_id for one in found} == {house.org.id, small.id}
    assert [one.item_id for one in alone] == [mine.id]
    assert [one.formed_on.day for one in of_days] == [2, 3]


async def test_every_rule_of_the_watch_that_has_an_end_takes_the_organs_in_turn(house: House, store: Store):
    with heard(store) as told:
        await watch(store, SITE, at=house.now())
    ends = [text for text, _values in told if re.search(r"LIMIT \S+( OFFSET \S+)?$", text.strip())]
    unfair = [text for text in ends if "PARTITION BY" not in text]
    assert (len(ends) > 8, [one for one in unfair if not any(name in one for name in ONE_EACH)]) == (True, [])
