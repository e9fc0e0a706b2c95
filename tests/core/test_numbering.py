"""server/core/numbering.py: a list numbered anew share by share, on both databases."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from server.core.numbering import merge_lists, shares
from server.store.placing import place_item
from server.store.tables import account, item, place, place_list
from server.store.tx import Store
from tests.house import House
from tests.watch.crowd import plan_crowd


def hands() -> st.SearchStrategy[Mapping[str, int]]:
    items, ordinals = st.sampled_from("abcdefghij"), st.integers(1, 15)
    return st.dictionaries(ordinals, items).map(lambda one: {held: ordinal for ordinal, held in one.items()})


@given(st.permutations("abcdefghij"), hands(), st.integers(1, 4))
def test_no_step_needs_a_place_in_which_somebody_is_left_standing(
    wanted: list[str], held: Mapping[str, int], size: int
):
    stands = dict(held)
    for rows in shares(wanted, held, size):
        moved = {item_id: ordinal for ordinal, item_id in rows}
        others = {ordinal for item_id, ordinal in stands.items() if item_id not in moved}
        assert not others & set(moved.values())
        stands |= moved
    assert sorted(stands, key=stands.__getitem__) == wanted
    assert sorted(stands.values()) == list(range(1, len(wanted) + 1))


def test_a_list_that_only_grows_is_never_out_of_its_order_and_no_step_is_longer_than_it_may_be():
    wanted = [f"{number:03}" for number in range(100)]
    held = {item_id: number for number, item_id in enumerate(wanted[::3], 1)}
    stands = dict(held)
    for rows in shares(wanted, held, 7):
        assert len(rows) <= 7
        stands |= {item_id: ordinal for ordinal, item_id in rows}
        assert sorted(stands, key=stands.__getitem__) == sorted(stands)
    assert stands == {item_id: number for number, item_id in enumerate(wanted, 1)}


class Killed(Exception):
    """The process ends here."""


class Mortal:
    """A store whose process ends after so many writes."""

    def __init__(self, store: Store, left: int) -> None:
        self._store, self.left = store, left
        self.read = store.read

    async def write(self, act: Any) -> Any:
        if not self.left:
            raise Killed
        self.left -= 1
        return await self._store.write(act)


async def in_list(house: House, account_id: str, slug: str) -> list[str]:
    here = (place.c.account_id == account_id, place.c.list_key == f"column/{slug}")
    async with house.store.read() as tx:
        rows = (await tx.execute(sa.select(place).where(*here).order_by(place.c.ordinal))).all()
    assert [row.ordinal for row in rows] == sorted({row.ordinal for row in rows})
    return [row.item_id for row in rows]


async def test_a_merge_goes_on_wherever_it_was_cut_off_and_takes_along_what_came_meanwhile(
    house: House, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("server.core.numbering.A_SHARE", 2)
    await plan_crowd(house, (house.now() for _n in range(12)))
    async with house.store.begin() as tx:
        website = sa.select(account.c.id).where(account.c.slug == "website")
        account_id = (await tx.execute(website)).scalar_one()
        ids = list((await tx.execute(sa.select(item.c.id).order_by(item.c.id))).scalars())
        for number, item_id in enumerate(ids):
            at = house.now() + timedelta(minutes=number)
            await tx.execute(item.update().where(item.c.id == item_id).values(published_at=at))
            if number < 10:
                slug = ("zcjd", "zcwj")[number % 3 == 0]
                await place_item(tx, account_id, (f"column/{slug}",), item_id, at=at)
    stood, lives = await in_list(house, account_id, "zcwj"), 0
    while True:
        lives += 1
        try:
            await merge_lists(replace(house.place, store=Mortal(house.store, lives)), "zcjd", "zcwj")
            break
        except Killed:
            now = await in_list(house, account_id, "zcwj")
            assert [one for one in now if one in stood] == stood  # nothing that stood there ever leaves it
            assert now == sorted(now)
            everywhere = {*now, *await in_list(house, account_id, "zcjd")}
            assert everywhere >= set(ids[:10])
            if lives == 3:  # published under the new columns while the merge was cut off
                async with house.store.begin() as tx:
                    await place_item(tx, account_id, ("column/zcwj",), ids[10], at=house.now())
    assert lives > 3
    assert await in_list(house, account_id, "zcwj") == ids[:11]
    async with house.store.begin() as tx:
        await place_item(tx, account_id, ("column/zcwj",), ids[11], at=house.now())
        lists = {row.list_key: row.last for row in await tx.execute(sa.select(place_list))}
    assert lists == {"column/zcwj": 12}
