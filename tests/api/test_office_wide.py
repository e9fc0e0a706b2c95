"""server/security/office_wide.py: what holds for all organs is changed by the one whose website it is."""

from server.api.routes import ROUTES
from server.security.office_wide import OFFICE_WIDE
from tests.api.conftest import Office

CHANGING = [route for route in ROUTES if route.who in OFFICE_WIDE and route.method != "GET"]


def test_columns_calendar_words_redirects_and_jobs_are_among_them():
    paths = {route.path for route in CHANGING}
    assert paths >= {
        "/api/v1/columns", "/api/v1/columns/order", "/api/v1/columns/{slug}", "/api/v1/columns/{slug}/merge",
        "/api/v1/calendar", "/api/v1/calendar/local/remove", "/api/v1/dictionary",
        "/api/v1/dictionary/remove", "/api/v1/redirects", "/api/v1/redirects/remove", "/api/v1/jobs/run",
    }  # fmt: skip
    assert {route.who for route in CHANGING} == OFFICE_WIDE


async def test_no_administrator_of_another_organ_changes_them_and_that_of_the_website_does(office: Office):
    """`stranger` keeps an organ beside the one whose website it is, `admin` that one itself."""
    for route in CHANGING:
        path = route.path.replace("{slug}", "zcwj")
        refused = await office.call(route.method, path, {}, by="stranger")
        assert refused.refusal == (403, "forbidden", ""), path
        assert "只有网站主办机构“某旗人民政府办公室”的人员可以更改" in refused.json["detail"]
        assert (await office.call(route.method, path, {}, by="admin")).status != 403, path
