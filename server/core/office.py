"""Setting an office up: its organs and its accounts, each noted in the audit whoever adds it."""

from datetime import datetime

from server.core.acts import note, of_account
from server.store.accounts import AccountRow, insert_account
from server.store.audit import Subject
from server.store.orgs import OrgRow, insert_org
from server.store.tx import Tx


async def add_org(tx: Tx, row: OrgRow, *, at: datetime) -> None:
    """Write an organ; raises Taken when its code is in use."""
    await insert_org(tx, row, at=at)
    await note(tx, "org.create", Subject(org_id=row.id), at=at, code=row.code, name=row.name)


async def add_account(tx: Tx, row: AccountRow, *, at: datetime) -> None:
    """Write an account; raises Taken when its slug is in use. Its secret and its settings are not noted."""
    await insert_account(tx, row, at=at)
    await note(
        tx, "account.create", of_account(row), at=at,
        account=row.slug, channel=row.channel, counted_as=row.counted_as,
    )  # fmt: skip
