"""What the rooms refuse, as a face tells it."""

import pytest

from server.core.problems import Problem, Problems
from server.forms.refusals import REFUSALS, refusals_of
from server.store.rows import NotThere, Taken


def test_refusals_are_told_in_their_order():
    first, second = Problem("invalid", "一"), Problem("forbidden", "二")
    assert refusals_of(Problems((first, second))) == (first, second)


@pytest.mark.parametrize("error", [NotThere("snapshot row", "1"), Taken("snapshot row", "1")])
def test_what_nobody_has_words_for_is_raised_and_not_shown_as_if_nothing_had_been_refused(error: Exception):
    assert isinstance(error, REFUSALS)
    with pytest.raises(type(error)):
        refusals_of(error)
