"""Setting an office up: its organs and its accounts, each noted in the audit whoever adds it."""

from datetime import datetime
from typing import Final

from server.core.acts import note, of_account
from server.core.problems import Problem
from server.store.accounts import AccountRow, insert_account, list_accounts_of, set_account_name
from server.store.audit import Subject
from server.store.orgs import OrgRow, insert_org
from server.store.renewals import want_again
from server.store.tx import Tx

_ALONE: Final = {"website": "网站", "feed": "订阅源"}


async def add_org(tx: Tx, row: OrgRow, *, at: datetime) -> None:
    """Write an organ; raises Taken when its code is in use."""
    await insert_org(tx, row, at=at)
    await note(tx, "org.create", Subject(org_id=row.id), at=at, code=row.code, name=row.name)


async def rename_account(tx: Tx, row: AccountRow, name: str, *, at: datetime) -> None:
    """Give an account another name; its slug stays, by which programs and permanent links know it."""
    if name != row.name:
        await set_account_name(tx, row.id, name)
        await note(tx, "account.access", of_account(row), at=at, account=row.slug, name=name, former=row.name)


async def add_account(tx: Tx, row: AccountRow, *, at: datetime) -> None:
    """Write an account; raises Taken when its slug is in use. Its secret and its settings are not noted.

    Refuses a second website or a second set of feeds: both would write the same files, each without the
    other's items.
    """
    if row.channel in _ALONE:
        for other in await list_accounts_of(tx, (row.channel,)):
            if other.practice != row.practice:  # each world has a site of its own
                continue
            raise Problem(
                "taken",
                f"已经有{_ALONE[row.channel]}账号“{other.slug}”；一个站点只能有一个，各机构的稿件都发到它上面",
                field="channel",
            )
    await insert_account(tx, row, at=at)
    if row.channel == "website":
        await want_again(tx, at=at)  # a site stands from its first day, not from its first item
    await note(
        tx, "account.create", of_account(row), at=at,
        account=row.slug, channel=row.channel, counted_as=row.counted_as,
    )  # fmt: skip
