"""An item is written and rewritten: identity once, a new immutable revision each time."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final

from channels.item import Attachment, JointOrg, Kind, Language, Openness, Org, Override, Picture, Validity
from server.core.acts import note, of_item
from server.core.days import day_of
from server.core.practice import refuse_other_world
from server.core.problems import Problem
from server.store.items import (
    OPEN_STATES,
    PRACTICE_FRONT,
    ItemSeen,
    RevisionSeen,
    Sheet,
    find_item_by_index_number,
    find_last_written,
    get_item,
    hash_content,
    insert_item,
    insert_revision,
    lock_newest,
    move_revision,
    take_index_number,
    take_practice_number,
)
from server.store.people import hold_people
from server.store.practice import is_practising
from server.store.rows import Taken
from server.store.tx import Tx

_LONGEST_NUMBER: Final = 64
_JUST_NOW: Final = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Draft:
    """What an editor hands in. `body_html` is sanitised already; pictures in it are `media:SHA256`."""

    kind: Kind
    org: Org
    title: str
    summary: str
    body_html: str
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
    statutory: tuple[int, ...] | None = None  # kinds of 条例 Art. 20; None: as in the version before
    language: Language | None = None  # None: likewise, and Chinese at first
    index_number: str | None = None  # of an imported item; None: the next one of the organ and year
    overrides: tuple[Override, ...] | None = None  # None: those of the version before
    joint_orgs: tuple[JointOrg, ...] | None = None  # None: likewise; the item's own organ leads them

    def with_body(self, body_html: str, pictures: tuple[Picture, ...]) -> "Draft":
        """Give the same with another body."""
        return replace(self, body_html=body_html, pictures=pictures)


async def create_item(tx: Tx, draft: Draft, *, by: str, at: datetime, new_id: Callable[[], str]) -> ItemSeen:
    """Write a new item with revision 1; refuses a 索引号 that is in use."""
    item_id, practice = new_id(), await is_practising(tx, draft.org.id)
    if practice:
        index_number = await _practice_number(tx, draft, at)
    elif (draft.index_number or "").startswith(PRACTICE_FRONT):
        raise Problem(
            "invalid", f"“{PRACTICE_FRONT}”开头的是演练稿件的编号，不能作索引号", field="index_number"
        )
    else:
        index_number = draft.index_number or await _next_free_number(tx, draft.org, at)
    try:
        await insert_item(
            tx, id=item_id, index_number=index_number, kind=draft.kind, org_id=draft.org.id, by=by, at=at,
            practice=practice,
        )  # fmt: skip
    except Taken as error:
        raise Problem(
            "index_number_taken",
            f"索引号 {index_number} 已被另一稿件使用，索引号不能重复",
            field="index_number",
        ) from error
    await insert_revision(tx, item_id, _revision(draft, 1, new_id(), by=by, at=at))
    made = await get_item(tx, item_id)
    await note(tx, "item.create", of_item(made), at=at, content_hash=made.revision.content_hash)
    return made


async def find_just_made(tx: Tx, draft: Draft, *, by: str, at: datetime) -> ItemSeen | None:
    """Give the item, not approved yet, that a person has just made of the same draft; None: it is not there.

    Who presses twice, or once more because the answer got lost, wants one item. Until the transaction ends
    nothing else that he hands in passes here.
    """
    await hold_people(tx, (by,))
    last = await find_last_written(tx, by)
    if last is None or last.revision.number > 1 or last.revision.state not in OPEN_STATES:
        return None
    is_same = last.org.id == draft.org.id and draft.index_number in (None, last.index_number)
    return last if at - last.created_at <= _JUST_NOW and is_same and says_the_same(draft, last) else None


async def revise_item(
    tx: Tx,
    item_id: str,
    draft: Draft,
    *,
    by: str,
    at: datetime,
    new_id: Callable[[], str],
    base: int | None = None,
) -> ItemSeen:
    """Write the next revision of an item; an open older one is superseded, a published one stays as it is.

    `base` is the number of the revision that the author began with: when somebody has written a newer one
    since, it is refused as a lost race, and neither text replaces the other.
    """
    await lock_newest(tx, item_id)
    seen = await get_item(tx, item_id)
    await refuse_other_world(tx, seen)
    if base is not None and base != seen.revision.number:
        raise Problem("lost_race", f"这篇稿件已有第 {seen.revision.number} 版，您是从第 {base} 版开始修改的")
    if draft.kind != seen.kind:
        raise Problem("wrong_state", "稿件的体裁种类定下后不能更改，请另建稿件", field="kind")
    if draft.index_number not in (None, seen.index_number):
        raise Problem("wrong_state", "索引号永不更改", field="index_number")
    await move_revision(tx, seen.revision.id, (*OPEN_STATES, "approved"), "superseded")
    draft = _keeping(draft, seen)
    await insert_revision(tx, item_id, _revision(draft, seen.revision.number + 1, new_id(), by=by, at=at))
    made = await get_item(tx, item_id)
    version = made.revision
    await note(
        tx, "item.revise", of_item(made), at=at, number=version.number, content_hash=version.content_hash
    )
    return made


def says_the_same(draft: Draft, seen: ItemSeen) -> bool:
    """Say whether a draft would only repeat the newest revision of an item, files included."""
    repeated = _revision(_keeping(draft, seen), 0, "", by="", at=seen.revision.created_at)
    return repeated.content_hash == seen.revision.content_hash


def _keeping(draft: Draft, seen: ItemSeen) -> Draft:
    """Give a draft with what it leaves to the version before."""
    sheet = seen.revision.sheet
    return replace(
        draft,
        overrides=sheet.overrides if draft.overrides is None else draft.overrides,
        statutory=sheet.statutory if draft.statutory is None else draft.statutory,
        language=draft.language or sheet.language,
        joint_orgs=sheet.joint_orgs if draft.joint_orgs is None else draft.joint_orgs,
    )


async def _next_free_number(tx: Tx, org: Org, at: datetime) -> str:
    # Imported items bring numbers of their own: a serial that is taken already is skipped.
    while True:
        number = await take_index_number(tx, org.code, day_of(at).year)
        if await find_item_by_index_number(tx, number) is None:
            return number


async def _practice_number(tx: Tx, draft: Draft, at: datetime) -> str:
    """Give a number of practice: a real one that was brought along is not used up."""
    given = (draft.index_number or "").removeprefix(PRACTICE_FRONT)
    if not given:
        return await take_practice_number(tx, draft.org.id, draft.org.code, day_of(at).year)
    if len(PRACTICE_FRONT + given) > _LONGEST_NUMBER:
        raise Problem("invalid", "演练编号太长：请缩短索引号", field="index_number")
    return PRACTICE_FRONT + given


def _revision(draft: Draft, number: int, id: str, *, by: str, at: datetime) -> RevisionSeen:
    sheet = Sheet(
        column=draft.column,
        source=draft.source,
        document_number=draft.document_number,
        formed_on=draft.formed_on,
        topic=draft.topic,
        genre=draft.genre,
        keywords=draft.keywords,
        openness=draft.openness,
        validity=draft.validity,
        overview=draft.overview,
        pictures=draft.pictures,
        attachments=draft.attachments,
        overrides=draft.overrides or (),
        statutory=draft.statutory or (),
        language=draft.language or "zh-CN",
        joint_orgs=draft.joint_orgs or (),
    )
    return RevisionSeen(
        id=id,
        number=number,
        state="draft",
        title=draft.title,
        summary=draft.summary,
        body=draft.body_html,
        sheet=sheet,
        content_hash=hash_content(draft.kind, draft.title, draft.summary, draft.body_html, sheet),
        created_by=by,
        created_at=at,
        submitted_at=None,
    )
