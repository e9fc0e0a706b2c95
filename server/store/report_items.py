"""The item as which an organ's report of a year goes out."""

from datetime import datetime

import sqlalchemy as sa

from server.store.report_tables import report_item
from server.store.rows import Taken, upsert
from server.store.tables import grant, org, person
from server.store.tx import Tx


async def find_report_item(tx: Tx, org_id: str, year: int) -> str | None:
    """Give the id of the item, or None when there is none yet."""
    wanted = sa.select(report_item.c.item_id).where(
        report_item.c.org_id == org_id, report_item.c.year == year
    )
    return (await tx.execute(wanted)).scalar_one_or_none()


async def insert_report_item(tx: Tx, org_id: str, year: int, item_id: str, *, at: datetime) -> None:
    """Write down which item it is; raises Taken when there is one already."""
    statement = (
        upsert(tx, report_item)
        .values(org_id=org_id, year=year, item_id=item_id, created_at=at)
        .on_conflict_do_nothing(index_elements=["org_id", "year"])
    )
    if (await tx.execute(statement)).rowcount != 1:
        raise Taken("report_item", f"{org_id} {year}")


async def list_report_writers(tx: Tx, year: int, limit: int) -> tuple[tuple[str, str], ...]:
    """Give the organs without an item for that year, by code, each with somebody who may write there.

    That is its first author by login, or else its first admin, of those who may still sign in; an organ
    without one is left out.
    """
    has_one = sa.exists().where(report_item.c.org_id == org.c.id, report_item.c.year == year)
    first = (
        sa.select(person.c.id)
        .join(grant, grant.c.person_id == person.c.id)
        .where(
            grant.c.org_id == org.c.id, grant.c.role.in_(("author", "admin")), person.c.disabled_at.is_(None)
        )
        .order_by(sa.case((grant.c.role == "author", 0), else_=1), person.c.login)
        .limit(1)
        .scalar_subquery()
    )
    wanted = (
        sa.select(org.c.code, first.label("person_id"))
        .where(~has_one, first.is_not(None), org.c.practice_since.is_(None))
        .order_by(org.c.code)
        .limit(limit)
    )
    return tuple((row.code, row.person_id) for row in await tx.execute(wanted))
