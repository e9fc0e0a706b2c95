import asyncio
import io
from datetime import date
from typing import Any

import openpyxl
import pytest
from aiohttp import FormData

from tests.api.conftest import Office, Reply

HEAD = "索引号,账号,公开地点,公开时间,经办人,备注"


async def _on_the_board(office: Office) -> Any:
    item = await office.approved()
    await office.post(f"/api/v1/items/{item['id']}/release", {"accounts": ["other"]}, by="chief")
    return item


async def _send(office: Office, content: bytes | str, *, by: str = "author") -> Reply:
    form = FormData()
    body = content.encode() if isinstance(content, str) else content
    form.add_field("file", body, filename="other-ways.csv")
    return await office.call("POST", "/api/v1/evidence/import", by=by, data=form)


async def _state(office: Office, item: Any) -> tuple[str, str | None]:
    told = (await office.get(f"/api/v1/items/{item['id']}/deliveries")).json
    return told["deliveries"][0]["state"], told["deliveries"][0]["live_at"]


def _row(item: Any, *more: str) -> str:
    return ",".join((item["index_number"], "other", *more))


def _workbook(row: list[Any]) -> bytes:
    book, out = openpyxl.Workbook(), io.BytesIO()
    book.active.append(HEAD.split(","))
    book.active.append(row)
    book.save(out)
    return out.getvalue()


async def test_every_row_of_a_table_makes_its_delivery_live_on_its_day(office: Office):
    first, second = await _on_the_board(office), await _on_the_board(office)
    rows = [
        _row(first, "政务大厅", "2026-11-25", "乌云", ""),
        _row(second, "公报", "2026/11/24 09:30", "乌云", "第3期"),
    ]
    told = await _send(office, "\n".join((HEAD, *rows)))
    assert (told.status, [row["state"] for row in told.json["rows"]]) == (201, ["filed", "filed"])
    assert [row["number"] for row in told.json["rows"]] == [2, 3]
    assert await _state(office, first) == ("live", "2026-11-24T16:00:00Z")
    assert await _state(office, second) == ("live", "2026-11-24T01:30:00Z")


async def test_a_workbook_is_read_like_a_text(office: Office):
    item = await _on_the_board(office)
    row = [item["index_number"], "other", "政务大厅", date(2026, 11, 25), "乌云", None]
    assert (await _send(office, await asyncio.to_thread(_workbook, row))).status == 201
    assert (await _state(office, item))[0] == "live"


async def test_a_table_that_comes_again_with_more_rows_files_only_the_new_ones(office: Office):
    first, second = await _on_the_board(office), await _on_the_board(office)
    rows = [HEAD, _row(first, "政务大厅", "2026-11-25", "乌云", "")]
    await _send(office, "\n".join(rows))
    told = await _send(office, "\n".join((*rows, _row(second, "政务大厅", "2026-11-25", "乌云", ""))))
    assert [row["state"] for row in told.json["rows"]] == ["filed_before", "filed"]


@pytest.mark.parametrize(
    ("place", "shown_at", "by", "word"),
    [
        ("", "2026-11-25", "乌云", "公开地点"),
        ("政务大厅", "昨天", "乌云", "公开时间”读不懂"),
        ("政务大厅", "2026-02-30", "乌云", "公开时间”读不懂"),
        ("政务大厅", "2027-01-01", "乌云", "公开时间不能晚于"),
        ("政务大厅", "2026-11-25", "", "经办人"),
        ("厅" * 201, "2026-11-25", "乌云", "公开地点”不能超过 200"),
    ],
)
async def test_one_wrong_row_is_named_and_files_nothing(
    office: Office, place: str, shown_at: str, by: str, word: str
):
    good, bad = await _on_the_board(office), await _on_the_board(office)
    rows = (HEAD, _row(good, "政务大厅", "2026-11-25", "乌云", ""), _row(bad, place, shown_at, by, ""))
    told = await _send(office, "\n".join(rows))
    assert told.status == 422
    cell = f"rows.3.{word[:4]}"
    assert told.refusal[2] == cell or [one["field"] for one in told.json["errors"]] == [cell]
    assert word in told.text
    assert (await _state(office, good))[0] == (await _state(office, bad))[0] == "waiting"


async def test_everything_wrong_with_a_table_is_named_at_once_each_with_its_cell(office: Office):
    item = await _on_the_board(office)
    wrong = _row(item, "", "昨天", "", "注" * 501)
    told = await _send(office, f"{HEAD}\n{wrong}\n查无此号,other,,2026-02-30,乌云,")
    assert [one["field"] for one in told.json["errors"]] == [
        "rows.2.公开地点", "rows.2.经办人", "rows.2.备注", "rows.2.公开时间",
        "rows.3.索引号", "rows.3.公开地点", "rows.3.公开时间",
    ]  # fmt: skip
    assert (await _state(office, item))[0] == "waiting"


async def test_the_same_delivery_twice_in_one_table_is_refused(office: Office):
    item = await _on_the_board(office)
    row = _row(item, "政务大厅", "2026-11-25", "乌云", "")
    told = await _send(office, f"{HEAD}\n{row}\n{row}")
    assert (told.status, "第 2 行重复" in told.text) == (422, True)
    assert (await _state(office, item))[0] == "waiting"


async def test_a_proof_that_contradicts_the_one_on_file_is_refused(office: Office):
    item = await _on_the_board(office)
    await _send(office, f"{HEAD}\n{_row(item, '政务大厅', '2026-11-25', '乌云', '')}")
    told = await _send(office, f"{HEAD}\n{_row(item, '公报', '2026-11-25', '乌云', '')}")
    assert (told.status, "已经登记过" in told.text) == (409, True)


@pytest.mark.parametrize("content", ["", HEAD, "索引号,账号\n1,other", b"\x00\x01\x02", b"PK\x03\x04broken"])
async def test_what_is_no_table_of_proofs_is_refused(office: Office, content: Any):
    told = await _send(office, content)
    assert (told.status, told.json["code"]) == (422, "invalid")


async def test_an_item_of_another_organ_looks_like_one_that_is_not_there(office: Office):
    missing = await _send(office, f"{HEAD}\n000000019/2026-99999,other,政务大厅,2026-11-25,乌云,")
    assert (missing.status, "没有索引号" in missing.text) == (422, True)
