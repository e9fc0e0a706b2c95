"""/console/deliveries/{delivery_id}: one delivery, all that happened to it, and what a person must say."""

from typing import Any, Final

from aiohttp import web

from server.console.media import keep_photo
from server.console.moments import read_moment
from server.console.page import Page, Visit
from server.console.rows import Row, rows_among, rows_of
from server.core.decide import Decision, decide, send_again
from server.core.sent import what_was_sent
from server.core.withdraw import record_taken_down
from server.forms.complaints import filled_in
from server.forms.orders import DecisionIn, TakenDownIn
from server.forms.refusals import REFUSALS, refusals_of
from server.importing.files import require_picture
from server.security.access import Act, SignedIn
from server.store.deliveries import DeliverySeen, get_delivery, list_deliveries, list_deliveries_by_id
from server.store.doubts import (
    WAIT_FOR_PEOPLE,
    LookSeen,
    list_attempts_seen,
    list_looks,
    list_waiting_for_people,
)
from server.store.evidence import find_evidence
from server.store.items import ItemSeen, get_item, list_items_by_id
from server.store.older_posts import find_fate
from server.store.takedowns import find_taken_down
from server.store.tx import Tx
from server.store.words import APART

_PATH: Final = "/console/deliveries/{delivery_id}"
_MOST: Final = 200
_LOOKS: Final = 50
_OUTCOMES: Final = {
    "live": "已上线",
    "accepted": "平台已受理",
    "not_accepted": "没有发出",
    "refused": "平台拒绝",
    "needs_authorisation": "授权失效",
    "unknown": "没有收到答复",
}
_SIGHTINGS: Final = {"found": "找到了", "absent": "没有这条内容", "could_not_look": "没能查看"}
_VERDICTS: Final = {"found": "已经发出", "absent": "平台上没有", "could_not_look": "放弃"}


async def list_decisions(visit: Visit) -> web.Response:
    """Show every delivery that waits for a person, longest waiting first."""
    async with visit.parts.store.read() as tx:
        found = await waiting_for_people(tx, visit.who, visit.who.orgs_for("read"), most=_MOST + 1)
    return visit.show("decisions.html", section="decisions", found=found, most=_MOST, now=visit.parts.now())


async def waiting_for_people(
    tx: Tx, who: SignedIn, org_ids: frozenset[str], *, most: int, states: tuple[str, ...] = WAIT_FOR_PEOPLE
) -> tuple[tuple[ItemSeen, Row], ...]:
    """Give the deliveries of some organs that wait for a person, each with its item, the longest first."""
    ids = await list_waiting_for_people(tx, org_ids, most, states)
    legs = await list_deliveries_by_id(tx, frozenset(ids))
    items = await list_items_by_id(tx, frozenset(leg.item_id for leg in legs.values()))
    told = [(items[legs[key].item_id], legs[key]) for key in ids]
    rows = await rows_among(tx, ((leg, seen.org.id) for seen, leg in told), who)
    return tuple((seen, row) for (seen, _leg), row in zip(told, rows, strict=True))


async def delivery_for(tx: Tx, visit: Visit, act: Act) -> tuple[DeliverySeen, ItemSeen]:
    """Give the delivery of the address and its item, when the visitor may do this with it."""
    leg = await get_delivery(tx, visit.place("delivery_id"))
    seen = await get_item(tx, leg.item_id)
    visit.who.require(act, seen.org.id)
    return leg, seen


async def show_delivery(visit: Visit) -> web.Response:
    """Show one delivery."""
    return await _shown(visit)


async def take_decision(visit: Visit) -> web.StreamResponse:
    """Settle a delivery in doubt by what a person saw."""
    parts, fields = visit.parts, visit.fields
    tries = fields.get("tries")
    told: dict[str, Any] = {
        "verdict": fields.get("verdict"),
        "tries": int(tries) if tries.isascii() and tries.isdigit() and len(tries) < 10 else tries or None,
    }
    if fields.get("link").strip():
        told["link"] = fields.get("link")
    told["elsewhere"] = fields.has("elsewhere")
    try:
        live_at = read_moment(fields.get("live_at"), "live_at", "发布时间")
        form = filled_in(DecisionIn, told)
        async with parts.store.begin() as tx:
            leg, _seen = await delivery_for(tx, visit, "release")
            decision = Decision(
                form.verdict, form.link, live_at, tries=form.tries, is_elsewhere=form.elsewhere
            )
            await decide(
                tx, leg.id, decision, parts.bench, parts.open_channel, by=visit.who.person_id, at=parts.now()
            )
    except REFUSALS as error:
        return await _shown(visit, error)
    await parts.wake()
    return visit.go(f"/console/releases/{leg.release_id}", done="decided")


async def take_retry(visit: Visit) -> web.StreamResponse:
    """Send a refused delivery again."""
    parts = visit.parts
    try:
        async with parts.store.begin() as tx:
            leg, _seen = await delivery_for(tx, visit, "release")
            await send_again(tx, leg.id, at=parts.now())
    except REFUSALS as error:
        return await _shown(visit, error)
    await parts.wake()
    return visit.go(f"/console/releases/{leg.release_id}", done="decided")


async def take_taken_down(visit: Visit) -> web.StreamResponse:
    """Write down that a person took a post down."""
    parts, picture = visit.parts, None
    try:
        async with parts.store.read() as tx:  # before a file is kept for somebody who may not file
            await delivery_for(tx, visit, "file_evidence")
        picture = await keep_photo(visit)
        form = filled_in(TakenDownIn, {"proof": visit.fields.get("proof"), "picture": picture})
        async with parts.store.begin() as tx:
            leg, _seen = await delivery_for(tx, visit, "file_evidence")
            if form.picture is not None:
                await require_picture(tx, form.picture, visit.who.sight, field="picture")
            await record_taken_down(
                *(tx, leg, form.proof, parts.bench),
                picture=form.picture, by=visit.who.person_id, at=parts.now(),
            )  # fmt: skip
    except REFUSALS as error:
        return await _shown(visit, error, picture)
    return visit.go(f"/console/releases/{leg.release_id}", done="recorded")


async def _shown(visit: Visit, error: Exception | None = None, picture: str | None = None) -> web.Response:
    async with visit.parts.store.read() as tx:
        leg, seen = await delivery_for(tx, visit, "read")
        row = (await rows_of(tx, (leg,), seen.org.id, visit.who))[0]
        tries = await list_attempts_seen(tx, leg.id)
        looks = await list_looks(tx, leg.id, _LOOKS)
        evidence = await find_evidence(tx, leg.id)
        taken = await find_taken_down(tx, leg.id)
        beside = await rows_of(tx, await _beside(tx, leg), seen.org.id, visit.who)
        fate = await find_fate(tx, leg.id)
        parts = visit.parts
        sent = await what_was_sent(tx, leg, parts.open_channel, parts.site, at=parts.now())
    trouble = refusals_of(error)
    return visit.show(
        "delivery.html", section="decisions", row=row, seen=seen, now=visit.parts.now(), tries=tries,
        looks=looks, evidence=evidence, taken=taken, beside=beside, fate=fate, sent=sent, trouble=trouble,
        trouble_heading="没有记录",
        typed=visit.fields, picture=picture, unkept=(), outcomes=_OUTCOMES, say_look=say_look,
    )  # fmt: skip


async def _beside(tx: Tx, leg: DeliverySeen) -> tuple[DeliverySeen, ...]:
    """Give what other releases put on the account where each stands by itself, the newest first."""
    if leg.channel not in APART:
        return ()
    of_account = (one for one in await list_deliveries(tx, leg.item_id) if one.account_id == leg.account_id)
    return tuple(one for one in of_account if one.id != leg.id)[::-1]


def say_look(look: LookSeen) -> str:
    """Say what a look saw; a person's is kept with codes (core/decide.py) and is told by its kind alone."""
    if look.reason and look.reason.startswith("person:"):
        return f"由人判断：{_VERDICTS[look.sighting]}"
    return f"{_SIGHTINGS[look.sighting]}{f'（{look.reason}）' if look.reason else ''}"


PAGES = (
    Page("GET", "/console/decisions", list_decisions, "read"),
    Page("GET", _PATH, show_delivery, "read"),
    Page("POST", f"{_PATH}/decide", take_decision, "release"),
    Page("POST", f"{_PATH}/retry", take_retry, "release"),
    Page("POST", f"{_PATH}/taken-down", take_taken_down, "file_evidence"),
)
