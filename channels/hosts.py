"""On whose host an address stands."""

import re
from collections.abc import Iterable
from typing import Final
from urllib.parse import urlsplit

_UNCLEAR: Final = re.compile(r"[\\\x00-\x20]")
"""Browsers take a backslash for a slash and leave line ends out, other readers do not: whom such an address
asks depends on who reads it."""


def host_of(address: str) -> str:
    """Give the host's name in small letters, "" where the address names none or one that is read two ways."""
    if _UNCLEAR.search(address):
        return ""
    try:
        return (urlsplit(address).hostname or "").rstrip(".")
    except ValueError:
        return ""


def is_below(host: str, names: Iterable[str]) -> bool:
    """Say whether a host is one of these, or stands below one."""
    return any(host == name or host.endswith(f".{name}") for name in names)
