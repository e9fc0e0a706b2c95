"""Browsers in which a person has signed in before: sealed by us, kept by the browser, proof of nothing else.

Who shows one has tries of his own at the door (`guessing.py`), so that nobody is shut out by the failures of
others. Where several people share a machine, the last few are known.
"""

import json
import secrets
from datetime import datetime, timedelta
from typing import Final

from server.security.vault import SealBroken, Vault

KNOWN_LASTS: Final = timedelta(days=180)
_USE: Final = "known browser"
_MOST: Final = 5


def remember(vault: Vault, shown: str, login: str, *, at: datetime) -> str:
    """Give what a browser is to keep, once somebody has signed in there, beside those it knew before."""
    others = {name: told for name, told in _read(vault, shown, at=at).items() if name != login}
    kept = dict(list(others.items())[-(_MOST - 1) :])
    kept[login] = [secrets.token_hex(8), (at + KNOWN_LASTS).isoformat()]
    return vault.seal({"use": _USE, "logins": json.dumps(kept)})


def known_as(vault: Vault, shown: str, login: str, *, at: datetime) -> str:
    """Give the name under which the tries of this person in this browser are counted; "" for a new one."""
    told = _read(vault, shown, at=at).get(login)
    return told[0] if told else ""


def is_known(vault: Vault, shown: str, *, at: datetime) -> bool:
    """Say whether anybody has signed in in this browser before."""
    return bool(_read(vault, shown, at=at))


def _read(vault: Vault, shown: str, *, at: datetime) -> dict[str, list[str]]:
    try:
        told = vault.open(shown)
    except (SealBroken, UnicodeEncodeError):
        return {}
    if told.get("use") != _USE:
        return {}
    logins: dict[str, list[str]] = json.loads(told["logins"])
    return {name: one for name, one in logins.items() if datetime.fromisoformat(one[1]) > at}
