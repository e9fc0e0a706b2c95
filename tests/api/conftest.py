"""The API on a real socket over a real SQLite database, with one person for each role."""

import io
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pytest
from aiohttp import FormData, web
from aiohttp.test_utils import TestClient, TestServer
from cryptography.fernet import Fernet

from channels.item import Site
from server.api.routes import add_api
from server.child import Children
from server.core.calendar import LiveCalendar
from server.core.live_site import LiveSite
from server.ephemeral.connection import open_redis
from server.ephemeral.presence import Presence
from server.ephemeral.throttle import Throttle
from server.importing.texts import TextReader
from server.parts import PARTS, Bounds, Parts
from server.review.archive import recheck
from server.review.examiner import Examiner
from server.security.sign_in import issue_token
from server.security.vault import Vault
from server.store.blobs import Blobs
from server.store.orgs import OrgRow, insert_org
from server.store.people import PersonRow, Role, insert_person, put_grant
from server.store.tx import Store, Tx
from server.watch.joblist import open_jobs
from server.watch.machine import Machine
from server.watch.remind import Sinks
from tests.audited import WITHOUT_A_LINE, count_lines, route_of
from tests.founding import found_once
from tests.house import CODE, SITE, House, open_house
from tests.promised import hold_to_document

DEPARTMENT = "000000027"
NEIGHBOUR = "000000035"
BOUNDS = Bounds(body_bytes=200_000, attachment_bytes=100_000, picture_bytes=60_000)


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back."""

    status: int
    headers: Any
    text: str
    content: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.text)

    @property
    def refusal(self) -> tuple[int, str, str]:
        """Status, code and field of a problem."""
        assert self.headers["Content-Type"].startswith("application/problem+json"), self.text
        return self.status, self.json["code"], self.json["field"]


class Office:
    """The house behind its API, and a token for each role at its org."""

    def __init__(self, house: House, parts: Parts, client: Any) -> None:
        self.house, self.parts, self.client = house, parts, client
        self.tokens: dict[str, str] = {}
        self.woken = 0
        self.ready = {"store": "ok"}

    async def found(self) -> None:
        """Take on everybody who works here."""
        house = self.house
        self.tokens = await found_once(self._found, house.store, house.now, house.new_id)

    async def _found(self) -> dict[str, str]:
        """Write the organs and a person for each role; gives their tokens."""
        house, at = self.house, self.house.now()
        async with house.store.begin() as tx:
            below = OrgRow(house.new_id(), DEPARTMENT, "某旗民政局", house.org.id)
            beside = OrgRow(house.new_id(), NEIGHBOUR, "邻旗人民政府办公室", None)
            await insert_org(tx, below, at=at)
            await insert_org(tx, beside, at=at)
            await put_grant(tx, house.author, house.org.id, "author")
            await put_grant(tx, house.chief, house.org.id, "chief")
            self.tokens["author"] = await self._token(tx, house.author)
            self.tokens["chief"] = await self._token(tx, house.chief)
            for role in ("reviewer", "reporter", "admin"):
                await self._person(tx, role, house.org.id, role)
            await self._person(tx, "clerk", below.id, "author")
            await self._person(tx, "stranger", beside.id, "admin")
        return self.tokens

    async def person(self, login: str, org_id: str, role: Role) -> None:
        """Write a person with one role and keep a token of his under his login."""
        async with self.house.store.begin() as tx:
            await self._person(tx, login, org_id, role)

    async def token(self, person_id: str, only_role: Role | None = None) -> str:
        async with self.house.store.begin() as tx:
            return await self._token(tx, person_id, only_role)

    async def _person(self, tx: Tx, login: str, org_id: str, role: Role) -> None:
        row = PersonRow(self.house.new_id(), login, login, None, None)
        await insert_person(tx, row, at=self.house.now())
        await put_grant(tx, row.id, org_id, role)
        self.tokens[login] = await self._token(tx, row.id)

    async def _token(self, tx: Tx, person_id: str, only_role: Role | None = None) -> str:
        issued = await issue_token(
            tx, person_id, id=self.house.new_id(), name="test", use="api", at=self.house.now(), lasts=None,
            only_role=only_role,
        )  # fmt: skip
        return issued.secret

    async def call(
        self, method: str, path: str, value: Any = None, *, by: str | None = "author", **more: Any
    ) -> Reply:
        """Call the API; `by` is a login, or a token itself."""
        headers = dict(more.pop("headers", {}))
        if by is not None:
            headers["Authorization"] = f"Bearer {self.tokens.get(by, by)}"
        if value is not None:
            more["data"] = io.BytesIO(json.dumps(value).encode())
        route = route_of(method, path)
        before = await count_lines(self.house.store) if route else 0
        async with self.client.request(method, path, headers=headers, **more) as answer:
            content = await answer.read()
            hold_to_document(method, path, answer.status, answer.content_type, content)
            if route and answer.status < 300 and route not in WITHOUT_A_LINE:
                assert await count_lines(self.house.store) > before, f"no line of the audit: {route}"
            return Reply(answer.status, answer.headers.copy(), content.decode("utf-8", "replace"), content)

    async def get(self, path: str, *, by: str | None = "author") -> Reply:
        return await self.call("GET", path, by=by)

    async def post(self, path: str, value: Any = None, *, by: str | None = "author") -> Reply:
        return await self.call("POST", path, value, by=by)

    async def upload(self, name: str, content: bytes, *, by: str = "author") -> Reply:
        form = FormData()
        form.add_field("file", content, filename=name)
        return await self.call("POST", "/api/v1/media", by=by, data=form)

    async def item(self, **changes: Any) -> Any:
        made = await self.post("/api/v1/items", an_item(**changes))
        assert made.status == 201, made.text
        return made.json

    async def approved(self, **changes: Any) -> Any:
        made = await self.item(**changes)
        await self.post(f"/api/v1/items/{made['id']}/submit")
        done = await self.post(f"/api/v1/items/{made['id']}/approve", by="chief")
        assert done.status == 200, done.text
        return done.json

    async def count_items(self) -> int:
        return len((await self.get("/api/v1/items", by="chief")).json["items"])


def an_item(**changes: Any) -> dict[str, Any]:
    """Give an item as the API takes it; None leaves a field out."""
    item = {
        "kind": "policy",
        "org": CODE,
        "title": "关于做好医疗救助工作的通知",
        "summary": "明确救助对象和标准",
        "body": "<p>各苏木镇人民政府:</p><p>现将有关事项通知如下。</p>",
        "column": "zcwj",
        "openness": "open",
        "document_number": "某政办发〔2026〕1号",
        "formed_on": "2026-11-20",
        "keywords": ["医疗救助"],
        **changes,
    }
    return {name: value for name, value in item.items() if value is not None}


Kind = TypeVar("Kind", bound=Office)


@pytest.fixture(params=["sqlite"])
def engine(request: pytest.FixtureRequest) -> str:
    """Forms and statuses know no database: one engine is enough here."""
    request.getfixturevalue("sqlite_template")
    return str(request.param)


@pytest.fixture
def site() -> Site:
    return SITE


@pytest.fixture
async def office(
    store: Store, now: Any, new_id: Any, tmp_path: Path, site: Site, quick_passwords: None
) -> AsyncIterator[Office]:
    blobs = Blobs(tmp_path / "media", limit=200_000)
    examiner = Examiner(store, LiveSite(SITE), blobs.read, TextReader(Children()))
    async with (
        open_house(store, now, new_id) as house,
        open_office(Office, house, tmp_path, site=site, blobs=blobs, examiner=examiner) as opened,
    ):
        yield opened


@asynccontextmanager
async def open_office(
    office: type[Kind], house: House, folder: Path, *, site: Site = SITE, blobs: Blobs, examiner: Examiner,
    faces: tuple[Callable[[web.Application], None], ...] = (add_api,),
) -> AsyncIterator[Kind]:  # fmt: skip
    """Open a house to callers by some faces; no Redis stands there: the throttle counts for itself."""
    store, now = house.store, house.now

    async def wake() -> None:
        opened.woken += 1

    async def is_ready() -> dict[str, str]:
        return opened.ready

    async def look_at_machine() -> Machine:
        return Machine()

    redis = open_redis(f"unix://{folder}/none", seconds=0.2)
    parts = Parts(
        store=store,
        now=now,
        new_id=house.new_id,
        wake=wake,
        is_ready=is_ready,
        sites=LiveSite(site),
        calendar=house.calendar,
        open_channel=house.open_channel,
        rehearsal=house.rehearsal,
        blobs=blobs,
        throttle=Throttle(redis),
        presence=Presence(redis),
        vault=Vault(Fernet.generate_key()),
        bounds=BOUNDS,
        jobs=open_jobs(
            house.place,
            LiveCalendar(),
            wake,
            http=house.http,
            sinks=Sinks(),
            recheck=lambda: recheck(store, at=now()),
            recheck_planned=lambda: house.planned.examine(at=now()),
            look_at_machine=look_at_machine,
        ),
        examiner=examiner,
    )
    app = web.Application(client_max_size=BOUNDS.body_bytes)
    app[PARTS] = parts
    for add_face in faces:
        add_face(app)
    async with TestClient(TestServer(app)) as client:
        opened = office(house, parts, client)
        await opened.found()
        yield opened
    await redis.aclose()
