"""Addresses that have moved: whoever comes by an old one is led on in one step (contract website §1, §4)."""

from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from server.core.acts import note
from server.core.problems import Problem
from server.store.audit import Subject
from server.store.moves import Move, drop_move, find_move, put_move
from server.store.tx import Tx

LONGEST: Final = 500


async def move_address(tx: Tx, address: str, target: str, *, at: datetime) -> Move:
    """Note that an address leads elsewhere; gives it with its last stop.

    Refuses what is no address of this site, a target that is no address, and one that would lead in a circle.
    """
    _require_address(address)
    _require_target(target)
    further = await find_move(tx, (target,))
    move = Move(address, further.target if further else target)
    if move.target == address:
        raise Problem("invalid", f"“{target}”又会转回“{address}”，成了死循环", field="target")
    await put_move(tx, move, at=at)
    await note(tx, "address.move", Subject(), at=at, address=address, target=move.target)
    return move


async def forget_address(tx: Tx, address: str, *, at: datetime) -> None:
    """Let an address lead nowhere any more; refuses one that is not in the table."""
    _require_address(address)
    if not await drop_move(tx, address):
        raise Problem("invalid", f"跳转表里没有“{address}”", field="address")
    await note(tx, "address.move", Subject(), at=at, address=address, target=None)


def _require_address(address: str) -> None:
    if not address.startswith("/") or address.startswith("//") or address == "/" or not _is_plain(address):
        raise Problem(
            "invalid", "旧地址应以“/”开头，只写本站域名之后的部分，例如 /zwgk/123.shtml", field="address"
        )


def _require_target(target: str) -> None:
    try:
        parts = urlsplit(target)
    except ValueError:
        raise Problem("invalid", "新地址读不懂，请核对", field="target") from None
    is_own = target.startswith("/") and not target.startswith("//")
    is_elsewhere = parts.scheme in ("http", "https") and bool(parts.hostname) and not parts.username
    if not _is_plain(target) or not (is_own or is_elsewhere):
        raise Problem("invalid", "新地址应以“/”或者 http://、https:// 开头", field="target")


def _is_plain(text: str) -> bool:
    """Say whether a text can stand in a header: neither signs of control nor spaces, and not too long."""
    return len(text) <= LONGEST and text.isprintable() and not any(sign in text for sign in ' \\"<>')
