"""server/review/archive.py: a list that grows is held against what is live, with alarms till settled."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from server.review.archive import recheck
from server.review.waiving import second, waive
from server.store.dictionary import WordRow, delete_word, put_words
from server.watch.archive import archive_flagged
from tests.core.test_archive import traced, walks
from tests.house import House


async def grow(house: House, word: str = "苏木长") -> None:
    row = WordRow(word, "苏木达", "", "blocking", "any", "misspelling", "")
    async with house.store.begin() as tx:
        await put_words(tx, [row], ids=[house.new_id()], by=None, at=house.now())


async def flagged(house: House) -> list[str | None]:
    async with house.store.read() as tx:
        return [alert.item_id for alert in await archive_flagged(tx)]


async def run(house: House) -> int:
    return await recheck(house.store, at=house.now())


async def test_a_live_item_with_a_new_word_is_told_and_a_clean_one_is_not(house: House):
    bad = await house.published(body_html="<p>苏木长出席</p>")
    await house.published(body_html="<p>苏木达出席</p>")
    assert await run(house) == 2
    assert await flagged(house) == []
    await grow(house)
    assert await run(house) == 2
    assert await flagged(house) == [bad.id]


async def test_a_word_taken_out_ends_the_alarm_and_one_put_in_its_place_is_looked_for(house: House):
    bad = await house.published(body_html="<p>苏木长出席</p>")
    other = await house.published(body_html="<p>嘎查长出席</p>")
    await grow(house)
    await run(house)
    assert await flagged(house) == [bad.id]
    async with house.store.begin() as tx:
        assert await delete_word(tx, "苏木长", "any")
    await grow(house, "嘎查长")
    assert await run(house) == 2
    assert await flagged(house) == [other.id]


async def test_nothing_is_checked_twice_against_the_same_list(house: House):
    await house.published()
    assert await run(house) == 1
    assert await run(house) == 0


async def test_what_is_not_live_is_not_checked(house: House):
    await house.item(body_html="<p>苏木长出席</p>")
    await grow(house)
    assert await run(house) == 0


async def test_a_correction_settles_it(house: House):
    bad = await house.published(body_html="<p>苏木长出席</p>")
    await grow(house)
    await run(house)
    await house.corrected(bad.id, body_html="<p>苏木达出席</p>")
    await house.release(bad.id)
    await house.run_until_quiet()
    await run(house)
    assert await flagged(house) == []


async def test_what_is_live_again_is_held_against_the_list_again(house: House):
    bad = await house.published(body_html="<p>苏木长出席</p>")
    await run(house)
    await house.withdraw(bad.id)
    await house.run_until_quiet()
    await grow(house)
    assert await run(house) == 0
    await house.release((await house.corrected(bad.id, body_html="<p>苏木达到会</p>")).id)
    await house.run_until_quiet()
    assert await run(house) == 1
    assert await run(house) == 0


async def test_asking_what_to_check_walks_through_no_archive(house: House):
    if not house.store.is_sqlite:
        pytest.skip("SQLite tells how it searches")
    await house.published()
    told = next(traced(house.store))
    assert [await run(house), await run(house)] == [1, 0]
    await grow(house)
    assert await run(house) == 1
    database = Path(house.store.engine.url.database or "")
    assert await asyncio.to_thread(walks, database, frozenset(told)) == []
    newer = [one for one in told if "FROM deliveries" in one and "live_at > '" in one]
    plans = [await asyncio.to_thread(plan_of, database, one) for one in newer]
    assert plans
    assert all("ix_deliveries_account_live (account_id=? AND live_at>?)" in plan for plan in plans)


def plan_of(database: Path, statement: str) -> str:
    with closing(sqlite3.connect(database)) as connection:
        return " / ".join(row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}"))


async def test_a_withdrawal_settles_it(house: House):
    bad = await house.published(body_html="<p>苏木长出席</p>")
    await grow(house)
    await run(house)
    await house.withdraw(bad.id)
    await house.run_until_quiet()
    assert await flagged(house) == []


async def test_two_people_who_answer_for_it_settle_it(house: House):
    bad = await house.published(body_html="<p>苏木长出席</p>")
    await grow(house)
    await run(house)
    checked = await house.examiner.check_item(bad.id, at=house.now())
    key = next(one.key for one in checked.findings if one.words == "苏木长")
    async with house.store.begin() as tx:
        one = await waive(tx, checked, key, "史料原文", by=house.author, at=house.now(), new_id=house.new_id)
        await second(tx, bad.id, one.id, by=house.chief, at=house.now())
    await run(house)
    assert await flagged(house) == []


async def test_a_long_archive_is_checked_in_rounds(house: House):
    for _ in range(3):
        await house.published()
    assert [await recheck(house.store, at=house.now(), limit=2) for _ in range(3)] == [2, 1, 0]
