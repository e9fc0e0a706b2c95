"""The database itself keeps practice and what is real apart, on both engines, past all our code."""

from operator import methodcaller

import pytest
import sqlalchemy as sa

from server.store.accounts import list_accounts
from server.store.plans import Planned, insert_planned
from server.store.releases import get_release
from server.store.report_items import insert_report_item
from server.store.tx import Tx
from tests.core.practising import ON, end, into, pieces, refused_by_database
from tests.house import House


@pytest.mark.parametrize("slug", ["website", "yanlian-website"])
async def test_the_database_itself_refuses_a_delivery_between_the_worlds(practising: House, slug: str):
    if slug == "yanlian-website":
        await end(practising)
    made = await practising.item()
    right = "website" if slug != "website" else "yanlian-website"
    release = await practising.release(made.id, (right,))
    async with practising.store.read() as tx:
        rows = await list_accounts(tx, frozenset((practising.org.id,)))
        wrong = next(row for row in rows if row.slug == slug)
        known = await get_release(tx, release.id)
    plan = (Planned(practising.new_id(), wrong.id, "website", "website", None, None),)
    assert "never meet" in await refused_by_database(practising, lambda tx: insert_planned(tx, known, plan))
    leg = release.deliveries[0].id
    text = f"UPDATE deliveries SET account_id = '{wrong.id}' WHERE id = '{leg}'"
    assert "never meet" in await refused_by_database(practising, lambda tx: tx.execute(sa.text(text)))


async def test_the_database_itself_refuses_every_other_leak(practising: House):
    real, practice = await pieces(practising)
    leg = (await practising.release(practice.id, ON[:1])).deliveries[0]
    now, by = practising.now().strftime("%Y-%m-%d %H:%M:%S"), practising.author
    item = {"id": "x", "index_number": "x", "kind": "news", "org_id": practising.org.id, "created_by": by}
    line = {"id": "x", "line": "counted", "item_id": practice.id, "channel": "website", "kind": "news"}
    change = {"item_id": practice.id, "changed_at": now, "serial": 1}
    acts = [
        (f"UPDATE items SET practice = NOT practice WHERE id = '{practice.id}'", "for ever"),
        (f"UPDATE items SET index_number = 'x' WHERE id = '{practice.id}'", "for ever"),
        ("UPDATE accounts SET practice = NOT practice WHERE slug = 'website'", "for ever"),
        (into("items", **item, created_at=now, practice=False), "exactly while"),
        (into("items", **item, created_at=now, practice=True), "exactly while"),
        (
            into(
                "ledger", **line, org_id=practising.org.id, day="2026-01-01",
                delivery_id=leg.id, written_at=now, column="zcwj",
            ),
            "never counted",
        ),
        (into("page_changes", **change, is_read=False), "never listed"),
        (into("twins", item_id=practice.id, other_id=real.id, paired_at=now), "never meet"),
        (
            into("replacements", item_id=practice.id, by_id=real.id, created_by=by, created_at=now),
            "never meet",
        ),
        (
            into(
                "followups", interpretation_id=practice.id, source_id=real.id,
                rule="same_moment", created_by=by, created_at=now,
            ),
            "never meet",
        ),
    ]  # fmt: skip
    for text, told in acts:
        assert told in await refused_by_database(practising, methodcaller("execute", sa.text(text)))

    async def as_report(tx: Tx) -> None:
        await insert_report_item(tx, practising.org.id, 2025, practice.id, at=practising.now())

    assert "no report" in await refused_by_database(practising, as_report)
