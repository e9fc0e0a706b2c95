"""The tables of the review: word lists, what files say, waivers of findings."""

import sqlalchemy as sa

from server.store.columns import Json, among, id_column, moment_column, ref_column, text_column, word_column
from server.store.metadata import metadata
from server.store.words import KINDS, SEVERITIES, TEXT_STATES, WORD_KINDS, WORD_PLACES

# 词库: what an office wants found in its texts; `serial` says at which change of the list a line was written.
dictionary = sa.Table(
    "dictionary",
    metadata,
    id_column(),
    sa.Column("word", sa.String(60), nullable=False),
    sa.Column("place", sa.String(24), nullable=False),
    word_column("kind"),
    sa.Column("right_form", sa.String(120), nullable=False),
    sa.Column("context", sa.String(300), nullable=False),
    word_column("severity"),
    sa.Column("note", sa.String(200), nullable=False),
    sa.Column("serial", sa.Integer, nullable=False),
    ref_column("changed_by", "people.id", nullable=True),  # nobody: from the command line
    moment_column("changed_at"),
    among("place", WORD_PLACES),
    among("kind", WORD_KINDS),
    among("severity", SEVERITIES),
    sa.UniqueConstraint("word", "place"),
    sa.Index("ix_dictionary_serial", "serial"),
)

# The number of the list's newest change, removals counted, so that a look over the archive and over what is
# planned knows whether anything is new. A maximum over the lines stays when the newest leaves and one comes.
dictionary_state = sa.Table(
    "dictionary_state",
    metadata,
    sa.Column("slot", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("serial", sa.Integer, nullable=False),
    sa.CheckConstraint("slot = 1", name="one_row"),
)

media_text = sa.Table(
    "media_texts",
    metadata,
    sa.Column("sha256", sa.String(64), sa.ForeignKey("media.sha256"), primary_key=True),
    word_column("state"),
    sa.Column("pieces", Json, nullable=False),
    moment_column("read_at"),
    among("state", TEXT_STATES),
)

# 忽略并说明: a finding of one content that somebody answers for. Another content has no waivers.
waiver = sa.Table(
    "waivers",
    metadata,
    id_column(),
    ref_column("item_id", "items.id"),
    sa.Column("content_hash", sa.String(64), nullable=False),
    sa.Column("finding", sa.String(16), nullable=False),
    sa.Column("rule", sa.String(64), nullable=False),
    word_column("severity"),
    text_column("words"),
    text_column("reason"),
    ref_column("waived_by", "people.id"),
    moment_column("waived_at"),
    ref_column("seconded_by", "people.id", nullable=True),
    moment_column("seconded_at", nullable=True),
    among("severity", SEVERITIES),
    sa.UniqueConstraint("item_id", "content_hash", "finding"),
    # 一事两人: whoever seconds a waiver is not the one who asks for it.
    sa.CheckConstraint("seconded_by IS NULL OR seconded_by <> waived_by", name="second_is_another"),
    sa.CheckConstraint("(seconded_by IS NULL) = (seconded_at IS NULL)", name="seconded_once"),
)

approval = sa.Table(
    "approvals",
    metadata,
    id_column(),
    ref_column("revision_id", "revisions.id"),
    sa.Column("content_hash", sa.String(64), nullable=False),
    word_column("decision"),
    text_column("reason", nullable=True),
    ref_column("author_id", "people.id"),
    ref_column("decided_by", "people.id"),
    moment_column("decided_at"),
    # 三审: which level decided, in which round (a return begins the next one), and whether it was the last.
    sa.Column("level", sa.Integer, nullable=False, server_default="1"),
    sa.Column("round", sa.Integer, nullable=False, server_default="0"),
    sa.Column("is_final", sa.Boolean, nullable=False, server_default=sa.true()),
    sa.Column("on_behalf_of", sa.String(16), nullable=True),  # whom a deputy stood for
    among("decision", ("approved", "returned")),
    # Invariant 5: nobody approves his own.
    sa.CheckConstraint("author_id <> decided_by", name="not_own"),
    sa.Index("ix_approvals_revision", "revision_id"),
    sa.Index(
        "uq_approvals_level",
        "revision_id",
        "round",
        "level",
        unique=True,
        sqlite_where=sa.text("decision = 'approved'"),
        postgresql_where=sa.text("decision = 'approved'"),
    ),
)

# Who must approve, one after the other: of an organ and everything below it, of one kind or of all ('any').
review_level = sa.Table(
    "review_levels",
    metadata,
    sa.Column("org_id", sa.String(16), sa.ForeignKey("orgs.id"), primary_key=True),
    sa.Column("kind", sa.String(24), primary_key=True),
    sa.Column("level", sa.Integer, primary_key=True, autoincrement=False),
    word_column("role"),
    sa.Column("name", sa.String(30), nullable=False),
    among("kind", ("any", *KINDS)),
    among("role", ("reviewer", "chief")),
    sa.CheckConstraint("level BETWEEN 1 AND 3", name="three_at_most"),
)

# A person may act for another for a while: holidays, illness.
deputy = sa.Table(
    "deputies",
    metadata,
    id_column(),
    ref_column("principal_id", "people.id", index=True),
    ref_column("deputy_id", "people.id", index=True),
    moment_column("begins_at"),
    moment_column("ends_at"),
    text_column("reason"),
    ref_column("set_by", "people.id"),
    moment_column("set_at"),
    moment_column("revoked_at", nullable=True),
    sa.CheckConstraint("principal_id <> deputy_id", name="not_oneself"),
    sa.CheckConstraint("ends_at > begins_at", name="some_time"),
)

# 先发后审: the mark that a release without review leaves, and the review that must follow.
emergency = sa.Table(
    "emergencies",
    metadata,
    sa.Column("release_id", sa.String(16), sa.ForeignKey("releases.id"), primary_key=True),
    ref_column("item_id", "items.id", index=True),
    ref_column("revision_id", "revisions.id"),
    sa.Column("content_hash", sa.String(64), nullable=False),
    text_column("reason"),
    moment_column("review_by"),
    ref_column("released_by", "people.id"),
    moment_column("released_at"),
    word_column("decision", nullable=True),
    text_column("decision_reason", nullable=True),
    ref_column("reviewed_by", "people.id", nullable=True),
    moment_column("reviewed_at", nullable=True),
    among("decision", ("approved", "returned")),
    sa.CheckConstraint("(decision IS NULL) = (reviewed_at IS NULL)", name="reviewed_with_decision"),
    sa.CheckConstraint("reviewed_by IS NULL OR reviewed_by <> released_by", name="second_person"),
    sa.Index(
        "ix_emergencies_open",
        "review_by",
        sqlite_where=sa.text("reviewed_at IS NULL"),
        postgresql_where=sa.text("reviewed_at IS NULL"),
    ),
)

# What the checks last said of a live item by the list as it stood then: a list that grows is asked again.
archive_check = sa.Table(
    "archive_checks",
    metadata,
    sa.Column("item_id", sa.String(16), sa.ForeignKey("items.id"), primary_key=True),
    sa.Column("content_hash", sa.String(64), nullable=False),
    sa.Column("serial", sa.Integer, nullable=False),
    sa.Column("blocking", sa.Integer, nullable=False),
    text_column("words"),  # of the first finding, masked where personal
    moment_column("live_at"),  # the newest one says what has been held against any list at all
    moment_column("checked_at"),
    sa.Index("ix_archive_checks_serial", "serial", "item_id"),
    sa.Index("ix_archive_checks_live", "live_at"),
    sa.Index(
        "ix_archive_checks_blocking",
        "item_id",
        sqlite_where=sa.text("blocking > 0"),
        postgresql_where=sa.text("blocking > 0"),
    ),
)

# Which accounts a kind of item goes to unless somebody says otherwise and why.
channel_template = sa.Table(
    "channel_templates",
    metadata,
    sa.Column("org_id", sa.String(16), sa.ForeignKey("orgs.id"), primary_key=True),
    sa.Column("kind", sa.String(24), primary_key=True),
    sa.Column("account_id", sa.String(16), sa.ForeignKey("accounts.id"), primary_key=True),
    moment_column("set_at"),
    among("kind", ("any", *KINDS)),
)

# The same for the items of one column, which go before those of every column.
column_template = sa.Table(
    "column_templates",
    metadata,
    sa.Column("org_id", sa.String(16), sa.ForeignKey("orgs.id"), primary_key=True),
    sa.Column("column", sa.String(64), primary_key=True),  # the slug; one of the settings has no row
    sa.Column("kind", sa.String(24), primary_key=True),
    sa.Column("account_id", sa.String(16), sa.ForeignKey("accounts.id"), primary_key=True),
    moment_column("set_at"),
    among("kind", ("any", *KINDS)),
)

# An account of the template that a release left out, and why.
left_out = sa.Table(
    "left_out_accounts",
    metadata,
    sa.Column("release_id", sa.String(16), sa.ForeignKey("releases.id"), primary_key=True),
    sa.Column("account_id", sa.String(16), sa.ForeignKey("accounts.id"), primary_key=True),
    text_column("reason"),
    ref_column("left_out_by", "people.id"),
)

# What somebody is writing and has not saved: his own, one for each item or new text.
scratch = sa.Table(
    "scratches",
    metadata,
    sa.Column("person_id", sa.String(16), sa.ForeignKey("people.id"), primary_key=True),
    sa.Column("slot", sa.String(40), primary_key=True),  # the item's id, or a name for a new one
    ref_column("item_id", "items.id", nullable=True),
    sa.Column("base", sa.Integer, nullable=True),  # the number of the version it began with
    sa.Column("serial", sa.Integer, nullable=False),
    sa.Column("fields", Json, nullable=False),
    moment_column("saved_at"),
    sa.Index("ix_scratches_saved", "saved_at"),
)
