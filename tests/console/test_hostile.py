"""Every form of the console, given what would run in a page: nothing of it comes back as markup.

The forms are found on the pages themselves, so that a new one is tried as soon as its page is served.
"""

import html
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any, Final

import pytest

from server.console.pages import PAGES
from server.store.people import find_person, put_grant
from tests.console.conftest import ConsoleOffice, Desk, Seen
from tests.house import CODE

PAYLOADS: Final = (
    "\"><script>ran('x')</script>'><img src=x onerror=ran()></textarea></title><svg/onload=ran()>",
    "javascript:ran()//{{7*7}}${7*7}",
)
# What would end the visit, or the visitor: these get only fields that name nobody.
ENDS: Final = re.compile(r"/console/(logout|people/|me/)")
# Pictures that a page draws itself.
CHARTS: Final = ("level", "columns")
# For what no page shows a form of.
DIRECT: Final = ("slot", "after", "item", "finding", "reason", "batch", "day", "window", "name", "login")


@dataclass
class Form:
    """A form as a page shows it: where it goes, and its fields with their kinds and values."""

    action: str
    method: str
    fields: list[tuple[str, str, str]] = field(default_factory=list)


class Reader(HTMLParser):
    """Finds forms, and what runs: handlers, addresses of script, and scripts that are not ours."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.page, self.forms, self.runs, self.select = page, list[Form](), list[str](), ""
        self.is_script = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        name = told.get("name", "")
        self.runs += [f"{tag} {key}" for key in told if key.startswith("on")]
        self.runs += [
            f"{tag} {told[key]}"
            for key in ("href", "src", "action", "formaction")
            if told.get(key, "").strip().lower().startswith(("javascript:", "data:text"))
        ]
        self.is_script = tag == "script"
        if (tag == "svg" and told.get("class") not in CHARTS) or (tag == "img" and told.get("src") == "x"):
            self.runs.append(tag)
        if tag == "form":
            self.forms.append(Form(told.get("action") or self.page, told.get("method", "get").lower()))
        elif self.forms and tag in ("input", "textarea", "button") and name:
            self.forms[-1].fields.append((name, told.get("type", tag), told.get("value", "")))
        elif tag == "select":
            self.select = name
        elif self.forms and tag == "option" and self.select:
            self.forms[-1].fields.append((self.select, "select", told.get("value", "")))
            self.select = ""

    def handle_data(self, data: str) -> None:
        if self.is_script and data.strip():
            self.runs.append(f"script {data[:40]}")

    def handle_endtag(self, tag: str) -> None:
        self.is_script = False


def read(seen: Seen, page: str) -> Reader:
    reader = Reader(page)
    if "text/html" in seen.headers.get("Content-Type", ""):
        reader.feed(seen.html)
    return reader


Filled = tuple[list[tuple[str, str]], list[tuple[str, str, bytes]]]


def fitting(form: Form, payload: str, *, spoil: bool) -> Filled:
    """Fill a form with a payload: what a person types, and with `spoil` what the page set, too."""
    pairs: list[tuple[str, str]] = []
    files: list[tuple[str, str, bytes]] = []
    for name, kind, value in form.fields:
        if name == "tongfa_form":
            continue
        if kind == "file":
            files.append((name, f"{payload}.docx", payload.encode()))
        elif kind in ("hidden", "select", "checkbox", "radio", "button", "submit") and not spoil:
            pairs.append((name, value))
        else:
            pairs.append((name, payload))
    return pairs, files


async def _everybody(office: ConsoleOffice) -> Desk:
    """Give the desk of somebody who may do everything, so that every page and every form shows."""
    async with office.house.store.begin() as tx:
        person = await find_person(tx, "admin")
        assert person is not None
        for role in ("author", "reviewer", "chief", "reporter"):
            await put_grant(tx, person.id, office.house.org.id, role)
    return await office.desk("admin")


async def _addresses(office: ConsoleOffice, payload: str) -> list[str]:
    """Give every page, those of items for one in each state and with a payload wherever one may stand."""
    words: dict[str, Any] = dict.fromkeys(("title", "summary", "overview", "source"), payload)
    words |= dict.fromkeys(("topic", "genre", "document_number"), payload[:60])
    words["keywords"] = [payload[:30]]
    raw = "" if "<img" in payload else payload  # a picture of somebody else's is refused as a whole
    draft = await office.item(**words, body=f"<p>{html.escape(payload)}</p>{raw}")
    sent = await office.item(**words)
    await office.post(f"/api/v1/items/{sent['id']}/submit")
    released = await office.house.published(("website", "weibo"), title=payload)
    places = {"item_id": [draft["id"], sent["id"], released.id]}
    legs = list((await office.house.legs(released.id)).values())
    places["delivery_id"] = [leg.id for leg in legs]
    places["release_id"] = [legs[0].release_id]
    found = []
    for page in PAGES:
        if page.method != "GET" or page.path.endswith("/events"):
            continue
        names = re.findall(r"\{(\w+)\}", page.path)
        if not names:
            found.append(page.path)
        elif names[0] in places:
            found += [page.path.replace(f"{{{names[0]}}}", one) for one in places[names[0]]]
    return found


@dataclass
class Attacker:
    """Somebody who types one thing everywhere; what ran of it, and which forms took it."""

    desk: Desk
    payload: str
    wrong: list[str] = field(default_factory=list)
    tried: set[str] = field(default_factory=set)

    def judge(self, seen: Seen, where: str) -> None:
        """Note what of an answer would run, and a form that broke the server."""
        self.wrong.extend(f"{where}: {one}" for one in read(seen, where).runs)
        if seen.status >= 500:
            self.wrong.append(f"{where}: {seen.status}")

    async def find(self, addresses: list[str]) -> list[Form]:
        """Look at pages and give their forms, each kind once."""
        forms: dict[tuple[str, tuple[str, ...]], Form] = {}
        for address in addresses:
            seen = await self.desk.get(address)
            self.judge(seen, address)
            for form in read(seen, address).forms:
                forms.setdefault((form.action, tuple(name for name, _, _ in form.fields)), form)
        return list(forms.values())

    async def send(self, form: Form) -> None:
        """Fill a form in, first with everything spoilt, then with only what a person types."""
        for spoil in (True, False):
            pairs, files = fitting(form, self.payload, spoil=spoil)
            if form.method == "get":
                self.judge(await self.desk.get(form.action, params=pairs), form.action)
            elif spoil or not ENDS.match(form.action):
                self.judge(await self.desk.post(form.action, pairs, files), form.action)
                self.tried.add(form.action)

    async def send_the_rest(self) -> None:
        """Post to what only a script sends to, and what no page has just shown."""
        for page in PAGES:
            shape = re.compile(re.sub(r"\{\w+\}", "[0-9a-z]+", page.path))
            is_tried = any(shape.fullmatch(one) for one in self.tried)
            if page.method == "POST" and not is_tried and "logout" not in page.path:
                address = re.sub(r"\{\w+\}", "0" * 16, page.path)
                typed = [("org", CODE), *((name, self.payload) for name in DIRECT)]
                self.judge(await self.desk.post(address, typed), address)


@pytest.mark.slow
@pytest.mark.parametrize("payload", PAYLOADS)
async def test_nothing_that_is_typed_anywhere_becomes_markup(office: ConsoleOffice, payload: str):
    attacker = Attacker(await _everybody(office), payload)
    addresses = await _addresses(office, payload)
    for form in await attacker.find(addresses):
        if form.action != "/console/logout":
            await attacker.send(form)
    await attacker.send_the_rest()
    await attacker.find(addresses)
    assert attacker.wrong == []
    assert len(attacker.tried) > 25
