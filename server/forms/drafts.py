"""An item as an editor hands it in, and the draft that the core takes from it."""

from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import Field

from channels.item import Kind, Language, Openness, Override, Site, Validity
from server.core.draft import Draft
from server.core.organs import find_joint_orgs, get_org
from server.core.problems import Problem
from server.forms.words import Day, Filled, Form, Line, OrgCode, Prose, Sha256, Slug
from server.importing.files import Wanted, find_attachments, find_pictures, require_picture
from server.importing.html import Body, BodyPicture
from server.security.access import SignedIn
from server.store.media import Sight
from server.store.templates import Reach
from server.store.tx import Tx


class AttachmentIn(Form):
    """A file uploaded before, under the name that readers see."""

    sha256: Annotated[Sha256, Field(title="文件编号")]
    name: Annotated[Filled, Field(title="附件名称", max_length=200)]


class OverrideIn(Form):
    """What a channel, or one account of it, says instead; what is left out stays the item's own.

    `cover` is the hash of a picture uploaded before.
    """

    channel: Annotated[Literal["weibo", "wechat"], Field(title="渠道")]
    account: Annotated[Slug | None, Field(title="账号")] = None
    title: Annotated[Filled | None, Field(title="渠道标题", max_length=200)] = None
    summary: Annotated[Prose | None, Field(title="渠道摘要", max_length=500)] = None
    cover: Annotated[Sha256 | None, Field(title="封面")] = None


class ItemIn(Form):
    """A new item, or its next revision.

    `body` is HTML; pictures in it are `<img src="media:SHA256">` of files uploaded before. `index_number` is
    given for imported items only. `statutory` numbers the kinds of Art. 20 of the regulation. `joint_orgs`
    names who issued it together with `org`, which leads; the item counts once, as that of the lead. These,
    `language` and `overrides` stay as they were in the version before when they are left out.
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
        str | None,
        Field(title="索引号", max_length=64, pattern=r"^(?:演练-)?[0-9A-Za-z][0-9A-Za-z/._-]{2,63}$"),
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
    overrides: Annotated[tuple[OverrideIn, ...] | None, Field(title="渠道改写", max_length=100)] = None
    statutory: Annotated[
        tuple[Annotated[int, Field(ge=1, le=15)], ...] | None, Field(title="法定公开类别", max_length=15)
    ] = None
    language: Annotated[Language | None, Field(title="文种")] = None
    joint_orgs: Annotated[
        tuple[Annotated[Filled, Field(max_length=60, pattern=r"^[^、，,;；]+$")], ...] | None,
        Field(title="联合发文机关", max_length=20),
    ] = None


async def draft_of(
    tx: Tx, form: ItemIn, body: Body, who: SignedIn, site: Site, *, former: str | None = None
) -> Draft:
    """Turn a form into the value that the core takes, its files and its organ looked up.

    `former` is the column of an item that is there already. Refuses an unknown organ or column, an organ at
    which he may not write, and files never uploaded.
    """
    org = await get_org(tx, form.org, field="org")
    who.require("write", org.id)
    column = require_column(site, form.column, former)
    wanted = [Wanted(file.sha256, file.name) for file in form.attachments]
    return Draft(
        kind=form.kind,
        org=org.as_org(),
        title=form.title,
        summary=form.summary,
        body_html=body.html,
        column=column,
        source=form.source or None,
        document_number=form.document_number or None,
        formed_on=form.formed_on,
        topic=form.topic or None,
        genre=form.genre or None,
        keywords=form.keywords,
        openness=form.openness,
        validity=form.validity,
        overview=form.overview,
        pictures=await find_pictures(tx, body.pictures, who.sight),
        attachments=await find_attachments(tx, wanted, who.sight),
        statutory=None if form.statutory is None else tuple(sorted(set(form.statutory))),
        language=form.language,
        index_number=form.index_number,
        overrides=None if form.overrides is None else await _overrides(tx, form.overrides, who.sight),
        joint_orgs=None
        if form.joint_orgs is None
        else await find_joint_orgs(tx, form.joint_orgs, org.as_org()),
    )


async def _overrides(tx: Tx, given: tuple[OverrideIn, ...], sight: Sight) -> tuple[Override, ...]:
    """Give the overrides with their covers looked up; refuses two for one place, and unknown pictures."""
    places = [(one.channel, one.account) for one in given]
    if len(set(places)) < len(places):
        raise Problem("invalid", "同一渠道或账号的改写只能有一份", field="overrides")
    for number, one in enumerate(given):
        if one.cover is not None:
            await require_picture(tx, one.cover, sight, field=f"overrides.{number}.cover")
    covers = [BodyPicture(one.cover, "") for one in given if one.cover is not None]
    pictures = {picture.sha256: picture for picture in await find_pictures(tx, covers, sight)}
    return tuple(
        Override(one.channel, one.account, one.title, one.summary, pictures.get(one.cover or ""))
        for one in given
    )


def template_column(site: Site, slug: str | None, own: Iterable[Reach]) -> str:
    """Give the column that a template is for, "" for all of them.

    One that is closed or merged by now may still have its template changed or cleared where it has one.
    """
    if slug is None:
        return ""
    return require_column(site, slug, slug if any(reach.column == slug for reach in own) else None)


def require_column(site: Site, slug: str, former: str | None = None) -> str:
    """Give the column that takes an item; refuses one that is not there, or takes no new items.

    An item that stands in one (`former`) may stay there, closed or merged, under the slug it was filed by.
    """
    found = site.column(slug)
    if former is not None and (slug == former or (found is not None and found == site.column(former))):
        return former
    if found is not None and found.is_open:
        return found.slug
    known = "、".join(f"{column.slug}（{column.name}）" for column in site.columns if column.is_open)
    told = f"没有栏目“{slug}”" if found is None else f"栏目“{found.name}”已关闭，不收新稿件"
    raise Problem("invalid", f"{told}；可用的栏目：{known}", field="column")
