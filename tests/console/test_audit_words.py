"""server/console/audit_words.py: the audit as an editor reads it."""

import re

from tests.console.conftest import ConsoleOffice


async def test_the_audit_shows_words_and_moments_and_no_key_of_the_code(office: ConsoleOffice):
    made = await office.house.published(("website",))
    chief = await office.desk("chief")
    await chief.post(f"/console/items/{made.id}/withdraw", {"withdrawn_as": "privacy"})
    await chief.post("/console/tokens", {"name": "年报取数", "only_role": "reporter", "days": "30"})
    seen = await (await office.desk("admin")).get("/console/audit")
    assert "撤回类型：涉及个人信息" in seen.words
    assert "改动：内容有变化" in seen.words
    assert "只作为：统计员" in seen.words
    assert {"程序：发送", "程序"} & set(re.findall(r'data-label="谁">([^<]+)</td>', seen.html))
    assert re.findall(r'data-label="谁">(?:worker|core|confirm)', seen.html) == []
    details = re.findall(r'<span class="small">([^<：]+)：', seen.html)
    assert details
    assert [one for one in details if re.search("[a-z]", one)] == []


async def test_days_the_wrong_way_round_are_said_to_be_so_and_stay_in_their_fields(office: ConsoleOffice):
    desk = await office.desk("admin")
    asked = "from=2026-12-02&to=2026-12-01"
    seen = await desk.get(f"/console/audit?{asked}")
    told = "截止日在起始日之前，请对调"
    assert (seen.status, seen.words.count(told), "没有这样的记录" in seen.words) == (422, 2, False)
    assert (seen.fields["from"], seen.fields["to"]) == ("2026-12-02", "2026-12-01")
    assert (await desk.get(f"/console/audit/sheet?{asked}")).status == 422
    assert (await desk.get("/console/audit?from=2026-12-01&to=2026-12-01")).status == 200
