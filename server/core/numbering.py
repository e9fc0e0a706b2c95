"""A list numbered anew in shares: each a short transaction, between which others write.

Whatever the list held stands in it all the while, in its order; what it is to hold besides comes in share by
share, the newest first. Cut off anywhere it goes on: what stands in its place already is left alone.
"""

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Final, TypeVar

from server.core.workplace import Workplace
from server.store.merging import (
    Numbering,
    begin_numbering,
    drop_list,
    drop_places,
    end_numbering,
    list_accounts_with,
    list_lines_in,
    list_places,
    note_changes,
    put_places,
    read_merged,
)
from server.store.tx import Tx

A_SHARE: Final = 500
"""So many places are written by one transaction, for which others wait."""

T = TypeVar("T")
ReadNumbering = Callable[[Tx], Awaitable[Numbering]]


async def number_anew(place: Workplace, read: ReadNumbering) -> frozenset[str]:
    """Let a list hold what `read` says, in that order, from 1 on; say what that was."""
    store, at = place.store, place.now()
    while True:
        async with store.read() as tx:
            seen = await read(tx)
        if await store.write(partial(begin_numbering, seen=seen, at=at)):
            break
    wanted = frozenset(seen.wanted)
    for gone in _some([item_id for item_id in seen.held if item_id not in wanted]):
        await store.write(partial(drop_places, account_id=seen.account_id, key=seen.key, item_ids=gone))
    held = {item_id: ordinal for item_id, ordinal in seen.held.items() if item_id in wanted}
    for rows in shares(seen.wanted, held, A_SHARE):
        await store.write(partial(put_places, seen=seen, rows=rows, at=at))
    await store.write(partial(end_numbering, seen=seen, at=at))
    return wanted


async def merge_lists(place: Workplace, slug: str, into: str) -> bool:
    """Put what stands in the lists of a column into another's, and end them; say whether there were any."""
    store, at = place.store, place.now()
    async with store.read() as tx:
        account_ids = await list_accounts_with(tx, slug)
        lines = await list_lines_in(tx, slug) if account_ids else ()
    for item_ids in _some(lines):  # before the lists end, which say that this is not done yet
        await store.write(partial(note_changes, item_ids=item_ids, at=at))
    for account_id in account_ids:
        is_over = False
        while not is_over:  # a process with the old columns may have put something in meanwhile
            read = partial(read_merged, account_id=account_id, slug=slug, into=into)
            there, key = await number_anew(place, read), f"column/{slug}"
            async with store.read() as tx:
                merged = [one for one in await list_places(tx, account_id, key) if one in there]
            for item_ids in _some(merged):
                await store.write(partial(drop_places, account_id=account_id, key=key, item_ids=item_ids))
            is_over = await store.write(partial(drop_list, account_id=account_id, slug=slug))
    return bool(account_ids)


def shares(wanted: Sequence[str], held: Mapping[str, int], size: int) -> Iterator[list[tuple[int, str]]]:
    """Give what is put where, step by step; nobody is left standing in a place that a step needs.

    A list that grows is numbered from its end, one that shrinks from its beginning: the places ahead are free
    then. Where they are not, whoever stands there goes with the same step, which is longer by that.
    """
    grows = len(wanted) >= max(held.values(), default=0)

    def way(ordinal: int) -> int:
        """How far an ordinal is from where the numbering begins, and the other way round."""
        return len(wanted) + 1 - ordinal if grows else ordinal

    goes = {item_id: way(ordinal) for ordinal, item_id in enumerate(wanted, 1)}
    standing = {way(ordinal): goes[item_id] for item_id, ordinal in held.items()}
    last = 0
    while last < len(wanted):
        at = first = last + 1
        last = min(last + size, len(wanted))
        while at <= last:
            last, at = max(last, standing.get(at, 0)), at + 1
        rows = [(way(step), wanted[way(step) - 1]) for step in range(first, last + 1)]
        if rows := [(ordinal, item_id) for ordinal, item_id in rows if held.get(item_id) != ordinal]:
            yield rows


def _some(every: Sequence[T]) -> Iterator[Sequence[T]]:
    return (every[at : at + A_SHARE] for at in range(0, len(every), A_SHARE))
