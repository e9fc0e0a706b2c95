"""/console/evidence: the proof of what a person shows on a notice board, in the gazette, in a broadcast."""

from typing import Final

from aiohttp import web

from server.console.deliveries import delivery_for
from server.console.environment import field_time
from server.console.media import keep_photo
from server.console.moments import read_moment
from server.console.page import Page, Visit
from server.core.evidence import record_evidence
from server.forms.complaints import filled_in
from server.forms.orders import EvidenceIn
from server.forms.refusals import REFUSALS, refusals_of
from server.importing.files import require_picture
from server.store.deliveries import list_deliveries_by_id
from server.store.evidence import Evidence, find_last_place
from server.store.items import list_items_by_id
from server.store.unproved import list_unproved

_PATH: Final = "/console/evidence/{delivery_id}"
_MOST: Final = 200


async def list_waiting(visit: Visit) -> web.Response:
    """Show what still waits for its proof, longest waiting first."""
    async with visit.parts.store.read() as tx:
        ids = await list_unproved(tx, visit.who.orgs_for("read"), _MOST + 1)
        legs = await list_deliveries_by_id(tx, frozenset(ids))
        items = await list_items_by_id(tx, frozenset(leg.item_id for leg in legs.values()))
    found = [(legs[key], items[legs[key].item_id]) for key in ids]
    return visit.show(
        "evidence_list.html", section="evidence", found=found, most=_MOST,
        may=visit.who.orgs_for("file_evidence"),
    )  # fmt: skip


async def show_form(visit: Visit) -> web.StreamResponse:
    """Show the form of one delivery, with now and the visitor filled in."""
    return await _shown(visit)


async def take_evidence(visit: Visit) -> web.StreamResponse:
    """File the proof: from this moment on the delivery is live and counted."""
    parts, picture = visit.parts, None
    try:
        async with parts.store.read() as tx:  # before a file is kept for somebody who may not file
            await delivery_for(tx, visit, "file_evidence")
        picture = await keep_photo(visit)
        proof = _proof(visit, picture)
        async with parts.store.begin() as tx:
            leg, _seen = await delivery_for(tx, visit, "file_evidence")
            if proof.picture is not None:
                await require_picture(tx, proof.picture, visit.who.sight, field="picture")
            await record_evidence(tx, leg.id, proof, parts.bench, by=visit.who.person_id, at=parts.now())
    except REFUSALS as error:
        return await _shown(visit, error, picture)
    await parts.wake()
    return visit.go(f"/console/releases/{leg.release_id}", done="recorded")


def _proof(visit: Visit, picture: str | None) -> Evidence:
    fields = visit.fields
    shown_at = read_moment(fields.get("shown_at"), "shown_at", "公开时间") or visit.parts.now()
    form = filled_in(
        EvidenceIn,
        {
            "place": fields.get("place"),
            "shown_at": shown_at.isoformat(),
            "shown_by": fields.get("shown_by"),
            "note": fields.get("note"),
            "picture": picture,
        },
    )
    return Evidence(form.place, form.shown_at, form.shown_by, form.picture, form.note or None)


async def _shown(visit: Visit, error: Exception | None = None, picture: str | None = None) -> web.Response:
    async with visit.parts.store.read() as tx:
        leg, seen = await delivery_for(tx, visit, "file_evidence")
        place = await find_last_place(tx, leg.account_id)
    typed = {
        "place": visit.fields.get("place", place or ""),
        "shown_at": visit.fields.get("shown_at", field_time(visit.parts.now())),
        "shown_by": visit.fields.get("shown_by", visit.who.name),
        "note": visit.fields.get("note"),
    }
    trouble = refusals_of(error)
    return visit.show(
        "evidence.html", section="evidence", leg=leg, seen=seen, typed=typed, picture=picture,
        trouble=trouble, is_filled_in=bool(place) and not visit.fields.has("place"),
        unkept=(), is_open=(leg.state, leg.gate) == ("waiting", "evidence"), trouble_heading="没有登记",
    )  # fmt: skip


PAGES = (
    Page("GET", "/console/evidence", list_waiting, "read"),
    Page("GET", _PATH, show_form, "file_evidence"),
    Page("POST", _PATH, take_evidence, "file_evidence"),
)
