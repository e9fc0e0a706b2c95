"""What the demo says at the end: the receipts, the counts, whether both agree, and where to look."""

import json
from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, Final

import aiohttp
from rich.console import Console
from rich.table import Table
from story import EVIDENCE, Told

from server.cli.counting import counts_table

_BEIJING: Final = timezone(timedelta(hours=8))
_STATES: Final = {"live": "[green]已上线[/]", "waiting": "[yellow]等待[/]"}
_CHANNELS: Final = {
    "website": "网站",
    "feed": "订阅源",
    "weibo": "微博",
    "wechat": "微信",
    "other": "其他方式",
}


def receipts(told: Iterable[Told]) -> list[dict[str, Any]]:
    """Give every delivery that is live, in the order it went live."""
    found = [
        {
            "item": one.item["title"],
            "channel": leg["channel"],
            "account": leg["account"],
            "state": leg["state"],
            "link": leg["link"],
            "time": leg["live_at"],
        }
        for one in told
        for leg in one.deliveries
        if leg["state"] == "live"
    ]
    return sorted(found, key=lambda receipt: (receipt["time"], receipt["account"]))


def waiting(told: Iterable[Told]) -> list[dict[str, Any]]:
    """Give what waits for its day, with the sentence that says for which."""
    return [
        {
            "item": one.item["title"],
            "account": leg["account"],
            "due_at": one.follows[0]["due_at"],
            "waits_for": one.follows[0]["waits_for"],
        }
        for one in told
        for leg in one.deliveries
        if leg["state"] == "waiting"
    ]


def disagreements(told: Iterable[Told], counts: dict[str, Any], year: int) -> list[str]:
    """Say where the counts of a year and the receipts differ: an item counts once on each channel."""
    lines = {
        (one.item["id"], leg["counted_as"])
        for one in told
        for leg in one.deliveries
        if leg["state"] == "live" and datetime.fromisoformat(leg["live_at"]).astimezone(_BEIJING).year == year
    }
    per_channel = Counter(channel for _item, channel in lines)
    found = [
        f"{channel}：统计 {count} 条，回执 {per_channel[channel]} 条"
        for channel, count in counts["deliveries"].items()
        if count != per_channel[channel]
    ]
    items = len({item for item, _channel in lines})
    if counts["items"] != items:
        found.append(f"合计：统计 {counts['items']} 条，回执 {items} 条")
    return found


async def dead_links(found: Iterable[dict[str, Any]]) -> list[str]:
    """Give the links that do not answer 200."""
    dead = []
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=30)) as session:
        for link in sorted({receipt["link"] for receipt in found if receipt["link"]}):
            async with session.get(link) as answer:
                if answer.status != 200:
                    dead.append(f"{link}: {answer.status}")
    return dead


def print_receipts(console: Console, told: tuple[Told, ...]) -> None:
    """Print a row for each delivery, live or waiting."""
    table = Table(title="回执")
    for name in ("稿件", "渠道", "账号", "状态"):
        table.add_column(name, no_wrap=True)
    table.add_column("链接或说明", overflow="fold")
    table.add_column("时间（北京）", no_wrap=True)
    for one in told:
        title = _short(one.item["title"])
        for leg in one.deliveries:
            state = _STATES.get(leg["state"], leg["state"])
            table.add_row(title, _CHANNELS[leg["channel"]], leg["account_name"], state, *_proof(one, leg))
            title = ""
        table.add_section()
    console.print(table)


def print_counts(console: Console, counts: dict[str, Any]) -> None:
    """Print the statistics answer."""
    console.print(counts_table(counts))


def print_addresses(
    console: Console, base_url: str, platforms: dict[str, dict[str, str]], people: dict[str, tuple[str, str]]
) -> None:
    """Print where to look, and how to get into the console: these people exist in the demo only."""
    table = Table(title="打开看看", show_header=False)
    for name, url in (
        ("网站", f"{base_url}/"),
        ("编辑后台", f"{base_url}/console"),
        *(("", f"登录名 {login}  口令 {password}  {name}") for login, (name, password) in people.items()),
        ("订阅", f"{base_url}/subscribe.html"),
        ("订阅源（Atom）", f"{base_url}/feed/site.atom"),
        ("演练微信（读者看到的）", platforms["wechat"]["base_url"] + "/"),
        ("演练微博（读者看到的）", platforms["weibo"]["base_url"] + "/"),
        ("接口说明", f"{base_url}/api/openapi.json"),
    ):
        table.add_row(name, url)
    console.print(table)


def write_summary(path: Path, told: tuple[Told, ...], counts: dict[str, Any], broken: list[str]) -> None:
    """Write what came true, whole or not at all."""
    summary = {"receipts": receipts(told), "waiting": waiting(told), "counts": counts, "broken": broken}
    draft = path.with_suffix(".part")
    draft.write_text(json.dumps(summary, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    draft.replace(path)


def _proof(one: Told, leg: dict[str, Any]) -> tuple[str, str]:
    """Give where a delivery can be seen and since when, or what it waits for and until when."""
    if leg["state"] == "waiting" and one.follows:
        return one.follows[0]["waits_for"], _beijing(one.follows[0]["due_at"])
    place = EVIDENCE[leg["account"]][0] if leg["channel"] == "other" else ""
    return leg["link"] or place, _beijing(leg["live_at"])


def _beijing(moment: str | None) -> str:
    if moment is None:
        return ""
    return datetime.fromisoformat(moment).astimezone(_BEIJING).strftime("%Y-%m-%d %H:%M:%S")


def _short(title: str, length: int = 15) -> str:
    return title if len(title) <= length else title[: length - 1] + "…"
