"""server/console/tokens.py: access for programs, on a page."""

import re

from tests.console.conftest import XSS, ConsoleOffice


async def test_a_token_is_shown_once_opens_its_share_and_ends(office: ConsoleOffice):
    desk = await office.desk("admin")
    sent = await desk.post("/console/tokens", {"name": XSS[:30], "only_role": "reporter", "days": "30"})
    assert "tf_" not in f"{sent.headers}{sent.html}"
    made = await desk.follow(sent)
    secret = re.findall(r"tf_[0-9a-z]+_[\w-]{43}", made.html)[0]
    assert (made.status, "<img src=x" in made.html) == (200, False)
    assert (await office.get("/api/v1/people", by=secret)).status == 403
    assert (await office.get("/api/v1/sessions/current", by=secret)).status == 200
    page = await desk.get("/console/tokens")
    assert (secret in page.html, "还没有用过" in page.words.partition("统计员")[2]) == (False, False)
    # The oldest first: the other is what the test itself calls with.
    end = [told["action"] for _, told in page.tags if (told.get("action") or "").endswith("/end")][-1]
    other = await (await office.desk("author")).post(str(end))
    assert other.status == 403
    await desk.follow(await desk.post(str(end)))
    assert (await office.get("/api/v1/sessions/current", by=secret)).status == 401


async def test_a_reload_of_the_page_with_a_new_token_neither_issues_one_nor_shows_it_again(
    office: ConsoleOffice,
):
    desk = await office.desk("author")
    sent = await desk.post("/console/tokens", {"name": "年报取数", "only_role": "", "days": "30"})
    kept = desk.cookie("tongfa_once")
    assert kept is not None
    shown = await desk.follow(sent)
    again = await desk.follow(sent)
    assert ("只显示这一次" in shown.words, "只显示这一次" in again.words) == (True, False)
    assert again.html.count('/end"') == shown.html.count('/end"') == 2  # the other is the test's own
    # Whoever finds the cookie on another desk, or later, is shown nothing.
    other = await office.desk("admin")
    headers = {"Cookie": f"tongfa_session={other.cookie('tongfa_session')}; tongfa_once={kept}"}
    assert "只显示这一次" not in (await other.get("/console/tokens", headers=headers)).words
    office.house.now.move(minutes=3)
    mine = {"Cookie": f"tongfa_session={desk.cookie('tongfa_session')}; tongfa_once={kept}"}
    assert "只显示这一次" not in (await desk.get("/console/tokens", headers=mine)).words
    for broken in ("", "x", "é", kept[:-4]):
        mine = {"Cookie": f"tongfa_session={desk.cookie('tongfa_session')}; tongfa_once={broken}"}
        assert (await desk.get("/console/tokens", headers=mine)).status == 200


async def test_a_token_without_an_end_or_a_purpose_is_refused_in_words(office: ConsoleOffice):
    desk = await office.desk("author")
    seen = await desk.post("/console/tokens", {"name": "", "days": "很久"})
    assert (seen.status, "有效天数" in seen.words, seen.fields["days"]) == (422, True, "很久")
