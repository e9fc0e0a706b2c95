import asyncio
import io
from typing import Any

import openpyxl
import pytest

from tests.api.conftest import Office
from tests.house import CODE

AT = "/api/v1/reports/2026/assessment"


async def _published(office: Office, **changes: Any) -> Any:
    item = await office.approved(**changes)
    await office.post(f"/api/v1/items/{item['id']}/release", {"accounts": ["website"]}, by="chief")
    await office.house.run_until_quiet()
    return item


async def _cells(office: Office) -> dict[str, Any]:
    told = (await office.get(f"{AT}?org={CODE}")).json
    (organ,) = [one for one in told["organs"] if one["org"] == CODE]
    return {cell["key"]: cell for cell in organ["indicators"]}


async def test_what_the_ledger_knows_is_computed(office: Office):
    await _published(office)
    await _published(office)
    cells = await _cells(office)
    assert (float(cells["items"]["value"]), float(cells["channels"]["value"])) == (2, 1)
    assert float(cells["withdrawn"]["value"]) == 0
    assert cells["items"]["is_computed"]


async def test_a_withdrawal_shows_in_the_share_withdrawn(office: Office):
    first = await _published(office)
    await _published(office)
    await office.post(f"/api/v1/items/{first['id']}/withdraw", {"reason": "内容有误"}, by="chief")
    await office.house.run_until_quiet()
    assert float((await _cells(office))["withdrawn"]["value"]) == 50


async def test_without_anything_to_measure_there_is_no_value_and_no_point(office: Office):
    cells = await _cells(office)
    assert (cells["interpreted"]["value"], cells["interpreted"]["points"]) == (None, None)
    assert cells["training"]["basis"] == "没有填报"


async def test_what_was_entered_counts_with_its_source(office: Office):
    form = {"org": CODE, "figures": [{"key": "training", "value": "1", "source": "培训签到表"}]}
    told = await office.post(AT, form, by="admin")
    assert told.status == 201
    cell = (await _cells(office))["training"]
    assert (float(cell["points"]), cell["basis"]) == (2.0, "培训签到表")


@pytest.mark.parametrize(
    ("key", "value", "source", "field"),
    [
        ("items", "5", "自报", "figures.0.key"),
        ("beauty", "5", "自报", "figures.0.key"),
        ("training", "-1", "自报", "figures.0.value"),
        ("training", "NaN", "自报", "figures.0.value"),
        ("mechanism", "101", "自报", "figures.0.value"),
    ],
)
async def test_what_cannot_be_entered_is_refused_and_changes_nothing(
    office: Office, key: str, value: str, source: str, field: str
):
    good = {"key": "training", "value": "2", "source": "签到表"}
    form = {"org": CODE, "figures": [{"key": key, "value": value, "source": source}, good]}
    told = await office.post(AT, form, by="admin")
    assert told.status == 422
    assert field in {told.refusal[2], *(one["field"] for one in told.json.get("errors", ()))}
    assert (await _cells(office))["training"]["value"] is None


async def test_an_author_enters_no_assessment(office: Office):
    form = {"org": CODE, "figures": [{"key": "training", "value": "1", "source": "x"}]}
    assert (await office.post(AT, form, by="author")).status == 403


async def test_the_workbook_has_a_column_for_each_organ_and_every_basis(office: Office):
    await _published(office)
    told = await office.get(f"{AT}?org={CODE}&format=xlsx")
    book = await asyncio.to_thread(openpyxl.load_workbook, io.BytesIO(told.content))
    head = [cell.value for cell in book["得分"][2]]
    organs = (await office.get(f"{AT}?org={CODE}")).json["organs"]
    assert head[:4] == ["方面", "指标", "权重", "单位"]
    assert head[4:] == [one["org_name"] for one in organs]
    assert book["数据和依据"].max_row == 2 + len(organs) * len(organs[0]["indicators"])


async def test_a_year_without_data_is_no_error(office: Office):
    told = await office.get(f"/api/v1/reports/2003/assessment?org={CODE}")
    assert told.status == 200
