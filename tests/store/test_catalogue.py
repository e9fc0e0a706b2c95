"""The catalogue finds words of any length, the same on both engines, and only what a reader can open."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from channels.words import plain, terms_of
from server.core.catalogue import read_changes
from server.store import catalogue
from server.store import search as words
from server.store.catalogue import (
    Filters,
    _shown,
    count_lines,
    find_hits,
    list_changes,
    list_hits,
    list_publishers,
    list_topics,
    list_years,
)
from server.store.tx import Store
from tests.conftest import Hand, Ids, migrated_database
from tests.house import CODE, House, open_house


@pytest.fixture
async def house(store, now: Hand, new_id: Ids):
    async with open_house(store, now, new_id) as opened:
        yield opened


async def publish(house: House, **changes: object) -> str:
    house.now.move(minutes=1)
    made = await house.published(**changes)
    await read_changes(house.place)
    return made.id


async def found(store: Store, asked: str, *, in_title: bool = False, **filters: object) -> list[str]:
    async with store.read() as tx:
        told = await find_hits(tx, terms_of(asked), Filters(**filters), in_title=in_title, limit=50)
    return [hit.title for hit in told.hits]


_SHELVES: dict[str, str] = {}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("shelf")


@pytest.fixture
async def three(
    engine: str,
    request: pytest.FixtureRequest,
    folder: Path,
    now: Hand,
    new_id: Ids,
) -> AsyncIterator[Store]:
    """Three items that nobody changes, written once for each engine."""
    if engine not in _SHELVES:
        url = await migrated_database(engine, request, folder)
        store = Store(url)
        async with open_house(store, now, new_id) as house:
            await _fill(house)
        await store.close()
        _SHELVES[engine] = url
    store = Store(_SHELVES[engine])
    yield store
    await store.close()


async def _fill(house: House) -> None:
    await publish(
        house, title="关于提高低保标准的通知", body_html="<p>城乡居民医保参保人员同样适用。</p>",
        document_number="鄂旗政发〔2026〕12号", topic="民政", statutory=(1, 11),
    )  # fmt: skip
    await publish(
        house, title="医保缴费时间安排", body_html="<p>请到 Social Security 窗口办理。</p>",
        document_number=None, column="tzgg", kind="notice", topic="医疗", statutory=(11,),
    )  # fmt: skip
    await publish(
        house, title="旅游旺季保障", body_html="<p>医疗与救援力量，保证安全。</p>",
        document_number=None, topic=None, statutory=(1, 11),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("asked", "titles"),
    [
        ("医保", ["医保缴费时间安排", "关于提高低保标准的通知"]),
        ("低保", ["关于提高低保标准的通知"]),
        ("低保标准", ["关于提高低保标准的通知"]),
        ("标准低保", []),
        ("缴", ["医保缴费时间安排"]),
        ("医疗救援", []),
        ("医疗 救援", ["旅游旺季保障"]),
        ("social", ["医保缴费时间安排"]),
        ("soc", []),
        ("2026]12号", ["关于提高低保标准的通知"]),
        ("鄂旗政发[2026]12号", ["关于提高低保标准的通知"]),
        ("鄂旗政发〔2026〕1号", []),
        ("%", []),
        ("'医保\"", ["医保缴费时间安排", "关于提高低保标准的通知"]),
    ],
)
async def test_a_search_finds(three: Store, asked: str, titles: list[str]):
    if terms_of(asked):
        assert await found(three, asked) == titles
    else:
        assert titles == []


async def test_a_search_in_titles_leaves_the_bodies_out(three: Store):
    assert await found(three, "医保", in_title=True) == ["医保缴费时间安排"]


@pytest.mark.parametrize(
    ("filters", "count"),
    [
        ({}, 3), ({"year": 2026}, 3), ({"year": 2025}, 0), ({"org": CODE}, 3), ({"org": "00000000X"}, 0),
        ({"kind": "notice"}, 1), ({"columns": ("tzgg",)}, 1), ({"topic": "民政"}, 1), ({"statutory": 1}, 2),
        ({"statutory": 11}, 3), ({"statutory": 7}, 0), ({"number": plain("〔2026〕")}, 1),
    ],
)  # fmt: skip
async def test_a_filter_narrows(three: Store, filters: dict[str, object], count: int):
    async with three.read() as tx:
        assert await count_lines(tx, Filters(**filters), most=9) == count
        assert len(await list_hits(tx, Filters(**filters), limit=10)) == count


@pytest.mark.parametrize("many", [0, 2000])
async def test_any_piece_of_a_number_finds_it_and_what_was_its_number_does_not(
    three: Store, monkeypatch: pytest.MonkeyPatch, many: int
):
    monkeypatch.setattr(catalogue, "_MANY", many)
    async with three.read() as tx:
        every = [hit.number for hit in await list_hits(tx, Filters(), limit=10)]
        (number,) = filter(None, every)
        pieces = {number[start:end] for end in range(1, len(number) + 1) for start in range(end)}
        for piece in (*pieces, "%", "_", f"{number}1"):
            hits = await list_hits(tx, Filters(number=piece), limit=10)
            assert [hit.number for hit in hits] == ([number] if piece in number else []), piece


async def test_filters_narrow_a_search(three: Store):
    assert await found(three, "医保", columns=("tzgg",)) == ["医保缴费时间安排"]


@pytest.mark.parametrize(("asked", "near"), [("医保", 0), ("医保", 1), ("12", 1)])
async def test_words_of_many_lines_are_looked_for_among_the_newest_that_pass_a_filter_and_no_further(
    three: Store, asked: str, near: int, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(words, "_COMMON", 0)
    monkeypatch.setattr(catalogue, "_NEAR", near)
    monkeypatch.setattr(catalogue, "FARTHEST", 1)  # the newest line, which has neither, and none behind it
    async with three.read() as tx:
        for filters, is_cut_off in ((Filters(), True), (Filters(topic="民政"), False)):
            told = await find_hits(tx, (asked,), filters, in_title=False, limit=5)
            assert (told.is_cut_off, bool(told.hits)) == (is_cut_off, not is_cut_off)
        assert (await find_hits(tx, ("旅游",), Filters(), in_title=False, limit=1)).is_cut_off is False
    monkeypatch.setattr(words, "_COMMON", 2000)  # few lines have a rare word: all of them are read
    assert await found(three, asked)


async def test_the_newest_come_first_and_one_can_go_on_from_any(three: Store):
    async with three.read() as tx:
        newest = await list_hits(tx, Filters(), limit=2)
        older = await list_hits(tx, Filters(), limit=2, before=(newest[-1].published_at, newest[-1].item_id))
    assert [hit.title for hit in (*newest, *older)] == [
        "旅游旺季保障", "医保缴费时间安排", "关于提高低保标准的通知",
    ]  # fmt: skip


@pytest.mark.parametrize("engine", ["sqlite"])
@pytest.mark.parametrize("filters", [Filters(), Filters(year=2026), Filters(topic="民政"), Filters(org=CODE)])
async def test_the_newest_lines_are_read_by_their_date_and_never_sorted(three: Store, filters: Filters):
    wanted = _shown(filters).limit(20)
    async with three.read() as tx:
        told = wanted.compile(dialect=tx.dialect, compile_kwargs={"literal_binds": True})
        plan = [row[3] for row in await tx.execute(sa.text(f"EXPLAIN QUERY PLAN {told}"))]
    assert plan[0].startswith(("SCAN catalogue_lines USING INDEX", "SEARCH catalogue_lines USING INDEX"))
    assert "USE TEMP B-TREE FOR ORDER BY" not in plan  # those of one moment may be put in order


async def test_the_choices_are_what_there_is(three: Store):
    async with three.read() as tx:
        assert await list_years(tx) == (2026,)
        assert sorted(await list_topics(tx, 10)) == ["医疗", "民政"]
        assert await list_publishers(tx) == ((CODE, "某旗人民政府办公室"),)


async def test_what_is_withdrawn_is_gone_at_once(house: House):
    item_id = await publish(house, title="名单公示")
    await house.withdraw(item_id)
    assert await found(house.store, "名单") == []


async def test_a_correction_takes_the_place_of_what_was_there(house: House):
    item_id = await publish(house, title="低保通知", body_html="<p>旧的内容</p>")
    await house.corrected(item_id, title="低保通知", body_html="<p>新的内容</p>")
    await house.release(item_id)
    await house.run_until_quiet()
    await read_changes(house.place)
    assert (await found(house.store, "旧的"), await found(house.store, "新的")) == ([], ["低保通知"])


async def test_reading_changes_twice_at_once_leaves_one_line(house: House):
    await house.published(title="低保通知")
    await read_changes(house.place)
    assert await read_changes(house.place) == 0
    assert await found(house.store, "低保") == ["低保通知"]


async def test_changes_are_told_in_order_and_from_a_moment_on(house: House):
    first, second = await publish(house, title="一"), await publish(house, title="二")
    async with house.store.read() as tx:
        every = await list_changes(tx, None, house.now(), 10)
        later = await list_changes(tx, (every[0].changed_at, every[0].item_id), house.now(), 10)
        until = await list_changes(tx, None, every[1].changed_at - timedelta(seconds=1), 10)
    assert [change.item_id for change in every] == [first, second]
    assert [change.item_id for change in later] == [second]
    assert [change.item_id for change in until] == [first]
