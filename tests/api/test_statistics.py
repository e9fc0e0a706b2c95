"""server/api/statistics.py: the figures of a period, for a report job."""

import csv
import io

import openpyxl
import pytest

from tests.api.conftest import DEPARTMENT, Office
from tests.house import CODE

CHANNELS = "/api/v1/statistics/channels"


async def test_an_item_on_two_channels_is_one_item_and_two_deliveries(office: Office):
    item = await office.approved()
    await office.post(f"/api/v1/items/{item['id']}/release", {"accounts": ["website", "weibo"]}, by="chief")
    await office.house.run_until_quiet()
    told = (await office.get(f"{CHANNELS}?year=2026", by="reporter")).json
    assert (told["items"], told["deliveries"]["website"], told["deliveries"]["weibo"]) == (1, 1, 1)


async def test_a_year_without_data_gives_zeros(office: Office):
    told = await office.get(f"{CHANNELS}?year=2017", by="reporter")
    assert (told.status, told.json["items"]) == (200, 0)
    assert set(told.json["deliveries"].values()) == {0}


async def test_a_period_is_given_by_its_two_days(office: Office):
    told = (await office.get(f"{CHANNELS}?from=2026-11-25&to=2026-11-25&group_by=month")).json
    assert told["period"] == {"from": "2026-11-25", "to": "2026-11-25"}


async def test_an_organ_is_counted_with_everything_below_it(office: Office):
    item = await office.approved(org=DEPARTMENT)
    await office.post(f"/api/v1/items/{item['id']}/release", {"accounts": ["website"]}, by="chief")
    await office.house.run_until_quiet()
    told = (await office.get(f"{CHANNELS}?year=2026&org={CODE}")).json
    assert (told["org"], told["items"]) == (CODE, 1)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("", "year"),
        ("year=17", "year"),
        ("year=next", "year"),
        ("year=2017&from=2017-01-01", "year"),
        ("from=2017-01-01", "to"),
        ("to=2017-01-01", "from"),
        ("from=2017-02-30&to=2017-03-01", "from"),
        ("from=2017-03-01&to=2017-02-01", "to"),
        ("year=2017&group_by=colour", "group_by"),
        ("year=2017&org=12", "org"),
        ("year=2017&year=2018", "year"),
        ("jahr=2017", "jahr"),
    ],
)
async def test_a_question_that_makes_no_sense_is_refused_by_name(office: Office, query: str, field: str):
    refused = await office.get(f"{CHANNELS}?{query}")
    assert (refused.status, refused.json["code"]) == (422, "invalid")
    fields = [error["field"] for error in refused.json["errors"]] or [refused.json["field"]]
    assert field in fields


async def test_an_unknown_organ_is_refused(office: Office):
    assert (await office.get(f"{CHANNELS}?year=2017&org=999999999")).refusal == (422, "unknown_org", "org")


ROWS = "/api/v1/statistics/rows"


@pytest.mark.parametrize("asked", [CHANNELS, ROWS])
async def test_a_column_that_never_was_is_refused(office: Office, asked: str):
    assert (await office.get(f"{asked}?year=2017&column=nosuch")).refusal == (
        422, "unknown_column", "column",
    )  # fmt: skip


async def published(office: Office, **changes):
    item = await office.approved(**changes)
    await office.post(f"/api/v1/items/{item['id']}/release", {"accounts": ["website"]}, by="chief")
    await office.house.run_until_quiet()
    return item


async def test_the_rows_behind_a_figure_name_the_item_and_its_proof(office: Office):
    item = await published(office)
    told = (await office.get(f"{ROWS}?year=2026&channel=website", by="reporter")).json
    (row,) = told["rows"]
    assert (row["item"], row["title"], row["index_number"]) == (
        item["id"],
        item["title"],
        item["index_number"],
    )
    assert (row["account"], row["org"]) == ("website", CODE)
    assert row["link"].startswith("http")
    assert row["proof"]["live_at"] is not None
    assert told["next"] is None


async def test_rows_come_in_pages_that_go_on_where_the_last_one_ended(office: Office):
    made = [(await published(office))["id"] for _ in range(3)]
    first = (await office.get(f"{ROWS}?year=2026&limit=2")).json
    rest = (await office.get(f"{ROWS}?year=2026&limit=2&after={first['next']}")).json
    assert [row["item"] for row in (*first["rows"], *rest["rows"])] == made
    assert rest["next"] is None


@pytest.mark.parametrize(
    "side", ["kind=policy", "column=zcwj", "group_by=account", "subtree=false&org=" + CODE]
)
async def test_every_side_counts_what_it_names(office: Office, side: str):
    await published(office)
    assert (await office.get(f"{CHANNELS}?year=2026&{side}")).json["items"] == 1


@pytest.mark.parametrize("side", ["kind=news", "column=tzgg", "topic=教育", "org=" + DEPARTMENT])
async def test_figures_of_another_side_do_not_count_it(office: Office, side: str):
    await published(office)
    assert (await office.get(f"{CHANNELS}?year=2026&{side}")).json["items"] == 0


async def test_unchanged_figures_need_not_be_sent_again(office: Office):
    first = await office.get(f"{CHANNELS}?year=2026")
    again = await office.call(
        "GET", f"{CHANNELS}?year=2026", headers={"If-None-Match": first.headers["ETag"]}
    )
    assert (again.status, again.text) == (304, "")
    await published(office)
    changed = await office.call(
        "GET", f"{CHANNELS}?year=2026", headers={"If-None-Match": first.headers["ETag"]}
    )
    assert changed.status == 200


async def test_a_spreadsheet_has_the_same_numbers(office: Office):
    await published(office)
    told = await office.get(f"{CHANNELS}?year=2026&group_by=org&format=csv")
    assert told.headers["Content-Type"] == "text/csv; charset=utf-8"
    head, row, total = csv.reader(io.StringIO(told.content.decode("utf-8-sig")))
    assert (head[:4], row[0], row[2:4], total[2]) == (
        ["机构", "名称", "信息条数", "政府网站"],
        CODE,
        ["1", "1"],
        "1",
    )


async def test_a_workbook_opens_with_the_same_numbers(office: Office):
    await published(office)
    told = await office.get(f"{CHANNELS}?year=2026&format=xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(told.content)).active
    assert [cell.value for cell in sheet[2]][:4] == ["website", "政府网站", 1, 1]


async def test_a_title_that_looks_like_a_formula_stays_text(office: Office):
    await published(office, title='=HYPERLINK("http://evil.invalid")')
    told = await office.get(f"{ROWS}?year=2026&format=csv")
    row = list(csv.reader(io.StringIO(told.content.decode("utf-8-sig"))))[1]
    assert row[1].startswith("'=HYPERLINK")


async def test_a_token_for_reports_reads_figures_and_nothing_else(office: Office):
    token = await office.token(office.house.chief, only_role="reporter")
    assert (await office.get(f"{CHANNELS}?year=2026", by=token)).status == 200
    assert (await office.get(f"{ROWS}?year=2026", by=token)).status == 200
    assert (await office.get("/api/v1/items", by=token)).status == 403


@pytest.mark.parametrize(
    ("query", "field"),
    [("after=x", "after"), ("after=2026-13-01.1", "after"), ("limit=0", "limit"), ("channel=tv", "channel"),
     ("line=all", "line"), ("format=pdf", "format")],
)  # fmt: skip
async def test_rows_asked_for_wrongly_are_refused_by_name(office: Office, query: str, field: str):
    refused = await office.get(f"{ROWS}?year=2026&{query}")
    fields = [error["field"] for error in refused.json["errors"]] or [refused.json["field"]]
    assert (refused.status, field in fields) == (422, True)
