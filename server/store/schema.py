"""Bring a database to the newest schema (Alembic), and say whether it stands there."""

import asyncio
from pathlib import Path

import sqlalchemy as sa
from alembic.config import Config
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from server.store.tx import Store

_HERE = Path(__file__).parent / "migrations"


async def migrate(store: Store) -> None:
    """Run the migrations that the database has not seen, in one transaction on either engine."""
    scripts = await asyncio.to_thread(_load)
    async with store.begin() as tx:
        await tx.run_sync(_upgrade, scripts)


async def is_current(store: Store) -> bool:
    """Say whether the database has the schema that this code was written for."""
    return await knows_revision(await revision_of(store), head=True)


async def has_tables(store: Store) -> bool:
    """Say whether any migration was ever run on the database."""
    return await revision_of(store) is not None


async def revision_of(store: Store) -> str | None:
    """Give the revision that the database stands at, None before the first."""
    async with store.read() as tx:
        return await tx.run_sync(lambda sync: MigrationContext.configure(sync).get_current_revision())


async def knows_revision(revision: str | None, *, head: bool = False) -> bool:
    """Say whether this code has the revision, or with `head` whether it is its newest."""
    scripts = await asyncio.to_thread(_load)
    if head:
        return revision == scripts.get_current_head()
    return revision in {script.revision for script in scripts.walk_revisions()}


def _load() -> ScriptDirectory:
    """Read the migration files here, in a thread: run from Alembic's own entry they would block the loop."""
    config = Config()
    config.set_main_option("script_location", str(_HERE))
    scripts = ScriptDirectory.from_config(config)
    for script in scripts.walk_revisions():
        assert script.module  # noqa: S101  (the file is imported by asking)
    return scripts


def _upgrade(connection: sa.Connection, scripts: ScriptDirectory) -> None:
    context = MigrationContext.configure(
        connection,
        opts={"fn": lambda revision, _context: scripts._upgrade_revs("head", revision)},  # noqa: SLF001
    )
    with Operations.context(context):
        context.run_migrations()
