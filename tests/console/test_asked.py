"""server/console/asked.py: a list looks as it did before one of its forms was carried out or refused."""

import re
from urllib.parse import parse_qs, urlsplit

from tests.console.conftest import XSS, ConsoleOffice, Seen
from tests.console.test_words import LIST
from tests.console.test_writing import a_form
from tests.importing.papers import png

PNG = png(40, 30)


def carried(seen: Seen) -> str:
    """Give what the forms of a page carry along of what it was asked for."""
    found = set(re.findall(r'name="tongfa_asked" value="([^"]*)"', seen.html))
    assert len(found) == 1
    return found.pop().replace("&amp;", "&")


async def test_a_form_of_a_narrowed_list_leads_back_to_it(office: ConsoleOffice):
    desk = await office.desk("admin")
    await desk.post("/console/words", [], [("file", "词库.csv", LIST)])
    page = await desk.get("/console/words?q=帐户&done=changed")
    done = await desk.post(
        "/console/words/drop", {"word": "帐户", "place": "any", "tongfa_asked": carried(page)}
    )
    assert parse_qs(urlsplit(done.location).query) == {"done": ["changed"], "q": ["帐户"]}
    assert "done" not in carried(page)


async def test_a_refused_form_shows_the_list_as_it_was_narrowed_and_so_does_the_next(office: ConsoleOffice):
    made = await office.house.published(("website",))
    desk = await office.desk("chief")
    page = await desk.get("/console/follows?year=2026&state=open")
    path = f"/console/follows/{made.id}/waive"
    refused = await desk.post(path, {"reason": " ", "tongfa_asked": carried(page)})
    assert refused.status == 422
    assert carried(refused) == carried(page)
    done = await desk.post(path, {"reason": "人事任免", "tongfa_asked": carried(refused)})
    assert parse_qs(urlsplit(done.location).query) == {
        "done": ["recorded"],
        "year": ["2026"],
        "state": ["open"],
    }


async def test_what_a_stranger_puts_there_does_nothing(office: ConsoleOffice):
    made = await office.house.published(("website",))
    desk = await office.desk("chief")
    path = f"/console/follows/{made.id}/waive"
    for told in (
        XSS,
        "path=https%3A%2F%2Fevil.example&done=x&",
        "&".join(f"a{n}=1" for n in range(5000)),
        "%00=%ff",
    ):
        seen = await desk.post(path, {"reason": " ", "tongfa_asked": told})
        assert (seen.status, "<script>alert" in seen.html) == (422, False), told[:40]
    done = await desk.post(path, {"reason": "免", "tongfa_asked": "path=//evil.example&done=x"})
    assert done.location.startswith("/console/follows?done=recorded")


async def test_whoever_must_sign_in_first_keeps_what_the_list_was_asked_for(office: ConsoleOffice):
    await office.house.published(("website",))
    desk = await office.desk("chief")
    asked = carried(await desk.get("/console/follows?year=2026&state=open"))
    desk.drop("tongfa_session")
    door = await desk.post("/console/follows/0000000000000000/waive", {"reason": "免", "tongfa_asked": asked})
    assert (door.status, door.fields["tongfa_asked"].strip()) == (401, asked)


async def test_who_chose_a_file_for_a_form_that_is_refused_is_told_to_choose_it_again(office: ConsoleOffice):
    desk = await office.desk("admin")
    refused = await desk.post("/console/words", files=[("file", "词库.csv", PNG)])
    assert 400 <= refused.status < 500
    assert "刚才选择的文件（词库.csv）没有保存，改正以后请重新选择。" in refused.words
    # The form of an item keeps its files, whatever else is wrong with it.
    author = await office.desk("author")
    kept = await author.post("/console/items/new", a_form(title=""), files=[("files", "附件.png", PNG)])
    assert (kept.status, kept.fields["file_name"]) == (422, "附件.png")
    assert "请重新选择" not in kept.words
