"""Every table, index and check constraint. Invariants of DESIGN §5 are indexes here before they are code.

Times are UTC microseconds on both engines; `day` columns are dates in Asia/Shanghai.
"""

from datetime import UTC, datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

DELIVERY_STATES: Final = (
    "waiting",
    "ready",
    "sending",
    "accepted",
    "live",
    "unknown",
    "retry_wait",
    "refused",
    "blocked",
    "needs_person",
    "withdrawing",
    "withdrawn",
    "withdraw_by_hand",
    "gone_at_platform",
    "cancelled",
    "superseded",
    "replaced",
)
GATES: Final = ("source_live", "website_live", "time", "slot", "quota", "account", "evidence")
CHANNELS: Final = ("website", "weibo", "wechat", "feed", "other")
COUNTED_AS: Final = ("website", "weibo", "wechat", "feed", "gazette", "other")
KINDS: Final = ("policy", "interpretation", "news", "notice", "response")
REVISION_STATES: Final = ("draft", "submitted", "returned", "approved", "released", "superseded")
ROLES: Final = ("author", "reviewer", "chief", "reporter", "admin")
OUTCOMES: Final = (
    "live",
    "accepted",
    "not_accepted",
    "refused",
    "needs_authorisation",
    "unknown",
)
LINES: Final = ("counted", "withdrawn", "reinstated", "restated")
FOLLOW_RULES: Final = ("same_moment", "after_working_days", "at_time")

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Moment(sa.types.TypeDecorator[datetime]):
    """An aware datetime in UTC; SQLite has no zones, so it keeps the naive UTC text."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """Refuse naive times: they would silently be taken for UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"naive datetime {value!r}")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, _dialect: sa.Dialect) -> datetime | None:
        """Give an aware datetime in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


Json = sa.JSON().with_variant(JSONB(), "postgresql")


def _id(name: str = "id", **more: Any) -> sa.Column[str]:
    return sa.Column(name, sa.String(16), primary_key=True, **more)


def _ref(name: str, to: str, *, nullable: bool = False, **more: Any) -> sa.Column[str]:
    return sa.Column(name, sa.String(16), sa.ForeignKey(to), nullable=nullable, **more)


def _text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=nullable)


def _moment(name: str, *, nullable: bool = False) -> sa.Column[datetime]:
    return sa.Column(name, Moment, nullable=nullable)


def _word(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(24), nullable=nullable)


def _among(column: str, words: tuple[str, ...]) -> sa.CheckConstraint:
    """Hold a column to its words; NULL passes."""
    listed = ", ".join(f"'{word}'" for word in words)
    return sa.CheckConstraint(f"{column} IN ({listed})", name=f"{column}_word")


org = sa.Table(
    "orgs",
    metadata,
    _id(),
    sa.Column("code", sa.String(18), nullable=False, unique=True),
    _text("name"),
    _ref("parent_id", "orgs.id", nullable=True),
    _moment("created_at"),
)

person = sa.Table(
    "people",
    metadata,
    _id(),
    sa.Column("login", sa.String(64), nullable=False, unique=True),
    _text("name"),
    _text("password_hash", nullable=True),
    _moment("disabled_at", nullable=True),
    _moment("created_at"),
)

grant = sa.Table(
    "grants",
    metadata,
    sa.Column("person_id", sa.String(16), sa.ForeignKey("people.id"), primary_key=True),
    sa.Column("org_id", sa.String(16), sa.ForeignKey("orgs.id"), primary_key=True),
    sa.Column("role", sa.String(24), primary_key=True),
    _among("role", ROLES),
)

token = sa.Table(
    "tokens",
    metadata,
    _id(),
    _ref("person_id", "people.id"),
    _text("name"),
    _word("use"),
    sa.Column("only_role", sa.String(24), nullable=True),
    sa.Column("digest", sa.String(64), nullable=False, unique=True),
    _moment("created_at"),
    _moment("expires_at", nullable=True),
    _moment("revoked_at", nullable=True),
    _among("use", ("api", "session")),
    _among("only_role", ROLES),
)

account = sa.Table(
    "accounts",
    metadata,
    _id(),
    _ref("org_id", "orgs.id"),
    _word("channel"),
    sa.Column("slug", sa.String(64), nullable=False, unique=True),
    _text("name"),
    _word("counted_as"),
    sa.Column("settings", Json, nullable=False),
    _text("secret", nullable=True),  # encrypted; see server/security/vault.py
    _word("state"),
    _moment("created_at"),
    _among("channel", CHANNELS),
    _among("counted_as", COUNTED_AS),
    _among("state", ("active", "paused", "unauthorised")),
)

media = sa.Table(
    "media",
    metadata,
    sa.Column("sha256", sa.String(64), primary_key=True),
    sa.Column("mime", sa.String(128), nullable=False),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("width", sa.Integer, nullable=True),
    sa.Column("height", sa.Integer, nullable=True),
    _ref("created_by", "people.id"),
    _moment("created_at"),
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
    _id(),
    sa.Column("index_number", sa.String(64), nullable=False, unique=True),
    _word("kind"),
    _ref("org_id", "orgs.id"),
    _ref("created_by", "people.id"),
    _moment("created_at"),
    _moment("published_at", nullable=True),  # when its page was first sent out; never changes
    _moment("withdrawn_at", nullable=True),
    _text("withdrawn_reason", nullable=True),
    _among("kind", KINDS),
    sa.Index("ix_items_org_created", "org_id", "created_at"),
)

revision = sa.Table(
    "revisions",
    metadata,
    _id(),
    _ref("item_id", "items.id"),
    sa.Column("number", sa.Integer, nullable=False),
    _word("state"),
    _text("title"),
    _text("summary"),
    _text("body"),
    sa.Column("sheet", Json, nullable=False),  # column, source, disclosure elements, pictures, attachments
    sa.Column("content_hash", sa.String(64), nullable=False),
    _ref("created_by", "people.id"),
    _moment("created_at"),
    _moment("submitted_at", nullable=True),
    _ref("submitted_by", "people.id", nullable=True),
    _among("state", REVISION_STATES),
    sa.UniqueConstraint("item_id", "number"),
    # Invariant 1: at most one draft revision of an item.
    sa.Index(
        "uq_revisions_one_draft",
        "item_id",
        unique=True,
        sqlite_where=sa.text("state IN ('draft', 'submitted', 'returned')"),
        postgresql_where=sa.text("state IN ('draft', 'submitted', 'returned')"),
    ),
)

approval = sa.Table(
    "approvals",
    metadata,
    _id(),
    _ref("revision_id", "revisions.id"),
    sa.Column("content_hash", sa.String(64), nullable=False),
    _word("decision"),
    _text("reason", nullable=True),
    _ref("author_id", "people.id"),
    _ref("decided_by", "people.id"),
    _moment("decided_at"),
    _among("decision", ("approved", "returned")),
    # Invariant 5: nobody approves his own.
    sa.CheckConstraint("author_id <> decided_by", name="not_own"),
)

release = sa.Table(
    "releases",
    metadata,
    _id(),
    _ref("item_id", "items.id"),
    _ref("revision_id", "revisions.id"),
    sa.Column("number", sa.Integer, nullable=False),
    _word("change"),
    _word("state"),
    _moment("not_before", nullable=True),
    _ref("created_by", "people.id"),
    _moment("created_at"),
    _among("change", ("major", "minor")),
    _among("state", ("planned", "live", "replaced", "withdrawn")),
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
    _id(),
    _ref("release_id", "releases.id"),
    _ref("item_id", "items.id"),
    _ref("account_id", "accounts.id"),
    _word("channel"),
    _word("counted_as"),
    _word("state"),
    _word("gate", nullable=True),
    _moment("due_at", nullable=True),  # when the clock or a worker looks at it next
    sa.Column("attempt_id", sa.String(16), nullable=True),
    sa.Column("tries", sa.Integer, nullable=False, server_default="0"),
    sa.Column("looks", sa.Integer, nullable=False, server_default="0"),
    _text("reason", nullable=True),
    _word("who_acts", nullable=True),
    _text("platform_id", nullable=True),
    _text("link", nullable=True),
    _moment("live_at", nullable=True),
    _moment("changed_at"),
    _moment("created_at"),
    _among("channel", CHANNELS),
    _among("counted_as", COUNTED_AS),
    _among("state", DELIVERY_STATES),
    _among("gate", GATES),
    # A gate stands exactly where something waits, an attempt exactly where something is being sent.
    sa.CheckConstraint("(state = 'waiting') = (gate IS NOT NULL)", name="gate_iff_waiting"),
    sa.CheckConstraint("state <> 'sending' OR attempt_id IS NOT NULL", name="sending_has_attempt"),
    sa.CheckConstraint("state <> 'live' OR live_at IS NOT NULL", name="live_has_time"),
    sa.UniqueConstraint("release_id", "account_id"),  # invariant 2
    sa.Index("ix_deliveries_state_due", "state", "due_at"),
    sa.Index("ix_deliveries_item", "item_id", "account_id"),
    sa.Index("ix_deliveries_account_state", "account_id", "state"),
)

attempt = sa.Table(
    "attempts",
    metadata,
    _id(),
    _ref("delivery_id", "deliveries.id"),
    sa.Column("number", sa.Integer, nullable=False),
    _text("worker"),
    _moment("opened_at"),
    _moment("lease_until"),
    _moment("closed_at", nullable=True),
    _word("outcome", nullable=True),
    _text("reason", nullable=True),
    sa.Column("notes", Json, nullable=False),
    _among("outcome", OUTCOMES),
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
    _id(),
    _ref("delivery_id", "deliveries.id", index=True),
    _moment("looked_at"),
    _word("sighting"),
    _text("reason", nullable=True),
    _among("sighting", ("found", "absent", "could_not_look")),
)

evidence = sa.Table(
    "evidence",
    metadata,
    _id(),
    _ref("delivery_id", "deliveries.id", unique=True),
    _text("place"),
    _moment("shown_at"),
    _text("shown_by"),
    sa.Column("picture", sa.String(64), sa.ForeignKey("media.sha256"), nullable=True),
    _text("note", nullable=True),
    _ref("recorded_by", "people.id"),
    _moment("recorded_at"),
)

followup = sa.Table(
    "followups",
    metadata,
    sa.Column("interpretation_id", sa.String(16), sa.ForeignKey("items.id"), primary_key=True),
    sa.Column("source_id", sa.String(16), sa.ForeignKey("items.id"), primary_key=True),
    _word("rule"),
    sa.Column("working_days", sa.Integer, nullable=True),
    sa.Column("at_clock", sa.Time, nullable=True),  # time of day in Asia/Shanghai
    _moment("not_before", nullable=True),
    _ref("created_by", "people.id"),
    _moment("created_at"),
    _among("rule", FOLLOW_RULES),
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
    _ref("item_id", "items.id"),
    sa.UniqueConstraint("account_id", "list_key", "item_id"),
)

place_list = sa.Table(
    "place_lists",
    metadata,
    sa.Column("account_id", sa.String(16), sa.ForeignKey("accounts.id"), primary_key=True),
    sa.Column("list_key", sa.String(96), primary_key=True),
    sa.Column("last", sa.Integer, nullable=False),
    _moment("changed_at"),
)

# Live pages that must be written again, because an item they link to went live or was withdrawn.
stale_page = sa.Table(
    "stale_pages",
    metadata,
    sa.Column("delivery_id", sa.String(16), sa.ForeignKey("deliveries.id"), primary_key=True),
    _moment("since"),
    sa.Column("serial", sa.Integer, nullable=False),
)

ledger = sa.Table(
    "ledger",
    metadata,
    _id(),
    _word("line"),
    _ref("item_id", "items.id"),
    sa.Column("channel", sa.String(24), nullable=False),  # a word of COUNTED_AS, or 'item'
    _ref("org_id", "orgs.id"),
    _word("kind"),
    sa.Column("column", sa.String(64), nullable=False),
    sa.Column("day", sa.Date, nullable=False),
    _ref("delivery_id", "deliveries.id"),
    _moment("written_at"),
    _text("reason", nullable=True),
    _among("line", LINES),
    _among("channel", (*COUNTED_AS, "item")),
    # Counting is exact by this key, not by care (DESIGN §6): one first-live line per item and channel.
    sa.Index(
        "uq_ledger_first_live",
        "item_id",
        "channel",
        unique=True,
        sqlite_where=sa.text("line = 'counted'"),
        postgresql_where=sa.text("line = 'counted'"),
    ),
    sa.Index("ix_ledger_day", "day", "channel"),
    sa.Index("ix_ledger_item", "item_id", "channel"),
)

day_counter = sa.Table(
    "day_counters",
    metadata,
    sa.Column("day", sa.Date, primary_key=True),
    sa.Column("org_id", sa.String(16), sa.ForeignKey("orgs.id"), primary_key=True),
    sa.Column("channel", sa.String(24), primary_key=True),
    sa.Column("kind", sa.String(24), primary_key=True),
    sa.Column("column", sa.String(64), primary_key=True),
    sa.Column("line", sa.String(24), primary_key=True),
    sa.Column("count", sa.Integer, nullable=False),
)
