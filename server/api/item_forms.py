"""What an item looks like on the wire: going in, and coming out."""

from datetime import date, datetime
from typing import Annotated

from pydantic import Field

from channels.item import Kind, Openness, Site, Validity
from server.api.orgs import OrgOut
from server.api.words import Day, Filled, Form, Line, OrgCode, Out, Prose, Sha256
from server.core.contents import page_url
from server.store.items import ItemSeen


class AttachmentIn(Form):
    """A file uploaded before, under the name that readers see."""

    sha256: Annotated[Sha256, Field(title="文件编号")]
    name: Annotated[Filled, Field(title="附件名称", max_length=200)]


class ItemIn(Form):
    """A new item, or its next revision.

    `body` is HTML; pictures in it are `<img src="media:SHA256">` of files uploaded before. `index_number` is
    given for imported items only.
    """

    kind: Annotated[Kind, Field(title="种类")]
    org: Annotated[OrgCode, Field(title="发布机构")]
    title: Annotated[Filled, Field(title="标题", max_length=200)]
    summary: Annotated[Prose, Field(title="摘要", max_length=500)] = ""
    body: Annotated[str, Field(title="正文", min_length=1)]
    column: Annotated[str, Field(title="栏目", min_length=1, max_length=64)]
    openness: Annotated[Openness, Field(title="公开属性")]
    validity: Annotated[Validity, Field(title="有效性")] = "valid"
    index_number: Annotated[
        str | None, Field(title="索引号", max_length=64, pattern=r"^[0-9A-Za-z][0-9A-Za-z/._-]{2,63}$")
    ] = None
    document_number: Annotated[Line | None, Field(title="文号", max_length=60)] = None
    formed_on: Annotated[Day | None, Field(title="成文日期")] = None
    topic: Annotated[Line | None, Field(title="主题分类", max_length=60)] = None
    genre: Annotated[Line | None, Field(title="体裁", max_length=60)] = None
    keywords: Annotated[
        tuple[Annotated[Filled, Field(max_length=30)], ...], Field(title="主题词", max_length=20)
    ] = ()
    overview: Annotated[Prose, Field(title="内容概述", max_length=500)] = ""
    source: Annotated[Line | None, Field(title="来源", max_length=100)] = None
    attachments: Annotated[tuple[AttachmentIn, ...], Field(title="附件", max_length=50)] = ()


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
            url=page_url(site, seen.id),
            created_at=seen.created_at,
            published_at=seen.published_at,
            withdrawn_at=seen.withdrawn_at,
        )


class ItemOut(ItemBrief):
    """稿件 with the content of its newest revision."""

    withdrawn_reason: str | None
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
    content_hash: str
    revised_at: datetime
    submitted_at: datetime | None

    @classmethod
    def of(cls, seen: ItemSeen, site: Site) -> "ItemOut":
        """Give an item with everything its newest revision says."""
        version, sheet = seen.revision, seen.revision.sheet
        return cls(
            **ItemBrief.of(seen, site).model_dump(),
            withdrawn_reason=seen.withdrawn_reason,
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
            content_hash=version.content_hash,
            revised_at=version.created_at,
            submitted_at=version.submitted_at,
        )


class ItemsOut(Out):
    """A page of items, newest first; `next` goes into `before` for the page after it."""

    items: tuple[ItemBrief, ...]
    next: datetime | None
