"""Collisions of transactions, as PostgreSQL reports them, so many as a test wants."""

import sqlalchemy as sa

from server.store.tx import Store

ALWAYS = 1_000_000
_STATEMENTS = (
    "CREATE SEQUENCE collisions",  # what is undone does not take its numbers back
    """
    CREATE FUNCTION collide() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF nextval('collisions') <= {times} THEN
            RAISE EXCEPTION 'deadlock detected' USING ERRCODE = '40P01';
        END IF;
        RETURN NEW;
    END $$""",
    """
    CREATE TRIGGER collide BEFORE INSERT ON audit FOR EACH ROW
    WHEN (NEW.verb = '{verb}') EXECUTE FUNCTION collide()""",
)


async def let_collide(store: Store, verb: str, times: int) -> None:
    """Let the next acts of a kind be undone for another's sake, so many times; at their last line."""
    async with store.begin() as tx:
        for statement in _STATEMENTS:
            await tx.execute(sa.text(statement.format(times=times, verb=verb)))
