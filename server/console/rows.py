"""A delivery as a row of the console: its state, what it waits for, and what the visitor may do about it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from server.console.names import DELIVERY_STATES
from server.core.older_posts import may_stand
from server.core.standing import is_without_permission, say_standing
from server.core.states import UNSENT
from server.security.access import Act, SignedIn
from server.store.accounts import AccountRow, list_accounts_by_id
from server.store.deliveries import DeliverySeen, list_deliveries, list_of_release
from server.store.releases import ReleaseRow
from server.store.tx import Tx
from server.store.words import APART

CHANNEL_ORDER: Final = ("website", "wechat", "weibo", "feed", "other")
"""The website goes first, what a person does comes last."""

_OVER: Final = frozenset({"withdrawn", "cancelled", "superseded", "replaced"})
_STILL: Final = frozenset({"live", "refused", "gone_at_platform", *_OVER})
"""Nothing moves these until somebody acts."""

_DOWN: Final = frozenset({"withdrawn", "gone_at_platform"})
"""Where a post stands apart, nothing is left of it; a page of the site has its notice in its place."""

_ACTS: Final[dict[str, tuple[str, Act]]] = {
    "needs_person": ("去判断", "release"),
    "refused": ("去处理", "release"),
    "withdraw_by_hand": ("登记撤下", "file_evidence"),
    "gone_at_platform": ("写新版本", "write"),
}
_WHO: Final[dict[str, str]] = {
    "editor": "信息员",
    "operator": "经办人",
    "owner": "账号管理人",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One account of a release, as it stands now."""

    leg: DeliverySeen
    sentence: str
    who: str  # who must act next; "" when nobody has to
    act: str  # what the link says behind which the visitor acts; "" when he cannot
    act_path: str
    link: str  # where the post can be seen; "" when it is there no longer

    @property
    def state(self) -> str:
        """Give the state in words; what a newer post stands beside is still there."""
        if self.leg.state == "replaced" and self.leg.channel in APART:
            return "旧的一条，还在"
        return DELIVERY_STATES[self.leg.state][0]


@dataclass(frozen=True, slots=True)
class Board:
    """The rows of a release, and those of earlier releases that are not over."""

    rows: tuple[Row, ...]
    earlier: tuple[Row, ...]
    holds: frozenset[str]
    """`ahead` while nothing of the release was sent, and what the visitor may do with it now."""

    @property
    def all(self) -> tuple[Row, ...]:
        """Give every row."""
        return self.rows + self.earlier

    @property
    def is_still(self) -> bool:
        """Say that nothing moves until somebody acts."""
        return all(row.leg.state in _STILL for row in self.all)

    @property
    def summary(self) -> str:
        """Count the rows of the release by their state."""
        states = [row.state for row in self.rows]
        told = "，".join(f"{states.count(one)} 个{one}" for one in dict.fromkeys(states))
        return f"{len(states)} 个账号：{told}。"


async def read_board(tx: Tx, row: ReleaseRow, org_id: str, who: SignedIn) -> Board:
    """Give how the deliveries of a release stand, with what a person may do about them."""
    legs = tuple(sorted(await list_of_release(tx, row.id), key=_place))
    earlier = tuple(
        leg
        for leg in await list_deliveries(tx, row.item_id)
        if leg.release_number < row.number and (leg.state not in _OVER or may_stand(leg))
    )
    rows = await rows_of(tx, legs + earlier, org_id, who)
    return Board(rows[: len(legs)], rows[len(legs) :], _holds(row, legs, org_id, who))


def _holds(row: ReleaseRow, legs: tuple[DeliverySeen, ...], org_id: str, who: SignedIn) -> frozenset[str]:
    ahead = row.state == "planned" and all(leg.state in UNSENT for leg in legs)
    held = any(leg.gate in ("slot", "time") for leg in legs)
    may_release, may_withdraw = (org_id in who.orgs_for(act) for act in ("release", "withdraw"))
    told = {
        "ahead": ahead,
        "reschedule": ahead and may_release,
        "expedite": held and may_release,
        "withdraw": row.state in ("planned", "live") and may_withdraw,
    }
    return frozenset(name for name, holds in told.items() if holds)


async def rows_of(tx: Tx, legs: Iterable[DeliverySeen], org_id: str, who: SignedIn) -> tuple[Row, ...]:
    """Give deliveries of one organ's items as rows."""
    return await rows_among(tx, ((leg, org_id) for leg in legs), who)


async def rows_among(tx: Tx, legs: Iterable[tuple[DeliverySeen, str]], who: SignedIn) -> tuple[Row, ...]:
    """Give deliveries, each with the organ of its item, as rows; in one statement, however many they are."""
    known = tuple(legs)
    accounts = await list_accounts_by_id(tx, frozenset(leg.account_id for leg, _org in known))
    return tuple(_row_of(leg, accounts[leg.account_id], org_id, who) for leg, org_id in known)


def _place(leg: DeliverySeen) -> tuple[int, str]:
    return CHANNEL_ORDER.index(leg.channel), leg.account


def _row_of(leg: DeliverySeen, account: AccountRow, org_id: str, who: SignedIn) -> Row:
    # An address of another kind (a platform may send anything) is no link.
    link = leg.link if leg.link and leg.link.startswith(("http://", "https://")) else ""
    if leg.channel in APART and leg.state in _DOWN:
        link = ""
    act, act_path = _act(leg, account, org_id, who)
    return Row(leg, say_standing(leg, account.state), who_acts(leg, account.state), act, act_path, link)


def who_acts(leg: DeliverySeen, account_state: str) -> str:
    """Say who must act next on a delivery, "" when nobody has to."""
    match leg.state:
        case state if state == "gone_at_platform" or is_without_permission(leg, account_state):
            return "账号管理人"
        case "needs_person" | "withdraw_by_hand":
            return "经办人"
        case "accepted" if leg.who_acts == "owner":
            return "账号管理人"
        case "waiting" if leg.gate == "evidence":
            return "经办人"
        case "refused":
            return _WHO.get(leg.who_acts or "", "经办人")
        case _:
            return ""


def _act(leg: DeliverySeen, account: AccountRow, org_id: str, who: SignedIn) -> tuple[str, str]:
    """Give what the visitor may do about a delivery, and the page on which he does it."""
    if is_without_permission(leg, account.state):
        return _permit(account, who)
    if (leg.state, leg.gate) == ("waiting", "evidence"):
        may = org_id in who.orgs_for("file_evidence")
        return ("登记凭据", f"/console/evidence/{leg.id}") if may else ("", "")
    if leg.state not in _ACTS:
        return "", ""
    name, act = _ACTS[leg.state]
    path = f"/console/items/{leg.item_id}/edit" if act == "write" else f"/console/deliveries/{leg.id}"
    return (name, path) if org_id in who.orgs_for(act) else ("", "")


def _permit(account: AccountRow, who: SignedIn) -> tuple[str, str]:
    """Lead to where an account gets its permission again, and others to where they see whose it is."""
    if account.org.id not in who.orgs_for("manage_accounts"):
        return "看账号", "/console/accounts"
    path = "/console/permissions" if account.channel == "weibo" else f"/console/accounts/{account.id}"
    return "去授权", path
