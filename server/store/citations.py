"""What texts point at: documents by their 文号, and pages of our own site."""

import sqlalchemy as sa

from channels.words import plain
from server.store.reading_tables import catalogue_line
from server.store.tables import delivery, item
from server.store.tx import Tx

_MOST_BODIES = 500


async def known_numbers(tx: Tx, numbers: frozenset[str]) -> frozenset[str]:
    """Give those of some 文号 that documents of the public catalogue have."""
    by_plain = {plain(number): number for number in numbers}
    if not by_plain:
        return frozenset()
    wanted = sa.select(catalogue_line.c.number).where(catalogue_line.c.number.in_(tuple(by_plain)))
    return frozenset(by_plain[number] for number in (await tx.execute(wanted)).scalars())


async def own_bodies(tx: Tx) -> frozenset[str]:
    """Give the 机关代字 of the public catalogue: what stands before the year of its 文号."""
    wanted = sa.select(catalogue_line.c.number).where(catalogue_line.c.number.like("%〔%")).distinct()
    found = (await tx.execute(wanted.limit(_MOST_BODIES * 20))).scalars()
    return frozenset(number.partition("〔")[0] for number in found if number.partition("〔")[0])


async def live_pages(tx: Tx, item_ids: tuple[str, ...]) -> frozenset[str]:
    """Give those of some items whose page a reader can open."""
    if not item_ids:
        return frozenset()
    wanted = (
        sa.select(delivery.c.item_id)
        .join(item, item.c.id == delivery.c.item_id)
        .where(
            delivery.c.item_id.in_(item_ids), delivery.c.channel == "website", delivery.c.state == "live",
            ~item.c.practice,
        )
    )  # fmt: skip
    return frozenset((await tx.execute(wanted)).scalars())
