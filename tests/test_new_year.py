"""An office at the turn of a year, in Beijing: through API and console, to the platforms and the site."""

import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from yarl import URL

from server.api.routes import add_api
from server.console.cookies import SESSION
from server.console.pages import add_console
from server.core.catalogue import read_changes
from server.core.ids import new_id
from server.core.verify import verify_rows
from server.parts import PARTS
from server.public.finding import add_finding
from server.security.sign_in import issue_token
from server.store.people import put_grant
from tests.api.conftest import an_item
from tests.faults.mortal import visit
from tests.faults.office import ACCOUNTS, Office, open_office_with_valkey

pytestmark = pytest.mark.slow

MIDNIGHT = datetime(2026, 12, 31, 16, 0, tzinfo=UTC)
"""The first moment of 2027 in Beijing."""


@dataclass
class Faces:
    """An office with its doors open: who asks is its chief or its author, by token or by session."""

    office: Office
    session: aiohttp.ClientSession
    base: URL
    tokens: dict[str, str]

    async def call(self, method: str, path: str, value: Any = None, *, by: str = "author") -> Any:
        headers = {"Authorization": f"Bearer {self.tokens[by]}"}
        async with self.session.request(
            method, self.base.join(URL(path)), json=value, headers=headers
        ) as got:
            told = await got.json()
            assert got.status < 300, told
            return told

    async def get(self, path: str) -> tuple[int, str]:
        """Give a page as somebody sees it who is signed in."""
        return await self._text(self.base.join(URL(path)), cookies={SESSION: self.tokens["session"]})

    async def public(self, path: str) -> tuple[int, str]:
        """Give a page of the site as it stands there now."""
        address = URL(self.office.orders.public_url + path)
        return await self._text(address, headers={"Cache-Control": "no-cache"})

    async def _text(self, address: URL, **more: Any) -> tuple[int, str]:
        async with self.session.get(address, **more) as got:
            return got.status, await got.text()

    async def released(self, title: str, **more: Any) -> str:
        """Write, approve and release an item on every account; give its id."""
        item = an_item(
            title=title, column="tzgg", kind="notice", document_number=None, formed_on="2026-12-31"
        )
        made = await self.call("POST", "/api/v1/items", item)
        one = f"/api/v1/items/{made['id']}"
        await self.call("POST", f"{one}/submit")
        await self.call("POST", f"{one}/approve", by="chief")
        await self.call("POST", f"{one}/release", {"accounts": list(ACCOUNTS), **more}, by="chief")
        return str(made["id"])

    async def at(self, moment: datetime) -> None:
        self.office.hand.move((moment - self.office.hand()).total_seconds())

    async def work(self) -> None:
        await visit(replace(self.office.house.workplace, now=self.office.hand))


@asynccontextmanager
async def open_faces(office: Office) -> AsyncIterator[Faces]:
    parts = replace(office.house.parts, now=office.hand)
    app = web.Application()
    app[PARTS] = parts
    add_api(app)
    add_console(app)
    add_finding(app)
    tokens = {}
    async with office.store.begin() as tx:
        for login, key in (("author", office.author), ("chief", office.chief)):
            await put_grant(tx, key, office.org.id, login)
            issued = await issue_token(
                tx, key, id=new_id(), name="test", use="api", at=office.hand(), lasts=None, only_role=None
            )
            tokens[login] = issued.secret
        issued = await issue_token(
            tx,
            office.chief,
            id=new_id(),
            name="登录",
            use="session",
            at=office.hand(),
            lasts=timedelta(days=100),
        )
        tokens["session"] = issued.secret
    async with (
        TestServer(app) as server,
        aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session,
    ):
        yield Faces(office, session, server.make_url("/"), tokens)


@pytest.fixture
async def faces(database_url: str, tmp_path: Path) -> AsyncIterator[Faces]:
    async with open_office_with_valkey(database_url, tmp_path) as office:
        office.hand.move((MIDNIGHT - timedelta(minutes=5) - office.hand()).total_seconds())
        async with open_faces(office) as opened:
            yield opened


@pytest.fixture
async def years(faces: Faces) -> dict[str, str]:
    """Let the year end: an item waits for it, one is of its last moment, one of the next first; by title."""
    made = {"等到零点": await faces.released("等到零点", not_before=MIDNIGHT.isoformat())}
    await faces.work()
    await faces.at(MIDNIGHT - timedelta(milliseconds=50))
    made["旧年最后一条"] = await faces.released("旧年最后一条")
    await faces.work()
    assert set((await faces.office.reckon(made["等到零点"])).states.values()) == {"waiting"}
    await faces.at(MIDNIGHT)
    made["新年第一条"] = await faces.released("新年第一条")
    for seconds in (0, 10, 100, 1000):  # the platforms' jobs end
        await faces.at(MIDNIGHT + timedelta(seconds=seconds))
        await faces.work()
    await read_changes(replace(faces.office.house.workplace, now=faces.office.hand))
    return made


async def test_everything_falls_into_the_year_of_its_moment(faces: Faces, years: dict[str, str]):
    numbers, shown = {}, {}
    for title, key in years.items():
        seen = await faces.office.reckon(key)
        assert (set(seen.states.values()), seen.duplicates, seen.losses) == ({"live"}, 0, 0), title
        numbers[title] = (await faces.call("GET", f"/api/v1/items/{key}"))["index_number"]
        shown[title] = set(re.findall(r"20\d\d-\d\d-\d\dT[\d:+]+", (await faces.public(f"/a/{key}.html"))[1]))
    # A number is of the year in which its item was written, the day of publication of that when it went out.
    assert numbers == {
        "等到零点": "000000019/2026-00001", "旧年最后一条": "000000019/2026-00002",
        "新年第一条": "000000019/2027-00001",
    }  # fmt: skip
    midnight = "2027-01-01T00:00:00+08:00"
    assert shown == {
        "等到零点": {midnight}, "旧年最后一条": {"2026-12-31T23:59:59+08:00"}, "新年第一条": {midnight}
    }  # fmt: skip
    feed = json.loads((await faces.public("/feed/site.json"))[1])["items"]
    assert [one["date_published"] for one in feed] == [midnight, midnight, "2026-12-31T23:59:59+08:00"]
    for year, titles in ((2026, {"旧年最后一条"}), (2027, {"等到零点", "新年第一条"})):
        _status, listed = await faces.get(f"/catalogue?year={year}")
        assert {title for title in years if title in listed} == titles
        counted = await faces.call(
            "GET", f"/api/v1/statistics/channels?year={year}&group_by=month", by="chief"
        )
        assert counted["items"] == len(titles)
        assert [row["month"] for row in counted["rows"] if row["items"]] == [
            "2026-12" if year == 2026 else "2027-01"
        ]
    assert await verify_rows(faces.office.store) == ()


async def test_the_console_is_in_the_new_year_and_reports_on_the_old_one(faces: Faces, years: dict[str, str]):
    assert years
    for path, words in (
        ("/console", "2027 年主动公开"),
        ("/console/overview", "2027 年概览"),
        ("/console/calendar", "2027年1月的发布安排"),
        ("/console/workdays", "2027年的放假安排还没有导入"),
        ("/console/report", "某旗 2026 年度报告"),
        ("/console/report/silent", "2026 年度还没有报送的机构"),
        ("/console/report/assessment", "2026 年"),
    ):
        status, page = await faces.get(path)
        assert (status, words in page) == (200, True), path
    _status, calendar = await faces.get("/console/calendar")
    assert "暂定" in calendar
    await faces.at(MIDNIGHT + timedelta(days=89))
    assert "某旗 2026 年度报告" in (await faces.get("/console/report"))[1]  # 31 March
    await faces.at(MIDNIGHT + timedelta(days=90))
    assert "某旗 2027 年度报告" in (await faces.get("/console/report"))[1]
