"""Ids sort by time and never repeat."""

from hypothesis import given
from hypothesis import strategies as st

from server.core.ids import encode_id, new_id

times = st.integers(0, 2**45 - 1)
chances = st.integers(0, 2**35 - 1)


@given(times, chances, times, chances)
def test_an_older_id_sorts_first(one: int, chance: int, other: int, another: int):
    if one < other:
        assert encode_id(one, chance) < encode_id(other, another)


@given(times, chances)
def test_an_id_is_sixteen_letters_that_need_no_escaping(time: int, chance: int):
    written = encode_id(time, chance)
    assert len(written) == 16
    assert written.isascii()
    assert written.isalnum()


def test_ten_thousand_ids_are_all_different():
    assert len({new_id() for _ in range(10_000)}) == 10_000
