"""Commands about working days: load a notice, ask for a limit, look at a year. No server need run."""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Final, TypeVar, cast

import typer

from scheduler.notices import MOST_BYTES, BadNotice, Notice, read_notice
from scheduler.workdays import MOST_DAYS, Calendar
from server.cli.endings import MISUSED, REFUSED, end, end_without_store, settings_or_end
from server.core.calendar import import_notice, load_calendar
from server.core.days import say_moment
from server.file_errors import reason_of
from server.settings import Settings
from server.store.calendars import CalendarDay, CalendarNotice, Layer, list_calendar_days
from server.store.schema import has_tables, is_current, migrate
from server.store.tx import Store, StoreAway
from server.store.words import CALENDAR_LAYERS
from server.watch.shifts import KIND_NAMES, Outlook, Term, foresee

T = TypeVar("T")
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_WEEKDAYS: Final = "一二三四五六日"

group = typer.Typer(help="工作日历：导入放假安排、推算期限", no_args_is_help=True)


@group.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(help="放假安排：JSON（off_days、make_up_working_days）或 CSV")],
    layer: Annotated[str, typer.Option("--layer", help="national：国务院通知；local：本地节日")] = "national",
    *,
    look: Annotated[bool, typer.Option("--look", help="只看会改变哪些日子和期限，不导入")] = False,
) -> None:
    """导入国务院年度放假通知，或者本地（如民族自治地方）的节日。"""  # noqa: D400, D415
    if layer not in CALENDAR_LAYERS:
        end(f"--layer 只能是 {'、'.join(CALENDAR_LAYERS)}。", MISUSED)
    try:
        notice = read_notice(_read(file))
    except BadNotice as error:
        end(f"文件 {file} 没有导入：\n" + "\n".join(error.complaints), REFUSED)
    settings = settings_or_end()
    if look:
        told = _run(lambda: _foresee(settings, notice, cast("Layer", layer), file.name))
        typer.echo("\n".join(_shifts(told)) if told else "数据库还没有建立，没有期限会移动。")
        return
    made = _run(lambda: _import(settings, notice, cast("Layer", layer), file.name))
    typer.echo(_told(notice, made))


@group.command("due")
def due(
    day: Annotated[str, typer.Argument(metavar="DATE", help="起算日，不计入期限")],
    count: Annotated[int, typer.Argument(metavar="N", help="工作日数，0 到 1000")],
) -> None:
    """打印 DATE 之后第 N 个工作日；日历尚未公布时后面标 provisional。"""  # noqa: D400, D415
    if not _DATE.fullmatch(day):
        end(f"日期应写成 2026-10-09，而不是“{day}”。", MISUSED)
    if not 0 <= count <= MOST_DAYS:
        end(f"工作日数应在 0 到 {MOST_DAYS} 之间，而不是 {count}。", MISUSED)
    try:
        start = date.fromisoformat(day)
    except ValueError:
        end(f"没有“{day}”这一天。", MISUSED)
    found = _calendar()[0].add_working_days(start, count)
    if found.day == date.max:  # where the calendar ends, a term is cut short
        end(f"{day} 之后 {count} 个工作日超出了日历。", MISUSED)
    typer.echo(f"{found.day.isoformat()} provisional" if found.provisional else found.day.isoformat())


@group.command("show")
def show(
    year: Annotated[int, typer.Argument(min=1990, max=2100, help="年份")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False,
) -> None:
    """打印一年的放假日、调休上班日和工作日数。"""  # noqa: D400, D415
    calendar, entered = _calendar()
    names = {one.day: one.name for one in entered if one.name}
    exceptions = tuple(calendar.exceptions_of(year))
    off = [day for day, worked in exceptions if not worked]
    made_up = [day for day, worked in exceptions if worked]
    count = calendar.count_working_days(date(year, 1, 1) - timedelta(days=1), date(year, 12, 31))
    known = calendar.is_year_known(year)
    if as_json:
        told = {
            "year": year,
            "provisional": not known,
            "working_days": count,
            "weekdays_off": [str(day) for day in off],
            "make_up_working_days": [str(day) for day in made_up],
        }
        typer.echo(json.dumps(told, ensure_ascii=False, indent=2))
        return
    typer.echo(f"{year} 年 工作日 {count} 天" + ("" if known else "（暂定：放假安排尚未公布或尚未导入）"))
    typer.echo("周一至周五放假：" + ("、".join(_say(day, names) for day in off) or "无"))
    typer.echo("周末上班：" + ("、".join(_say(day, names) for day in made_up) or "无"))


def _shifts(told: Outlook) -> Iterator[str]:
    for day, worked in told.days:
        yield f"{day.isoformat()} 改为{'上班' if worked else '放假'}"
    for one in told.shifts:
        yield f"{KIND_NAMES[one.kind]} {_term(one.before)} → {_term(one.after)} {one.title}"
    if told.moved > len(told.shifts):
        yield f"……另有 {told.moved - len(told.shifts)} 个期限移动"
    yield f"移动 {told.moved} 个期限；{told.settled} 个不再是暂定；{told.unchanged} 个不受影响。没有导入。"


def _term(term: Term) -> str:
    said = term.day.isoformat() if term.at is None else say_moment(term.at)
    return f"{said}（暂定）" if term.is_provisional else said


def _say(day: date, names: dict[date, str]) -> str:
    name = f"，{names[day]}" if day in names else ""
    return f"{day.month}月{day.day}日（周{_WEEKDAYS[day.weekday()]}{name}）"


def _told(notice: Notice, made: CalendarNotice) -> str:
    said = [f"已导入 {len(notice.days)} 天"]
    if made.years:
        said.append(f"{'、'.join(map(str, made.years))} 年的安排完整")
    if made.layer == "national" and notice.broken:
        years = "、".join(map(str, sorted(notice.broken)))
        said.append(f"{years} 年的安排不完整（缺元旦、五一或国庆），仍按暂定计算")
    return "；".join(said) + "。"


def _read(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            return opened.read(MOST_BYTES + 1)
    except OSError as error:
        end(f"文件 {file} 读不了：{reason_of(error)}。", MISUSED)


def _calendar() -> tuple[Calendar, tuple[CalendarDay, ...]]:
    """Give the calendar of this office; where nothing is set up yet, what the package knows."""
    settings = settings_or_end()
    return _run(lambda: _load(settings))


def _run(act: Callable[[], Awaitable[T]]) -> T:
    async def run() -> T:
        return await act()

    try:
        return asyncio.run(run())
    except StoreAway as error:
        end_without_store(error)


async def _load(settings: Settings) -> tuple[Calendar, tuple[CalendarDay, ...]]:
    store = Store(settings.database_url)
    try:
        # Asking must create nothing: a SQLite file that is not there stays away.
        if store.is_sqlite and not await asyncio.to_thread(_is_file, store):
            return Calendar(), ()
        if not await is_current(store):
            return Calendar(), ()
        async with store.read() as tx:
            return await load_calendar(tx), await list_calendar_days(tx)
    finally:
        await store.close()


async def _foresee(settings: Settings, notice: Notice, layer: Layer, source: str) -> Outlook | None:
    store = Store(settings.database_url)
    try:
        if store.is_sqlite and not await asyncio.to_thread(_is_file, store):
            return None  # looking must create nothing
        if not await is_current(store):
            end("数据库还没有升级到这个版本的结构，请先运行 tongfa migrate。", MISUSED)
        return await foresee(store, notice, layer, source=source, at=datetime.now(UTC))
    finally:
        await store.close()


def _is_file(store: Store) -> bool:
    name = store.engine.url.database
    return name is not None and Path(name).is_file()


async def _import(settings: Settings, notice: Notice, layer: Layer, source: str) -> CalendarNotice:
    await asyncio.to_thread(settings.var.mkdir, parents=True, exist_ok=True)
    store = Store(settings.database_url)
    try:
        if store.is_sqlite and not await has_tables(store):
            await migrate(store)  # a first command on an empty folder; an office's database is never touched
        if not await is_current(store):
            end("数据库还没有升级到这个版本的结构，请先运行 tongfa migrate。", MISUSED)
        at = datetime.now(UTC)
        return await store.write(lambda tx: import_notice(tx, notice, layer, source=source, by=None, at=at))
    finally:
        await store.close()
