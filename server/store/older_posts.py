"""Fates of older posts: what a release decided for each of its accounts."""

from collections.abc import Mapping
from typing import Literal

import sqlalchemy as sa

from server.store.takedown_tables import older_posts
from server.store.tx import Tx

Fate = Literal["keep", "take_down"]


async def insert_fates(tx: Tx, fates: Mapping[str, Fate]) -> None:
    """Write what becomes of the older posts once each of these deliveries is live."""
    if fates:
        rows = [{"delivery_id": key, "fate": fate} for key, fate in fates.items()]
        await tx.execute(older_posts.insert(), rows)


async def find_fate(tx: Tx, delivery_id: str) -> Fate | None:
    """Give what was decided with a delivery; None where nobody was asked."""
    wanted = sa.select(older_posts.c.fate).where(older_posts.c.delivery_id == delivery_id)
    return (await tx.execute(wanted)).scalar_one_or_none()
