"""server/api/reports.py: figures entered, snapshots, filing and the draft over HTTP."""

import json

import pytest
import sqlalchemy as sa

from server.store.orgs import find_org_by_code
from tests.api.conftest import DEPARTMENT, NEIGHBOUR, Office
from tests.house import CODE

AT = "/api/v1/reports/2026"
LAST = "/api/v1/reports/2025"
ONE = {"key": "行政许可", "value": "182", "source": "政务服务中心"}


async def test_figures_are_entered_and_tell_who_entered_them(office: Office):
    made = await office.post(f"{AT}/figures", {"org": CODE, "figures": [ONE]}, by="chief")
    assert made.status == 201, made.text
    (figure,) = (await office.get(f"{AT}/figures?org={CODE}", by="reporter")).json["figures"]
    assert (figure["key"], figure["value"], figure["entered_by"]) == (
        "二(五)|行政许可|本年处理决定数量", "182", "chief",
    )  # fmt: skip


async def test_every_figure_that_cannot_be_is_named(office: Office):
    bad = [ONE, {**ONE, "value": "很多"}, {**ONE, "key": "没有的"}]
    refused = await office.post(f"{AT}/figures", {"org": CODE, "figures": bad}, by="chief")
    assert refused.status == 422
    assert [one["field"] for one in refused.json["errors"]] == ["figures.1.value", "figures.2.key"]
    assert (await office.get(f"{AT}/figures?org={CODE}")).json["figures"] == []


@pytest.mark.parametrize("by", ["author", "reporter", "stranger", "clerk"])
async def test_who_may_not_file_enters_nothing(office: Office, by: str):
    refused = await office.post(f"{AT}/figures", {"org": CODE, "figures": [ONE]}, by=by)
    assert refused.status == 403


async def test_a_snapshot_keeps_its_figures_and_says_that_it_is_intact(office: Office):
    made = await office.post(f"{AT}/snapshots", {"org": CODE}, by="chief")
    assert (made.status, made.json["number"]) == (201, 1)
    seen = (await office.get(f"{AT}/snapshot?org={CODE}&number=1")).json
    assert (seen["is_intact"], seen["checksum"]) == (True, made.json["checksum"])
    again = await office.post(f"{AT}/snapshots", {"org": CODE}, by="chief")
    assert again.refusal == (422, "invalid", "reason")
    assert (await office.post(f"{AT}/snapshots", {"org": CODE, "reason": "补录"}, by="chief")).status == 201
    told = (await office.get(f"{AT}/difference?org={CODE}&older=1&newer=2")).json
    assert (told["reason"], told["rows"]) == ("补录", [])
    assert (await office.get(f"{AT}/snapshot?org={CODE}&number=9")).status == 404


async def test_nobody_waits_while_the_lines_of_days_that_are_over_are_read(office: Office):
    """On SQLite nobody writes beside who writes: they are read before, in a picture of its own."""
    engine, asked = office.house.store.engine.sync_engine, list[bool]()

    def hear(connection: sa.Connection, _cursor: object, statement: str, *_more: object) -> None:
        if "ORDER BY ledger.day, ledger.id" in statement:
            asked.append(connection.get_execution_options().get("tongfa_writing", False))

    sa.event.listen(engine, "before_cursor_execute", hear)
    assert (await office.post(f"{LAST}/snapshots", {"org": CODE}, by="chief")).status == 201
    assert (await office.post(f"{LAST}/filings", {"org": CODE, "move": "submit"}, by="chief")).status == 200
    assert asked == [False, False]


async def test_the_office_above_accepts_and_the_department_itself_may_not(office: Office):
    await office.person("head", (await _org_id(office, DEPARTMENT)), "chief")
    submitted = await office.post(f"{LAST}/filings", {"org": DEPARTMENT, "move": "submit"}, by="head")
    assert (submitted.status, submitted.json["state"]) == (200, "submitted")
    own = await office.post(f"{LAST}/filings", {"org": DEPARTMENT, "move": "accept"}, by="head")
    assert own.status == 403
    accepted = await office.post(f"{LAST}/filings", {"org": DEPARTMENT, "move": "accept"}, by="chief")
    assert accepted.json["state"] == "accepted"


async def test_a_year_that_has_not_ended_is_not_accepted(office: Office):
    await office.post(f"{AT}/filings", {"org": DEPARTMENT, "move": "submit"}, by="chief")
    refused = await office.post(f"{AT}/filings", {"org": DEPARTMENT, "move": "accept"}, by="chief")
    assert refused.refusal[:2] == (409, "wrong_state")


async def test_who_has_not_submitted_is_listed(office: Office):
    await office.post(f"{AT}/filings", {"org": DEPARTMENT, "move": "submit"}, by="chief")
    told = (await office.get(f"{AT}/filings?org={CODE}")).json
    assert told["not_submitted"] == [CODE]


@pytest.mark.parametrize("form", ["docx", "html", "xlsx", "json"])
async def test_the_draft_comes_as_a_file(office: Office, form: str):
    told = await office.get(f"{AT}/draft?org={CODE}&format={form}&review=true", by="reporter")
    assert told.status == 200
    assert f"report-2026.{form}" in told.headers["Content-Disposition"]
    if form == "json":
        assert json.loads(told.text)["year"] == 2026


@pytest.mark.parametrize("year", ["1989", "2101", "20", "abcd", "٢٠٢٦"])
async def test_a_year_that_cannot_be_is_refused(office: Office, year: str):
    refused = await office.get(f"/api/v1/reports/{year}/filings?org={CODE}")
    assert refused.status in (404, 422)


async def test_another_offices_year_is_not_filed(office: Office):
    refused = await office.post(f"{AT}/filings", {"org": NEIGHBOUR, "move": "submit"}, by="chief")
    assert refused.status == 403


async def _org_id(office: Office, code: str) -> str:
    async with office.house.store.read() as tx:
        found = await find_org_by_code(tx, code)
    assert found is not None
    return found.id


async def test_those_that_have_not_submitted_are_listed_and_called_upon(office: Office):
    at = "/api/v1/reports/2025/silent"
    (one,) = (await office.get(f"{at}?org={CODE}", by="reporter")).json["silent"]
    assert (one["org"], one["reminders"]) == (DEPARTMENT, 0)
    assert (await office.post(at, {"org": CODE}, by="reporter")).status == 403
    assert (await office.post(at, {"org": CODE}, by="chief")).json["reminded"] == [DEPARTMENT]
    sheet = await office.get(f"{at}?org={CODE}&format=csv", by="reporter")
    assert "最近催报" in sheet.text
    assert (await office.post(f"{AT}/silent", {"org": CODE}, by="chief")).refusal == (422, "invalid", "year")


async def test_a_month_is_drafted_listed_and_shown(office: Office):
    at = "/api/v1/reports/2025/months"
    made = await office.post(at, {"org": CODE, "month": 3}, by="chief")
    assert (made.status, made.json["month"], made.json["items"]) == (201, "2025-03", 0)
    assert "2025年3月" in made.json["text"]
    (listed,) = (await office.get(f"{at}?org={CODE}", by="reporter")).json["months"]
    assert listed == made.json == (await office.get(f"{at}/03?org={CODE}")).json
    assert (await office.get(f"{at}/04?org={CODE}")).status == 404
    early = await office.post("/api/v1/reports/2099/months", {"org": CODE, "month": 12}, by="chief")
    assert early.refusal == (422, "invalid", "month")
