"""The table of practice: its items are numbered by a series of their own, so no real number is consumed."""

import sqlalchemy as sa

from server.store.metadata import metadata

practice_serial = sa.Table(
    "practice_serials",
    metadata,
    sa.Column("org_id", sa.String(16), sa.ForeignKey("orgs.id"), primary_key=True),
    sa.Column("year", sa.Integer, primary_key=True),
    sa.Column("last", sa.Integer, nullable=False),
)
