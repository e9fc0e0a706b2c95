"""/api/v1/items/{id}/checks and waivers: what the checks found, who answers for it, and one-click mending."""

from datetime import datetime
from typing import Annotated, Literal

from aiohttp import web
from pydantic import Field

from server.api.answers import answer
from server.api.item_forms import DroppedOut, ItemOut
from server.api.items import get_item_for
from server.api.requests import form_of, query_of
from server.api.route import Route, signed_in
from server.core.draft import revise_item
from server.core.problems import Problem
from server.forms.drafts import ItemIn, draft_of
from server.forms.findings import MendIn, WaiverIn
from server.forms.words import Out, Query
from server.importing.files import find_pictures
from server.importing.html import read_body
from server.parts import PARTS
from server.review.examiner import Checked
from server.review.findings import Finding
from server.review.mending import mend
from server.review.waiving import second, waive
from server.store.accounts import AccountRow, list_accounts_in, list_accounts_named
from server.store.items import ItemSeen
from server.store.tx import Tx
from server.store.waivers import Waiver

_MOST_ACCOUNTS = 200


class ChecksQuery(Query):
    """Of which accounts the channels are asked: slugs with commas between; left out: all active ones."""

    accounts: Annotated[str | None, Field(title="账号", max_length=4000)] = None


class WaiverOut(Out):
    """忽略并说明. It `holds` once nothing more is asked for: a blocking one needs a second person."""

    id: str
    finding: str
    rule: str
    words: str
    reason: str
    waived_by: str
    waived_at: datetime
    seconded_by: str | None
    seconded_at: datetime | None
    holds: bool

    @classmethod
    def of(cls, one: Waiver) -> "WaiverOut":
        """Give a waiver with the names of its people."""
        return cls(
            id=one.id, finding=one.finding, rule=one.rule, words=one.words, reason=one.reason,
            waived_by=one.waived_by_name, waived_at=one.waived_at, seconded_by=one.seconded_by_name,
            seconded_at=one.seconded_at, holds=one.holds,
        )  # fmt: skip


class PlaceOut(Out):
    """Where: signs of the field's text (of the body its plain text), and in the body's HTML."""

    field: str
    offset: int
    length: int
    part: str
    html_offset: int | None
    html_length: int | None


class FindingOut(Out):
    """检查意见. `words` are masked where personal; `account` names the account that cannot carry it."""

    key: str
    rule: str
    severity: Literal["blocking", "warning", "note"]
    place: PlaceOut
    words: str
    reason: str
    source: str
    article: str
    suggestion: str | None
    account: str | None
    waiver: WaiverOut | None

    @classmethod
    def of(cls, one: Finding, waiver: Waiver | None = None) -> "FindingOut":
        """Give a finding with whoever answers for it."""
        return cls(
            key=one.key, rule=one.rule, severity=one.severity,
            place=PlaceOut.model_validate(one.place, from_attributes=True), words=one.words,
            reason=one.reason, source=one.source.name, article=one.source.article,
            suggestion=one.suggestion, account=one.account, waiver=WaiverOut.of(waiver) if waiver else None,
        )  # fmt: skip


class ChecksOut(Out):
    """What the checks say of one version; `open` of the findings stand in the way of a release."""

    item_id: str
    revision: int
    content_hash: str
    open: int
    findings: tuple[FindingOut, ...]


class DraftChecksOut(Out):
    """What the checks say of what somebody is writing, and what its body would lose."""

    findings: tuple[FindingOut, ...]
    dropped: tuple[DroppedOut, ...]


async def show_checks(request: web.Request) -> web.Response:
    """Check the newest version of an item."""
    checked = await _checked(request, await _accounts(request))
    told = ChecksOut(
        item_id=checked.item.id,
        revision=checked.item.revision.number,
        content_hash=checked.item.revision.content_hash,
        open=len(checked.open_findings),
        findings=tuple(FindingOut.of(one, checked.waivers.get(one.key)) for one in checked.findings),
    )
    return answer(told)


async def check_form(request: web.Request) -> web.Response:
    """Check what somebody is writing; nothing is stored."""
    parts, form = request.config_dict[PARTS], await form_of(request, ItemIn)
    body = await read_body(form.body)
    async with parts.store.read() as tx:
        draft = await draft_of(tx, form, body, signed_in(request), parts.site)
    found = await parts.examiner.check_draft(draft, at=parts.now())
    told = tuple(FindingOut.of(one) for one in found)
    return answer(DraftChecksOut(findings=told, dropped=tuple(DroppedOut.of(one) for one in body.dropped)))


async def waive_finding(request: web.Request) -> web.Response:
    """Answer for a finding."""
    parts, form = request.config_dict[PARTS], await form_of(request, WaiverIn)
    checked = await _checked(request, ())
    by = signed_in(request).person_id
    async with parts.store.begin() as tx:
        await get_item_for(tx, request, "waive")
        one = await waive(tx, checked, form.finding, form.reason, by=by, at=parts.now(), new_id=parts.new_id)
    return answer(WaiverOut.of(one), 201)


async def second_a_waiver(request: web.Request) -> web.Response:
    """Be the second person of a waiver."""
    parts, by = request.config_dict[PARTS], signed_in(request).person_id
    async with parts.store.begin() as tx:
        item = await get_item_for(tx, request, "approve")
        one = await second(tx, item.id, request.match_info["waiver_id"], by=by, at=parts.now())
    return answer(WaiverOut.of(one))


async def mend_item(request: web.Request) -> web.Response:
    """Write the next version with what the findings suggest."""
    parts, form = request.config_dict[PARTS], await form_of(request, MendIn)
    checked = await _checked(request, ())
    known = {one.key: one for one in checked.findings}
    if any(key not in known for key in form.findings):
        raise Problem("unknown_finding", "有的检查意见已不存在，请重新检查", field="findings")
    draft = mend(checked.item, [known[key] for key in form.findings])
    body = await read_body(draft.body_html)
    who = signed_in(request)
    async with parts.store.begin() as tx:
        item = await get_item_for(tx, request, "write")
        _require_same(item, checked)
        pictures = await find_pictures(tx, body.pictures, who.sight)
        seen = await revise_item(
            tx, item.id, draft.with_body(body.html, pictures), by=who.person_id, at=parts.now(),
            new_id=parts.new_id,
        )  # fmt: skip
    return answer(ItemOut.of(seen, parts.site))


def _require_same(item: ItemSeen, checked: Checked) -> None:
    if item.revision.content_hash != checked.item.revision.content_hash:
        raise Problem("lost_race", "稿件在检查之后有改动，请重新检查")


async def _checked(request: web.Request, accounts: tuple[AccountRow, ...]) -> Checked:
    parts = request.config_dict[PARTS]
    async with parts.store.read() as tx:
        item = await get_item_for(tx, request, "read")
    return await parts.examiner.check_item(
        item.id, at=parts.now(), accounts=accounts, open_channel=parts.open_channel
    )


async def _accounts(request: web.Request) -> tuple[AccountRow, ...]:
    named = query_of(request, ChecksQuery).accounts
    async with request.config_dict[PARTS].store.read() as tx:
        item = await get_item_for(tx, request, "read")
        return await _accounts_of(tx, item, named)


async def _accounts_of(tx: Tx, item: ItemSeen, named: str | None) -> tuple[AccountRow, ...]:
    if named is None:
        own = await list_accounts_in(tx, frozenset((item.org.id,)), practice=item.practice)
        return tuple(account for account in own if account.state == "active")
    slugs = tuple(dict.fromkeys(slug.strip() for slug in named.split(",") if slug.strip()))[:_MOST_ACCOUNTS]
    found = await list_accounts_named(tx, slugs)
    missing = set(slugs) - {account.slug for account in found}
    if missing:
        raise Problem("unknown_account", f"没有账号“{min(missing)}”", field="accounts")
    return found


_ITEM = "/api/v1/items/{item_id}"
ROUTES = (
    Route(
        "POST", "/api/v1/checks", check_form, "检查正在写的稿件", "write",
        form=ItemIn, answer=DraftChecksOut,
    ),
    Route("GET", f"{_ITEM}/checks", show_checks, "检查意见", "read", answer=ChecksOut, query=ChecksQuery),
    Route(
        "POST", f"{_ITEM}/waivers", waive_finding, "忽略并说明", "waive",
        form=WaiverIn, answer=WaiverOut, status=201,
    ),
    Route(
        "POST", f"{_ITEM}/waivers/{{waiver_id}}/second", second_a_waiver, "第二人确认", "approve",
        answer=WaiverOut,
    ),
    Route("POST", f"{_ITEM}/mend", mend_item, "按建议改正", "write", form=MendIn, answer=ItemOut),
)  # fmt: skip
