"""server/api/audit.py: who did what, read page by page, by those who may."""

import csv
import io
from typing import Any

from server.core.acts import VERB_NAMES
from tests.api.conftest import Office


async def lines(office: Office, *, by: str = "admin", **query: Any) -> list[dict[str, Any]]:
    asked = "&".join(f"{name}={value}" for name, value in query.items())
    shown = await office.get(f"/api/v1/audit?{asked}", by=by)
    assert shown.status == 200, shown.text
    return list(reversed(shown.json["lines"]))


async def test_an_act_is_told_with_person_token_address_and_request(office: Office):
    headers = {"X-Request-Id": "desk-7"}
    item = await office.item()
    await office.call("POST", f"/api/v1/items/{item['id']}/submit", by="author", headers=headers)
    *_before, told = await lines(office, item=item["id"])
    assert (told["verb"], told["name"], told["who"]) == ("item.submit", "提交审核", "author author")
    assert (told["address"], told["request_id"]) == ("127.0.0.1", "desk-7")
    assert told["token_id"] == office.tokens["author"].split("_")[1]


async def test_a_refused_act_leaves_no_line(office: Office):
    item = await office.item()
    await office.post(f"/api/v1/items/{item['id']}/approve", by="chief")
    assert [one["verb"] for one in await lines(office, item=item["id"])] == ["item.create"]


async def test_only_who_may_read_the_audit_sees_it(office: Office):
    for login in ("author", "reviewer", "chief", "reporter"):
        assert (await office.get("/api/v1/audit", by=login)).refusal[:2] == (403, "forbidden")


async def test_an_administrator_sees_the_acts_of_his_organs_only(office: Office):
    await office.item()
    assert await lines(office, by="admin", verb="item.") != []
    assert await lines(office, by="stranger", verb="item.") == []


async def test_lines_are_found_by_person_and_by_the_front_of_a_verb(office: Office):
    item = await office.approved()
    assert {one["verb"] for one in await lines(office, verb="item.", person="chief")} == {"item.approve"}
    assert len(await lines(office, verb="item.", item=item["id"])) == 3


async def test_an_unknown_person_is_refused(office: Office):
    refused = await office.get("/api/v1/audit?person=nobody", by="admin")
    assert refused.refusal == (422, "unknown_person", "person")


async def test_lines_are_found_by_time(office: Office):
    await office.item()
    office.house.now.move(hours=1)
    later = office.house.now().isoformat().replace("+00:00", "Z")
    await office.item()
    assert len(await lines(office, verb="item.", since=later)) == 1
    assert len(await lines(office, verb="item.", until=later)) == 1


async def test_pages_lead_to_the_first_line(office: Office):
    for _number in range(5):
        await office.item()
    seen, before = [], ""
    while True:
        page = (await office.get(f"/api/v1/audit?verb=item.&limit=2{before}", by="admin")).json
        seen += [one["id"] for one in page["lines"]]
        if page["next"] is None:
            break
        before = f"&before={page['next']}"
    assert len(set(seen)) == len(seen) == 5


async def test_the_sheet_opens_in_a_spreadsheet_and_runs_nothing(office: Office):
    item = await office.item()
    await office.post(f"/api/v1/items/{item['id']}/submit")
    await office.post(f"/api/v1/items/{item['id']}/return", {"reason": "=HYPERLINK(1)"}, by="chief")
    sheet = await office.get("/api/v1/audit.csv?verb=item.", by="admin")
    heads, *rows = csv.reader(io.StringIO(sheet.content.decode("utf-8-sig")))
    assert heads[:5] == ["编号", "时间", "事项", "代码", "谁"]
    assert [row[3] for row in rows] == ["item.return", "item.submit", "item.create"]
    assert rows[0][1].endswith("+08:00")
    assert not [cell for row in rows for cell in row if cell.startswith("=")]


async def test_taking_the_sheet_is_told_too(office: Office):
    await office.get("/api/v1/audit.csv", by="admin")
    assert (await lines(office))[-1]["verb"] in VERB_NAMES.keys() - {"item.create"}
    assert [one["verb"] for one in await lines(office, verb="audit.")] == []  # of no organ: not his to see


async def test_who_reaches_every_organ_sees_what_belongs_to_none(office: Office):
    office.tokens["both"] = office.tokens["admin"]
    for code in ("000000035",):
        grant = {"login": "admin", "org": code, "role": "admin"}
        assert (await office.post("/api/v1/people/grant", grant, by="stranger")).status == 200
    await office.get("/api/v1/audit.csv", by="admin")
    assert [one["verb"] for one in await lines(office, verb="audit.")] == ["audit.export"]
