"""From stored rows to the Content that channels see."""

from dataclasses import replace
from datetime import datetime
from typing import Literal

from channels.addresses import Addresses, page_path
from channels.item import Column, Content, Disclosure, Neighbour, Related, Site
from server.core.neighbours import find_neighbours
from server.store.deliveries import find_live_page
from server.store.followups import list_bound, list_followers, list_sources
from server.store.items import ItemSeen, get_item, get_item_at, list_released
from server.store.releases import ReleaseRow, get_release, list_by_id, list_releases
from server.store.tx import Tx


def page_url(site: Site, item_id: str) -> str:
    """Give the permanent link of an item: its identity, never its title, column or date."""
    return Addresses(site).url(page_path(item_id))


def column_of(site: Site, slug: str) -> Column:
    """Give a column by its slug; an item may outlive the column it was published in."""
    found = next((column for column in site.columns if column.slug == slug), None)
    return found or Column(slug=slug, name=slug, type="", description="")


async def content_of_release(tx: Tx, release_id: str, site: Site, *, at: datetime) -> Content:
    """Give the content of a release; `at` stands in for a publication time that is not fixed yet."""
    row = await get_release(tx, release_id)
    seen = await get_item_at(tx, row.revision_id)
    related = await _related(tx, seen, site)
    content = make_content(
        seen, row.number, site, related, at=at, updated_at=await _updated_at(tx, row, seen, at)
    )
    return await with_neighbours(tx, content, site)


async def contents_of_releases(
    tx: Tx, release_ids: frozenset[str], site: Site, *, at: datetime
) -> dict[str, Content]:
    """Give the contents of releases by their ids, without neighbours.

    All of them in three queries; only one with relatives or corrections costs more.
    """
    rows = await list_by_id(tx, release_ids)
    released = await list_released(tx, release_ids)
    bound = await list_bound(tx, frozenset(row.item_id for row in rows))
    contents = {}
    for row in rows:
        seen = released[row.id]
        related = await _related(tx, seen, site) if row.item_id in bound else ()
        updated_at = seen.published_at or at if row.number == 1 else await _updated_at(tx, row, seen, at)
        contents[row.id] = make_content(seen, row.number, site, related, at=at, updated_at=updated_at)
    return contents


async def with_neighbours(tx: Tx, content: Content, site: Site) -> Content:
    """Give a content with the items before and after it in its column, as far as a reader can open them."""
    found = await find_neighbours(tx, content.item_id, ("live",))
    beside = tuple(
        Neighbour(one.line.role, one.item.revision.title, page_url(site, one.item.id))
        for one in found
        if one.column == content.column.slug
    )
    return replace(content, neighbours=beside)


async def lines_of_releases(tx: Tx, release_ids: frozenset[str], site: Site) -> dict[str, Content]:
    """Give the contents of releases as lists and feeds show them, without their links to other items."""
    items, contents = await list_released(tx, release_ids), {}
    for row in await list_by_id(tx, release_ids):
        seen = items[row.id]
        # The publication time is fixed in the transaction that opens the attempt, before a list is read.
        at = seen.published_at or row.created_at
        updated = at if row.number == 1 or row.change == "minor" else max(row.created_at, at)
        contents[row.id] = make_content(seen, row.number, site, (), at=at, updated_at=updated)
    return contents


async def content_of_draft(tx: Tx, item_id: str, site: Site, *, at: datetime) -> Content:
    """Give the newest revision as the next release would publish it."""
    seen = await get_item(tx, item_id)
    number = len(await list_releases(tx, item_id)) + 1
    return make_content(seen, number, site, await _related(tx, seen, site), at=at, updated_at=at)


def make_content(
    seen: ItemSeen,
    release: int,
    site: Site,
    related: tuple[Related, ...],
    *,
    at: datetime,
    updated_at: datetime,
) -> Content:
    """Put a stored item into the shape that channels know."""
    version, sheet = seen.revision, seen.revision.sheet
    return Content(
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
        ),
        org=seen.org,
        column=column_of(site, sheet.column),
        source=sheet.source,
        url=page_url(site, seen.id),
        published_at=seen.published_at or at,
        updated_at=updated_at,
        related=related,
        content_hash=version.content_hash,
    )


async def _updated_at(tx: Tx, row: ReleaseRow, seen: ItemSeen, at: datetime) -> datetime:
    """Give the time of the newest major release: a minor one is silent and moves no date."""
    major = [
        r for r in await list_releases(tx, row.item_id) if r.change == "major" and r.number <= row.number
    ]
    if not major or major[-1].number == 1:
        return seen.published_at or at
    return max(major[-1].created_at, seen.published_at or at)


async def _related(tx: Tx, seen: ItemSeen, site: Site) -> tuple[Related, ...]:
    """Give the links both ways, only to pages a reader can open."""
    found: list[tuple[Literal["source", "interpretation"], str]] = []
    found += [("source", follow.source_id) for follow in await list_sources(tx, seen.id)]
    found += [("interpretation", follow.interpretation_id) for follow in await list_followers(tx, seen.id)]
    links = []
    for role, item_id in found:
        page = await find_live_page(tx, item_id)
        if page is not None:
            other = await get_item_at(tx, (await get_release(tx, page.release_id)).revision_id)
            links.append(Related(role=role, title=other.revision.title, url=page_url(site, item_id)))
    return tuple(links)
