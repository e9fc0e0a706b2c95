"""What the core and the rooms refuse: a sentence, a code, a place and who acts next.

`server/api/problems.py` alone turns these into HTTP statuses; the console shows the sentence.
"""

from typing import Literal

Code = Literal[
    "invalid",  # the request does not fit its form
    "unknown_account",
    "unknown_item",
    "gone",  # was there, and was taken back
    "unknown_org",
    "unknown_column",
    "unknown_delivery",
    "unknown_push",
    "unknown_media",
    "unknown_person",
    "unknown_snapshot",
    "unknown_draft",
    "not_signed_in",
    "code_needed",  # the password was right, and a code of the second step is wanted
    "wrong_code",
    "factor_required",  # signed in, but nothing goes before a second step is set up
    "forbidden",
    "wrong_state",
    "not_approved",
    "own_item",
    "practice",  # practice and what is real never meet
    "index_number_taken",
    "taken",
    "blocked_by_check",
    "findings_open",  # a finding that nobody answers for yet
    "unknown_finding",
    "too_early",  # before something that must come first, or in the past
    "outside_hours",  # at a time at which an account does not post
    "left_out",  # an account of the template, without a reason
    "too_large",
    "unsupported_file",
    "too_many_attempts",
    "lost_race",
    "push_changed",  # its articles are others than those somebody put in order
    "push_fixed",  # it is on its way, and nothing of it changes any more
    "quota_used_up",  # what the platform allows in this period
    "other_host",  # a link that stands where no post of the channel does, as far as is known
    "platform_refused",  # the platform said no, and says why
    "platform_away",  # the platform did not answer; nothing was changed
]


class Problem(Exception):
    """A refusal. `message` is plain Chinese; `field` a JSON pointer-like path, "" when it is none's fault."""

    def __init__(self, code: Code, message: str, *, field: str = "") -> None:
        """Say what is wrong, where, and what to do."""
        super().__init__(f"{code} {field}: {message}")
        self.code, self.message, self.field = code, message, field


class Problems(Exception):
    """Several refusals at once, so that a person mends them in one go."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        """Take at least one."""
        super().__init__("; ".join(str(problem) for problem in problems))
        self.problems = problems


def too_large(what: str, limit: int, advice: str = "") -> Problem:
    """Refuse a file above a limit in bytes, which is told in the MB of 1,048,576 that settings count in."""
    return Problem("too_large", f"{what}超过 {limit / 1_048_576:.4g} MB 的上限{advice}", field="file")
