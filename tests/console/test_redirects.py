"""server/console/redirects.py: old addresses, and where they lead now."""

from tests.console.conftest import ConsoleOffice

PATH = "/console/redirects"


async def test_an_address_leads_elsewhere_until_it_is_taken_off_the_table(office: ConsoleOffice):
    desk = await office.desk("admin")
    assert (await desk.post(PATH, {"address": "/old/1.shtml", "target": "/a/1"})).status == 303
    assert "/old/1.shtml" in (await desk.get(PATH)).words
    assert (await desk.post(f"{PATH}/drop", {"address": "/old/1.shtml"})).status == 303
    assert "/old/1.shtml" not in (await desk.get(PATH)).words


async def test_a_wrong_address_is_refused_beside_its_field_and_stays_there(office: ConsoleOffice):
    seen = await (await office.desk("admin")).post(PATH, {"address": "old", "target": "javascript:alert(1)"})
    assert (seen.status, "旧地址应以“/”开头" in seen.words) == (422, True)
    assert (seen.fields["address"], seen.fields["target"]) == ("old", "javascript:alert(1)")


async def test_an_author_has_no_such_page(office: ConsoleOffice):
    assert (await (await office.desk("author")).get(PATH)).status == 403
