"""What does not fit a form, as its sender is told."""

import pytest

from server.forms.complaints import BadForm, filled_in
from server.forms.staff import TopOrgIn


def test_half_a_letter_is_refused_in_a_sentence():
    with pytest.raises(BadForm) as bad:
        filled_in(TopOrgIn, {"code": "01506DEMO", "name": "示范\udcca"})
    assert [problem.message for problem in bad.value.problems] == ["有读不出的字符，请重新输入"]
