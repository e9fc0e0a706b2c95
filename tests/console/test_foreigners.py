"""Every route and page that names what is an organ's, asked by people who have nothing to do with it.

The routes come from the tables of the faces themselves, so a new one is tried as soon as it is served.
"""

import re
from collections import defaultdict
from typing import Any, Final

import pytest
from aiohttp import FormData

from server.api.routes import ROUTES
from server.console.pages import PAGES
from tests.api.test_nasty import FORMS
from tests.audited import count_lines
from tests.console.conftest import ConsoleOffice, Desk
from tests.house import CODE

INNER: Final = "还没有公开的稿件"
# What belongs to the whole office, or to whoever asks: the organ of the item has no say in it.
THEIR_OWN: Final = frozenset({
    "GET /api/v1/audit.csv", "POST /api/v1/media", "POST /api/v1/tokens", "PUT /api/v1/scratches/{slot}",
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
    """Give what an address may name: an item that is not public yet, and what hangs on one that is."""
    draft = await office.item(title=INNER, summary=INNER, kind="interpretation")
    public = await office.house.published(("website", "other"), title="已经公开的稿件")
    leg = (await office.house.legs(public.id))["other"]
    token = await office.post("/api/v1/tokens", {"name": "x", "person": "chief", "days": 7}, by="admin")
    given = {
        "item_id": draft["id"], "delivery_id": leg.id, "release_id": leg.release_id, "year": "2026",
        "token_id": token.json["id"], "account": "wechat", "slug": "wechat",
    }  # fmt: skip
    return defaultdict(lambda: "0" * 16, given)


async def _asked(office: ConsoleOffice, route: Any, places: dict[str, str], by: str | None) -> Any:
    """Ask for a route of the API with the form that would do there, all of it about our organ."""
    form = FORMS[route.form.__name__][1] if route.form and route.form.__name__ in FORMS else None
    more: dict[str, Any] = {"params": {}}
    if route.query is not None:
        names = {field.alias or name for name, field in route.query.model_fields.items()}
        told = {"org": CODE, "year": "2026", "from": "2026-01-01", "to": "2026-12-31", "days": "3"}
        more["params"] = {name: value for name, value in told.items() if name in names}
    if route.takes == "form":
        more["data"] = FormData()
        more["data"].add_field("file", b"a,b\n1,2", filename="a.csv")
    return await office.call(route.method, route.path.format_map(places), form, by=by, **more)


@pytest.mark.parametrize(
    "by", ["stranger", *(pytest.param(one, marks=pytest.mark.slow) for one in (None, "limited", "clerk"))]
)
async def test_no_route_tells_or_changes_what_is_anothers(office: ConsoleOffice, by: str | None):
    places = await _places(office)
    office.tokens["limited"] = await office.token(office.house.chief, "reporter")
    wrong = []
    for route in ROUTES:
        name = f"{route.method} {route.path}"
        if route.who == "anyone" or (by == "limited" and "tokens" in name) or "sessions" in name:
            continue  # a token of his own is his, however little it may
        before = await count_lines(office.house.store)
        reply = await _asked(office, route, places, by)
        changed = await count_lines(office.house.store) > before
        if reply.status >= 500 or INNER in reply.text or (changed and name not in THEIR_OWN):
            wrong.append((name, reply.status))
        if by is None and reply.status != 401:
            wrong.append((name, reply.status))
    assert wrong == []


async def _read(desk: Desk, path: str) -> list[tuple[str, int]]:
    queries = ("", f"?org={CODE}&year=2026", "?item={item_id}") if "{" not in path else ("",)
    wrong = []
    for query in queries:
        seen = await desk.get(path + query)
        if seen.status >= 500 or INNER in seen.html:
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
            wrong += await _read(desk, path)
        elif page.method == "POST" and not path.endswith("logout"):
            before = await count_lines(office.house.store)
            seen = await desk.post(path, {**TYPED, "item_id": places["item_id"]}, changes_nothing=True)
            changed = await count_lines(office.house.store) > before
            if seen.status >= 500 or INNER in seen.html or (changed and name not in THEIR_OWN):
                wrong.append((name, seen.status))
    assert wrong == []
