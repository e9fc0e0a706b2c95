import asyncio
import io
import itertools
import json
import logging
import time
from collections.abc import Callable, Iterator

import pytest
import structlog

from scheduler.clock import Clock
from scheduler.scans import Scan
from server.logs import configure_logs, hide_secrets

Lines = Callable[[], list[dict[str, object]]]


@pytest.fixture
def lines() -> Iterator[Lines]:
    """The log as JSON, and the machinery put back as it was."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    stream = io.StringIO()
    configure_logs("info", "json", stream=stream)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def test_a_line_has_its_event_level_and_time(lines: Lines) -> None:
    structlog.get_logger("server.core").info("released", item="i1")
    (line,) = lines()
    assert (line["event"], line["level"], line["item"]) == ("released", "info", "i1")
    assert str(line["timestamp"]).endswith("Z")


def test_lines_below_the_level_are_left_out(lines: Lines) -> None:
    structlog.get_logger().debug("seen")
    assert lines() == []


async def test_the_piece_of_work_stands_on_every_line_of_it(lines: Lines) -> None:
    async def child() -> None:
        structlog.get_logger().info("called")

    with (
        structlog.contextvars.bound_contextvars(request_id="r1"),
        structlog.contextvars.bound_contextvars(delivery_id="d1"),
    ):
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(child())
    (line,) = lines()
    assert (line["request_id"], line["delivery_id"]) == ("r1", "d1")


def test_lines_of_libraries_look_the_same(lines: Lines) -> None:
    with structlog.contextvars.bound_contextvars(request_id="r1"):
        logging.getLogger("aiohttp.server").error("Error %s", "handling")
    (line,) = lines()
    assert (line["event"], line["request_id"]) == ("Error handling", "r1")


@pytest.mark.parametrize(
    "secret",
    [
        {"password": "hunter2"},
        {"access_token": "hunter2"},
        {"Authorization": "Basic hunter2"},
        {"settings": {"app_secret": "hunter2"}},
        {"url": "https://api.example/cgi-bin/x?access_token=hunter2&type=image"},
        {"headers": ["Authorization: Bearer hunter2"]},
        {"database": "postgresql://tongfa:hunter2@db/tongfa"},
        {"database": "postgresql+asyncpg://tongfa:hunter2@db/tongfa"},
        {"cookie_of": "tf_1m8maxghvyp9dnhz_hunter2-hunter2-hunter2-hunter2"},
        {"tried": "sign in with tf_1m8_hunter2_hunter2_hunter2 failed"},
    ],
)
def test_secrets_are_not_written(secret: dict[str, object], lines: Lines) -> None:
    structlog.get_logger().info("opened", **secret)
    assert "hunter2" not in json.dumps(lines())


async def test_a_scan_that_takes_longer_than_its_rhythm_is_no_line(lines: Lines) -> None:
    turns, done = itertools.count(1), asyncio.Event()

    async def lead() -> bool:
        if next(turns) == 20:
            done.set()
        return True

    async def nothing() -> None:
        pass

    clock = Clock([Scan("long", 0.01, done.wait), Scan("short", 0.01, nothing)], lead=lead)
    clock.start()
    await done.wait()
    await clock.stop()
    assert lines() == []


def test_secrets_in_a_traceback_are_not_written(lines: Lines) -> None:
    try:
        raise RuntimeError("GET /cgi-bin/token?appid=wx1&secret=hunter2 failed")
    except RuntimeError:
        structlog.get_logger().exception("broken")
    (line,) = lines()
    assert "hunter2" not in json.dumps(line)
    assert "appid=wx1" in str(line["exception"])


def _cost(text: str) -> float:
    began = time.process_time()
    for _ in range(3):
        hide_secrets(None, "info", {"event": text})
    return time.process_time() - began


@pytest.mark.parametrize("piece", ["a", "a://", "a:", "tf_a", "tf_", "secret=", "Bearer ", "a://a:"])
def test_a_long_line_of_a_stranger_costs_what_it_is_long_and_no_more(piece: str) -> None:
    """Four times as long costs four times as much; it cost sixteen times, and nine seconds for 64 kB."""
    short, long = (_cost((piece * 60_000)[:length]) for length in (15_000, 60_000))
    assert long < max(8 * short, 0.1)


def test_what_is_no_secret_stays(lines: Lines) -> None:
    structlog.get_logger().info("token_kept", account="acc1", tokens=3, title="医疗救助实施办法")
    (line,) = lines()
    assert (line["account"], line["tokens"], line["title"]) == ("acc1", 3, "医疗救助实施办法")


def test_a_person_gets_a_readable_line() -> None:
    stream = io.StringIO()
    handlers, level = logging.getLogger().handlers[:], logging.getLogger().level
    configure_logs("info", "console", stream=stream)
    structlog.get_logger().info("released", item="i1")
    logging.getLogger().handlers[:] = handlers
    logging.getLogger().setLevel(level)
    structlog.reset_defaults()
    assert "released" in stream.getvalue()
    assert "item=i1" in stream.getvalue()
