"""server/negotiation.py and origin.py: headers of strangers, however long, cost next to nothing."""

import time
from ipaddress import ip_network

import pytest

from server.negotiation import Encoding, choose_encoding, is_known
from server.security.origin import address_of

OFFERED: frozenset[Encoding] = frozenset({"br", "gzip", "identity"})
# aiohttp takes 128 headers of 8 kB; those of one name are read as one.
MOST = 1_000_000


@pytest.mark.parametrize(
    "piece", ["-br", "-br,", '"', "W/", '"a",', "a", ",", " ", "*", "gzip;q=0.1,", ";q=", "*;"]
)
def test_a_megabyte_in_a_header_costs_no_time_and_changes_nothing(piece: str):
    text = piece * (MOST // len(piece)) + "x"
    began = time.process_time()
    assert not is_known(text, "abc")
    assert choose_encoding(text, OFFERED) == "identity"
    assert time.process_time() - began < 0.1


@pytest.mark.parametrize("length", [600, 1999])
def test_what_is_as_long_as_it_may_be_is_read_in_one_pass(length: int):
    began = time.process_time()
    for number in range(50):
        is_known(("-br" * length)[: length - 4] + f"{number:04}", "abc")
    assert time.process_time() - began < 0.1


@pytest.mark.parametrize(
    ("header", "known"),
    [
        ('"abc"', True), ('W/"abc-gzip"', True), ('"x", "abc-br-gz"', True), ("*", True), ("abc", True),
        ('"abcd"', False), ('"-br"', False), ('"br-abc"', False), ("", False),
    ],
)  # fmt: skip
def test_a_version_is_known_whatever_was_added_on_the_way(header: str, *, known: bool):
    assert is_known(header, "abc-br") is known


def test_many_addresses_that_a_caller_wrote_himself_cost_nothing():
    ours = (ip_network("127.0.0.0/8"),)
    began = time.process_time()
    assert address_of("127.0.0.1", "127.0.0.2," * (MOST // 10) + "203.0.113.9", ours) == "203.0.113.9"
    address_of("127.0.0.1", "127.0.0.2," * (MOST // 10), ours)
    assert time.process_time() - began < 0.1
