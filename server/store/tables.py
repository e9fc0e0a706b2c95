"""Every table, index and check constraint. Invariants of ARCHITECTURE.md are indexes before they are code.

Times are UTC microseconds on both engines; `day` columns are dates in Asia/Shanghai.
"""

from typing import Final

import sqlalchemy as sa

from server.store import review_tables, rooms
from server.store.columns import (
    Json,
    among,
    id_column,
    mark_column,
    moment_column,
    ref_column,
    text_column,
    word_column,
)
from server.store.metadata import metadata
from server.store.words import (
    CHANNELS,
    COUNTED_AS,
    DELIVERY_STATES,
    FOLLOW_RULES,
    GATES,
    KINDS,
    OPEN_STATES,
    OUTCOMES,
    REVISION_STATES,
    ROLES,
    WITHDRAWN_AS,
)

ROOMS = rooms.ROOMS
"""Tables of one room stand in a file of their own, named in `rooms.py`."""


org = sa.Table(
    "orgs",
    metadata,
    id_column(),
    sa.Column("code", sa.String(18), nullable=False, unique=True),
    text_column("name"),
    ref_column("parent_id", "orgs.id", nullable=True),
    moment_column("created_at"),
    moment_column("practice_since", nullable=True),  # while it stands, what the organ writes is practice
    text_column("practice_by", nullable=True),
)

person = sa.Table(
    "people",
    metadata,
    id_column(),
    sa.Column("login", sa.String(64), nullable=False, unique=True),
    text_column("name"),
    text_column("password_hash", nullable=True),
    moment_column("disabled_at", nullable=True),
    moment_column("created_at"),
)

grant = sa.Table(
    "grants",
    metadata,
    sa.Column("person_id", sa.String(16), sa.ForeignKey("people.id"), primary_key=True),
    sa.Column("org_id", sa.String(16), sa.ForeignKey("orgs.id"), primary_key=True),
    sa.Column("role", sa.String(24), primary_key=True),
    among("role", ROLES),
)

token = sa.Table(
    "tokens",
    metadata,
    id_column(),
    ref_column("person_id", "people.id"),
    text_column("name"),
    word_column("use"),
    sa.Column("only_role", sa.String(24), nullable=True),
    sa.Column("digest", sa.String(64), nullable=False, unique=True),
    moment_column("created_at"),
    moment_column("expires_at", nullable=True),
    moment_column("revoked_at", nullable=True),
    moment_column("used_at", nullable=True),  # to the hour: not every request is worth a write
    among("use", ("api", "session")),
    among("only_role", ROLES),
)

account = sa.Table(
    "accounts",
    metadata,
    id_column(),
    ref_column("org_id", "orgs.id"),
    word_column("channel"),
    sa.Column("slug", sa.String(64), nullable=False, unique=True),
    text_column("name"),
    word_column("counted_as"),
    sa.Column("settings", Json, nullable=False),
    text_column("secret", nullable=True),  # encrypted; see server/security/vault.py
    word_column("state"),
    moment_column("created_at"),
    mark_column("practice"),  # triggers keep it apart from what is real: PRACTICE.md in core
    among("channel", CHANNELS),
    among("counted_as", COUNTED_AS),
    among("state", ("active", "paused", "unauthorised")),
)

media = sa.Table(
    "media",
    metadata,
    sa.Column("sha256", sa.String(64), primary_key=True),
    sa.Column("mime", sa.String(128), nullable=False),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("width", sa.Integer, nullable=True),
    sa.Column("height", sa.Integer, nullable=True),
    sa.Column("makers", sa.String(8), nullable=True),  # why it still says who made it; None: it does not
    ref_column("created_by", "people.id"),
    moment_column("created_at"),
)

# One row a year and organ: taking a number is an UPDATE on it, so no number is given twice or again.
index_serial = sa.Table(
    "index_serials",
    metadata,
    sa.Column("org_code", sa.String(18), primary_key=True),
    sa.Column("year", sa.Integer, primary_key=True),
    sa.Column("last", sa.Integer, nullable=False),
)

item = sa.Table(
    "items",
    metadata,
    id_column(),
    sa.Column("index_number", sa.String(64), nullable=False, unique=True),
    word_column("kind"),
    ref_column("org_id", "orgs.id"),
    ref_column("created_by", "people.id"),
    moment_column("created_at"),
    moment_column("published_at", nullable=True),  # when its page was first sent out; never changes
    moment_column("withdrawn_at", nullable=True),
    text_column("withdrawn_reason", nullable=True),
    word_column("withdrawn_as", nullable=True),  # None: not withdrawn, or before types were asked for
    mark_column("practice"),  # for ever; see accounts
    among("kind", KINDS),
    among("withdrawn_as", WITHDRAWN_AS),
    sa.Index("ix_items_org_created", "org_id", "created_at"),
    sa.Index(
        "ix_items_unpublished",
        "created_at",
        sqlite_where=sa.text("published_at IS NULL AND withdrawn_at IS NULL"),
        postgresql_where=sa.text("published_at IS NULL AND withdrawn_at IS NULL"),
    ),
    sa.Index(
        "ix_items_withdrawn",
        "withdrawn_at",
        sqlite_where=sa.text("withdrawn_at IS NOT NULL"),
        postgresql_where=sa.text("withdrawn_at IS NOT NULL"),
    ),
)

IS_OPEN: Final = f"state IN {OPEN_STATES}"

revision = sa.Table(
    "revisions",
    metadata,
    id_column(),
    ref_column("item_id", "items.id"),
    sa.Column("number", sa.Integer, nullable=False),
    word_column("state"),
    text_column("title"),
    text_column("summary"),
    text_column("body"),
    sa.Column("sheet", Json, nullable=False),  # column, source, disclosure elements, pictures, attachments
    sa.Column("content_hash", sa.String(64), nullable=False),
    ref_column("created_by", "people.id"),
    moment_column("created_at"),
    moment_column("submitted_at", nullable=True),
    ref_column("submitted_by", "people.id", nullable=True),
    among("state", REVISION_STATES),
    sa.UniqueConstraint("item_id", "number"),
    # Invariant 1: at most one draft revision of an item.
    sa.Index(
        "uq_revisions_one_draft",
        "item_id",
        unique=True,
        sqlite_where=sa.text(IS_OPEN),
        postgresql_where=sa.text(IS_OPEN),
    ),
    # Approved and not released: what a desk has before it.
    sa.Index(
        "ix_revisions_approved",
        "item_id",
        sqlite_where=sa.text("state = 'approved'"),
        postgresql_where=sa.text("state = 'approved'"),
    ),
    sa.Index("ix_revisions_author", "created_by", "created_at"),
)

approval = review_tables.approval

release = sa.Table(
    "releases",
    metadata,
    id_column(),
    ref_column("item_id", "items.id"),
    ref_column("revision_id", "revisions.id"),
    sa.Column("number", sa.Integer, nullable=False),
    word_column("change"),
    word_column("state"),
    moment_column("not_before", nullable=True),
    ref_column("created_by", "people.id"),
    moment_column("created_at"),
    among("change", ("major", "minor")),
    among("state", ("planned", "live", "replaced", "withdrawn")),
    sa.UniqueConstraint("item_id", "number"),
    # Invariant 1: at most one live release of an item.
    sa.Index(
        "uq_releases_one_live",
        "item_id",
        unique=True,
        sqlite_where=sa.text("state = 'live'"),
        postgresql_where=sa.text("state = 'live'"),
    ),
)

delivery = sa.Table(
    "deliveries",
    metadata,
    id_column(),
    ref_column("release_id", "releases.id"),
    ref_column("item_id", "items.id"),
    ref_column("account_id", "accounts.id"),
    word_column("channel"),
    word_column("counted_as"),
    word_column("state"),
    word_column("gate", nullable=True),
    moment_column("due_at", nullable=True),  # when the clock or a worker looks at it next
    sa.Column("attempt_id", sa.String(16), nullable=True),
    sa.Column("tries", sa.Integer, nullable=False, server_default="0"),
    sa.Column("looks", sa.Integer, nullable=False, server_default="0"),
    text_column("reason", nullable=True),
    word_column("who_acts", nullable=True),
    text_column("platform_id", nullable=True),
    text_column("link", nullable=True),
    moment_column("live_at", nullable=True),
    moment_column("changed_at"),
    moment_column("created_at"),
    among("channel", CHANNELS),
    among("counted_as", COUNTED_AS),
    among("state", DELIVERY_STATES),
    among("gate", GATES),
    # A gate stands exactly where something waits, an attempt exactly where something is being sent.
    sa.CheckConstraint("(state = 'waiting') = (gate IS NOT NULL)", name="gate_iff_waiting"),
    sa.CheckConstraint("state <> 'sending' OR attempt_id IS NOT NULL", name="sending_has_attempt"),
    sa.CheckConstraint("state <> 'live' OR live_at IS NOT NULL", name="live_has_time"),
    sa.UniqueConstraint("release_id", "account_id"),  # invariant 2
    sa.Index("ix_deliveries_state_due", "state", "due_at"),
    sa.Index("ix_deliveries_item", "item_id", "account_id"),
    # What an account has in flight, and what waits at its gates: the few, never the archive.
    sa.Index(
        "ix_deliveries_sending",
        "account_id",
        "item_id",
        sqlite_where=sa.text("state = 'sending'"),
        postgresql_where=sa.text("state = 'sending'"),
    ),
    sa.Index(
        "ix_deliveries_waiting",
        "account_id",
        "gate",
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    ),
    # When an account last showed something.
    sa.Index(
        "ix_deliveries_account_live",
        "account_id",
        "live_at",
        sqlite_where=sa.text("live_at IS NOT NULL"),
        postgresql_where=sa.text("live_at IS NOT NULL"),
    ),
    # The backlog of an account in the order of waiting: the size of what waits, never of the archive.
    sa.Index(
        "ix_deliveries_backlog",
        "account_id",
        "changed_at",
        "id",
        sqlite_where=sa.text("state IN ('ready', 'retry_wait')"),
        postgresql_where=sa.text("state IN ('ready', 'retry_wait')"),
    ),
)

attempt = sa.Table(
    "attempts",
    metadata,
    id_column(),
    ref_column("delivery_id", "deliveries.id"),
    sa.Column("number", sa.Integer, nullable=False),
    text_column("worker"),
    moment_column("opened_at"),
    moment_column("lease_until"),
    moment_column("closed_at", nullable=True),
    word_column("outcome", nullable=True),
    text_column("reason", nullable=True),
    sa.Column("notes", Json, nullable=False),
    among("outcome", OUTCOMES),
    # Invariant 3: every attempt ends in exactly one outcome.
    sa.CheckConstraint("(closed_at IS NULL) = (outcome IS NULL)", name="closed_has_outcome"),
    sa.UniqueConstraint("delivery_id", "number"),
    sa.Index(
        "uq_attempts_one_open",
        "delivery_id",
        unique=True,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    ),
)

look = sa.Table(
    "looks",
    metadata,
    id_column(),
    ref_column("delivery_id", "deliveries.id", index=True),
    moment_column("looked_at"),
    word_column("sighting"),
    text_column("reason", nullable=True),
    sa.Column("attempt_id", sa.String(16), nullable=True),  # what it was looked for; None: from before 0056
    among("sighting", ("found", "absent", "could_not_look")),
)

evidence = sa.Table(
    "evidence",
    metadata,
    id_column(),
    ref_column("delivery_id", "deliveries.id", unique=True),
    text_column("place"),
    moment_column("shown_at"),
    text_column("shown_by"),
    sa.Column("picture", sa.String(64), sa.ForeignKey("media.sha256"), nullable=True),
    text_column("note", nullable=True),
    ref_column("recorded_by", "people.id"),
    moment_column("recorded_at"),
    sa.Index(
        "ix_evidence_picture",
        "picture",
        sqlite_where=sa.text("picture IS NOT NULL"),
        postgresql_where=sa.text("picture IS NOT NULL"),
    ),
)

followup = sa.Table(
    "followups",
    metadata,
    sa.Column("interpretation_id", sa.String(16), sa.ForeignKey("items.id"), primary_key=True),
    sa.Column("source_id", sa.String(16), sa.ForeignKey("items.id"), primary_key=True),
    word_column("rule"),
    sa.Column("working_days", sa.Integer, nullable=True),
    sa.Column("at_clock", sa.Time, nullable=True),  # time of day in Asia/Shanghai
    moment_column("not_before", nullable=True),
    ref_column("created_by", "people.id"),
    moment_column("created_at"),
    among("rule", FOLLOW_RULES),
    sa.CheckConstraint("interpretation_id <> source_id", name="not_itself"),
    sa.CheckConstraint(
        "(rule = 'after_working_days') = (working_days IS NOT NULL AND at_clock IS NOT NULL)",
        name="days_iff_counted",
    ),
    sa.CheckConstraint("(rule = 'at_time') = (not_before IS NOT NULL)", name="time_iff_fixed"),
    sa.Index("ix_followups_source", "source_id"),
)

# Lines of list pages and feeds. An ordinal is handed out once: pages numbered from the oldest never shift.
place = sa.Table(
    "places",
    metadata,
    sa.Column("account_id", sa.String(16), sa.ForeignKey("accounts.id"), primary_key=True),
    sa.Column("list_key", sa.String(96), primary_key=True),
    sa.Column("ordinal", sa.Integer, primary_key=True),
    ref_column("item_id", "items.id"),
    sa.UniqueConstraint("account_id", "list_key", "item_id"),
    sa.Index("ix_places_item", "item_id", "account_id"),  # all lists that hold an item
)

place_list = sa.Table(
    "place_lists",
    metadata,
    sa.Column("account_id", sa.String(16), sa.ForeignKey("accounts.id"), primary_key=True),
    sa.Column("list_key", sa.String(96), primary_key=True),
    sa.Column("last", sa.Integer, nullable=False),
    moment_column("changed_at"),
)

# Pages, or the notices in their place, to be written again: an item they link to went live or was withdrawn.
stale_page = sa.Table(
    "stale_pages",
    metadata,
    sa.Column("delivery_id", sa.String(16), sa.ForeignKey("deliveries.id"), primary_key=True),
    moment_column("since"),
    sa.Column("serial", sa.Integer, nullable=False),
)
