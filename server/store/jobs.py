"""Jobs: when each last ran, with what result, and who may run it now. Their acts know nothing of this."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal

import sqlalchemy as sa

from server.store.clock_tables import job
from server.store.rows import upsert
from server.store.tx import Tx

Result = Literal["running", "done", "failed"]
_AHEAD: Final = timedelta(minutes=10)
"""A start that lies further ahead than this was written while the machine's clock was wrong."""


@dataclass(frozen=True, slots=True)
class JobRow:
    """The last run of a job; `done` is how many things it did, `failures` how often it failed in a row."""

    name: str
    started_at: datetime | None
    ended_at: datetime | None
    result: Result | None
    done: int
    note: str | None
    seconds: float
    failures: int
    asked_at: datetime | None


async def claim_job(tx: Tx, name: str, slot: datetime, *, at: datetime) -> bool:
    """Take the run of a slot, or one that a person asked for; say whether it was still to be had."""
    await tx.execute(
        upsert(tx, job)
        .values(name=name, done=0, seconds=0, failures=0)
        .on_conflict_do_nothing(index_elements=["name"])
    )
    open_to_take = sa.or_(
        job.c.started_at.is_(None),
        job.c.started_at < slot,
        job.c.started_at > at + _AHEAD,
        job.c.asked_at.is_not(None),
    )
    taken = await tx.execute(
        job.update()
        .where(job.c.name == name, open_to_take)
        .values(started_at=at, ended_at=None, result="running", asked_at=None)
    )
    return taken.rowcount == 1


async def write_run(tx: Tx, row: JobRow) -> None:
    """Write down how a run ended; failures in a row are counted here."""
    told = {
        "started_at": row.started_at,
        "ended_at": row.ended_at,
        "result": row.result,
        "done": row.done,
        "note": row.note,
        "seconds": row.seconds,
        "asked_at": None,
    }
    failed = row.result == "failed"
    await tx.execute(
        upsert(tx, job)
        .values(name=row.name, failures=int(failed), **told)
        .on_conflict_do_update(
            index_elements=["name"], set_={**told, "failures": job.c.failures + 1 if failed else 0}
        )
    )


async def ask_for_job(tx: Tx, name: str, *, at: datetime) -> None:
    """Note that a person wants a job run now."""
    await tx.execute(
        upsert(tx, job)
        .values(name=name, done=0, seconds=0, failures=0, asked_at=at)
        .on_conflict_do_update(index_elements=["name"], set_={"asked_at": at})
    )


async def list_jobs(tx: Tx) -> dict[str, JobRow]:
    """Give what is known of each job that ever ran, by name."""
    return {row.name: _job_of(row) for row in await tx.execute(sa.select(job))}


def _job_of(row: sa.Row[Any]) -> JobRow:
    return JobRow(
        name=row.name,
        started_at=row.started_at,
        ended_at=row.ended_at,
        result=row.result,
        done=row.done,
        note=row.note,
        seconds=row.seconds,
        failures=row.failures,
        asked_at=row.asked_at,
    )
