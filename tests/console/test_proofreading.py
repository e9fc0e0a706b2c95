"""server/console/proofreading.py: what the checks say of a text that nobody has saved."""

import json
from typing import Any

from tests.console.conftest import ConsoleOffice
from tests.console.test_writing import a_form
from tests.house import CODE

LOOK = "/console/proofread"
SECRET = "11010519491231002X"


async def _findings(office: ConsoleOffice, **changes: str) -> list[dict[str, Any]]:
    told = await (await office.desk("author")).post(LOOK, a_form(**changes))
    assert told.status == 200
    return list(json.loads(told.html)["findings"])


async def test_a_place_counts_the_signs_that_are_seen(office: ConsoleOffice):
    (one, *_) = await _findings(office, body=f"<p>第一 段</p><p>&emsp;证号{SECRET}。</p>")
    assert (one["severity"], one["field"]) == ("blocking", "body")
    assert (one["begin"], one["signs"]) == (len("第一段证号"), len(SECRET))


async def test_what_is_said_of_a_person_hides_him(office: ConsoleOffice):
    (one, *_) = await _findings(office, body=f"<p>证号{SECRET}。</p>")
    assert SECRET not in json.dumps(one)
    assert one["suggestion"].endswith("02X")


async def test_a_wrong_document_number_comes_with_the_right_one(office: ConsoleOffice):
    found = await _findings(office, document_number="示政发[2026]12号")
    (one,) = [one for one in found if one["field"] == "document_number"]
    assert one["suggestion"] == "示政发〔2026〕12号"


async def test_what_cannot_be_saved_yet_says_why_and_nothing_is_stored(office: ConsoleOffice):
    told = await (await office.desk("author")).post(LOOK, a_form(title=""))
    assert (told.status, json.loads(told.html)) == (200, {"error": "“标题”不能为空"})
    assert await office.count_items() == 0


async def test_nobody_looks_in_the_name_of_a_foreign_organ(office: ConsoleOffice):
    told = await (await office.desk("stranger")).post(LOOK, a_form(org=CODE))
    assert told.status == 403


async def test_a_text_too_long_to_be_looked_at_while_writing_says_so(office: ConsoleOffice):
    told = await (await office.desk("author")).post(LOOK, a_form(body="a" * 200_001))
    assert "写的时候不检查" in told.html


async def test_an_item_of_a_closed_column_is_looked_at_all_the_same(office: ConsoleOffice):
    closed = {"version": "0", "name": "通知公告", "type": "通知公告", "address": "tzgg"}
    admin = await office.desk("admin")
    assert "已关闭" in (await admin.follow(await admin.post("/console/columns/tzgg", closed))).words
    assert await _findings(office, column="tzgg", body=f"<p>证号{SECRET}。</p>")
