"""Whose turn it is with an item: the newest revisions by state, author and organ, and what was decided."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

import sqlalchemy as sa

from channels.item import Kind
from server.store.items import RevisionState
from server.store.tables import IS_OPEN, approval, item, org, person, revision
from server.store.tx import Tx
from server.store.words import OPEN_STATES

_LIKE_SIGNS = str.maketrans({"%": r"\%", "_": r"\_", "\\": r"\\"})


@dataclass(frozen=True, slots=True)
class DeskLine:
    """An item as a line on somebody's desk; `reason` is what its last decision gave."""

    item_id: str
    index_number: str
    kind: Kind
    org_id: str
    org_name: str
    title: str
    revision_id: str
    content_hash: str
    number: int
    state: RevisionState
    author_id: str
    author: str
    changed_at: datetime
    published_at: datetime | None
    withdrawn_at: datetime | None
    reason: str | None
    practice: bool


@dataclass(frozen=True, slots=True)
class Turn:
    """Which versions it is somebody's turn to decide on: of organs and kinds, after so many approvals."""

    org_ids: frozenset[str]
    kinds: frozenset[str]
    passed: int  # the approvals that stand in its round
    or_more: bool  # on the last level: there were more levels once
    principal: str | None  # for whom he would decide; None: for himself


@dataclass(frozen=True, slots=True)
class Turns:
    """When it is somebody's turn; never where he, or whom he would act for, has decided in the round."""

    person_id: str
    turns: tuple[Turn, ...]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which items: of these organs, in these states (all, when empty), written by or not by somebody."""

    org_ids: frozenset[str]
    states: tuple[RevisionState, ...] = ()
    by: str | None = None
    not_by: str | None = None
    words: str = ""
    before: datetime | None = None
    since: datetime | None = None
    oldest_first: bool = False
    kind: Kind | None = None
    turns: Turns | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened to a revision: written, submitted, approved or returned."""

    number: int
    what: str
    by: str
    at: datetime
    reason: str | None


async def list_desk(tx: Tx, wanted: Wanted, *, limit: int) -> tuple[DeskLine, ...]:
    """Give the items whose newest revision is wanted, those changed last first."""
    last_reason = (
        sa.select(approval.c.reason)
        .where(approval.c.revision_id == revision.c.id)
        .order_by(approval.c.decided_at.desc(), approval.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    changed_at = _changed_at()
    statement = (
        sa.select(
            item.c.id, item.c.index_number, item.c.kind, item.c.org_id, org.c.name.label("org_name"),
            revision.c.title, revision.c.id.label("revision_id"), revision.c.content_hash, revision.c.number,
            revision.c.state, revision.c.created_by, person.c.name.label("author"),
            changed_at.label("changed_at"), item.c.published_at, item.c.withdrawn_at,
            last_reason.label("reason"), item.c.practice,
        )
        .join(item, item.c.id == revision.c.item_id)
        .join(org, org.c.id == item.c.org_id)
        .join(person, person.c.id == revision.c.created_by)
        .where(*_held(wanted))
    )  # fmt: skip
    order = changed_at.asc() if wanted.oldest_first else changed_at.desc()
    rows: Any = await tx.execute(statement.order_by(order, item.c.id).limit(limit))
    return tuple(_line_of(row) for row in rows)


async def count_desk(tx: Tx, wanted: Wanted) -> Mapping[RevisionState, int]:
    """Give how many items are wanted, by the state of their newest revision."""
    counted = (
        sa.select(revision.c.state, sa.func.count())
        .join(item, item.c.id == revision.c.item_id)
        .where(*_held(wanted))
        .group_by(revision.c.state)
    )
    return {cast("RevisionState", row[0]): row[1] for row in await tx.execute(counted)}


async def list_steps(tx: Tx, item_id: str) -> tuple[Step, ...]:
    """Give what happened to the revisions of an item, newest first."""
    written = (
        sa.select(revision.c.number, revision.c.created_at, revision.c.submitted_at, person.c.name)
        .join(person, person.c.id == revision.c.created_by)
        .where(revision.c.item_id == item_id)
    )
    submitter = person.alias("submitter")
    handed_in = (
        sa.select(revision.c.number, revision.c.submitted_at, submitter.c.name)
        .join(submitter, submitter.c.id == revision.c.submitted_by)
        .where(revision.c.item_id == item_id, revision.c.submitted_at.is_not(None))
    )
    decided = (
        sa.select(
            revision.c.number, approval.c.decision, approval.c.decided_at, approval.c.reason, person.c.name
        )
        .join(revision, revision.c.id == approval.c.revision_id)
        .join(person, person.c.id == approval.c.decided_by)
        .where(revision.c.item_id == item_id)
    )
    steps = [Step(row.number, "written", row.name, row.created_at, None) for row in await tx.execute(written)]
    steps += [
        Step(row.number, "submitted", row.name, row.submitted_at, None) for row in await tx.execute(handed_in)
    ]
    steps += [
        Step(row.number, row.decision, row.name, row.decided_at, row.reason)
        for row in await tx.execute(decided)
    ]
    # Newest first; at one moment what comes later in the way of a revision stands above.
    order = ("written", "submitted", "approved", "returned")
    return tuple(sorted(steps, key=lambda one: (one.at, one.number, order.index(one.what)), reverse=True))


def _changed_at() -> sa.ColumnElement[Any]:
    return sa.func.coalesce(revision.c.submitted_at, revision.c.created_at)


def _held(wanted: Wanted) -> list[sa.ColumnElement[bool]]:
    newer = revision.alias("newer")
    newest = sa.select(sa.func.max(newer.c.number)).where(newer.c.item_id == item.c.id).scalar_subquery()
    return [
        revision.c.number == newest, item.c.org_id.in_(wanted.org_ids), *_narrowed(wanted, _changed_at())
    ]  # fmt: skip


def _narrowed(wanted: Wanted, changed_at: sa.ColumnElement[Any]) -> list[sa.ColumnElement[bool]]:
    clauses: list[sa.ColumnElement[bool]] = []
    if wanted.states:
        # As words of the statement: the small indexes of what is under way are found by them alone.
        words: Any = sa.bindparam("states", wanted.states, expanding=True, literal_execute=True, unique=True)
        clauses.append(revision.c.state.in_(words))
        if frozenset(wanted.states) <= frozenset(OPEN_STATES):
            clauses.append(sa.literal_column(f"revisions.{IS_OPEN}", sa.Boolean))
    if wanted.turns is not None:
        clauses.append(_is_turn_of(wanted.turns))
    if wanted.by is not None:
        clauses.append(revision.c.created_by == wanted.by)
    if wanted.not_by is not None:
        clauses.append(revision.c.created_by != wanted.not_by)
    if wanted.before is not None:
        clauses.append(changed_at < wanted.before)
    if wanted.since is not None:
        clauses.append(changed_at >= wanted.since)
    if wanted.kind is not None:
        clauses.append(item.c.kind == wanted.kind)
    named = (revision.c.title, item.c.index_number, revision.c.sheet["document_number"].as_string())
    for word in wanted.words.split()[:5]:
        like = f"%{word.translate(_LIKE_SIGNS)}%"
        clauses.append(sa.or_(*(column.like(like, escape="\\") for column in named)))
    return clauses


def _is_turn_of(his: Turns) -> sa.ColumnElement[bool]:
    """Say whether somebody decides next, as `review/levels.py` says of one version."""
    back, done = approval.alias("back"), approval.alias("done")
    number = sa.select(sa.func.count()).where(
        back.c.revision_id == done.c.revision_id, back.c.decision == "returned"
    )
    standing = sa.and_(
        done.c.revision_id == revision.c.id,
        done.c.decision == "approved",
        done.c.content_hash == revision.c.content_hash,
        done.c.round == number.scalar_subquery(),
    )
    passed = sa.select(sa.func.count()).select_from(done).where(standing).scalar_subquery()

    def has_decided(person_id: str) -> sa.ColumnElement[bool]:
        by_him = sa.or_(done.c.decided_by == person_id, done.c.on_behalf_of == person_id)
        return sa.exists().where(standing, by_him)

    def is_his(turn: Turn) -> sa.ColumnElement[bool]:
        clauses = [
            item.c.org_id.in_(turn.org_ids),
            item.c.kind.in_(turn.kinds),
            passed >= turn.passed if turn.or_more else passed == turn.passed,
        ]
        if turn.principal is not None:
            clauses += [revision.c.created_by != turn.principal, ~has_decided(turn.principal)]
        return sa.and_(*clauses)

    his_turn = sa.or_(sa.false(), *(is_his(turn) for turn in his.turns))
    return sa.and_(his_turn, ~has_decided(his.person_id))


def _line_of(row: sa.Row[Any]) -> DeskLine:
    return DeskLine(
        item_id=row.id,
        index_number=row.index_number,
        kind=cast("Kind", row.kind),
        org_id=row.org_id,
        org_name=row.org_name,
        title=row.title,
        revision_id=row.revision_id,
        content_hash=row.content_hash,
        number=row.number,
        state=cast("RevisionState", row.state),
        author_id=row.created_by,
        author=row.author,
        changed_at=row.changed_at,
        published_at=row.published_at,
        withdrawn_at=row.withdrawn_at,
        reason=row.reason,
        practice=row.practice,
    )
