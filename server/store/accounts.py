"""Accounts: where an org is present, with their sealed secrets."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

import sqlalchemy as sa

from channels.item import Org
from server.store.permission_tables import permission
from server.store.rows import NotThere, Taken, upsert
from server.store.scripts import Dialect, Script, dialect_of, json_of, moment_of, run_script
from server.store.tables import account, org
from server.store.tx import Tx

AccountState = Literal["active", "paused", "unauthorised"]
OWNER: Final = "owner"
"""The setting that names who looks after an account."""

COLUMNS: Final = """a.id, a.org_id, o.code, o.name, a.channel, a.slug, a.name, a.counted_as,
            CAST(a.settings AS text), a.secret, a.state, p.until, a.practice"""
JOINED: Final = f"""accounts a JOIN orgs o ON o.id = a.org_id
            LEFT JOIN {permission.name} p ON p.account_id = a.id"""
"""What a script asks for to have whole accounts, `a`, and where it finds it."""


@dataclass(frozen=True, slots=True)
class AccountRow:
    """账号 as stored; `sealed` is the encrypted secret, which only the wiring opens."""

    id: str
    org: Org
    channel: str
    slug: str
    name: str
    counted_as: str
    settings: Mapping[str, str]
    sealed: str | None
    state: str
    permitted_until: datetime | None = None  # when the platform's permission ends, where it tells
    practice: bool = False  # 演练: carries practice items and nothing else

    def __repr__(self) -> str:
        """Leave settings and secret out of logs."""
        return f"AccountRow({self.slug!r}, {self.channel!r}, {self.state!r})"


async def insert_account(tx: Tx, row: AccountRow, *, at: datetime) -> None:
    """Write an account; raises Taken when the slug is in use."""
    statement = (
        upsert(tx, account)
        .values(
            id=row.id,
            org_id=row.org.id,
            channel=row.channel,
            slug=row.slug,
            name=row.name,
            counted_as=row.counted_as,
            settings=dict(row.settings),
            secret=row.sealed,
            state=row.state,
            created_at=at,
            practice=row.practice,
        )
        .on_conflict_do_nothing(index_elements=["slug"])
    )
    if (await tx.execute(statement)).rowcount != 1:
        raise Taken("account", row.slug)


async def find_account(tx: Tx, slug: str) -> AccountRow | None:
    """Give the account with this slug."""
    row = (await tx.execute(_select().where(account.c.slug == slug))).one_or_none()
    return None if row is None else _account_of(row)


async def get_account(tx: Tx, account_id: str) -> AccountRow:
    """Give the account with this id; raises NotThere."""
    row = (await tx.execute(_select().where(account.c.id == account_id))).one_or_none()
    if row is None:
        raise NotThere("account", account_id)
    return _account_of(row)


async def list_accounts(tx: Tx, org_ids: frozenset[str]) -> tuple[AccountRow, ...]:
    """Give the accounts of some organs, of either world, by slug."""
    wanted = _select().where(account.c.org_id.in_(org_ids)).order_by(account.c.slug)
    return tuple(_account_of(row) for row in await tx.execute(wanted))


async def list_accounts_in(tx: Tx, org_ids: frozenset[str], *, practice: bool) -> tuple[AccountRow, ...]:
    """Give the accounts of one world that items of some organs may go to, by slug.

    Site and feeds of practice belong to whoever practised first, and serve all.
    """
    shared = account.c.channel.in_(("website", "feed") if practice else ())
    wanted = _select().where(account.c.practice.is_(practice), sa.or_(account.c.org_id.in_(org_ids), shared))
    wanted = wanted.order_by(account.c.slug)
    return tuple(_account_of(row) for row in await tx.execute(wanted))


async def list_accounts_named(tx: Tx, slugs: tuple[str, ...]) -> tuple[AccountRow, ...]:
    """Give those of the named accounts that exist, by slug."""
    wanted = _select().where(account.c.slug.in_(slugs)).order_by(account.c.slug)
    return tuple(_account_of(row) for row in await tx.execute(wanted))


async def list_accounts_by_id(tx: Tx, ids: frozenset[str]) -> dict[str, AccountRow]:
    """Give those of the accounts that exist, by id."""
    return await run_script(tx, _by_id(dialect_of(tx), ids))


async def list_accounts_of(tx: Tx, channels: tuple[str, ...]) -> tuple[AccountRow, ...]:
    """Give every account on some channels, by slug."""
    wanted = _select().where(account.c.channel.in_(channels)).order_by(account.c.slug)
    return tuple(_account_of(row) for row in await tx.execute(wanted))


async def move_account(tx: Tx, account_id: str, olds: tuple[AccountState, ...], new: AccountState) -> bool:
    """Make an account in one of some states active, paused or unauthorised; say whether it was in one."""
    moved = await tx.execute(
        account.update().where(account.c.id == account_id, account.c.state.in_(olds)).values(state=new)
    )
    return moved.rowcount == 1


async def set_account_name(tx: Tx, account_id: str, name: str) -> None:
    """Give an account another name."""
    await tx.execute(account.update().where(account.c.id == account_id).values(name=name))


async def set_settings(tx: Tx, account_id: str, changes: Mapping[str, str | None]) -> None:
    """Change settings of an account; None takes one away, the others stay."""
    wanted = sa.select(account.c.settings).where(account.c.id == account_id).with_for_update()
    settings = {**(await tx.execute(wanted)).scalar_one(), **changes}
    kept = {name: value for name, value in settings.items() if value is not None}
    await tx.execute(account.update().where(account.c.id == account_id).values(settings=kept))


def _by_id(dialect: Dialect, ids: frozenset[str]) -> Script[dict[str, AccountRow]]:
    rows = yield f"SELECT {COLUMNS} FROM {JOINED} WHERE a.id IN {dialect.ids('$1')}", (json_of(sorted(ids)),)  # noqa: S608 -- of constants
    return {row[0]: account_of_script(row) for row in rows}


def account_of_script(row: Sequence[Any]) -> AccountRow:
    """Give the account whose COLUMNS a script was given."""
    key, org_id, code, org_name, channel, slug, name, counted_as, *told = row
    settings, sealed, state, until, practice = told
    return AccountRow(
        key, Org(org_id, code, org_name), channel, slug, name, counted_as, json.loads(settings), sealed,
        state, moment_of(until), bool(practice),
    )  # fmt: skip


def _select() -> sa.Select[Any]:
    columns = (org.c.code.label("org_code"), org.c.name.label("org_name"), permission.c.until)
    return (
        sa.select(account, *columns)
        .join(org, org.c.id == account.c.org_id)
        .outerjoin(permission, permission.c.account_id == account.c.id)
    )


def _account_of(row: sa.Row[Any]) -> AccountRow:
    return AccountRow(
        id=row.id,
        org=Org(id=row.org_id, code=row.org_code, name=row.org_name),
        channel=row.channel,
        slug=row.slug,
        name=row.name,
        counted_as=row.counted_as,
        settings=row.settings,
        sealed=row.secret,
        state=row.state,
        permitted_until=row.until,
        practice=row.practice,
    )
