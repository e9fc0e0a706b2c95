"""`tongfa jobs`: what the clock runs and how it went; `tongfa jobs run NAME` asks for a run."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from scheduler.rhythms import say_rhythm
from server.cli.database import on_database
from server.cli.endings import MISUSED, end
from server.cli.listing import show
from server.core.days import SHANGHAI
from server.settings import Settings
from server.store.jobs import ask_for_job
from server.store.tx import Store
from server.watch.joblist import JOBS
from server.watch.jobs import JobSeen, see_jobs

group = typer.Typer(help="定时任务：最近一次、结果、下一次", invoke_without_command=True)


@group.callback()
def list_all(context: typer.Context) -> None:
    """列出定时任务（直接读数据库）。"""  # noqa: D400, D415
    if context.invoked_subcommand is not None:
        return

    async def act(store: Store, _settings: Settings) -> tuple[JobSeen, ...]:
        return await see_jobs(JOBS, store, at=datetime.now(UTC))

    heads = ("任务", "名称", "节奏", "最近一次", "结果", "用时", "下一次")
    show(heads, map(_cells, on_database(act)))


@group.command("run")
def run(name: Annotated[str, typer.Argument(help="任务名")]) -> None:
    """请定时进程尽快运行一个任务；运行两次无害。"""  # noqa: D400, D415
    names = tuple(job.name for job in JOBS)
    if name not in names:
        end(f"没有名为“{name}”的定时任务，可用的是：{'、'.join(names)}。", MISUSED)

    async def act(store: Store, _settings: Settings) -> None:
        await store.write(lambda tx: ask_for_job(tx, name, at=datetime.now(UTC)))

    on_database(act)
    typer.echo("已登记，定时进程会在一分钟内运行。")


def _cells(seen: JobSeen) -> tuple[str, ...]:
    last = seen.last
    return (
        seen.name,
        seen.title,
        say_rhythm(seen.rhythm),
        _short(last.started_at) if last and last.started_at else "从未运行",
        _result(seen),
        f"{last.seconds:g} 秒" if last else "",
        _short(seen.next_at),
    )


def _short(at: datetime) -> str:
    return f"{at.astimezone(SHANGHAI):%m-%d %H:%M}"


def _result(seen: JobSeen) -> str:
    last = seen.last
    match last.result if last else None:
        case "done":
            return f"完成 {last.done if last else 0}"
        case "failed":
            return f"失败：{last.note if last else ''}"
        case "running":
            return "运行中"
        case _:
            return ""
