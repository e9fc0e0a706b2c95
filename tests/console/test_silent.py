"""server/console/silent.py: who has not submitted, and the button that calls upon them."""

from tests.api.conftest import DEPARTMENT
from tests.console.conftest import ConsoleOffice
from tests.house import CODE


async def test_the_office_calls_upon_those_that_have_not_submitted(office: ConsoleOffice):
    desk = await office.desk("chief")
    at = f"/console/report/silent?org={CODE}&year=2025"
    seen = await desk.get(at)
    assert "有 1 个还没有报送" in seen.words
    form = {"org": CODE, "year": "2025"}
    done = await desk.follow(await desk.post("/console/report/silent", form))
    assert "已催报" in done.words
    assert "1 次，最近" in done.words
    refused = await desk.post("/console/report/silent", {**form, "about": CODE})
    assert (refused.status, "不是" in refused.words) == (422, True)
    assert DEPARTMENT in done.html
    assert (await desk.get(f"{at}&format=xlsx")).content[:2] == b"PK"
