"""server/console/follows.py: documents without interpretation, and what an interpretation follows."""

from datetime import UTC, datetime

from tests.console.conftest import XSS, ConsoleOffice
from tests.console.test_writing import a_form


async def _overdue_document(office: ConsoleOffice) -> str:
    made = await office.house.published(("website",), title=XSS)
    return made.id


async def test_a_document_without_interpretation_is_listed_with_its_term(office: ConsoleOffice):
    await _overdue_document(office)
    seen = await (await office.desk("author")).get("/console/follows")
    assert XSS in seen.words
    assert "待解读 1" in seen.words
    assert [told for tag, told in seen.tags if tag == "script" and "src" not in told] == []


async def test_a_document_is_exempted_with_a_reason_by_who_may_release(office: ConsoleOffice):
    source = await _overdue_document(office)
    author = await office.desk("author")
    assert (await author.post(f"/console/follows/{source}/waive", {"reason": "免"})).status == 403
    desk = await office.desk("chief")
    empty = await desk.post(f"/console/follows/{source}/waive", {"reason": " "})
    assert (empty.status, "“理由”不能为空" in empty.words) == (422, True)
    page = await desk.follow(await desk.post(f"/console/follows/{source}/waive", {"reason": "人事任免"}))
    assert "免予解读 1" in page.words
    assert "理由：人事任免" in page.words


async def test_an_interpretation_finds_its_document_by_its_number(office: ConsoleOffice):
    await office.house.item(title="医疗救助办法", document_number="某政发〔2026〕12号")
    await office.house.item(title="防汛通知", document_number="某政发〔2026〕13号")
    made = await office.item(kind="interpretation", document_number=None, title="解读")
    seen = await (await office.desk("author")).get(f"/console/items/{made['id']}/follow?q=〔2026〕12号")
    assert ("医疗救助办法" in seen.words, "防汛通知" in seen.words) == (True, False)


async def test_the_rule_that_was_chosen_is_kept_and_told_in_a_sentence(office: ConsoleOffice):
    source = await office.house.item(title="医疗救助办法")
    made = await office.item(kind="interpretation", document_number=None, title="解读")
    desk = await office.desk("author")
    path = f"/console/items/{made['id']}/follow"
    fields = {
        "source_id": source.id, "rule": "after_working_days", "working_days": "3", "at_clock": "18:00",
        "not_before": "", "q": "",
    }  # fmt: skip
    page = await desk.follow(await desk.post(path, fields))
    assert "原文上线后第3个工作日 18:00" in page.words
    for wrong in ({"working_days": "many"}, {"source_id": ""}, {"rule": "moon"}, {"at_clock": "25:00"}):
        seen = await desk.post(path, {**fields, **wrong})
        assert (seen.status, "没有关联" in seen.words) == (422, True), wrong


async def test_nobody_binds_an_item_of_another_organ(office: ConsoleOffice):
    source = await office.house.item(title="医疗救助办法")
    made = await office.item(kind="interpretation", document_number=None, title="解读")
    desk = await office.desk("stranger")
    fields = {"source_id": source.id, "rule": "same_moment"}
    assert (await desk.post(f"/console/items/{made['id']}/follow", fields)).status == 403
    assert (await desk.get(f"/console/items/{made['id']}/follow")).status == 403


async def test_a_term_says_its_day_of_the_week_and_the_days_that_are_against_the_week(office: ConsoleOffice):
    office.house.now.moment = datetime(2026, 9, 28, 2, tzinfo=UTC)
    await office.house.published(("website",), title="节前的文件")
    seen = await (await office.desk("author")).get("/console/follows")
    assert "2026-09-28 周一 上线" in seen.words
    assert "10月1日周四放假" in seen.words
    assert "10月7日周三放假" in seen.words


async def test_an_interpretation_begun_at_its_document_leads_on_to_tying_it(office: ConsoleOffice):
    source = await office.house.published(("website",), title="要解读的文件")
    desk = await office.desk("author")
    seen = await desk.get("/console/follows")
    (path,) = [one for one in seen.links if "interprets=" in one]
    form = await desk.get(path)
    assert form.fields["interprets"] == source.id
    made = await desk.post("/console/items/new", {**a_form(kind="interpretation"), "interprets": source.id})
    tied = await desk.follow(made)
    assert "要解读的文件" in tied.words
    assert ("source_id", source.id) in [(told.get("name"), told.get("value")) for _, told in tied.tags]


async def test_an_interpretation_taken_up_again_still_knows_its_document(office: ConsoleOffice):
    source = await office.house.published(("website",), title="要解读的文件")
    desk = await office.desk("author")
    typed = {
        **a_form(kind="interpretation"),
        "interprets": source.id,
        "slot": "new1",
        "after": "0",
        "item": "",
    }
    assert (await desk.post("/console/scratch", typed)).status == 200
    assert (await desk.get("/console/items/new?restore=new1")).fields["interprets"] == source.id
