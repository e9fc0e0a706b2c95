"""The words that columns may hold: states, kinds, channels, roles. A check constraint is made of each."""

from typing import Final

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
GATES: Final = ("source_live", "website_live", "time", "slot", "quota", "account", "evidence", "check")
CHANNELS: Final = ("website", "weibo", "wechat", "feed", "other")
SOCIAL: Final = ("weibo", "wechat")
"""Platforms of others: an account there needs their permission and is looked at for silence."""
APART: Final = ("weibo", "wechat", "other")
"""Channels on which a newer post takes no older one's place: both stand there, side by side."""
BROADCAST_KINDS: Final = ("subscription", "service")
PUSH_STATES: Final = ("open", "fixed", "sent", "done", "failed")
COUNTED_AS: Final = ("website", "weibo", "wechat", "feed", "gazette", "other")
KINDS: Final = ("policy", "interpretation", "news", "notice", "response")
REVISION_STATES: Final = ("draft", "submitted", "returned", "approved", "released", "superseded")
OPEN_STATES: Final = REVISION_STATES[:3]
"""Those of a version on which somebody still works; an item has one of them at most (invariant 1)."""
ROLES: Final = ("author", "reviewer", "chief", "reporter", "admin")
OUTCOMES: Final = (
    "live",
    "accepted",
    "not_accepted",
    "refused",
    "needs_authorisation",
    "unknown",
)
LINES: Final = ("counted", "withdrawn", "reinstated", "moved", "restated")
TAKEN_BACK: Final = ("moved", "restated")
"""Lines that take a counted one back: each names it, and an earlier day was counted in its place."""
FOLLOW_RULES: Final = ("same_moment", "after_working_days", "at_time")
CALENDAR_LAYERS: Final = ("national", "local")
JOB_RESULTS: Final = ("running", "done", "failed")
FILING_STATES: Final = ("draft", "submitted", "accepted", "closed")
ALERT_LEVELS: Final = ("warn", "alarm")
SEVERITIES: Final = ("blocking", "warning", "note")
TEXT_STATES: Final = ("read", "unreadable", "too_large", "locked", "no_text")
WORD_KINDS: Final = ("misspelling", "state_name", "leader", "law", "sensitive", "office_phone")
WITHDRAWN_AS: Final = ("wrong", "expired", "privacy", "duplicate", "other")
FATES: Final = ("keep", "take_down")
WEIGHTS: Final = ("note", "warning")
WORD_PLACES: Final = ("any", "title")
