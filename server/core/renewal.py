"""Write the whole site again in small steps after its columns have changed, while work goes on.

A process may hold the old columns for some seconds more, so nothing begins before every copy is new. What is
written meanwhile is written by the new columns already. A further change lets it begin anew.
"""

from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Final

import structlog

from channels.contract import Channel
from channels.renewing import Renews
from server.core.catalogue import read_changes
from server.core.contents import lines_of_releases
from server.core.menus import put_menu
from server.core.numbering import merge_lists, number_anew
from server.core.problems import Problem
from server.core.refresh import show_anew
from server.core.site_columns import read_columns
from server.core.workplace import Workplace
from server.store.accounts import get_account
from server.store.menus import list_old_menus
from server.store.merging import hand_over_readers, list_uneven, read_gathered
from server.store.renewals import (
    ListSeen,
    Renewal,
    Stage,
    find_next_list,
    find_renewal,
    list_pages,
    list_site_accounts,
    note_renewal,
)
from server.store.site_columns import list_addresses, list_columns, list_merged

log = structlog.get_logger(__name__)

STALE: Final = timedelta(seconds=20)
"""So long after a change a process may still work by the columns of before (its copy is 5 s old at most)."""
A_STEP: Final = 20
_NEXT: Final[dict[Stage, Stage]] = {
    "places": "lists", "lists": "frames", "frames": "pages", "pages": "leave", "leave": "menus",
    "menus": "done",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Done:
    """What a step has written, and the place behind it; None: the stage is over."""

    written: int
    after: str | None


async def renew_site(place: Workplace, *, steps: int = 5) -> int:
    """Take some steps; say how many files were written. Cut off anywhere, it goes on from its last step."""
    written = 0
    for _step in range(steps):
        async with place.store.read() as tx:
            told = await find_renewal(tx)
        if told is None or told.stage == "done" or place.now() - told.wanted_at < STALE:
            break
        await place.sites.refresh(place.store)
        done = await _take(place, told)
        written += done.written
        stage, after = (told.stage, done.after) if done.after is not None else (_NEXT[told.stage], "")
        async with place.store.begin() as tx:
            await note_renewal(
                tx, told, stage, after, done.written, done=told.wanted if stage == "done" else None
            )
    return written


async def _take(place: Workplace, told: Renewal) -> _Done:
    done = _Done(0, None)
    match told.stage:
        case "places":
            done = await _merge_places(place)
        case "lists":
            done = await _write_lists(place, told.after)
        case "frames":
            done = await _write_frames(place)
        case "pages":
            done = await _write_pages(place, told.after)
        case "leave":
            done = await _leave(place)
        case "menus":
            done = await _put_menu(place, told.wanted, told.after)
        case "done":
            pass
    return done


async def _merge_places(place: Workplace) -> _Done:
    """Bring entries into the lists of the columns that theirs are part of now, or stand below.

    In shares (`numbering.py`). A list that is done finds nothing any more.
    """
    async with place.store.read() as tx:
        merged, columns = await list_merged(tx), await list_columns(tx)
    # What is filed where, the catalogue knows; a step takes in some of what it has not read yet.
    if any(column.holds_others for column in columns) and await read_changes(place):
        return _Done(0, "")
    is_merging = False
    for slug, into in sorted(merged.items()):
        async with place.store.begin() as tx:
            await hand_over_readers(tx, slug, into)  # a process with the old columns took some on meanwhile
        is_merging = await merge_lists(place, slug, into) or is_merging
    if is_merging and any(column.holds_others for column in columns):
        return _Done(0, "")  # the catalogue reads first what was just noted
    await level_lists(place)
    return _Done(0, None)


async def level_lists(place: Workplace) -> None:
    """Let the list of each column that ever held others hold what stands below it now, and nothing else.

    `rebuild-site` asks for it too: nobody tells of a new settings file.
    """
    async with place.store.read() as tx:
        merged, columns = await list_merged(tx), await read_columns(tx, place.site)
    holding = {merged.get(column.slug, column.slug) for column in columns if column.holds_others}
    for slug in sorted(holding):
        below = tuple(one.slug for one in columns if one.parent == slug)
        own = (slug, *below)
        filed = (*own, *(one for one, into in merged.items() if into in own))
        async with place.store.read() as tx:
            uneven = await list_uneven(tx, slug, below, filed)
        for account_id in uneven:
            gathered = partial(read_gathered, account_id=account_id, slug=slug, below=below, filed=filed)
            await number_anew(place, gathered)


async def _write_lists(place: Workplace, after: str) -> _Done:
    """Write some parts of the next list, newest first."""
    account_id, key, number = _cursor(after)
    async with place.store.read() as tx:
        # A list under way is the one behind the key just before it.
        seen = await find_next_list(tx, (account_id, key), with_it=number is not None)
    if seen is None:
        return _Done(0, None)
    channel = await _open(place, seen.account_id)
    parts = await channel.count_parts(seen.key) if isinstance(channel, Renews) else None
    if not isinstance(channel, Renews) or parts is None or seen.release_id is None:
        return _Done(0, f"{seen.account_id} {seen.key}")
    return await _write_parts(place, channel, seen, parts if number is None else min(number, parts))


async def _write_parts(place: Workplace, channel: Renews, seen: ListSeen, number: int) -> _Done:
    assert seen.release_id is not None  # noqa: S101 -- asked by the caller
    async with place.store.read() as tx:
        contents = await lines_of_releases(tx, frozenset((seen.release_id,)), place.site)
    content = contents[seen.release_id]
    last = max(0, number - A_STEP)
    for part in range(number, last, -1):
        await channel.renew_list(seen.key, part, content)
    if last:
        return _Done(number - last, f"{seen.account_id} {seen.key} {last}")
    await channel.renew_list(seen.key, None, content)
    return _Done(number + 1, f"{seen.account_id} {seen.key}")


async def _write_frames(place: Workplace) -> _Done:
    async with place.store.read() as tx:
        account_ids = await list_site_accounts(tx)
    for account_id in account_ids:
        channel = await _open(place, account_id)
        if isinstance(channel, Renews):
            await channel.renew_frame()
    return _Done(len(account_ids), None)


async def _write_pages(place: Workplace, after: str) -> _Done:
    async with place.store.read() as tx:
        pages = await list_pages(tx, after, A_STEP)
    for delivery_id in pages:
        try:
            await show_anew(place, delivery_id)
        except KeyError:  # a file of it is in store no longer; the nightly look finds what is wrong with it
            log.warning("page_not_renewed", delivery=delivery_id)
    return _Done(len(pages), pages[-1] if len(pages) == A_STEP else None)


async def _leave(place: Workplace) -> _Done:
    """Take away what stands at former addresses, now that nothing points there any more."""
    async with place.store.read() as tx:
        account_ids, addresses = await list_site_accounts(tx), await list_addresses(tx)
        columns = await list_columns(tx)
    for account_id in account_ids:
        channel = await _open(place, account_id)
        if not isinstance(channel, Renews):
            continue
        for column in columns:
            is_merged = column.merged_into is not None
            for address in addresses.get(column.slug, ()):
                if is_merged or address != column.address:
                    await channel.leave(address, column.slug if is_merged else None)
    return _Done(0, None)


async def _put_menu(place: Workplace, wanted: int, after: str) -> _Done:
    """Put the next menu that was put once by a person and is older than this change.

    One that a platform refuses, or does not answer for, is left to a person: the page of columns names it.
    """
    async with place.store.read() as tx:
        old = await list_old_menus(tx, wanted, after)
        account = await get_account(tx, old[0]) if old else None
    if account is None:
        return _Done(0, None)
    try:
        await put_menu(place.store, place.open_channel, account, place.sites, now=place.now)
    except Problem as error:
        log.warning("menu_not_put", account=account.slug, code=error.code)
    return _Done(0, account.id)


async def _open(place: Workplace, account_id: str) -> Channel:
    async with place.store.read() as tx:
        account = await get_account(tx, account_id)
    return place.open_channel(account)


def _cursor(after: str) -> tuple[str, str, int | None]:
    account_id, _, rest = after.partition(" ")
    key, _, number = rest.partition(" ")
    return account_id, key, int(number) if number else None
