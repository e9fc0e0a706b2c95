"""Every route and page that names what is an organ's, asked by people who have nothing to do with it.

The routes come from the tables of the faces themselves, so a new one is tried as soon as it is served.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

import pytest
from aiohttp import FormData

from server.api.routes import ROUTES
from server.console.cookies import SESSION
from server.console.pages import PAGES
from server.store.accounts import find_account
from tests.api.test_checks import PERSONAL, waived
from tests.api.test_nasty import FORMS
from tests.api.test_reviewing import stands_for
from tests.audited import WAYS_IN, count_lines
from tests.console.conftest import ConsoleOffice, Desk
from tests.console.test_pushes import waiting
from tests.house import CODE

INNER: Final = "还没有公开的稿件"

MAY: Final[Mapping[str, str]] = {
    "anybody's": """
        GET /api/openapi.json | GET /healthz | GET /readyz | POST /api/v1/sessions
        GET /api/v1/public/columns | GET /api/v1/public/items | GET /api/v1/public/changes
        GET /api/v1/public/search
    """,
    "about the asker himself, whoever he is": """
        GET /api/v1/sessions/current | DELETE /api/v1/sessions/current | POST /api/v1/sessions/password
        DELETE /api/v1/sessions/others | GET /api/v1/sessions/factor | POST /api/v1/sessions/factor
        POST /api/v1/sessions/factor/confirm | POST /api/v1/sessions/factor/codes
        POST /api/v1/sessions/factor/remove | GET /console/me/factor/codes | GET /api/v1/tokens
        POST /api/v1/tokens
        GET /api/v1/scratches | PUT /api/v1/scratches/{slot} | DELETE /api/v1/scratches/{slot}
        DELETE /api/v1/items/{item_id}/editing | POST /console/items/{item_id}/editing/leave
        POST /console/scratch | POST /console/scratch/drop | GET /console/mine | GET /console/help
        GET /console | GET /console/me | POST /console/me/password | POST /console/me/sessions/end
        POST /console/me/deputies | POST /console/me/factor | POST /console/me/factor/confirm
        POST /console/me/factor/codes | POST /console/me/factor/remove | GET /console/tokens
        POST /console/tokens
    """,
    "a list narrowed to the asker's organs": """
        GET /api/v1/orgs | GET /api/v1/people | GET /api/v1/accounts | GET /api/v1/items
        GET /api/v1/deputies | GET /api/v1/deliveries/waiting | GET /api/v1/alerts | GET /api/v1/overdue
        GET /api/v1/agenda | GET /api/v1/audit | GET /api/v1/audit.csv | GET /console/items
        GET /console/review | GET /console/releases | GET /console/decisions | GET /console/permissions
        GET /console/evidence | GET /console/evidence/import | GET /console/evidence/import/table
        GET /console/calendar | GET /console/overdue | GET /console/accounts | GET /console/pushes
        GET /console/templates | GET /console/levels | GET /console/audit | GET /console/audit/sheet
        GET /console/people | GET /console/orgs
    """,
    "a form that is empty, or about one's own organ": """
        GET /console/items/new | GET /console/imports | GET /console/accounts/new
        GET /console/report/check | POST /console/report/check
        POST /api/v1/media | POST /console/media | POST /api/v1/imports
        POST /console/imports | POST /console/imports/one | POST /console/imports/read
        POST /console/items/new | POST /console/proofread | POST /console/levels | POST /console/orgs
        POST /api/v1/evidence/import | POST /console/evidence/import | POST /console/report/filing
    """,
    "the same for the whole office; only the website's organ changes it": """
        GET /api/v1/dictionary | GET /api/v1/redirects | GET /api/v1/columns | GET /api/v1/calendar
        GET /api/v1/calendar/due | GET /api/v1/calendar/entries | GET /api/v1/calendar/sensitive
        GET /api/v1/jobs | GET /api/v1/metrics | GET /console/words | GET /console/words/list
        GET /console/redirects | GET /console/columns | GET /console/columns/{slug}
        GET /console/workdays | GET /console/sensitive-days | GET /console/jobs | GET /console/machine
    """,
    "brings nobody's deliveries forward but those whose time has come": """
        POST /api/v1/overdue/repair | POST /console/overdue/repair
    """,
    "figures of what is public, read by all organs": """
        GET /api/v1/obligations | GET /api/v1/statistics/channels | GET /api/v1/statistics/rows
        GET /api/v1/reports/{year}/figures | GET /api/v1/reports/{year}/snapshots
        GET /api/v1/reports/{year}/snapshot | GET /api/v1/reports/{year}/difference
        GET /api/v1/reports/{year}/filings | GET /api/v1/reports/{year}/draft
        GET /api/v1/reports/{year}/silent | GET /api/v1/reports/{year}/months
        GET /api/v1/reports/{year}/months/{month} | GET /api/v1/reports/{year}/assessment
        GET /console/follows | GET /console/overview | GET /console/statistics
        GET /console/statistics/rows | GET /console/report/assessment
        GET /console/report/assessment/rows | GET /console/report/months | POST /console/report/months
        GET /console/report/silent | GET /console/report/snapshots | GET /console/report/snapshots/rows
        GET /console/report | GET /console/report/draft | POST /console/report/assessment
    """,
    "by the digest of its bytes, which only those know who saw the item or have the file": """
        GET /api/v1/media/{sha256} | GET /console/media/{sha256}
    """,
}
"""Why somebody of another organ is not refused. A route that is new stands here, or refuses him."""

MAY_STILL: Final = frozenset(
    name.strip() for names in MAY.values() for line in names.splitlines() for name in line.split("|")
) - {""}
BARRED: Final = (401, 403, 404)
RESET: Final = {"login": "author", "password": "gerel-2026"}
# What belongs to the whole office, or to whoever asks: the organ of the item has no say in it.
THEIR_OWN: Final = frozenset({
    "GET /api/v1/audit.csv", "POST /api/v1/media", "DELETE /api/v1/sessions/others",
    "POST /api/v1/tokens", "PUT /api/v1/scratches/{slot}",
    "DELETE /api/v1/scratches/{slot}", "DELETE /api/v1/items/{item_id}/editing", "POST /api/v1/redirects",
    "POST /api/v1/redirects/remove", "POST /api/v1/overdue/repair", "DELETE /api/v1/sessions/current",
    "POST /console/redirects", "POST /console/redirects/drop", "POST /console/overdue/repair",
    "POST /api/v1/calendar/sensitive", "POST /api/v1/calendar/sensitive/remove",
    "POST /console/tokens", "POST /console/scratch/drop", "POST /console/me/deputies", "POST /console/logout",
    "POST /console/me/sessions/end",
})  # fmt: skip
TYPED: Final = {
    "org": CODE, "account": "wechat", "login": "author", "kind": "any", "title": "x", "name": "x",
    "role": "author", "reason": "x", "year": "2026", "slots": "每天 18:00", "window": "08:00-22:00",
    "a_minute": "5", "a_day": "5", "password": "gerel-2026", "days": "7", "practice": "on", "proof": "x",
    "shown_at": "2026-11-25T09:00", "place": "x", "shown_by": "x", "not_before": "2026-12-01T09:00",
    "column": "zcwj", "openness": "open", "body": "<p>x</p>", "accounts": "website", "slug": "zz",
    "channel": "other", "counted_as": "other", "verdict": "is_not_there", "move": "submit", "rule": "at_once",
    "deputy": "stranger", "ends_at": "2026-12-01T18:00",
}  # fmt: skip


async def _places(office: ConsoleOffice) -> dict[str, str]:
    """Give, for every name in an address, what is really there and ours: only then a refusal is one."""
    draft = await office.item(title=INNER, summary=INNER, kind="interpretation", body=PERSONAL)
    await waiting(office, "已经公开的稿件")
    public = await office.house.published(("website", "other"), title="再一篇公开的稿件")
    leg = (await office.house.legs(public.id))["other"]
    token = await office.post("/api/v1/tokens", {"name": "x", "person": "chief", "days": 7}, by="admin")
    deputy = await office.post("/api/v1/deputies", stands_for(office, "chief", "reviewer"), by="chief")
    file = await office.upload("附件.txt", b"x")
    month = await office.post("/api/v1/reports/2026/months", {"org": CODE, "month": 10}, by="chief")
    waiver = await waived(office, draft["id"])
    pushes = await office.get("/api/v1/accounts/wechat/pushes")
    async with office.house.store.read() as tx:
        account = await find_account(tx, "wechat")
        assert account is not None
    return {
        "item_id": draft["id"], "delivery_id": leg.id, "release_id": leg.release_id, "year": "2026",
        "token_id": token.json["id"], "account": "wechat", "account_id": account.id, "slug": "zcwj",
        "sha256": file.json["sha256"], "deputy_id": deputy.json["id"], "waiver_id": waiver["id"],
        "month": month.json["month"][-2:], "push_id": pushes.json["pushes"][0]["id"], "slot": "0" * 16,
    }  # fmt: skip


async def _asked(office: ConsoleOffice, route: Any, places: dict[str, str], by: str | None) -> Any:
    """Ask for a route of the API with the form that would do there, all of it about our organ."""
    name = route.form.__name__ if route.form else ""
    form = RESET if name == "ResetIn" else FORMS[name][1] if name in FORMS else None
    more: dict[str, Any] = {"params": {}}
    if route.query is not None:
        names = {field.alias or name for name, field in route.query.model_fields.items()}
        told = {"org": CODE, "year": "2026", "from": "2026-01-01", "to": "2026-12-31", "days": "3"}
        more["params"] = {name: value for name, value in told.items() if name in names}
    if route.takes == "form":
        more["data"] = FormData()
        more["data"].add_field("file", b"a,b\n1,2", filename="a.csv")
    return await office.call(route.method, route.path.format_map(places), form, by=by, **more)


def test_the_table_names_what_there_is_and_nothing_else():
    named = {f"{one.method} {one.path}" for one in WAYS_IN}
    assert named >= MAY_STILL | THEIR_OWN


def test_a_limited_token_changes_nothing_about_its_owner():
    """Whatever asks for no act is closed to it, or asks by itself."""
    asks_by_itself = {
        "DELETE /api/v1/sessions/current", "POST /api/v1/deputies",
        "POST /api/v1/deputies/{deputy_id}/dismiss", "POST /api/v1/reports/{year}/filings",
    }  # fmt: skip
    signed_in = [one for one in ROUTES if one.who == "signed_in" and one.method != "GET"]
    assert {f"{one.method} {one.path}" for one in signed_in if not one.is_own} == asks_by_itself


@pytest.mark.parametrize("only_role", [None, "reporter"])
async def test_a_programs_token_opens_no_page(office: ConsoleOffice, only_role: Any):
    """Pages ask only what a person is asked: a token for figures gave itself an unlimited one there."""
    desk = await office.desk()
    token = await office.token(office.house.chief, only_role)
    desk.client.cookie_jar.update_cookies({SESSION: token}, desk.base)
    seen = await desk.get("/console/tokens")
    made = await desk.post("/console/tokens", {"name": "x", "days": "7"})
    assert (seen.status, made.status) == (401, 401)
    assert "访问令牌只用于接口" in made.words
    assert "tf_" not in made.html


@pytest.mark.parametrize(
    "by", ["stranger", *(pytest.param(one, marks=pytest.mark.slow) for one in (None, "limited", "clerk"))]
)
async def test_no_route_tells_or_changes_what_is_anothers(office: ConsoleOffice, by: str | None):
    places = await _places(office)
    office.tokens["limited"] = await office.token(office.house.chief, "reporter")
    wrong = []
    for route in ROUTES:
        name = f"{route.method} {route.path}"
        before = await count_lines(office.house.store)
        reply = await _asked(office, route, places, by)
        changed = await count_lines(office.house.store) > before
        if reply.status >= 500 or INNER in reply.text or (changed and name not in THEIR_OWN):
            wrong.append((name, reply.status))
        if reply.status not in BARRED and name not in MAY_STILL:
            wrong.append((name, reply.status))
        if by is None and reply.status != 401 and route.who != "anyone":
            wrong.append((name, reply.status))
        if by == "limited" and route.is_own and reply.status != 403:
            wrong.append((name, reply.status))
    assert wrong == []


async def _read(desk: Desk, path: str, name: str) -> list[tuple[str, int]]:
    queries = ("", f"?org={CODE}&year=2026", "?item={item_id}") if "{" not in path else ("",)
    wrong = []
    for query in queries:
        seen = await desk.get(path + query)
        is_open = seen.status not in BARRED and name not in MAY_STILL
        if seen.status >= 500 or INNER in seen.html or is_open:
            wrong.append((path + query, seen.status))
    return wrong


@pytest.mark.slow
@pytest.mark.parametrize("by", ["stranger", "clerk", "reporter", None])
async def test_no_page_shows_or_changes_what_is_anothers(office: ConsoleOffice, by: str | None):
    places, desk = await _places(office), await office.desk(by)
    wrong = []
    for page in PAGES:
        path, name = page.path.format_map(places), f"{page.method} {page.path}"
        if page.method == "GET" and not re.search("/events$", path):
            wrong += await _read(desk, path, name)
        elif page.method == "POST" and not path.endswith("logout"):
            before = await count_lines(office.house.store)
            seen = await desk.post(path, {**TYPED, "item_id": places["item_id"]}, changes_nothing=True)
            changed = await count_lines(office.house.store) > before
            if seen.status >= 500 or INNER in seen.html or (changed and name not in THEIR_OWN):
                wrong.append((name, seen.status))
            if seen.status not in BARRED and name not in MAY_STILL:
                wrong.append((name, seen.status))
    assert wrong == []
