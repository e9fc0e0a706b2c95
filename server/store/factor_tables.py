"""The tables of the second step of signing in: one secret a person, and codes for a phone that is gone."""

import sqlalchemy as sa

from server.store.columns import moment_column, text_column
from server.store.metadata import metadata

# `pending` is a secret that its owner has not yet shown to have; until then `secret` stands.
second_factor = sa.Table(
    "second_factors",
    metadata,
    sa.Column("person_id", sa.String(16), sa.ForeignKey("people.id"), primary_key=True),
    text_column("secret", nullable=True),  # sealed; see server/security/vault.py
    text_column("pending", nullable=True),  # sealed
    sa.Column("last_step", sa.BigInteger, nullable=False),  # of the newest code taken: none is taken twice
    moment_column("confirmed_at", nullable=True),
)

recovery_code = sa.Table(
    "recovery_codes",
    metadata,
    sa.Column("person_id", sa.String(16), sa.ForeignKey("people.id"), primary_key=True),
    sa.Column("digest", sa.String(64), primary_key=True),
    moment_column("used_at", nullable=True),
)
