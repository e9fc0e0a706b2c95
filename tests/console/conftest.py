"""The console on a real socket over a real database; a desk is the browser of one person."""

import re
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import FormData
from yarl import URL

from server.api.routes import add_api
from server.console.cookies import SESSION
from server.console.pages import add_console
from server.security.sign_in import SESSION_LASTS, issue_token
from server.store.blobs import Blobs
from server.store.people import find_person
from server.store.tx import Store
from tests.api.conftest import Office, open_office
from tests.audited import WITHOUT_A_LINE, count_lines, route_of
from tests.house import open_house

Pairs = Mapping[str, str] | Iterable[tuple[str, str]]
XSS = "\"><img src=x onerror=alert(1)><script>alert('x')</script>{{7*7}}"


class _Words(HTMLParser):
    """What a person sees, and the fields of the forms."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.fields: list[tuple[str, str]] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self._area: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        self.tags.append((tag, told))
        name = told.get("name") or ""
        if tag == "textarea":
            self._area = name
            self.fields.append((name, ""))
        elif tag == "input" and name and told.get("type") not in ("checkbox", "radio", "file"):
            self.fields.append((name, told.get("value") or ""))
        elif tag == "input" and name and "checked" in told:
            self.fields.append((name, told.get("value") or "on"))

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._area = None

    def handle_data(self, data: str) -> None:
        self.words.append(data)
        if self._area is not None:
            name, value = self.fields[-1]
            self.fields[-1] = (name, value + data)


@dataclass(frozen=True, slots=True)
class Seen:
    """What came back to a browser."""

    status: int
    headers: Any
    html: str
    content: bytes

    @property
    def words(self) -> str:
        """The text a person reads."""
        return " ".join(" ".join(self._read().words).split())

    @property
    def fields(self) -> dict[str, str]:
        """The fields of the page's forms with what stands in them (of one name, the last)."""
        # The line break behind <textarea> belongs to the markup.
        return {name: re.sub(r"\A\n", "", value) for name, value in self._read().fields}

    @property
    def tags(self) -> list[tuple[str, dict[str, str | None]]]:
        return self._read().tags

    @property
    def links(self) -> list[str]:
        return [told.get("href") or "" for tag, told in self.tags if tag == "a"]

    @property
    def location(self) -> str:
        return str(self.headers.get("Location", ""))

    def _read(self) -> _Words:
        reader = _Words()
        reader.feed(self.html)
        return reader


class Desk:
    """The browser of one person: it keeps cookies and puts into a form what the last page gave it."""

    def __init__(self, base: URL, client: aiohttp.ClientSession, store: Store) -> None:
        self.base, self.client, self.store = base, client, store
        self.form_token = ""

    async def get(self, path: str, **more: Any) -> Seen:
        return await self._call("GET", path, **more)

    async def post(
        self, path: str, fields: Pairs = (), files: Iterable[tuple[str, str, bytes]] = (), **more: Any
    ) -> Seen:
        """Post a form; redirects are not followed."""
        if not self.form_token:
            await self.get("/console/login")
        pairs = list(fields.items() if isinstance(fields, Mapping) else fields)
        form = FormData(pairs)
        if "tongfa_form" not in dict(pairs):
            form.add_field("tongfa_form", self.form_token)
        for field, name, content in files:
            form.add_field(field, content, filename=name)
        return await self._call("POST", path, data=form, **more)

    async def follow(self, seen: Seen) -> Seen:
        """Go where an answer sends the browser."""
        assert seen.status == 303, (seen.status, seen.words)
        return await self.get(seen.location)

    def cookie(self, name: str) -> str | None:
        return next((one.value for one in self.client.cookie_jar if one.key == name), None)

    def drop(self, name: str) -> None:
        self.client.cookie_jar.clear(lambda one: one.key == name)

    async def _call(self, method: str, path: str, **more: Any) -> Seen:
        # Only a test that says so may change nothing by a form that was carried out.
        route = None if more.pop("changes_nothing", False) else route_of(method, path)
        before = await count_lines(self.store) if route else 0
        async with self.client.request(
            method, self.base.join(URL(path)), allow_redirects=False, **more
        ) as answer:
            content = await answer.read()
            if route and answer.status == 303 and route not in WITHOUT_A_LINE:
                assert await count_lines(self.store) > before, f"no line of the audit: {route}"
            seen = Seen(answer.status, answer.headers.copy(), content.decode("utf-8", "replace"), content)
        found = re.search(r'name="tongfa_form" value="([0-9a-f]{64})"', seen.html)
        if found:
            self.form_token = found[1]
        return seen


class ConsoleOffice(Office):
    """The house behind its console; a desk for each person who asks for one."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._desks: list[aiohttp.ClientSession] = []

    async def desk(self, login: str | None = None) -> Desk:
        """Give the browser of a person who is signed in; of nobody, when no login is named."""
        # The test server stands at an address, not a name; a plain jar would not keep its cookies.
        client = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))
        self._desks.append(client)
        base = self.client.make_url("/")
        if login is not None:
            async with self.house.store.begin() as tx:
                person = await find_person(tx, login)
                assert person is not None, login
                issued = await issue_token(
                    tx, person.id, id=self.house.new_id(), name="登录", use="session",
                    at=self.house.now(), lasts=SESSION_LASTS,
                )  # fmt: skip
            client.cookie_jar.update_cookies({SESSION: issued.secret}, base)
        return Desk(base, client, self.house.store)

    async def close(self) -> None:
        for client in self._desks:
            await client.close()


@pytest.fixture(params=["sqlite"])
def engine(request: pytest.FixtureRequest) -> str:
    """Pages know no database: one engine is enough here."""
    request.getfixturevalue("sqlite_template")
    return str(request.param)


@pytest.fixture
async def office(
    store: Store, now: Any, new_id: Any, tmp_path: Path, quick_passwords: None
) -> AsyncIterator[ConsoleOffice]:
    blobs = Blobs(tmp_path / "media", limit=200_000)
    async with (
        open_house(store, now, new_id) as house,
        open_office(
            ConsoleOffice, house, tmp_path, blobs=blobs, examiner=house.examiner, faces=(add_api, add_console)
        ) as opened,
    ):
        yield opened
        await opened.close()
