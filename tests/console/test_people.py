"""server/console/people.py, audit.py, jobs.py: people, organs, who did what, and what the clock runs."""

from tests.api.conftest import NEIGHBOUR
from tests.console.conftest import XSS, ConsoleOffice
from tests.house import CODE

NEW = {"login": "gerel", "name": "格日勒", "password": "gerel-2026-nar", "org": CODE, "role": "author"}


async def test_a_person_is_added_and_listed_with_his_role(office: ConsoleOffice):
    desk = await office.desk("admin")
    page = await desk.follow(await desk.post("/console/people", NEW))
    assert "格日勒" in page.words
    assert "gerel-2026-nar" not in page.html


async def test_a_wrong_person_is_refused_and_what_was_typed_stays_without_the_password(office: ConsoleOffice):
    desk = await office.desk("admin")
    seen = await desk.post("/console/people", {**NEW, "login": "A B", "name": XSS})
    assert (seen.status, seen.fields["name"]) == (422, XSS)
    assert NEW["password"] not in seen.html
    assert (await desk.post("/console/people", {**NEW, "role": "king"})).status == 422


async def test_nobody_gives_away_what_he_does_not_manage(office: ConsoleOffice):
    desk = await office.desk("admin")
    assert (await desk.post("/console/people", {**NEW, "org": NEIGHBOUR})).status == 403
    chief = await office.desk("chief")
    for path in ("", "/grant", "/revoke", "/disable", "/enable", "/password"):
        assert (await chief.post(f"/console/people{path}", NEW)).status == 403
    assert (
        await chief.post("/console/orgs", {"code": "000000043", "name": "局", "parent": CODE})
    ).status == 403


async def test_a_role_is_taken_and_a_person_shut_out_and_let_in(office: ConsoleOffice):
    desk = await office.desk("admin")
    grant = {"login": "reviewer", "org": CODE, "role": "author"}
    await desk.follow(await desk.post("/console/people/grant", grant))
    await desk.follow(await desk.post("/console/people/revoke", grant))
    reviewer = await office.desk("reviewer")
    assert (
        await desk.follow(await desk.post("/console/people/disable", {"login": "reviewer"}))
    ).status == 200
    assert (await reviewer.get("/console")).status == 401
    await desk.follow(await desk.post("/console/people/enable", {"login": "reviewer"}))
    again = await desk.post("/console/people/enable", {"login": "reviewer"})
    assert (again.status, "这个人员没有停用" in again.words) == (409, True)


async def test_an_organ_is_added_below_ones_own(office: ConsoleOffice):
    desk = await office.desk("admin")
    fields = {"code": "000000043", "name": XSS, "parent": CODE}
    page = await desk.follow(await desk.post("/console/orgs", fields))
    assert XSS in page.words
    twice = await desk.post("/console/orgs", fields)
    assert (twice.status, twice.fields["code"]) == (409, "000000043")


async def test_the_audit_tells_who_did_what_and_opens_as_a_sheet(office: ConsoleOffice):
    desk = await office.desk("admin")
    name = "<script>alert(1)</script>"
    await desk.follow(await desk.post("/console/people", {**NEW, "name": name}))
    seen = await desk.get("/console/audit?verb=person.&person=admin")
    assert "添加人员" in seen.words
    assert [told for tag, told in seen.tags if tag == "script" and "src" not in told] == []
    sheet = await desk.get("/console/audit/sheet?verb=person.")
    assert sheet.headers["Content-Type"].startswith("text/csv")
    assert "添加人员" in sheet.html
    assert (await desk.get("/console/audit?person=nobody")).status == 422
    assert (await desk.get("/console/audit?from=soon")).status == 422
    assert (await (await office.desk("author")).get("/console/audit")).status == 403


async def test_a_job_runs_by_hand_and_only_by_who_may(office: ConsoleOffice):
    desk = await office.desk("admin")
    page = await desk.get("/console/jobs")
    name = page.fields["name"]
    after = await desk.follow(await desk.post("/console/jobs/run", {"name": name}))
    assert "完成" in after.words
    unknown = await desk.post("/console/jobs/run", {"name": XSS})
    assert (unknown.status, "没有运行" in unknown.words) == (422, True)
    assert (await (await office.desk("chief")).post("/console/jobs/run", {"name": name})).status == 403


async def test_the_audit_says_its_details_in_words(office: ConsoleOffice):
    made = await office.approved()
    await office.post(f"/api/v1/items/{made['id']}/release", {"accounts": ["website"]}, by="chief")
    seen = await (await office.desk("admin")).get("/console/audit?verb=item.release")
    assert ("账号：website" in seen.words, "accounts" in seen.words) == (True, False)
