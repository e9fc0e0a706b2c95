"""The states of a Delivery and the moves between them, as data.

The check constraint of the delivery table lists the same states (a test compares them), a trigger of it the
same moves (migration 0056; another test walks every pair of states through the database).
"""

from typing import Final

UNSENT: Final = frozenset({"waiting", "ready", "retry_wait", "blocked"})
"""No attempt of these is open, and none has an unknown end: they can be cancelled."""

MOVES: Final = frozenset(
    {
        # before sending
        ("waiting", "ready"),
        ("waiting", "live"),  # a person filed the proof of what no platform confirms
        ("ready", "waiting"),  # its source was withdrawn (invariant 8)
        ("ready", "sending"),
        ("retry_wait", "sending"),
        ("retry_wait", "waiting"),
        ("retry_wait", "ready"),
        ("blocked", "ready"),  # the account was authorised again
        ("refused", "ready"),  # the operator mended it and sends again by hand
        # sending
        ("sending", "live"),
        ("sending", "accepted"),
        ("sending", "unknown"),
        ("sending", "retry_wait"),
        ("sending", "refused"),
        ("sending", "blocked"),
        # accepted by the platform, not yet public
        ("accepted", "live"),
        ("accepted", "refused"),
        ("accepted", "needs_person"),
        # unknown: only a recorded look or a person's decision leads out (invariant 4)
        ("unknown", "live"),
        ("unknown", "accepted"),
        ("unknown", "ready"),
        ("unknown", "needs_person"),
        ("needs_person", "live"),
        ("needs_person", "ready"),
        ("needs_person", "cancelled"),
        # taking down
        ("live", "withdrawing"),
        ("cancelled", "withdrawing"),  # it came to the platform after its worker had lost the lease
        ("superseded", "withdrawing"),
        ("accepted", "withdrawing"),
        (
            "replaced",
            "withdrawing",
        ),  # an article beside a newer one comes down with it, or for it
        ("withdrawing", "replaced"),  # it stays: the newer one, for which it was to go, is gone itself
        ("withdraw_by_hand", "replaced"),
        ("withdrawing", "withdrawn"),
        ("withdrawing", "withdraw_by_hand"),
        ("withdraw_by_hand", "withdrawn"),
        ("live", "gone_at_platform"),
        ("live", "replaced"),  # a later release of the same item is live on the same account
    }
    | {(state, end) for state in UNSENT for end in ("cancelled", "superseded")}
)
