"""/console/items/{item_id}/release: choose accounts and time, read in a sentence what happens, release."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, Final, cast

from aiohttp import web

from channels.item import KIND_NAMES, Kind, Site
from server.console.environment import ZONE
from server.console.fields import Fields
from server.console.moments import read_moment
from server.console.page import Page, Visit
from server.console.rows import CHANNEL_ORDER
from server.core.foretell import Foretold, foretell
from server.core.older_posts import may_stand, usual_fate
from server.core.problems import Problem
from server.core.release import LATEST_REVIEW, ReleaseOrder, Unreviewed, release
from server.core.ticked import reachable_ids
from server.forms.complaints import filled_in
from server.forms.orders import ReleaseIn
from server.forms.refusals import REFUSALS, refusals_of
from server.store.accounts import AccountRow, list_accounts_in, list_accounts_named
from server.store.broadcasts import list_plans
from server.store.deliveries import DeliverySeen, list_deliveries
from server.store.items import OPEN_STATES, ItemSeen, get_item
from server.store.older_posts import Fate
from server.store.orgs import list_orgs
from server.store.release_lines import list_last_accounts
from server.store.templates import Standing, find_standing, list_left_out, may_post
from server.store.tx import Tx

_WHY: Final = "left_out."
_OLDER: Final = "older_posts."
_OLDER_NAMES: Final = {"wechat": "旧文章", "weibo": "旧微博", "other": "旧的一张"}


@dataclass(frozen=True, slots=True)
class Choice:
    """What the page offers, and what of it the item or its organ took last."""

    seen: ItemSeen
    accounts: tuple[AccountRow, ...]
    usual: tuple[str, ...]
    template: frozenset[str]  # slugs that cannot be left out without a reason
    left_out: Mapping[str, str]  # by the last release, and why
    newest: DeliverySeen | None  # one of the last release
    by_template: str = ""  # which template that is, in words
    posted: Mapping[str, Fate] = field(default_factory=dict)  # where older posts stand, and their usual fate

    @property
    def by_channel(self) -> tuple[tuple[str, tuple[AccountRow, ...]], ...]:
        """Give the accounts by their channel, in the order in which they are sent."""
        return tuple(
            (channel, tuple(rows)) for channel, rows in groupby(self.accounts, lambda one: one.channel)
        )


@dataclass(frozen=True, slots=True)
class Typed:
    """The fields of the page as they stand in it."""

    accounts: tuple[str, ...]
    change: str = "major"
    not_before: str = ""
    urgent_reason: str = ""
    note: str = ""
    left_out: Mapping[str, str] = field(default_factory=dict)
    older_posts: Mapping[str, str] = field(default_factory=dict)  # by slug; what is not named goes as usual
    early_reason: str = ""  # 先发后审
    early_by: str = ""

    @classmethod
    def of(cls, fields: Fields) -> "Typed":
        """Give what was posted."""
        reasons, fates = (
            {name.removeprefix(front): text for name, text in fields.pairs if name.startswith(front)}
            for front in (_WHY, _OLDER)
        )
        return cls(
            fields.all("accounts"), fields.get("change", "major"),
            fields.get("not_before"), fields.get("urgent_reason"), fields.get("note"), reasons, fates,
            fields.get("early_reason"), fields.get("early_by"),
        )  # fmt: skip

    @property
    def is_early(self) -> bool:
        """Say whether it is to go out before its review."""
        return bool(self.early_reason.strip() or self.early_by.strip())

    def order(self, item_id: str, may_use: frozenset[str]) -> ReleaseOrder:
        """Give the order that was typed by one who may release at some organs; refuses what is none."""
        moment = read_moment(self.not_before, "not_before", "不早于")
        told: dict[str, Any] = {"accounts": list(self.accounts), "change": self.change}
        told |= {name: text for name, text in self._spoken().items() if text.strip()}
        told["left_out"] = [
            {"account": slug, "reason": reason}
            for slug, reason in self.left_out.items()
            if reason.strip() and slug not in self.accounts
        ]
        told["older_posts"] = [
            {"account": slug, "fate": fate}
            for slug, fate in self.older_posts.items()
            if slug in self.accounts
        ]
        if self.is_early:
            by = read_moment(self.early_by, "unreviewed.review_by", "事后审核期限")
            if by is None:
                raise Problem("invalid", "先发后审要写明最晚什么时候补审", field="unreviewed.review_by")
            told["unreviewed"] = {"reason": self.early_reason, "review_by": by.isoformat()}
        form = filled_in(ReleaseIn, told)
        early = form.unreviewed
        chosen = tuple(dict.fromkeys(form.accounts))
        reasons = {one.account: one.reason for one in form.left_out}
        fates = {one.account: one.fate for one in form.older_posts}
        return ReleaseOrder(
            item_id, chosen, form.change, moment, form.urgent_reason, form.note,
            None if early is None else Unreviewed(early.reason, early.review_by),
            left_out=reasons, older_posts=fates, may_use=may_use,
        )  # fmt: skip

    def _spoken(self) -> dict[str, str]:
        return {"urgent_reason": self.urgent_reason, "note": self.note}


async def show_form(visit: Visit) -> web.StreamResponse:
    """Show the page with the accounts that are usual for such an item."""
    choice = await _choice(visit)
    return await _shown(visit, choice, Typed(choice.usual, left_out=choice.left_out))


async def look(visit: Visit) -> web.StreamResponse:
    """Show the page again with what the chosen release would do."""
    return await _shown(visit, await _choice(visit), Typed.of(visit.fields))


async def take_order(visit: Visit) -> web.StreamResponse:
    """Release the item."""
    parts, typed = visit.parts, Typed.of(visit.fields)
    choice = await _choice(visit)
    try:
        order = typed.order(choice.seen.id, visit.who.orgs_for("release"))
        beside = await _beside(visit, choice.seen.id)
        async with parts.store.begin() as tx:
            made = await release(tx, order, **beside)
    except REFUSALS as error:
        return await _shown(visit, choice, typed, refused=error)
    await parts.wake()
    is_planned = order.not_before is not None and order.not_before > parts.now()
    return visit.go(f"/console/releases/{made.id}", done="planned" if is_planned else "released")


async def _choice(visit: Visit) -> Choice:
    async with visit.parts.store.read() as tx:
        seen = await get_item(tx, visit.place("item_id"))
        visit.who.require("release", seen.org.id)
        return await read_choice(tx, visit, seen)


async def read_choice(tx: Tx, visit: Visit, seen: ItemSeen) -> Choice:
    """Give where an item can be released, and what of it is usual."""
    orgs = await reachable_ids(tx, seen.org.id) | visit.who.orgs_for("release")
    column = seen.revision.sheet.column
    standing = None if seen.practice else await find_standing(tx, seen.org.id, seen.kind, column)
    template = await may_post(tx, standing)
    offered = {one.id: one for one in await list_accounts_in(tx, orgs, practice=seen.practice)}
    offered |= {one.id: one for one in await list_accounts_named(tx, template)}
    accounts = sorted(offered.values(), key=lambda one: (CHANNEL_ORDER.index(one.channel), one.slug))
    legs = await list_deliveries(tx, seen.id)
    newest = max(legs, key=lambda leg: leg.release_number, default=None)
    had = tuple(leg.account for leg in legs if newest and leg.release_id == newest.release_id)
    left_out = await list_left_out(tx, newest.release_id) if newest else ()
    usual = had or template or await _usual(tx, seen, accounts)
    posted = {leg.account for leg in legs if may_stand(leg)}
    named = "" if standing is None else await _named(tx, standing, visit.parts.site)
    return Choice(
        seen, tuple(accounts), usual, frozenset(template), {one.account: one.reason for one in left_out},
        newest, named,
        await _usual_fates(tx, [one for one in accounts if one.slug in posted]),
    )  # fmt: skip


async def _usual_fates(tx: Tx, accounts: list[AccountRow]) -> dict[str, Fate]:
    """Give what becomes of older posts on some accounts where nobody says otherwise, by slug."""
    plans = await list_plans(tx, frozenset(one.id for one in accounts))
    return {one.slug: usual_fate(one, broadcasts=one.id in plans) for one in accounts}


async def _named(tx: Tx, standing: Standing, site: Site) -> str:
    """Say which template holds: whose it is, and for what."""
    (org,) = await list_orgs(tx, frozenset((standing.org_id,)))
    column, kind = standing.reach.column, standing.reach.kind
    place = f"栏目“{site.column_name(column)}”" if column else "所有栏目"
    return f"{org.name}，{place}，{KIND_NAMES.get(cast('Kind', kind), '所有种类')}"


async def _usual(tx: Tx, seen: ItemSeen, accounts: list[AccountRow]) -> tuple[str, ...]:
    """Give what its organ took last for this kind, else every account of its own."""
    if seen.practice:  # what the organ took last may have been real
        return tuple(one.slug for one in accounts)
    offered = frozenset(one.slug for one in accounts)
    last = tuple(slug for slug in await list_last_accounts(tx, seen.org.id, seen.kind) if slug in offered)
    own = tuple(one.slug for one in accounts if one.org.id == seen.org.id and one.channel != "other")
    return last or own or tuple(one.slug for one in accounts if one.channel in ("website", "feed"))


async def _shown(
    visit: Visit, choice: Choice, typed: Typed, refused: Exception | None = None
) -> web.StreamResponse:
    told: Foretold | None = None
    if refused is None:
        try:
            order = typed.order(choice.seen.id, visit.who.orgs_for("release"))
            beside = await _beside(visit, choice.seen.id)
            told = await foretell(visit.parts.store, order, **beside)
        except REFUSALS as error:
            refused = error
    trouble = refusals_of(refused)
    is_posted = visit.request.method == "POST"
    latest = (visit.parts.now() + LATEST_REVIEW).astimezone(ZONE)
    return visit.show(
        "release_form.html", section="releases", choice=choice, typed=typed, told=told, trouble=trouble,
        is_posted=is_posted, needs_review=choice.seen.revision.state in OPEN_STATES, days=LATEST_REVIEW.days,
        latest=f"{latest:%Y-%m-%dT%H:%M}",
        trouble_heading="现在还不能发布", older_names=_OLDER_NAMES,
        status=None if is_posted else 200,
    )  # fmt: skip


async def _beside(visit: Visit, item_id: str) -> Mapping[str, Any]:
    """Give what a release needs beside its order, the checks of this moment among it."""
    parts = visit.parts
    return {
        "examined": await parts.examiner.examine(item_id, at=parts.now()),
        "open_channel": parts.open_channel,
        "calendar": parts.calendar,
        "site": parts.site,
        "by": visit.who.person_id,
        "at": parts.now(),
        "new_id": parts.new_id,
    }


_PATH: Final = "/console/items/{item_id}/release"
PAGES = (
    Page("GET", _PATH, show_form, "release"),
    Page("POST", _PATH, take_order, "release"),
    Page("POST", f"{_PATH}/look", look, "release"),
)
