"""server/security/office_wide.py on the pages: who may only look is told who may change."""

from server.console.pages import PAGES
from server.security.office_wide import OFFICE_WIDE
from tests.console.conftest import ConsoleOffice

CHANGING = [page for page in PAGES if page.who in OFFICE_WIDE and page.method == "POST"]
SEEN = (
    *("/console/columns", "/console/workdays", "/console/sensitive-days", "/console/words"),
    *("/console/redirects", "/console/jobs"),
)


async def test_the_administrator_of_another_organ_sees_all_and_changes_nothing(office: ConsoleOffice):
    desk = await office.desk("stranger")
    for path in SEEN:
        page = await desk.get(path)
        assert (page.status, "只有网站主办机构“某旗人民政府办公室”的人员可以更改" in page.words) == (
            200,
            True,
        )
        acts = {
            told.get("action") for tag, told in page.tags if tag == "form" and told.get("method") == "post"
        }
        assert acts <= {"/console/logout"}, path
    assert {changing.who for changing in CHANGING} == OFFICE_WIDE
    for changing in CHANGING:
        path = changing.path.replace("{slug}", "zcwj")
        assert (await desk.post(path, {})).status == 403, path


async def test_an_office_of_one_organ_notices_nothing(office: ConsoleOffice):
    desk = await office.desk("admin")
    for path in SEEN:
        assert "只有网站主办机构" not in (await desk.get(path)).words
    for changing in CHANGING:
        path = changing.path.replace("{slug}", "zcwj")
        assert (await desk.post(path, {})).status != 403, path
