"""server/console/live.py: the rows of a release as they change."""

import asyncio
import json
from typing import Any

from server.console.streams import MOST
from tests.console.conftest import ConsoleOffice, Desk


async def _events(
    desk: Desk, path: str, until: str = "end", *, opened: asyncio.Event | None = None
) -> list[tuple[str, Any]]:
    """Read a stream until an event; `opened` is set once it has told how things stand."""
    found: list[tuple[str, Any]] = []
    async with desk.client.get(desk.base.with_path(path)) as answer:
        assert answer.headers["Content-Type"].startswith("text/event-stream")
        name = ""
        async for line in answer.content:
            text = line.decode().rstrip("\n")
            if text.startswith("event: "):
                name = text.removeprefix("event: ")
            elif text.startswith("data: "):
                found.append((name, json.loads(text.removeprefix("data: "))))
                if opened is not None and name == "summary":
                    opened.set()
                if name == until:
                    return found
    return found


async def test_rows_arrive_and_the_stream_ends_once_nothing_moves(office: ConsoleOffice):
    made = await office.house.item()
    await office.house.release(made.id, ("website", "weibo"))
    legs = await office.house.legs(made.id)
    path = f"/console/releases/{legs['website'].release_id}/events"
    desk = await office.desk("author")
    async with asyncio.TaskGroup() as group:
        reading = group.create_task(_events(desk, path))
        await asyncio.sleep(0)
        await office.house.run_until_quiet()
    events = reading.result()
    last = {value["id"]: value["html"] for name, value in events if name == "row"}
    assert {key: "已上线" in html for key, html in last.items()} == {
        legs["website"].id: True,
        legs["weibo"].id: True,
    }
    told = {"text": "2 个账号：2 个已上线。", "holds": [], "rows": sorted(last)}
    assert ("summary", told) in events


async def test_the_row_of_an_earlier_release_goes_when_its_page_is_another(office: ConsoleOffice):
    made = await office.house.published(("website",))
    before = (await office.house.legs(made.id))["website"]
    await office.house.corrected(made.id)
    await office.house.release(made.id, ("website",))
    after = (await office.house.legs(made.id))["website"]
    desk = await office.desk("author")
    async with asyncio.TaskGroup() as group:
        opened = asyncio.Event()
        path = f"/console/releases/{after.release_id}/events"
        reading = group.create_task(_events(desk, path, opened=opened))
        await opened.wait()
        await office.house.run_until_quiet()
    rows = [value["rows"] for name, value in reading.result() if name == "summary"]
    assert (rows[0], rows[-1]) == (sorted([before.id, after.id]), [after.id])


async def test_what_can_no_longer_be_done_is_told_with_the_rows(office: ConsoleOffice):
    made = await office.approved()
    desk = await office.desk("chief")
    fields = [("accounts", "website"), ("not_before", "2026-12-01T09:00")]
    page = await desk.follow(await desk.post(f"/console/items/{made['id']}/release", fields))
    path = f"/console/releases/{(await office.house.legs(made['id']))['website'].release_id}"
    assert page.words.count("改发布时间") == 1
    async with asyncio.TaskGroup() as group:
        opened = asyncio.Event()
        reading = group.create_task(_events(desk, f"{path}/events", opened=opened))
        await opened.wait()
        await desk.post(f"{path}/reschedule", {"not_before": ""})
        await office.house.run_until_quiet()
    holds = [value["holds"] for name, value in reading.result() if name == "summary"]
    assert (holds[0], holds[-1]) == (["ahead", "expedite", "reschedule", "withdraw"], ["withdraw"])


async def test_a_row_says_what_it_waits_for(office: ConsoleOffice):
    made = await office.house.item()
    await office.house.release(made.id, ("website", "weibo"))
    legs = await office.house.legs(made.id)
    desk = await office.desk("author")
    path = f"/console/releases/{legs['website'].release_id}/events"
    events = await _events(desk, path, until="summary")
    assert any("等网页上线" in value["html"] for name, value in events if name == "row")


async def test_a_seventh_open_page_ends_the_oldest_and_says_so(office: ConsoleOffice):
    made = await office.house.item()
    await office.house.release(made.id, ("website", "weibo"))
    path = f"/console/releases/{(await office.house.legs(made.id))['website'].release_id}/events"
    desk, other = await office.desk("author"), await office.desk("chief")
    async with asyncio.TaskGroup() as group:
        opened = asyncio.Event()
        first = group.create_task(_events(desk, path, until="crowded", opened=opened))
        await opened.wait()
        others = [group.create_task(_events(other, path, until="crowded"))]
        others += [group.create_task(_events(desk, path, until="crowded")) for _ in range(MOST)]
        name, told = (await first)[-1]
        assert (name, "这一页改为每 15 秒更新一次" in told["text"]) == ("crowded", True)
        assert not any(one.done() for one in others)
        for one in others:
            one.cancel()


async def test_nobody_watches_the_releases_of_another_organ(office: ConsoleOffice):
    made = await office.house.published(("website",))
    legs = await office.house.legs(made.id)
    path = f"/console/releases/{legs['website'].release_id}/events"
    assert (await (await office.desk("stranger")).get(path)).status == 403
    assert (await (await office.desk()).get(path)).status == 401
