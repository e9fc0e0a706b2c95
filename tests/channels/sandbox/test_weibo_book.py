from hypothesis import given
from hypothesis import strategies as st

from channels.sandbox.weibo.book import in_base62, mid62

DIGITS = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


def number_of(digits: str) -> int:
    number = 0
    for digit in digits:
        number = number * 62 + DIGITS.index(digit)
    return number


@given(st.integers(min_value=1, max_value=2**63))
def test_a_number_in_base_62_is_the_same_number(number: int):
    assert number_of(in_base62(number)) == number


@given(st.integers(min_value=10**15, max_value=10**16 - 1))
def test_an_address_is_the_id_in_groups_of_seven_digits(status_id: int):
    mid = mid62(status_id)
    groups = (mid[:-8], mid[-8:-4], mid[-4:])
    assert "".join(f"{number_of(group):07}" for group in groups).lstrip("0") == str(status_id)
