"""Wiring: settings → parts → the tasks of one process, started in order and stopped in the reverse one."""

import asyncio
import gc
import os
import random
import signal
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Final, Literal
from urllib.parse import urlsplit

import structlog
from aiohttp import web
from redis.asyncio import Redis

from channels.contract import DocRoot
from channels.registry import LIMITS
from channels.transport import Transport
from scheduler.clock import Clock
from server.api.routes import add_api
from server.child import Children
from server.console.pages import add_console
from server.core.calendar import LiveCalendar
from server.core.copies import keep_fresh
from server.core.fence import FencedRoot
from server.core.ids import new_id
from server.core.live_site import LiveSite
from server.core.occupancy import HalfRestored, Occupied, occupied
from server.core.release import OpenChannel
from server.core.rounds import run_rounds
from server.core.settle import Bench
from server.core.workplace import Workplace
from server.ephemeral.budgets import Budgets
from server.ephemeral.connection import close_redis, is_answering, open_redis
from server.ephemeral.embedded import PrivateValkey, ValkeyDidNotStart
from server.ephemeral.leases import Leases
from server.ephemeral.presence import Presence
from server.ephemeral.throttle import Throttle
from server.ephemeral.tokens import SharedTokens
from server.ephemeral.wakeups import Wakeups
from server.importing.texts import TextReader
from server.network import open_session
from server.opener import Opener
from server.parts import PARTS, Bounds, Parts
from server.public.finding import add_finding, moved_to
from server.public.site import add_practice_site, add_site
from server.readers import Readers, open_readers
from server.rehearsal import allowed_inside, open_rehearsal, practice_root, rehearsal_platforms
from server.report.assessing.scheme import OURS, BadScheme, Indicator, read_scheme
from server.review.examiner import Examiner
from server.rota import open_rota
from server.runner import Runner
from server.security.vault import Vault
from server.settings import Settings, site_of
from server.store.blobs import Blobs
from server.store.schema import is_current, migrate
from server.store.tx import Store, StoreAway
from server.watch.clocks import Clocks
from server.watch.disk import LOW, free_bytes

Role = Literal["web", "worker", "clock"]
LEAD_SECONDS: Final = 15.0
CALENDAR_SECONDS: Final = 5.0
HURRY_SECONDS: Final = 2.0
"""So long deliveries under way have after Ctrl-C; what is cut off is looked for, and nothing is lost."""
REQUESTS_SECONDS: Final = 3.0
"""So long requests under way have; a longer one is somebody's upload over a slow line, who sends it again."""

log = structlog.get_logger()


class CannotStart(Exception):
    """The process cannot begin its work; the message is a Chinese sentence for the operator."""


@dataclass(frozen=True, slots=True)
class House:
    """What the tasks of one process share."""

    parts: Parts
    workplace: Workplace
    calendar: LiveCalendar
    wakeups: Wakeups
    leases: Leases
    valkey: PrivateValkey | None
    readers: Readers


def ease_collector() -> None:
    """Let Python's collector of cycles look more rarely; to be called once all modules are loaded.

    What stands by now stays for as long as the process. Left alone, the collector takes a fifth of the time
    of a busy worker, and finds next to nothing: rows and answers hold no cycles.
    """
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


async def run(settings: Settings, roles: frozenset[Role]) -> None:
    """Run the given roles until SIGTERM or SIGINT.

    What is under way may end in its time after SIGTERM, which a machine sends. After Ctrl-C, or when told
    twice, somebody waits.
    """
    ease_collector()
    stop, hurry, loop = asyncio.Event(), asyncio.Event(), asyncio.get_running_loop()

    def end(*, patient: bool) -> None:
        if stop.is_set():
            hurry.set()
        elif not patient:
            loop.call_later(HURRY_SECONDS, hurry.set)
        stop.set()

    loop.add_signal_handler(signal.SIGTERM, partial(end, patient=True))
    loop.add_signal_handler(signal.SIGINT, partial(end, patient=False))
    await serve(settings, roles, stop, hurry)


async def serve(
    settings: Settings, roles: frozenset[Role], stop: asyncio.Event, hurry: asyncio.Event | None = None
) -> None:
    """Run the given roles until told to stop; what is in flight has some seconds, or until `hurry`."""
    async with open_house(settings, migrate_first=len(roles) > 1) as house:
        tasks: dict[Role, Callable[[], Awaitable[None]]] = {
            "web": lambda: _serve_web(settings, house, stop),
            "worker": lambda: run_rounds(
                house.workplace,
                house.wakeups,
                slots=settings.worker.slots,
                poll_seconds=settings.worker.poll_seconds,
                stop=stop,
                finish_seconds=settings.worker.finish_seconds,
                hurry=hurry,
            ),
            "clock": lambda: _run_clock(house, stop),
        }
        async with asyncio.TaskGroup() as group:
            keeper = group.create_task(house.valkey.keep(), name="valkey") if house.valkey else None
            async with asyncio.TaskGroup() as works:
                works.create_task(
                    keep_fresh(house.calendar, house.parts.store, CALENDAR_SECONDS, stop), name="calendar"
                )
                works.create_task(
                    keep_fresh(house.parts.sites, house.parts.store, CALENDAR_SECONDS, stop), name="site"
                )
                for role in sorted(roles):
                    works.create_task(_run_role(role, tasks[role]), name=role)
            if keeper is not None:
                keeper.cancel()


async def _run_role(role: Role, task: Callable[[], Awaitable[None]]) -> None:
    log.info("role_started", role=role)
    await task()
    log.info("role_stopped", role=role)


@asynccontextmanager
async def open_house(settings: Settings, *, migrate_first: bool) -> AsyncIterator[House]:
    """Open everything a process needs, and close it in the reverse order."""
    async with AsyncExitStack() as stack:
        await asyncio.to_thread(settings.var.mkdir, parents=True, exist_ok=True)
        await _move_in(stack, settings)
        store = await _open_store(stack, settings, migrate_first=migrate_first)
        valkey, redis = await _open_redis(stack, settings)
        wakeups = Wakeups(redis)
        stack.push_async_callback(wakeups.close)
        owner = f"{socket.gethostname()}:{os.getpid()}"
        sites = LiveSite(site_of(settings))
        await sites.keep_left_out(store)
        if sites.left_out:
            log.warning("columns_left_out", slugs=sites.left_out)
        await sites.refresh(store)
        calendar = LiveCalendar()
        await calendar.refresh(store)
        clocks = Clocks(_now, own_host=urlsplit(settings.public_url).hostname or "")
        tokens = SharedTokens(redis, owner=owner)
        opener = await _open_opener(stack, settings, store, sites, tokens=tokens, clocks=clocks)
        workplace = _workplace(settings, opener, calendar, Budgets(redis), worker=owner)
        children = Children()
        readers = await open_readers(stack, settings, store, opener.vault, sites)
        parts = Parts(
            store=store,
            now=_now,
            new_id=new_id,
            wake=wakeups.wake,
            is_ready=lambda: _readiness(store, redis, settings.var, clocks),
            sites=sites,
            calendar=calendar,
            open_channel=opener,
            blobs=opener.blobs,
            throttle=Throttle(redis),
            presence=Presence(redis),
            vault=opener.vault,
            bounds=Bounds(**settings.bounds.model_dump()),
            rehearsal=open_rehearsal(settings, opener.http),
            assessment=await _read_scheme(settings.assessment_file),
            jobs=open_rota(
                settings,
                workplace,
                calendar,
                wakeups.wake,
                opener=opener,
                readers=readers,
                children=children,
                clocks=clocks,
            ),
            examiner=Examiner(store, sites, opener.blobs.read, TextReader(children)),
            children=children,
            factor_roles=frozenset(settings.totp_required_roles),
            terms=settings.takedown.terms,
            trusted_proxies=settings.trusted_proxies,
        )
        yield House(parts, workplace, calendar, wakeups, Leases(redis, owner=owner), valkey, readers)


async def _open_opener(
    stack: AsyncExitStack,
    settings: Settings,
    store: Store,
    sites: LiveSite,
    *,
    tokens: SharedTokens,
    clocks: Clocks,
) -> Opener:
    """Give what opens channels; whoever answers them tells `clocks` what time it is there."""
    allowed, bounds = allowed_inside(settings), settings.bounds
    vault = await _open_vault(settings.secret_key_file)
    session = await stack.enter_async_context(open_session(allowed, clocks.trace()))
    return Opener(
        vault=vault,
        store=store,
        sites=sites,
        http=Transport(session, seconds=settings.http_seconds),
        allowed=allowed,
        root=FencedRoot(settings.var / "site"),
        practice_root=FencedRoot(practice_root(settings)),
        blobs=Blobs(settings.var / "media", limit=max(bounds.attachment_bytes, bounds.picture_bytes)),
        tokens=tokens,
    )


async def _open_vault(key: Path) -> Vault:
    try:
        return await asyncio.to_thread(Vault.from_file, key)
    except ValueError as error:
        raise CannotStart(str(error)) from error


def _workplace(
    settings: Settings, opener: "Opener", calendar: LiveCalendar, budgets: Budgets, *, worker: str
) -> Workplace:
    return Workplace(
        store=opener.store,
        bench=Bench(calendar, new_id, random.SystemRandom().random, settings.takedown.terms),
        sites=opener.sites,
        open_channel=opener,
        limits=LIMITS,
        now=_now,
        worker=worker,
        lease=timedelta(seconds=settings.worker.lease_seconds),
        budgets=budgets,
    )


def opener_into(house: House, root: DocRoot, practice: DocRoot) -> OpenChannel:
    """Give what opens the channels of a house over other document roots, of either world."""
    opener = house.workplace.open_channel
    if not isinstance(opener, Opener):
        raise TypeError("not an opener of this wiring")
    return replace(opener, root=root, practice_root=practice)


async def _move_in(stack: AsyncExitStack, settings: Settings) -> None:
    """Work in the data folder beside others, but not while or after a restore that is not complete."""
    try:
        await asyncio.to_thread(stack.enter_context, occupied(settings.var))
    except Occupied:
        raise CannotStart(f"数据目录 {settings.var} 正在恢复备份，请等它结束") from None
    except HalfRestored:
        raise CannotStart("上次恢复备份没有完成：请再运行一次 tongfa restore") from None


async def _open_store(stack: AsyncExitStack, settings: Settings, *, migrate_first: bool) -> Store:
    store = Store(settings.database_url)
    stack.push_async_callback(store.close)
    try:
        if migrate_first and store.is_sqlite:
            await migrate(store)
        elif not await is_current(store):
            raise CannotStart("数据库结构不是当前版本：请先运行 tongfa migrate")
    except StoreAway as error:
        raise CannotStart(f"数据库连不上：{error}") from error
    return store


async def _read_scheme(path: Path | None) -> tuple[Indicator, ...]:
    if path is None:
        return OURS
    try:
        return await asyncio.to_thread(read_scheme, path)
    except BadScheme as error:
        raise CannotStart(str(error)) from error


async def _open_redis(stack: AsyncExitStack, settings: Settings) -> tuple[PrivateValkey | None, Redis]:
    valkey, url = None, settings.redis_url
    if url is None:
        valkey = PrivateValkey(settings.var)
        stack.push_async_callback(valkey.stop)
        try:
            url = await valkey.start()
        except ValkeyDidNotStart as error:
            raise CannotStart(f"内置的 Valkey 没有启动：{error}") from error
    redis = open_redis(url)
    stack.push_async_callback(close_redis, redis)
    return valkey, redis


async def _readiness(store: Store, redis: Redis, var: Path, clocks: Clocks) -> dict[str, str]:
    try:
        state = "ok" if await is_current(store) else "schema is not current: run tongfa migrate"
    except StoreAway:
        state = "away"
    free = await asyncio.to_thread(free_bytes, var)
    disk = "full" if store.room.is_full or not free else "low" if free < LOW else "ok"
    return {
        "store": state,
        "redis": "ok" if await is_answering(redis) else "away",
        "disk": disk,
        "clock": "wrong" if clocks.is_wrong else "ok",
    }


async def _serve_web(settings: Settings, house: House, stop: asyncio.Event) -> None:
    async with AsyncExitStack() as stack:
        if settings.practice.platforms:
            try:
                await stack.enter_async_context(rehearsal_platforms(settings))
            except OSError as error:
                # The office's real work does not wait for a rehearsal; the switch says what is missing.
                log.warning("rehearsal_platforms_not_started", why=error.strerror or str(error))
        await _serve_pages(settings, house, stop)


async def _serve_pages(settings: Settings, house: House, stop: asyncio.Event) -> None:
    app = web.Application(client_max_size=settings.bounds.body_bytes)
    app[PARTS] = house.parts
    add_api(app)
    add_console(app)
    add_finding(app)
    house.readers.add_to(app, house.parts.throttle.allow)
    front = house.parts.site.url if house.parts.site.has_hub else None
    add_practice_site(app, practice_root(settings))
    add_site(app, settings.var / "site", partial(moved_to, house.parts.store), front)
    runner = Runner(app, shutdown_timeout=REQUESTS_SECONDS)
    await runner.setup()
    try:
        await web.TCPSite(runner, settings.host, settings.port).start()
        await stop.wait()
    finally:
        await runner.cleanup()


async def _run_clock(house: House, stop: asyncio.Event) -> None:
    clock = Clock(house.parts.jobs.scans(), lead=lambda: house.leases.hold("clock", LEAD_SECONDS))
    clock.start()
    try:
        await stop.wait()
    finally:
        await clock.stop()
        await house.leases.release("clock")


def _now() -> datetime:
    return datetime.now(UTC)
