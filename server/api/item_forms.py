"""What an item looks like on the wire: going in, and coming out."""

from datetime import date, datetime

from channels.disclosure import suggested_kinds
from channels.item import Kind, Language, Openness, Site, Validity
from server.api.orgs import OrgOut
from server.core.contents import page_url
from server.forms.words import Out
from server.importing.dropped import Dropped
from server.store.items import ItemSeen, WithdrawnAs


class PictureOut(Out):
    """A picture of the body, in its order."""

    sha256: str
    mime: str
    size: int
    width: int
    height: int
    alt: str


class AttachmentOut(Out):
    """附件."""

    sha256: str
    name: str
    mime: str
    size: int


class ItemBrief(Out):
    """稿件 as a line of a list; `state` is that of the newest revision."""

    id: str
    index_number: str
    kind: Kind
    org: OrgOut
    title: str
    state: str
    revision: int
    url: str
    created_at: datetime
    published_at: datetime | None
    withdrawn_at: datetime | None
    practice: bool  # 演练: never public, never counted

    @classmethod
    def of(cls, seen: ItemSeen, site: Site) -> "ItemBrief":
        """Give an item as a line."""
        return cls(
            id=seen.id,
            index_number=seen.index_number,
            kind=seen.kind,
            org=OrgOut.of(seen.org),
            title=seen.revision.title,
            state=seen.revision.state,
            revision=seen.revision.number,
            url=page_url(site.world(seen.practice), seen.id),
            created_at=seen.created_at,
            published_at=seen.published_at,
            withdrawn_at=seen.withdrawn_at,
            practice=seen.practice,
        )


class OverrideOut(Out):
    """What a channel, or one account of it, says instead."""

    channel: str
    account: str | None
    title: str | None
    summary: str | None
    cover: PictureOut | None


class JointOrgOut(Out):
    """联合发文机关: an organ that issued the item together with its own; `code` where it is one of ours."""

    name: str
    code: str | None


class DroppedOut(Out):
    """A kind of element that fell away from the body, whose channels carry none: its code, and what to do."""

    code: str
    message: str

    @classmethod
    def of(cls, one: Dropped) -> "DroppedOut":
        """Give one kind."""
        return cls(code=one.code, message=one.message)


class ItemOut(ItemBrief):
    """稿件 with the content of its newest revision; `dropped` is told by the call that wrote it, and once."""

    withdrawn_reason: str | None
    withdrawn_as: WithdrawnAs | None
    summary: str
    body: str
    column: str
    openness: Openness
    validity: Validity
    document_number: str | None
    formed_on: date | None
    topic: str | None
    genre: str | None
    keywords: tuple[str, ...]
    overview: str
    source: str | None
    pictures: tuple[PictureOut, ...]
    attachments: tuple[AttachmentOut, ...]
    overrides: tuple[OverrideOut, ...]
    statutory: tuple[int, ...]
    statutory_suggested: tuple[int, ...]  # guessed from its words; a person decides
    language: Language
    joint_orgs: tuple[JointOrgOut, ...]
    content_hash: str
    revised_at: datetime
    submitted_at: datetime | None
    dropped: tuple[DroppedOut, ...]

    @classmethod
    def of(cls, seen: ItemSeen, site: Site, dropped: tuple[Dropped, ...] = ()) -> "ItemOut":
        """Give an item with everything its newest revision says, and what its body lost on the way in."""
        version, sheet = seen.revision, seen.revision.sheet
        return cls(
            **ItemBrief.of(seen, site).model_dump(),
            withdrawn_reason=seen.withdrawn_reason,
            withdrawn_as=seen.withdrawn_as,
            summary=version.summary,
            body=version.body,
            column=sheet.column,
            openness=sheet.openness,
            validity=sheet.validity,
            document_number=sheet.document_number,
            formed_on=sheet.formed_on,
            topic=sheet.topic,
            genre=sheet.genre,
            keywords=sheet.keywords,
            overview=sheet.overview,
            source=sheet.source,
            pictures=tuple(PictureOut.model_validate(one, from_attributes=True) for one in sheet.pictures),
            attachments=tuple(
                AttachmentOut.model_validate(one, from_attributes=True) for one in sheet.attachments
            ),
            overrides=tuple(OverrideOut.model_validate(one, from_attributes=True) for one in sheet.overrides),
            statutory=sheet.statutory,
            statutory_suggested=suggested_kinds(
                seen.kind, " ".join((sheet.topic or "", sheet.genre or "", *sheet.keywords, sheet.column))
            ),
            language=sheet.language,
            joint_orgs=tuple(JointOrgOut(name=one.name, code=one.code) for one in sheet.joint_orgs),
            content_hash=version.content_hash,
            revised_at=version.created_at,
            submitted_at=version.submitted_at,
            dropped=tuple(DroppedOut.of(one) for one in dropped),
        )


class ItemsOut(Out):
    """A page of items, newest first; `next` goes into `before` for the page after it."""

    items: tuple[ItemBrief, ...]
    next: datetime | None
