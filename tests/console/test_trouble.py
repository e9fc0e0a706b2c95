"""A form that has no page to come back to: it says which one it was, why not, and leads back."""

import pytest

from tests.console.conftest import XSS, ConsoleOffice

_WAIVER = {"finding": "x", "reason": f"公示需要{XSS}", "batch": "0" * 24}
_PATH = "/console/items/1m8mm812gq4da1xp/waivers"


async def test_a_refused_form_says_where_it_stood_and_what_was_typed_under_its_name(office: ConsoleOffice):
    desk = await office.desk("author")
    stood = "/console/items/1m8mm812gq4da1xp/check?find=a"
    seen = await desk.post(_PATH, _WAIVER, headers={"Referer": f"{desk.base.origin()}{stood}"})
    assert (seen.status, "您在“稿件”里填的内容没有提交" in seen.words) == (404, True)
    assert (stood in seen.links, "理由 公示需要" in seen.words) == (True, True)
    assert (seen.html.count("<textarea"), "<script>alert" in seen.html) == (1, False)  # no ids, no marks


async def test_nobody_is_led_back_to_where_he_may_not_be(office: ConsoleOffice):
    desk = await office.desk("author")
    for seen in (await desk.get("/console/people"), await desk.post("/console/people", {"name": "某人"})):
        assert (seen.status, "/console/people" in seen.links) == (403, False)


@pytest.mark.parametrize(
    "told", ["", "http://[", "https://evil.example/console/items", "{host}//evil.example", "{host}/logout"]
)
async def test_a_browser_that_does_not_say_where_it_stood_is_led_to_the_section(
    office: ConsoleOffice, told: str
):
    desk = await office.desk("author")
    host = str(desk.base.origin())
    seen = await desk.post(_PATH, _WAIVER, headers={"Referer": told.format(host=host)})
    assert [one for one in seen.links if "evil" in one or one == "/logout"] == []
    assert {"/console/items", "/console"} & set(seen.links)


async def test_nobody_is_led_back_to_a_section_that_is_not_his(office: ConsoleOffice):
    seen = await (await office.desk("chief")).get("/console/items/new")
    assert (seen.status, "没有权限" in seen.words) == (403, True)
    assert "/console/items/new" not in seen.links
