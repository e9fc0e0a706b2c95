"""The tables of the clock: days off, obligations, links between pages, jobs, marks, alerts."""

import sqlalchemy as sa

from server.store.columns import Json, Moment, among, moment_column, ref_column, text_column, word_column
from server.store.metadata import metadata
from server.store.words import ALERT_LEVELS, CALENDAR_LAYERS, JOB_RESULTS, WEIGHTS

# What an operator entered about days off; the package beneath knows only the years of its release.
calendar_notice = sa.Table(
    "calendar_notices",
    metadata,
    sa.Column("serial", sa.Integer, primary_key=True, autoincrement=False),
    word_column("layer"),
    text_column("source"),
    sa.Column("years", Json, nullable=False),  # those the notice arranges in full
    ref_column("imported_by", "people.id", nullable=True),  # nobody: from the command line
    moment_column("imported_at"),
    among("layer", CALENDAR_LAYERS),
)

calendar_day = sa.Table(
    "calendar_days",
    metadata,
    sa.Column("layer", sa.String(24), primary_key=True),
    sa.Column("day", sa.Date, primary_key=True),
    sa.Column("worked", sa.Boolean, nullable=False),
    text_column("name"),
    sa.Column("serial", sa.Integer, sa.ForeignKey("calendar_notices.serial"), nullable=False),
    among("layer", CALENDAR_LAYERS),
)

# Days on which posting is thought over, as the office keeps them; a few hundred at most.
sensitive_days = sa.Table(
    "sensitive_days",
    metadata,
    sa.Column("first_day", sa.Date, primary_key=True),
    sa.Column("last_day", sa.Date, primary_key=True),
    sa.Column("reason", sa.String(200), primary_key=True),
    word_column("weight"),
    ref_column("noted_by", "people.id", nullable=True),
    moment_column("noted_at"),
    among("weight", WEIGHTS),
    sa.CheckConstraint("first_day <= last_day", name="in_order"),
    sa.Index("ix_sensitive_days_last", "last_day"),
)

# A document that must be interpreted, from the day its page went live. What is due today is asked by day.
obligation = sa.Table(
    "obligations",
    metadata,
    sa.Column("source_id", sa.String(16), sa.ForeignKey("items.id"), primary_key=True),
    ref_column("org_id", "orgs.id"),
    sa.Column("live_on", sa.Date, nullable=False),
    sa.Column("due_on", sa.Date, nullable=False),
    sa.Column("is_provisional", sa.Boolean, nullable=False),
    sa.Column("held", sa.Boolean, nullable=False),  # its document is withdrawn
    moment_column("met_at", nullable=True),
    ref_column("met_by", "items.id", nullable=True),
    sa.Column("likeness", sa.Integer, nullable=True),
    moment_column("waived_at", nullable=True),
    ref_column("waived_by", "people.id", nullable=True),
    text_column("waived_reason", nullable=True),
    moment_column("opened_at"),
    sa.CheckConstraint("(met_at IS NULL) = (met_by IS NULL)", name="met_by_something"),
    sa.CheckConstraint("(waived_at IS NULL) = (waived_reason IS NULL)", name="waived_for_a_reason"),
    sa.Index("ix_obligations_live", "live_on", "org_id"),
    sa.Index(
        "ix_obligations_open",
        "due_on",
        sqlite_where=sa.text("met_at IS NULL AND waived_at IS NULL"),
        postgresql_where=sa.text("met_at IS NULL AND waived_at IS NULL"),
    ),
)

# What was last seen on two pages: `forward` from document to interpretation, `backward` the other way.
link_check = sa.Table(
    "link_checks",
    metadata,
    sa.Column("interpretation_id", sa.String(16), sa.ForeignKey("items.id"), primary_key=True),
    sa.Column("source_id", sa.String(16), sa.ForeignKey("items.id"), primary_key=True),
    sa.Column("both_live", sa.Boolean, nullable=False),
    sa.Column("forward", sa.Boolean, nullable=False),
    sa.Column("backward", sa.Boolean, nullable=False),
    moment_column("checked_at"),
    moment_column("wrong_since", nullable=True),
    text_column("trouble", nullable=True),
    sa.Index("ix_link_checks_source", "source_id"),
)

# Our own pages that the nightly look found wrong, until they are right again; and how far it has come.
page_check = sa.Table(
    "page_checks",
    metadata,
    sa.Column("delivery_id", sa.String(16), sa.ForeignKey("deliveries.id"), primary_key=True),
    ref_column("item_id", "items.id"),
    text_column("trouble"),
    moment_column("wrong_since"),
    moment_column("checked_at"),
)

page_round = sa.Table(
    "page_rounds",
    metadata,
    sa.Column("slot", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("after", sa.String(16), nullable=False),  # the delivery that was looked at last
    sa.CheckConstraint("slot = 1", name="one_row"),
)

job = sa.Table(
    "jobs",
    metadata,
    sa.Column("name", sa.String(64), primary_key=True),
    moment_column("started_at", nullable=True),
    moment_column("ended_at", nullable=True),
    word_column("result", nullable=True),
    sa.Column("done", sa.Integer, nullable=False),
    text_column("note", nullable=True),
    sa.Column("seconds", sa.Float, nullable=False),
    sa.Column("failures", sa.Integer, nullable=False),
    moment_column("asked_at", nullable=True),
    among("result", JOB_RESULTS),
)

# Nothing of the item goes out before, whatever a release says.
embargo = sa.Table(
    "embargoes",
    metadata,
    sa.Column("item_id", sa.String(16), sa.ForeignKey("items.id"), primary_key=True),
    moment_column("until"),
    text_column("reason"),
    ref_column("set_by", "people.id"),
    moment_column("set_at"),
)

# The mark that an urgent release leaves: it passed over the hours of its accounts.
urgency = sa.Table(
    "urgencies",
    metadata,
    sa.Column("release_id", sa.String(16), sa.ForeignKey("releases.id"), primary_key=True),
    text_column("reason"),
    ref_column("marked_by", "people.id"),
    moment_column("marked_at"),
)

# What could go only after its time, because nothing ran or nothing got through.
late_mark = sa.Table(
    "late_marks",
    metadata,
    sa.Column("delivery_id", sa.String(16), sa.ForeignKey("deliveries.id"), primary_key=True),
    sa.Column("due_at", Moment, primary_key=True),
    moment_column("opened_at"),
    sa.Index("ix_late_marks_opened", "opened_at"),
)

# 公示期: until when a notice is shown in full, and what becomes of its text then.
notice_end = sa.Table(
    "notice_ends",
    metadata,
    sa.Column("item_id", sa.String(16), sa.ForeignKey("items.id"), primary_key=True),
    moment_column("ends_at"),
    word_column("becomes"),
    ref_column("set_by", "people.id"),
    moment_column("set_at"),
    moment_column("ended_at", nullable=True),
    among("becomes", ("keep", "remove")),
    sa.Index(
        "ix_notice_ends_open",
        "ends_at",
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    ),
)

# By which list of words a release that waits was examined last, and what blocks it since.
planned_check = sa.Table(
    "planned_checks",
    metadata,
    sa.Column("release_id", sa.String(16), sa.ForeignKey("releases.id"), primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("serial", sa.Integer, nullable=False),
    sa.Column("blocking", sa.Integer, nullable=False),
    text_column("words"),
    moment_column("checked_at"),
    sa.Index(
        "ix_planned_checks_blocking",
        "release_id",
        sqlite_where=sa.text("blocking > 0"),
        postgresql_where=sa.text("blocking > 0"),
    ),
)

# What somebody should look at. One row for each matter: it is raised, told once for each level, and cleared.
alert = sa.Table(
    "alerts",
    metadata,
    sa.Column("key", sa.String(96), primary_key=True),
    word_column("kind"),
    word_column("level"),
    ref_column("org_id", "orgs.id", nullable=True),  # nobody's: of the installation
    ref_column("item_id", "items.id", nullable=True),
    text_column("message"),
    moment_column("raised_at"),
    moment_column("cleared_at", nullable=True),
    word_column("told_level", nullable=True),  # the level at which the reminder went out
    among("level", ALERT_LEVELS),
    among("told_level", ALERT_LEVELS),
    sa.Index(
        "ix_alerts_open",
        "raised_at",
        sqlite_where=sa.text("cleared_at IS NULL"),
        postgresql_where=sa.text("cleared_at IS NULL"),
    ),
)
