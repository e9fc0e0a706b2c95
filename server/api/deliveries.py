"""Deliveries over the API: released, looked at, proved by a person, and withdrawn."""

from datetime import datetime

from aiohttp import web

from server.api.answers import answer
from server.api.items import get_item_for
from server.api.requests import form_of
from server.api.route import Route, signed_in
from server.core.evidence import record_evidence
from server.core.release import ReleaseOrder, Unreviewed, release
from server.core.replace import replace_item
from server.core.reschedule import reschedule
from server.core.withdraw import withdraw
from server.forms.orders import EvidenceIn, ReleaseIn, ReplacedIn, RescheduleIn, WithdrawIn
from server.forms.words import Out
from server.importing.files import require_picture
from server.parts import PARTS
from server.store.deliveries import DeliverySeen, get_delivery, list_deliveries
from server.store.evidence import Evidence
from server.store.items import get_item


class ReplacedOut(Out):
    """Which item took an item's place."""

    item_id: str
    replaced_by: str | None


class DeliveryOut(Out):
    """投递, with its receipt once there is one."""

    id: str
    item_id: str
    release: int
    account: str
    account_name: str
    channel: str
    counted_as: str
    state: str
    gate: str | None
    due_at: datetime | None
    reason: str | None
    who_acts: str | None
    platform_id: str | None
    link: str | None
    live_at: datetime | None
    tries: int
    changed_at: datetime
    take_down_by: datetime | None

    @classmethod
    def of(cls, seen: DeliverySeen) -> "DeliveryOut":
        """Give a delivery as the API shows it."""
        names = cls.model_fields.keys() - {"release"}
        return cls(release=seen.release_number, **{name: getattr(seen, name) for name in names})


class DeliveriesOut(Out):
    """The deliveries of an item, by release and account."""

    deliveries: tuple[DeliveryOut, ...]

    @classmethod
    def of(cls, seen: tuple[DeliverySeen, ...]) -> "DeliveriesOut":
        """Give deliveries as the API shows them."""
        return cls(deliveries=tuple(DeliveryOut.of(one) for one in seen))


class ReleaseOut(Out):
    """发布 and its frozen plan."""

    id: str
    number: int
    deliveries: tuple[DeliveryOut, ...]


async def release_item(request: web.Request) -> web.Response:
    """Put the approved revision on accounts."""
    parts, form = request.config_dict[PARTS], await form_of(request, ReleaseIn)
    early = form.unreviewed
    async with parts.store.read() as tx:
        item = await get_item_for(tx, request, "release")
    examined = await parts.examiner.examine(item.id, at=parts.now())
    async with parts.store.begin() as tx:
        item = await get_item_for(tx, request, "release")
        order = ReleaseOrder(
            item.id,
            tuple(dict.fromkeys(form.accounts)),
            form.change,
            form.not_before,
            form.urgent_reason,
            form.note,
            None if early is None else Unreviewed(early.reason, early.review_by),
            {one.account: one.reason for one in form.left_out},
            {one.account: one.fate for one in form.older_posts},
            signed_in(request).orgs_for("release"),
        )
        made = await release(
            tx, order, examined=examined, open_channel=parts.open_channel, calendar=parts.calendar,
            site=parts.site, by=signed_in(request).person_id, at=parts.now(), new_id=parts.new_id,
        )  # fmt: skip
    await parts.wake()
    legs = tuple(DeliveryOut.of(one) for one in made.deliveries)
    return answer(ReleaseOut(id=made.id, number=made.number, deliveries=legs), 201)


async def reschedule_item(request: web.Request) -> web.Response:
    """Move a planned release to another time, and what follows it."""
    parts, form = request.config_dict[PARTS], await form_of(request, RescheduleIn)
    async with parts.store.begin() as tx:
        item = await get_item_for(tx, request, "release")
        legs = await reschedule(tx, item.id, form.not_before, parts.calendar, at=parts.now())
    await parts.wake()
    return answer(DeliveriesOut.of(legs))


async def withdraw_item(request: web.Request) -> web.Response:
    """Take an item back everywhere; at once, where it is so told, another takes its place."""
    parts, form = request.config_dict[PARTS], await form_of(request, WithdrawIn)
    who = signed_in(request)
    async with parts.store.begin() as tx:
        item = await get_item_for(tx, request, "withdraw")
        if form.replaced_by is not None:
            await replace_item(
                tx, item.id, form.replaced_by, by=who.person_id, at=parts.now(), field="replaced_by"
            )
            who.require("release", (await get_item(tx, form.replaced_by)).org.id)
        legs = await withdraw(
            tx, item.id, form.reason, parts.bench, withdrawn_as=form.withdrawn_as, at=parts.now()
        )
    await parts.wake()
    return answer(DeliveriesOut.of(legs))


async def replace_by(request: web.Request) -> web.Response:
    """Let another item take an item's place; both pages say so."""
    parts, form = request.config_dict[PARTS], await form_of(request, ReplacedIn)
    who = signed_in(request)
    async with parts.store.begin() as tx:
        item = await get_item_for(tx, request, "release")
        await replace_item(tx, item.id, form.item, by=who.person_id, at=parts.now())
        if form.item is not None:
            who.require("release", (await get_item(tx, form.item)).org.id)
    await parts.wake()
    return answer(ReplacedOut(item_id=item.id, replaced_by=form.item))


async def list_of_item(request: web.Request) -> web.Response:
    """Give every delivery of an item."""
    async with request.config_dict[PARTS].store.read() as tx:
        item = await get_item_for(tx, request, "read")
        legs = await list_deliveries(tx, item.id)
    return answer(DeliveriesOut.of(legs))


async def file_evidence(request: web.Request) -> web.Response:
    """Write down the proof of a delivery that a person made."""
    parts, form = request.config_dict[PARTS], await form_of(request, EvidenceIn)
    proof = Evidence(form.place, form.shown_at, form.shown_by, form.picture, form.note or None)
    async with parts.store.begin() as tx:
        leg = await get_delivery(tx, request.match_info["delivery_id"])
        who = signed_in(request)
        who.require("file_evidence", (await get_item(tx, leg.item_id)).org.id)
        if form.picture is not None:
            await require_picture(tx, form.picture, who.sight, field="picture")
        leg = await record_evidence(tx, leg.id, proof, parts.bench, by=who.person_id, at=parts.now())
    await parts.wake()
    return answer(DeliveryOut.of(leg), 201)


_ITEM = "/api/v1/items/{item_id}"
_EVIDENCE = "/api/v1/deliveries/{delivery_id}/evidence"
ROUTES = (
    Route(
        "POST", f"{_ITEM}/release", release_item, "发布", "release",
        form=ReleaseIn, answer=ReleaseOut, status=201,
    ),
    Route(
        "POST", f"{_ITEM}/reschedule", reschedule_item, "改变发布时间", "release",
        form=RescheduleIn, answer=DeliveriesOut,
    ),
    Route(
        "POST", f"{_ITEM}/withdraw", withdraw_item, "撤回", "withdraw",
        form=WithdrawIn, answer=DeliveriesOut,
    ),
    Route(
        "POST", f"{_ITEM}/replaced-by", replace_by, "以新稿件取代", "release",
        form=ReplacedIn, answer=ReplacedOut,
    ),
    Route("GET", f"{_ITEM}/deliveries", list_of_item, "投递与回执", "read", answer=DeliveriesOut),
    Route(
        "POST", _EVIDENCE, file_evidence, "登记公开凭据", "file_evidence",
        form=EvidenceIn, answer=DeliveryOut, status=201,
    ),
)  # fmt: skip
