"""The chain of the audit: each line's digest holds the one before, so that none can be changed or left out.

Lines are sealed some seconds after they were written, by whoever gets the head of the chain. Whoever can
rewrite the whole database could compute a new chain; the head told to the log from time to time, or written
down on paper, is what he cannot change.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Final

from server.store.audit import (
    AuditLine,
    Head,
    Seal,
    list_sealed,
    list_unsealed,
    lock_head,
    put_seals,
    read_head,
)
from server.store.tx import Store, Tx

A_TIME: Final = 500
START: Final = Head(0, "0" * 64)


@dataclass(frozen=True, slots=True)
class Broken:
    """The first place at which the chain does not hold; `line_id` None when the line is not there."""

    place: int
    line_id: int | None
    reason: str


def digest_of(line: AuditLine, before: Head) -> str:
    """Give the digest of a line at the place behind a head."""
    told = asdict(line)
    del told["place"], told["digest"]
    text = json.dumps(
        [before.place + 1, before.digest, told], ensure_ascii=False, sort_keys=True, default=_text_of
    )
    return hashlib.sha256(text.encode()).hexdigest()


async def seal(store: Store, *, most: int = 40) -> int:
    """Put the lines that were written since into the chain; give how many.

    In batches, each a transaction: between them other writers have their turn.
    """
    sealed = 0
    for _batch in range(most):
        count = await _look_and_seal(store)
        sealed += count
        if count < A_TIME:
            break
    return sealed


async def _look_and_seal(store: Store) -> int:
    async with store.read() as tx:
        if not await list_unsealed(tx, 1):
            return 0
    return await store.write(seal_some)


async def seal_some(tx: Tx, limit: int = A_TIME) -> int:
    """Seal at most so many lines, in the order they were written."""
    head = await lock_head(tx)
    lines = await list_unsealed(tx, limit)
    seals = []
    for line in lines:
        head = Head(head.place + 1, digest_of(line, head))
        seals.append(Seal(line.id, head.place, head.digest))
    if seals:
        await put_seals(tx, tuple(seals), head)
    return len(seals)


async def verify_chain(store: Store, *, known: Head | None = None) -> Broken | None:
    """Compute the chain again from its beginning; give the first place that does not hold, or None.

    `known` is a head that was written down elsewhere: the chain must still pass through it.
    """
    head = START
    async with store.read() as tx:
        told = await read_head(tx)
        while lines := await list_sealed(tx, head.place, A_TIME):
            found = _first_broken(lines, head, known)
            if isinstance(found, Broken):
                return found
            head = found
    if head != told:
        return Broken(head.place + 1, None, f"链条应到第 {told.place} 行，实际到第 {head.place} 行")
    if known is not None and known.place > head.place:
        return Broken(known.place, None, "链条比记下的更短")
    return None


def _first_broken(lines: Iterable[AuditLine], head: Head, known: Head | None) -> Broken | Head:
    for line in lines:
        if line.place != head.place + 1:
            return Broken(head.place + 1, None, "这一行不见了")
        if line.digest != digest_of(line, head):
            return Broken(line.place, line.id, "这一行或它之前的行被改动过")
        head = Head(line.place, line.digest)
        if known is not None and head.place == known.place and head != known:
            return Broken(line.place, line.id, "与记下的链头不符")
    return head


def _text_of(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat(timespec="microseconds")
    raise TypeError(f"{type(value).__name__} does not belong in the audit")
