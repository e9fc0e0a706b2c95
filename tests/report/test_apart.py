"""server/report/apart.py: files from outside that take a parser's time or memory take nobody else's."""

import asyncio
import io
import time
import zipfile
from decimal import Decimal

import pytest
from openpyxl import Workbook

from server.child import Children
from server.core.problems import Problem
from server.report.apart import Apart, Brought
from server.report.check import check_report
from server.report.reading.file import read_content

MERGED = b'<mergeCells count="1"><mergeCell ref="A1:XFD1048576"/></mergeCells></worksheet>'


def _swollen() -> bytes:
    """Give a workbook of five kilobytes whose merged cells are seventeen thousand million."""
    plain, out = io.BytesIO(), io.BytesIO()
    book = Workbook()
    book.active["A1"] = "年度"
    book.save(plain)
    with zipfile.ZipFile(plain) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            body = old.read(entry)
            if entry.filename == "xl/worksheets/sheet1.xml":
                body = body.replace(b"</worksheet>", MERGED)
            new.writestr(entry.filename, body)
    return out.getvalue()


ENDLESS = ("1 " * 100_000 + "完").encode()


@pytest.mark.parametrize("make", [lambda: ENDLESS, _swollen], ids=["a line of figures", "a merged sheet"])
async def test_a_file_without_end_is_refused_in_time_and_the_loop_goes_on(make):
    body = await asyncio.to_thread(make)
    turns, begun = 0, time.perf_counter()
    check = asyncio.create_task(Apart(Children(), seconds=1.5).check(Brought("年报.xlsx", body)))
    while not check.done():
        await asyncio.sleep(0.02)
        turns += 1
    with pytest.raises(Problem, match="时间或内存太多") as refusal:
        await check
    assert (refusal.value.code, time.perf_counter() - begun < 20, turns > 5) == (
        "unsupported_file", True, True,
    )  # fmt: skip


async def test_what_is_found_comes_back_as_it_was():
    text = "某旗2017年报告\n项目\t甲\t乙\t合计\n一\t1\t2\t4\n二\t1\t1\t2\n合计\t2\t3\t5\n"
    told = await Apart(Children()).check(Brought("年报.txt", text.encode()))
    assert told.findings == check_report(read_content(text.encode(), ".txt"))
    assert (told.left_out, any(isinstance(one.computed, Decimal) for one in told.findings)) == (0, True)


async def test_whoever_waits_too_long_for_his_turn_is_told_to_come_again():
    apart = Apart(Children(patience=0), seconds=1)
    crowd = [apart.check(Brought("年报.txt", ENDLESS)) for _ in range(3)]
    ends = await asyncio.gather(*crowd, return_exceptions=True)
    assert [one.code for one in ends if isinstance(one, Problem)].count("too_many_attempts") == 1


async def test_a_head_without_end_is_cut_and_the_rows_are_read():
    head = ("索引号,账号" + ",列" * 400_000).encode()
    rows = await Apart(Children()).rows(Brought("表.csv", head + b"\n1,2" * 3000), ("索引号", "账号"))
    assert (len(rows), rows[0].values) == (3000, {"索引号": "1", "账号": "2", "列": ""})


async def test_half_characters_of_a_report_are_no_trouble_for_whoever_shows_it():
    text = '{"year": 2017, "form_version": "\\ud800", "figures": {"\\ud800": -1, "items": "\\ud800"}}'
    told = await Apart(Children()).check(Brought("年报.json", text.encode()))
    assert str(told).encode()
