"""Items and their revisions: identity for ever, and content that never changes once written."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any, Final, Literal, cast

import sqlalchemy as sa
from pydantic import TypeAdapter

from channels.item import Attachment, JointOrg, Kind, Language, Openness, Org, Override, Picture, Validity
from server.store.media import use_media
from server.store.practice_tables import practice_serial
from server.store.rows import NotThere, Taken, upsert
from server.store.tables import index_serial, item, org, release, revision
from server.store.tx import Tx

RevisionState = Literal["draft", "submitted", "returned", "approved", "released", "superseded"]
WithdrawnAs = Literal["wrong", "expired", "privacy", "duplicate", "other"]
OPEN_STATES = ("draft", "submitted", "returned")
PRACTICE_FRONT: Final = "演练-"
"""What the 索引号 of a practice item begins with, and that of no other."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a revision carries beside its words: place, source, disclosure elements, files."""

    column: str
    source: str | None
    document_number: str | None
    formed_on: date | None
    topic: str | None
    genre: str | None
    keywords: tuple[str, ...]
    openness: Openness
    validity: Validity
    overview: str
    pictures: tuple[Picture, ...]
    attachments: tuple[Attachment, ...]
    overrides: tuple[Override, ...] = ()
    statutory: tuple[int, ...] = ()  # kinds of 条例 Art. 20, by their numbers
    language: Language = "zh-CN"
    joint_orgs: tuple[JointOrg, ...] = ()  # who issued it together with the item's organ, which leads


@dataclass(frozen=True, slots=True)
class RevisionSeen:
    """版本 as stored; `body` is sanitised HTML."""

    id: str
    number: int
    state: RevisionState
    title: str
    summary: str
    body: str
    sheet: Sheet
    content_hash: str
    created_by: str
    created_at: datetime
    submitted_at: datetime | None


@dataclass(frozen=True, slots=True)
class ItemSeen:
    """稿件 with its newest revision."""

    id: str
    index_number: str
    kind: Kind
    org: Org
    created_by: str
    created_at: datetime
    published_at: datetime | None
    withdrawn_at: datetime | None
    withdrawn_reason: str | None
    withdrawn_as: WithdrawnAs | None
    revision: RevisionSeen
    practice: bool = False  # 演练: for ever, and nowhere that is real


_SHEET = TypeAdapter(Sheet)


def sheet_of(text: str) -> Sheet:
    """Read a sheet from its JSON; raises ValueError."""
    return _SHEET.validate_json(text)


def hash_content(kind: str, title: str, summary: str, body: str, sheet: Sheet) -> str:
    """Give the SHA-256 that approvals are sealed to: the same words and files give the same hash.

    What a sheet has learned to say later does not count while it is not said: older seals stay good.
    """
    told = _SHEET.dump_python(sheet, mode="json")
    for name in ("overrides", "statutory", "joint_orgs"):
        if not told[name]:
            del told[name]
    if told["language"] == "zh-CN":
        del told["language"]
    parts = [kind, title, summary, body, told]
    text = json.dumps(parts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


async def take_index_number(tx: Tx, org_code: str, year: int) -> str:
    """Give the next 索引号 of an organ and year, `code/yyyy-nnnnn`; it is never given again."""
    taken = (
        upsert(tx, index_serial)
        .values(org_code=org_code, year=year, last=1)
        .on_conflict_do_update(index_elements=["org_code", "year"], set_={"last": index_serial.c.last + 1})
        .returning(index_serial.c.last)
    )
    return f"{org_code}/{year}-{(await tx.execute(taken)).scalar_one():05d}"


async def take_practice_number(tx: Tx, org_id: str, org_code: str, year: int) -> str:
    """Give the next number of an organ's practice items and year, which is of no use to any other."""
    taken = (
        upsert(tx, practice_serial)
        .values(org_id=org_id, year=year, last=1)
        .on_conflict_do_update(index_elements=["org_id", "year"], set_={"last": practice_serial.c.last + 1})
        .returning(practice_serial.c.last)
    )
    return f"{PRACTICE_FRONT}{org_code}/{year}-{(await tx.execute(taken)).scalar_one():05d}"


async def insert_item(
    tx: Tx,
    *,
    id: str,
    index_number: str,
    kind: str,
    org_id: str,
    by: str,
    at: datetime,
    practice: bool = False,
) -> None:
    """Write the identity of an item; raises Taken when the 索引号 is in use."""
    row = {
        "id": id,
        "index_number": index_number,
        "kind": kind,
        "org_id": org_id,
        "created_by": by,
        "created_at": at,
        "practice": practice,
    }
    statement = upsert(tx, item).values(row).on_conflict_do_nothing(index_elements=["index_number"])
    if (await tx.execute(statement)).rowcount != 1:
        raise Taken("index_number", index_number)


async def insert_revision(tx: Tx, item_id: str, seen: RevisionSeen) -> None:
    """Write a revision; raises NotThere when a file of it was taken away meanwhile."""
    await tx.execute(
        revision.insert().values(
            id=seen.id,
            item_id=item_id,
            number=seen.number,
            state=seen.state,
            title=seen.title,
            summary=seen.summary,
            body=seen.body,
            sheet=_SHEET.dump_python(seen.sheet, mode="json"),
            content_hash=seen.content_hash,
            created_by=seen.created_by,
            created_at=seen.created_at,
            submitted_at=seen.submitted_at,
        )
    )
    await use_media(tx, item_id, _files_of(seen.sheet))


def _files_of(sheet: Sheet) -> Iterator[str]:
    """Give the hash of every file; the pictures of the body stand in the sheet."""
    for file in (*sheet.pictures, *sheet.attachments, *(one.cover for one in sheet.overrides)):
        if file is not None:
            yield file.sha256


async def move_revision(tx: Tx, revision_id: str, old: tuple[str, ...], new: str, **more: Any) -> bool:
    """Change a revision's state if it is one of `old`; say whether it moved."""
    moved = await tx.execute(
        revision.update()
        .where(revision.c.id == revision_id, revision.c.state.in_(old))
        .values(state=new, **more)
    )
    return moved.rowcount == 1


async def lock_newest(tx: Tx, item_id: str) -> None:
    """Let nobody else write a revision of this item, release or withdraw it, until the transaction ends.

    Who waited for another may hold a revision that is not the newest any more: he waits for the next one.
    """
    if tx.dialect.name == "sqlite":
        return  # whoever writes there is alone
    newest = sa.select(revision.c.id).where(revision.c.item_id == item_id)
    newest = newest.order_by(revision.c.number.desc()).limit(1).with_for_update()
    held, found = None, (await tx.execute(newest)).scalar_one_or_none()
    while found != held:
        held, found = found, (await tx.execute(newest)).scalar_one_or_none()


async def find_item(tx: Tx, item_id: str) -> ItemSeen | None:
    """Give an item with its newest revision."""
    row = (await tx.execute(_newest().where(item.c.id == item_id))).one_or_none()
    return None if row is None else _item_of(row)


async def get_item(tx: Tx, item_id: str) -> ItemSeen:
    """Give an item with its newest revision; raises NotThere."""
    seen = await find_item(tx, item_id)
    if seen is None:
        raise NotThere("item", item_id)
    return seen


async def find_item_by_index_number(tx: Tx, index_number: str) -> ItemSeen | None:
    """Give the item that owns a 索引号."""
    row = (await tx.execute(_newest().where(item.c.index_number == index_number))).one_or_none()
    return None if row is None else _item_of(row)


async def get_item_at(tx: Tx, revision_id: str) -> ItemSeen:
    """Give an item as one of its revisions has it; raises NotThere."""
    row = (await tx.execute(_select().where(revision.c.id == revision_id))).one_or_none()
    if row is None:
        raise NotThere("revision", revision_id)
    return _item_of(row)


async def find_last_written(tx: Tx, person_id: str) -> ItemSeen | None:
    """Give the item of the revision that a person wrote last, as that has it; None when he wrote none."""
    last = _select().where(revision.c.created_by == person_id).limit(1)
    newest_first = last.order_by(revision.c.created_at.desc(), revision.c.id.desc())
    row = (await tx.execute(newest_first)).one_or_none()
    return None if row is None else _item_of(row)


async def list_released(tx: Tx, release_ids: frozenset[str]) -> dict[str, ItemSeen]:
    """Give the items as some releases have them, by the release's id."""
    wanted = _select().add_columns(release.c.id.label("release_id"))
    wanted = wanted.join(release, release.c.revision_id == revision.c.id).where(release.c.id.in_(release_ids))
    return {row.release_id: _item_of(row) for row in await tx.execute(wanted)}


async def list_items_by_id(tx: Tx, ids: frozenset[str]) -> dict[str, ItemSeen]:
    """Give those of the items that exist with their newest revisions, by id."""
    return {row.id: _item_of(row) for row in await tx.execute(_newest().where(item.c.id.in_(ids)))}


async def list_items(
    tx: Tx, org_ids: frozenset[str], limit: int, before: datetime | None = None
) -> tuple[ItemSeen, ...]:
    """Give the newest items of some organs, newest first."""
    wanted = _newest().where(item.c.org_id.in_(org_ids)).order_by(item.c.created_at.desc(), item.c.id.desc())
    if before is not None:
        wanted = wanted.where(item.c.created_at < before)
    return tuple(_item_of(row) for row in await tx.execute(wanted.limit(limit)))


async def set_withdrawn(tx: Tx, item_id: str, reason: str, withdrawn_as: WithdrawnAs, at: datetime) -> None:
    """Mark an item as withdrawn, with its public reason and the type of it."""
    marks = {"withdrawn_at": at, "withdrawn_reason": reason, "withdrawn_as": withdrawn_as}
    await tx.execute(item.update().where(item.c.id == item_id).values(marks))


async def clear_withdrawn(tx: Tx, item_id: str) -> None:
    """Mark an item as back again."""
    marks = {"withdrawn_at": None, "withdrawn_reason": None, "withdrawn_as": None}
    await tx.execute(item.update().where(item.c.id == item_id).values(marks))


@cache
def _select() -> sa.Select[Any]:
    return (
        sa.select(
            item,
            org.c.code.label("org_code"),
            org.c.name.label("org_name"),
            *(column.label(f"revision_{column.name}") for column in revision.c),
        )
        .join(org, org.c.id == item.c.org_id)
        .join(revision, revision.c.item_id == item.c.id)
    )


@cache
def _newest() -> sa.Select[Any]:
    newer = revision.alias("newer")
    newest = sa.select(sa.func.max(newer.c.number)).where(newer.c.item_id == item.c.id).scalar_subquery()
    return _select().where(revision.c.number == newest)


def _item_of(row: sa.Row[Any]) -> ItemSeen:
    return ItemSeen(
        id=row.id,
        index_number=row.index_number,
        kind=row.kind,
        org=Org(id=row.org_id, code=row.org_code, name=row.org_name),
        created_by=row.created_by,
        created_at=row.created_at,
        published_at=row.published_at,
        withdrawn_at=row.withdrawn_at,
        withdrawn_reason=row.withdrawn_reason,
        withdrawn_as=cast("WithdrawnAs | None", row.withdrawn_as),
        revision=RevisionSeen(
            id=row.revision_id,
            number=row.revision_number,
            state=cast("RevisionState", row.revision_state),
            title=row.revision_title,
            summary=row.revision_summary,
            body=row.revision_body,
            sheet=_SHEET.validate_python(row.revision_sheet),
            content_hash=row.revision_content_hash,
            created_by=row.revision_created_by,
            created_at=row.revision_created_at,
            submitted_at=row.revision_submitted_at,
        ),
        practice=row.practice,
    )
