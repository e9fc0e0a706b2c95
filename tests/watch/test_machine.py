"""server/watch/machine.py: what the office stands on is told of while there is time, with who must act."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from yarl import URL

from server.core.keeping import backup
from server.security.sign_in import issue_token
from server.store.alerts import list_alerts
from server.store.tokens import note_use
from server.store.tx import Store
from server.watch.alerts import watch
from server.watch.certificate import certificate_until
from server.watch.clocks import Clocks
from server.watch.machine import Lookout, Machine
from tests.conftest import Hand
from tests.house import SITE, House

ENDS = datetime(2026, 12, 20, 3, 0, tzinfo=UTC)


async def told(house: House, key: str, machine: Machine | None = None, **more: int) -> tuple[str, str] | None:
    await watch(house.store, SITE, at=house.now(), machine=machine or Machine(), **more)
    async with house.store.read() as tx:
        found = {seen.alert.key: seen.alert for seen in await list_alerts(tx, limit=100)}
    return (found[key].level, found[key].message) if key in found else None


@pytest.mark.parametrize(
    ("days", "level", "words"),
    [
        (31, None, ""),
        (29, "warn", "提前更换"),
        (6, "alarm", "提前更换"),
        (-1, "alarm", "打不开网站；请系统管理员立即"),
    ],
)
async def test_a_certificate_that_ends_is_told_of_a_month_before(
    house: House, days: int, level: str | None, words: str
):
    seen = Machine(certificate_until=house.now() + timedelta(days=days))
    found = await told(house, "certificate", seen)
    assert (found and found[0]) == level
    assert words in (found or ("", ""))[1]


def a_certificate(folder: Path) -> ssl.SSLContext:
    """Give a server's context with a certificate of nobody's that ended long ago where it stands."""
    key, name = (
        ec.generate_private_key(ec.SECP256R1()),
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "x")]),
    )
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(ENDS - timedelta(days=90)).not_valid_after(ENDS)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    file = folder / "site.pem"
    file.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(file)
    return context


async def test_the_certificate_of_an_address_is_seen_whether_it_is_good_or_not(tmp_path: Path):
    context = await asyncio.to_thread(a_certificate, tmp_path)
    server = await asyncio.start_server(lambda _reader, writer: writer.close(), "127.0.0.1", 0, ssl=context)
    async with server:
        port = server.sockets[0].getsockname()[1]
        assert await certificate_until(URL(f"https://127.0.0.1:{port}")) == ENDS
    assert await certificate_until(URL(f"https://127.0.0.1:{port}")) is None
    assert await certificate_until(URL(f"http://127.0.0.1:{port}")) is None
    for never_a_host in (f"https://{'a' * 64}.example/", "https://a..example/"):
        assert await certificate_until(URL(never_a_host)) is None


@asynccontextmanager
async def answering_at(date: str, clocks: Clocks) -> AsyncIterator[None]:
    """Ask a platform that says it is this time."""

    async def answer(_request: web.Request) -> web.Response:
        return web.Response(headers={"Date": date})

    app = web.Application()
    app.router.add_get("/", answer)
    server = TestServer(app)
    await server.start_server()
    async with (
        server,
        aiohttp.ClientSession(trace_configs=[clocks.trace()]) as session,
        session.get(server.make_url("/")),
    ):
        yield


@pytest.mark.parametrize(
    ("date", "is_wrong"),
    [
        ("Wed, 25 Nov 2026 02:01:30 GMT", False),
        ("Wed, 25 Nov 2026 02:02:30 GMT", True),
        ("Wed, 25 Nov 2026 01:57:30 GMT", True),
        ("yesterday", False),
    ],
)
async def test_a_clock_is_wrong_when_a_platform_has_another_time(now: Hand, date: str, *, is_wrong: bool):
    now.moment = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)
    clocks = Clocks(now, own_host="site.invalid")
    async with answering_at(date, clocks):
        assert clocks.is_wrong is is_wrong
    now.move(days=2)
    assert clocks.ahead is None


@pytest.mark.parametrize(
    "date",
    [
        "", "0", "Wed, 25 Nov 2026 02:00:00 +" + "9" * 30, "Mon, 01 Jan 0001 00:00:00 +2359",
        "Fri, 31 Dec 9999 23:59:59 -2359", "Wed, 25 Nov 2026 99:00:00 GMT", "25 25 25 25:25:25", "\0" * 9,
        "Wed, 25 Nov " + "9" * 5000 + " 02:00:00 GMT",
    ],
)  # fmt: skip
def test_whatever_a_stranger_says_the_time_is_takes_nothing_from_his_answer(now: Hand, date: str):
    clocks = Clocks(now, own_host="")
    clocks.hear("a.invalid", date)
    assert clocks.ahead is None or clocks.is_wrong


def test_one_platform_with_a_wrong_clock_does_not_make_ours_wrong(now: Hand):
    now.moment = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)
    clocks = Clocks(now, own_host="own.invalid")
    clocks.hear("own.invalid", "Wed, 25 Nov 2025 02:00:00 GMT")
    assert clocks.ahead is None
    for host, hour in (("a.invalid", "09"), ("b.invalid", "02"), ("c.invalid", "02")):
        clocks.hear(host, f"Wed, 25 Nov 2026 {hour}:00:00 GMT")
    assert clocks.ahead == timedelta()
    for number in range(1000):
        clocks.hear(f"{number}.invalid", "Wed, 25 Nov 2026 02:00:00 GMT")
    assert len(clocks._seen) == 50


async def test_a_wrong_clock_is_an_alarm_that_says_which_way(house: House):
    fast, slow = (Machine(ahead=timedelta(minutes=minutes)) for minutes in (3, -3))
    assert await told(house, "clock", Machine(ahead=timedelta(seconds=119))) is None
    for machine, way in ((fast, "快了"), (slow, "慢了")):
        found = await told(house, "clock", machine)
        assert found is not None
        assert (found[0], way in found[1], "请系统管理员立即校准" in found[1]) == ("alarm", True, True)


async def test_the_lookout_asks_the_database_for_its_time(store: Store, tmp_path: Path):
    moment = datetime.now(UTC) - timedelta(hours=1)  # what our clock says here
    clocks = Clocks(lambda: moment, own_host="")
    seen = await Lookout(store, tmp_path, "http://site.invalid", clocks, lambda: moment).look()
    assert clocks.is_wrong is not store.is_sqlite
    assert seen.ahead == clocks.ahead
    assert (seen.certificate_until, (seen.free or 0) > 0) == (None, True)


async def test_a_backup_that_is_too_old_is_told_of_where_there_ever_was_one(house: House, tmp_path: Path):
    assert await told(house, "backup", backup_days=3) is None
    await backup(house.store, tmp_path, tmp_path / "b.tar", at=house.now(), version="0")
    house.now.move(days=3)
    assert await told(house, "backup", backup_days=3) is None
    house.now.move(minutes=1)
    found = await told(house, "backup", backup_days=3)
    assert found is not None
    assert (found[0], "已超过3天；请系统管理员" in found[1]) == ("alarm", True)
    assert await told(house, "backup", backup_days=0) is None


@pytest.mark.parametrize(
    ("lasts", "after", "level"),
    [
        (365, 330, None),
        (365, 336, "warn"),
        (365, 359, "alarm"),
        (40, 20, None),
        (40, 31, "warn"),
        (40, 41, None),
    ],
)
async def test_a_program_is_told_of_before_its_token_ends(
    house: House, lasts: int, after: int, level: str | None
):
    async with house.store.begin() as tx:
        issued = await issue_token(
            tx, house.author, id="t", name="年报抓取", use="api", at=house.now(), lasts=timedelta(days=lasts)
        )
        unused = await issue_token(
            tx, house.author, id="u", name="没用过", use="api", at=house.now(), lasts=timedelta(days=lasts)
        )
        await note_use(tx, "t", at=house.now())
    assert issued.secret != unused.secret
    house.now.move(days=after)
    found = await told(house, "api_token:t")
    assert (found and found[0]) == level
    assert await told(house, "api_token:u") is None
