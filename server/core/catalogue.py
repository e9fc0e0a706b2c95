"""Keep the public catalogue level with the site: a line for each page that a reader can open."""

from datetime import datetime

from channels.body import body_text
from channels.characters import one_line
from channels.item import Content, Site
from channels.words import plain
from server.core.contents import content_of_release
from server.core.days import day_of
from server.core.workplace import Workplace
from server.store.catalogue import Line, list_unread, replace_line
from server.store.deliveries import find_live_page
from server.store.tx import Tx


async def read_changes(place: Workplace, *, limit: int = 50) -> int:
    """Take in what has changed for readers, oldest first; say how much. Harmless to do twice at once.

    The words are taken apart before the transaction that writes them: on SQLite it keeps all others waiting.
    """
    async with place.store.read() as tx:
        changes = await list_unread(tx, limit)
        lines = [await _line_of(tx, change.item_id, place.site, at=place.now()) for change in changes]

    async def act(tx: Tx) -> int:
        for change, line in zip(changes, lines, strict=True):
            await replace_line(tx, change, line)
        return len(changes)

    return await place.store.write(act) if changes else 0


async def _line_of(tx: Tx, item_id: str, site: Site, *, at: datetime) -> Line | None:
    page = await find_live_page(tx, item_id)
    if page is None:
        return None
    return line_of(await content_of_release(tx, page.release_id, site, at=at), page.release_id)


def line_of(content: Content, release_id: str) -> Line:
    """Give the line of a content."""
    sheet = content.disclosure
    number = sheet.document_number or ""
    said = (content.title, number, sheet.index_number, *sheet.keywords, sheet.overview, body_text(content))
    return Line(
        item_id=content.item_id,
        release_id=release_id,
        org_id=content.org.id,
        kind=content.kind,
        column=content.column.slug,
        topic=sheet.topic or None,
        statutory=content.statutory,
        year=day_of(content.published_at).year,
        number=plain(number),
        published_at=content.published_at,
        title=plain(one_line(content.title)),
        text=plain(one_line("\n".join(said))),
    )
