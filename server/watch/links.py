"""Look whether the public pages of a document and of its interpretation link to each other.

Inspectors open the page (RULES.md §4), so the page is opened here too, and not the database asked.
"""

import re
from datetime import datetime, timedelta
from typing import Final

from yarl import URL

from channels.addresses import Addresses, page_path
from channels.item import Site
from channels.transport import Answer, Transport
from server.core.contents import page_url
from server.store.links import LinkSeen, Pair, list_pairs_to_check, write_link_check
from server.store.tx import Store, Tx

WRONG_AGAIN: Final = timedelta(minutes=1)
"""A page is written again some seconds after its neighbour went live; until then the link is missing."""

SEEN_LONG_AGO: Final = timedelta(days=1)
"""Every pair is looked at nightly, moved or not."""


async def check_links(
    store: Store, site: Site, http: Transport, *, at: datetime, limit: int = 50, all_pairs: bool = False
) -> int:
    """Look at the pairs that may have changed, or at all of them; say how many were looked at."""
    looked, batch = 0, limit
    before = at if all_pairs else at - SEEN_LONG_AGO
    while batch == limit:
        async with store.read() as tx:
            pairs = await list_pairs_to_check(
                tx, checked_before=before - timedelta(seconds=1), wrong_before=at - WRONG_AGAIN, limit=limit
            )
        batch = len(pairs)
        seen = [await _look(pair, site, http) for pair in pairs]

        async def act(tx: Tx, seen: list[LinkSeen] = seen) -> None:
            for one in seen:
                await write_link_check(tx, one, at=at)

        if seen:
            await store.write(act)
        looked += batch
        if not all_pairs:
            break
    return looked


async def _look(pair: Pair, site: Site, http: Transport) -> LinkSeen:
    forward = await _links(pair.source_id, pair.interpretation_id, site, http) if pair.source_live else None
    backward = (
        await _links(pair.interpretation_id, pair.source_id, site, http) if pair.interpretation_live else None
    )
    both = pair.source_live and pair.interpretation_live
    return LinkSeen(
        pair, forward is True, backward is True, _trouble(both=both, forward=forward, backward=backward)
    )


def _trouble(*, both: bool, forward: bool | str | None, backward: bool | str | None) -> str | None:
    """Say what is wrong: a missing link between two live pages, a link to a page that is gone, no page."""
    for seen, name in ((forward, "原文"), (backward, "解读")):
        if isinstance(seen, str):
            return f"{name}的网页打不开：{seen}"
    if both and not forward:
        return "原文的网页没有链接到解读"
    if both and not backward:
        return "解读的网页没有链接到原文"
    if not both and (forward or backward):
        return "网页仍链接着已经撤下的页面"
    return None


async def _links(page: str, to: str, site: Site, http: Transport) -> bool | str:
    """Say whether a page links to another one, or why it cannot be opened."""
    match await http.send("GET", URL(page_url(site, page))):
        case Answer(status=200, body=body):
            link = re.escape(Addresses(site).link(page_path(to))).encode()
            return re.search(rb'href="[^"]*' + link + rb'"', body) is not None
        case Answer(status=status):
            return f"服务器回答 {status}"
        case failed:
            return failed.reason
