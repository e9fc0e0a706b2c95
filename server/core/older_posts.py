"""What becomes of an item's older posts on an account where a newer one takes no place of theirs.

A page changes where it stands. An article, a status and a paper on a wall do not: the corrected one comes
beside the old one, and whoever releases it decides for each account whether the old one stays. It comes down
only once the newer one was seen live, and stays after all where that one is gone again before.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final, cast

from server.core.acts import note, of_leg
from server.core.problems import Problem
from server.core.takedowns import Terms, bring_down
from server.store.accounts import AccountRow
from server.store.deliveries import DeliverySeen, get_delivery, list_deliveries, move_all
from server.store.older_posts import Fate, find_fate
from server.store.takedowns import COMING_DOWN, drop_term, list_going_for
from server.store.tx import Tx
from server.store.words import APART, FATES

SETTING: Final = "older_posts"
"""The setting of an account that says what becomes of older posts where a release does not."""

_STANDS: Final = ("live", "accepted", "replaced")
_MAY_STAND: Final = frozenset({*_STANDS, "sending", "unknown", "needs_person"})

COMES_DOWN: Final = "更正后的新内容已经上线，旧的一条按发布时的决定撤下"
KEPT: Final = "更正后的新内容已经上线，旧的一条按发布时的决定保留"
SPARED: Final = "更正后的新内容已不在平台上，旧的一条不再撤下"


def usual_fate(account: AccountRow, *, broadcasts: bool) -> Fate:
    """Give what an account does with older posts where nobody says so: what its organ set, else ours.

    What was pushed stays: followers have its card for ever, and it would lead nowhere. A paper stays, for
    whoever hangs up the new one stands before the old one, and a printed gazette cannot be taken back.
    """
    said = account.settings.get(SETTING)
    if said in FATES:
        return cast("Fate", said)
    return "keep" if broadcasts or account.channel == "other" else "take_down"


def require_fate(settings: Mapping[str, str]) -> None:
    """Refuse a setting of an account that says neither."""
    if settings.get(SETTING, "") not in ("", *FATES):
        raise Problem("invalid", "更正后旧的一条只能设为 take_down（撤下）或 keep（保留）", field="settings")


def fates_of(
    accounts: Iterable[AccountRow], ordered: Mapping[str, Fate], broadcasting: frozenset[str]
) -> dict[str, Fate]:
    """Give the fate of older posts by the slug of each account where they stand apart.

    `ordered` is what the release says, by slug; one that is none of the release's such accounts is refused.
    """
    apart = {one.slug: one for one in accounts if one.channel in APART}
    for slug in ordered:
        if slug not in apart:
            raise Problem(
                "invalid",
                f"“{slug}”不是这次发布的微信、微博或其他方式账号，不用决定旧的一条是否保留",
                field="older_posts",
            )
    return {
        slug: ordered.get(slug) or usual_fate(one, broadcasts=one.id in broadcasting)
        for slug, one in apart.items()
    }


async def replace_older(tx: Tx, leg: DeliverySeen, terms: Terms, *, at: datetime) -> None:
    """Let a delivery that is live take the place of older ones on its account, and do what was decided then.

    What is still under way of them is dealt with when it arrives (`follow_newer`).
    """
    older = tuple(
        one
        for one in await list_deliveries(tx, leg.item_id)
        if one.account_id == leg.account_id and one.release_number < leg.release_number
    )
    if not older:
        return
    fate = await find_fate(tx, leg.id)
    ids = tuple(one.id for one in older)
    kept = KEPT if fate == "keep" else None
    await move_all(tx, ids, ("live",), "replaced", at=at, reason=kept, who_acts="nobody")
    if fate == "take_down":
        await _bring_down(tx, leg.id, ids, terms, at=at)


async def follow_newer(tx: Tx, leg: DeliverySeen, terms: Terms, *, at: datetime) -> None:
    """Do what was decided about a replaced delivery that came late, where a newer one is live before it."""
    for one in await list_deliveries(tx, leg.item_id):
        is_newer = one.account_id == leg.account_id and one.release_number > leg.release_number
        if is_newer and one.state == "live" and await find_fate(tx, one.id) == "take_down":
            await _bring_down(tx, one.id, (leg.id,), terms, at=at)


async def spare_older(tx: Tx, leg: DeliverySeen, *, at: datetime) -> None:
    """Let stay what comes down for this delivery and still stands: it is gone itself."""
    for key in await list_going_for(tx, leg.id):
        one = await get_delivery(tx, key)
        if one.live_at is None:  # it never was public: it would be news
            continue
        if await move_all(
            tx, (key,), COMING_DOWN, "replaced", at=at, due_at=None, reason=SPARED, who_acts="nobody"
        ):
            await drop_term(tx, key)
            if one.state == "withdraw_by_hand":  # the steps of machines are noted by the database
                await note(tx, "delivery.replaced", await of_leg(tx, one), at=at, reason=SPARED)


def may_stand(leg: DeliverySeen) -> bool:
    """Say whether the post of an earlier delivery stands apart for readers, or may yet."""
    return leg.channel in APART and leg.state in _MAY_STAND


async def _bring_down(
    tx: Tx, newer_id: str, older_ids: tuple[str, ...], terms: Terms, *, at: datetime
) -> None:
    newer = await get_delivery(tx, newer_id)  # with its receipt, and the older ones as they stand by now
    older = [await get_delivery(tx, key) for key in older_ids]
    standing = tuple(
        one
        for one in older
        # A look or a person may have taken the old one for the new one: it must not go for itself.
        if one.state in _STANDS and (one.platform_id is None or one.platform_id != newer.platform_id)
    )
    await bring_down(tx, standing, terms, COMES_DOWN, newer_id=newer.id, why=COMES_DOWN, at=at)
    for one in standing:
        await note(tx, "delivery.outdated", await of_leg(tx, one), at=at, release=newer.release_number)
