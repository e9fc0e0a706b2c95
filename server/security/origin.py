"""From where somebody calls: the address behind our own proxies, and who that makes the one who acts."""

from dataclasses import replace
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import Final

from server.security.access import SignedIn
from server.store.audit import Actor

Networks = tuple[IPv4Network | IPv6Network, ...]

_LONGEST: Final = 1000
"""Characters of what proxies wrote that are read, from the end: more than a dozen of ours would write."""

STRANGER = Actor("stranger", None, "")


def address_of(peer: str | None, forwarded: str, trusted: Networks) -> str:
    """Give the caller's address: `peer`, unless a proxy of ours says for whom it called.

    `forwarded` is X-Forwarded-For, to which each proxy adds the address it saw. It is read from the end, and
    only as long as the address that wrote it is trusted: what a caller wrote himself stands further in front.
    """
    address = peer or ""
    for told in reversed([one.strip() for one in forwarded[-_LONGEST:].split(",") if one.strip()]):
        if not _is_within(address, trusted) or not _is_address(told):
            break
        address = told
    return address


def is_trusted(peer: str | None, trusted: Networks) -> bool:
    """Say whether the one who calls is a proxy of ours."""
    return _is_within(peer or "", trusted)


def person_acting(who: SignedIn, *, address: str, request_id: str) -> Actor:
    """Give a signed-in person as the audit keeps him."""
    return Actor("person", who.person_id, f"{who.login} {who.name}", who.token_id, address[:64], request_id)


def stranger_acting(*, address: str, request_id: str) -> Actor:
    """Give a caller of whom nothing is known but from where he calls."""
    return replace(STRANGER, address=address[:64], request_id=request_id)


def _is_within(address: str, networks: Networks) -> bool:
    if not _is_address(address):
        return False
    found = ip_address(address)
    return any(found in network for network in networks)


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
