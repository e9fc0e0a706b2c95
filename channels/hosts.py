"""On whose host an address stands."""

from collections.abc import Iterable
from urllib.parse import urlsplit


def host_of(address: str) -> str:
    """Give the host's name in small letters, "" where the address names none."""
    try:
        return (urlsplit(address).hostname or "").rstrip(".")
    except ValueError:
        return ""


def is_below(host: str, names: Iterable[str]) -> bool:
    """Say whether a host is one of these, or stands below one."""
    return any(host == name or host.endswith(f".{name}") for name in names)
