"""From stored rows to the Content that channels see."""

import hashlib
from dataclasses import replace
from datetime import datetime
from typing import Final

from channels.addresses import Addresses, page_path
from channels.item import Column, Content, Disclosure, Neighbour, Related, Role, Site, Twin
from server.core.days import say_moment
from server.core.neighbours import find_neighbours
from server.store.corrections import Correction, find_successor, list_corrections, list_predecessors
from server.store.deliveries import find_live_page
from server.store.followups import list_followers, list_sources
from server.store.items import ItemSeen, get_item, get_item_at, list_released
from server.store.notices import NoticeEnd, list_notice_ends
from server.store.released import read_released
from server.store.releases import ReleaseRow, get_release, list_by_id, list_releases
from server.store.twins import list_twins
from server.store.tx import Tx

PRACTICE_NOTE: Final = "<p><strong>【演练】本页为演练内容，不是真实的政府信息。</strong></p>"


def page_url(site: Site, item_id: str) -> str:
    """Give the permanent link of an item: its identity, never its title, column or date."""
    return Addresses(site).url(page_path(item_id))


def column_of(site: Site, slug: str) -> Column:
    """Give a column by its slug; an item may outlive the column it was published in."""
    return site.column(slug) or Column(slug=slug, name=slug, type="", description="")


async def content_of_release(tx: Tx, release_id: str, site: Site, *, at: datetime) -> Content:
    """Give the content of a release; `at` stands in for a publication time that is not fixed yet."""
    row = await get_release(tx, release_id)
    seen = await get_item_at(tx, row.revision_id)
    related = await _related(tx, seen, site)
    corrected = (await _corrections(tx, (row,))).get(row.id)
    ends = await list_notice_ends(tx, (seen.id,))
    content = make_content(
        seen, row.number, site, related, at=at, corrected=corrected, notice=ends.get(seen.id)
    )
    twins = await _twins(tx, frozenset({content.item_id}), site)
    return replace(await with_neighbours(tx, content, site), twin=twins.get(content.item_id))


async def contents_of_releases(
    tx: Tx, release_ids: frozenset[str], site: Site, *, at: datetime
) -> dict[str, Content]:
    """Give the contents of releases by their ids, without neighbours.

    All of them in one query; only one with relatives or corrections costs more.
    """
    released = await read_released(tx, release_ids)
    corrections, contents = await _corrections(tx, tuple(one.release for one in released)), {}
    noticed = [one.item.id for one in released if one.has_notice_end]
    ends = await list_notice_ends(tx, noticed) if noticed else {}
    for one in released:
        row, seen, corrected = one.release, one.item, corrections.get(one.release.id)
        related = await _related(tx, seen, site) if one.is_bound else ()
        contents[row.id] = make_content(
            seen, row.number, site, related, at=at, corrected=corrected, notice=ends.get(row.item_id)
        )
    return contents


async def with_neighbours(tx: Tx, content: Content, site: Site) -> Content:
    """Give a content with the items before and after it in its column, as far as a reader can open them."""
    found = await find_neighbours(tx, content.item_id, ("live",))
    beside = tuple(
        Neighbour(one.line.role, one.item.revision.title, page_url(site.world(content.practice), one.item.id))
        for one in found
        if column_of(site, one.column).slug == content.column.slug
    )
    return replace(content, neighbours=beside)


async def lines_of_releases(tx: Tx, release_ids: frozenset[str], site: Site) -> dict[str, Content]:
    """Give the contents of releases as lists and feeds show them: of their links only that to a twin."""
    rows, items = await list_by_id(tx, release_ids), await list_released(tx, release_ids)
    corrections, contents = await _corrections(tx, rows), {}
    twins = await _twins(tx, frozenset(seen.id for seen in items.values()), site)
    ends = await list_notice_ends(tx, (seen.id for seen in items.values()))
    for row in rows:
        seen = items[row.id]
        # The publication time is fixed in the transaction that opens the attempt, before a list is read.
        at = seen.published_at or row.created_at
        content = make_content(
            seen, row.number, site, (), at=at, corrected=corrections.get(row.id), notice=ends.get(seen.id)
        )
        contents[row.id] = replace(content, twin=twins.get(seen.id))
    return contents


async def content_of_draft(tx: Tx, item_id: str, site: Site, *, at: datetime) -> Content:
    """Give the newest revision as the next release would publish it."""
    seen = await get_item(tx, item_id)
    number = len(await list_releases(tx, item_id)) + 1
    return make_content(seen, number, site, await _related(tx, seen, site), at=at)


def make_content(
    seen: ItemSeen,
    release: int,
    site: Site,
    related: tuple[Related, ...],
    *,
    at: datetime,
    corrected: Correction | None = None,
    notice: NoticeEnd | None = None,
) -> Content:
    """Put a stored item into the shape that channels know.

    It is as old as its first publication or its newest major correction: a minor one is silent and moves
    no date. A notice that has run out says so, and where so decided shows its title and elements alone.
    """
    version, sheet, site = seen.revision, seen.revision.sheet, site.world(seen.practice)
    published_at = seen.published_at or at
    made = Content(
        item_id=seen.id,
        release=release,
        kind=seen.kind,
        title=version.title,
        summary=version.summary,
        body_html=version.body,
        pictures=sheet.pictures,
        attachments=sheet.attachments,
        disclosure=Disclosure(
            index_number=seen.index_number,
            document_number=sheet.document_number,
            formed_on=sheet.formed_on,
            topic=sheet.topic,
            genre=sheet.genre,
            keywords=sheet.keywords,
            openness=sheet.openness,
            validity=sheet.validity,
            overview=sheet.overview,
            joint_orgs=tuple(one.name for one in sheet.joint_orgs),
        ),
        org=seen.org,
        column=column_of(site, sheet.column),
        source=sheet.source,
        url=page_url(site, seen.id),
        published_at=published_at,
        updated_at=published_at if corrected is None else max(corrected.at, published_at),
        related=related,
        content_hash=version.content_hash,
        overrides=sheet.overrides,
        correction="" if corrected is None else corrected.note,
        language=sheet.language,
        statutory=sheet.statutory,
        practice=seen.practice,
    )
    if seen.practice:  # said in the words themselves: they reach every channel and every copy
        made = replace(
            made, title=made.marked(made.title), body_html=f"{PRACTICE_NOTE}{made.body_html}",
        )  # fmt: skip
    return made if notice is None or notice.ended_at is None else _ended(made, notice)


def _ended(content: Content, notice: NoticeEnd) -> Content:
    """Give what readers see of a notice that has run out."""
    ended = replace(content, ended_at=notice.ends_at, content_hash=_hash_of(content, notice))
    if notice.then == "keep":
        return ended
    told = f"公示期已于{say_moment(notice.ends_at)}结束，公示内容按规定不再展示。"
    return replace(
        ended,
        summary=told,
        body_html=f"<p>{told}</p>",
        pictures=(),
        attachments=(),
        disclosure=replace(content.disclosure, overview=told, keywords=()),
        overrides=(),
        cover=None,
        correction="",
    )


def _hash_of(content: Content, notice: NoticeEnd) -> str:
    """Give another version's mark: the page, its files and its lists are written anew by it."""
    told = f"{content.content_hash} {notice.then} {notice.ends_at.isoformat()}"
    return hashlib.sha256(told.encode()).hexdigest()


async def _corrections(tx: Tx, rows: tuple[ReleaseRow, ...]) -> dict[str, Correction]:
    """Give the newest major correction of each release that is not an item's first."""
    ids = frozenset(row.id for row in rows if row.number > 1)
    return await list_corrections(tx, ids) if ids else {}


async def _related(tx: Tx, seen: ItemSeen, site: Site) -> tuple[Related, ...]:
    """Give the links both ways, only to pages a reader can open."""
    site = site.world(seen.practice)  # what belongs to it is of the same world
    found: list[tuple[Role, str]] = []
    found += [("source", follow.source_id) for follow in await list_sources(tx, seen.id)]
    found += [("interpretation", follow.interpretation_id) for follow in await list_followers(tx, seen.id)]
    successor = await find_successor(tx, seen.id)
    found += [("replaced_by", successor)] if successor else []
    found += [("replaces", item_id) for item_id in await list_predecessors(tx, seen.id)]
    links = []
    for role, item_id in found:
        page = await find_live_page(tx, item_id)
        if page is not None:
            other = await get_item_at(tx, (await get_release(tx, page.release_id)).revision_id)
            links.append(Related(role=role, title=other.revision.title, url=page_url(site, item_id)))
    return tuple(links)


async def _twins(tx: Tx, item_ids: frozenset[str], site: Site) -> dict[str, Twin]:
    """Give the twins of items that have one which a reader can open."""
    found = {}
    for item_id, other_id in (await list_twins(tx, item_ids)).items():
        page = await find_live_page(tx, other_id)
        if page is not None:
            other = await get_item_at(tx, (await get_release(tx, page.release_id)).revision_id)
            version = other.revision
            url = page_url(site.world(other.practice), other_id)
            found[item_id] = Twin(version.sheet.language, version.title, url)
    return found
