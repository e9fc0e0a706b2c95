"""server/security/origin.py: only our own proxies are believed about where a caller sits."""

from ipaddress import ip_network

import pytest

from server.security.origin import address_of

PROXIES = (ip_network("10.0.0.0/8"), ip_network("::1/128"))


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("203.0.113.9", "", "203.0.113.9"),
        ("203.0.113.9", "198.51.100.1", "203.0.113.9"),  # not ours: its word counts for nothing
        ("10.0.0.2", "198.51.100.1", "198.51.100.1"),
        ("::1", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.2", "1.1.1.1, 198.51.100.1", "198.51.100.1"),  # what the caller wrote himself
        ("10.0.0.2", "198.51.100.1, 10.0.0.3", "198.51.100.1"),  # two proxies of ours
        ("10.0.0.2", "", "10.0.0.2"),
        ("10.0.0.2", "no address", "10.0.0.2"),
        ("10.0.0.2", "<script>, 10.0.0.3", "10.0.0.3"),
        (None, "198.51.100.1", ""),
    ],
)
def test_the_address_is_the_last_one_that_somebody_trusted_has_seen(
    peer: str | None, forwarded: str, address: str
):
    assert address_of(peer, forwarded, PROXIES) == address


def test_without_a_proxy_of_ours_nobody_is_believed():
    assert address_of("127.0.0.1", "198.51.100.1", ()) == "127.0.0.1"
