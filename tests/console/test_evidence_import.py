"""server/console/evidence_import.py: proofs from a table, each row with what became of it."""

import asyncio
import io
import re
from typing import Any

from openpyxl import Workbook, load_workbook

from tests.console.conftest import XSS, ConsoleOffice, Desk, Seen

AT = "/console/evidence/import"
HEAD = "索引号,账号,公开地点,公开时间,经办人,备注"


async def _sent(desk: Desk, text: str | bytes) -> Seen:
    body = text.encode() if isinstance(text, str) else text
    return await desk.post(AT, files=[("file", "登记.csv", body)], changes_nothing=True)


def _workbook(rows: tuple[tuple[Any, ...], ...]) -> bytes:
    book, out = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(out)
    return out.getvalue()


async def test_the_table_of_what_waits_comes_back_filled_in(office: ConsoleOffice):
    await office.house.published(("other",), title="上墙的公告")
    desk = await office.desk("author")
    assert AT in (await desk.get("/console/evidence")).links
    book = load_workbook(io.BytesIO((await desk.get(f"{AT}/table")).content))
    (head, row) = list(book.active.iter_rows(values_only=True))
    filled = await asyncio.to_thread(
        _workbook, (head, (*row[:2], "政务大厅", "2026-11-25", "乌云", None, row[6]))
    )
    done = await _sent(desk, filled)
    assert (done.status, "新登记 1 行，以前登记过 0 行" in done.words) == (200, True)
    again = await _sent(desk, filled)
    assert "新登记 0 行，以前登记过 1 行" in again.words


async def test_one_wrong_row_files_none_and_every_row_says_why(office: ConsoleOffice):
    await office.house.published(("other",))
    desk = await office.desk("author")
    book = load_workbook(io.BytesIO((await desk.get(f"{AT}/table")).content))
    number, account = next(book.active.iter_rows(min_row=2, max_col=2, values_only=True))
    good = f"{number},{account},政务大厅,2026-11-25,乌云,"
    seen = await _sent(desk, "\n".join((HEAD, good, good, f"{XSS.replace(',', '')},x")))
    assert (seen.status, "3 行里有 2 行不能登记，一行也没有登记" in seen.words) == (422, True)
    assert ("与第 2 行重复" in seen.words, "没有索引号为" in seen.words) == (True, True)
    # What is wrong comes first: ten rows among a thousand are not found otherwise.
    assert re.findall(r'data-label="行">(\d+)', seen.html) == ["3", "4", "2"]
    assert (await desk.get("/console/evidence")).words.count("起等待登记") == 1


async def test_a_row_names_all_that_is_wrong_with_it(office: ConsoleOffice):
    await office.house.published(("other",))
    desk = await office.desk("author")
    book = load_workbook(io.BytesIO((await desk.get(f"{AT}/table")).content))
    number, account = next(book.active.iter_rows(min_row=2, max_col=2, values_only=True))
    seen = await _sent(desk, f"{HEAD}\n{number},{account},,,,")
    assert "1 行里有 1 行不能登记" in seen.words
    assert [f"“{name}”是空的" in seen.words for name in ("公开地点", "公开时间", "经办人")] == [True] * 3


async def test_a_day_may_be_written_as_offices_write_it(office: ConsoleOffice):
    await office.house.published(("other",))
    desk = await office.desk("author")
    book = load_workbook(io.BytesIO((await desk.get(f"{AT}/table")).content))
    number, account = next(book.active.iter_rows(min_row=2, max_col=2, values_only=True))
    for day in ("2026年11月25日", "2026.11.25", "2026/11/25", "2026-11-25 00:00:00"):
        seen = await _sent(desk, f"{HEAD}\n{number},{account},政务大厅,{day},乌云,".encode("gbk"))
        assert (seen.status, "1 行" in seen.words) == (200, True)


async def test_a_file_that_is_no_table_is_refused_in_chinese(office: ConsoleOffice):
    desk = await office.desk("author")
    for body, sentence in (
        (b"\x00\x01", "读不了这个文件"),
        ("甲,乙\n1,2".encode(), "缺少"),
        (b"PK\x03", "已损坏"),
    ):
        seen = await _sent(desk, body)
        assert (seen.status, sentence in seen.words) == (422, True)
    assert (await desk.post(AT, {})).status == 422
