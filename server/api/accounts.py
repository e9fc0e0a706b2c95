"""/api/v1/accounts: where organs are present; a secret goes in and never comes out."""

from dataclasses import replace
from datetime import datetime
from typing import Annotated, Final, Literal

from aiohttp import web
from pydantic import Field

from channels.permission import Permitted
from scheduler.windows import read_window
from server.api.answers import answer
from server.api.orgs import OrgOut
from server.api.requests import form_of
from server.api.route import Route, signed_in
from server.core.office import add_account
from server.core.organs import get_org
from server.core.problems import Problem
from server.forms.words import Filled, Form, Line, OrgCode, Out, Slug
from server.parts import PARTS, Parts
from server.store.accounts import AccountRow, list_accounts
from server.store.orgs import OrgRow

ChannelName = Literal["website", "weibo", "wechat", "feed", "other"]
CountedAs = Literal["website", "weibo", "wechat", "feed", "gazette", "other"]

# What a channel may count as: a person's delivery is the gazette or 其他方式, a machine's is itself.
_COUNTS: Final[dict[ChannelName, frozenset[CountedAs]]] = {
    "website": frozenset({"website"}),
    "weibo": frozenset({"weibo"}),
    "wechat": frozenset({"wechat"}),
    "feed": frozenset({"feed"}),
    "other": frozenset({"gazette", "other"}),
}
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Value = Annotated[Line, Field(max_length=2000)]


class AccountIn(Form):
    """A new account. `secret` is sealed at once and never given back."""

    org: Annotated[OrgCode, Field(title="机构代码")]
    channel: Annotated[ChannelName, Field(title="渠道")]
    slug: Annotated[Slug, Field(title="账号标识")]
    name: Annotated[Filled, Field(title="账号名称", max_length=60)]
    counted_as: Annotated[CountedAs | None, Field(title="计入渠道")] = None
    settings: Annotated[dict[Name, Value], Field(title="设置", max_length=30, default_factory=dict)]
    secret: Annotated[dict[Name, Value], Field(title="凭据", max_length=10, repr=False, default_factory=dict)]


class AccountOut(Out):
    """账号, without settings and secret."""

    slug: str
    name: str
    channel: str
    counted_as: str
    org: OrgOut
    state: str
    has_secret: bool
    permitted_until: datetime | None

    @classmethod
    def of(cls, row: AccountRow) -> "AccountOut":
        """Give an account as the API shows it."""
        return cls(
            slug=row.slug,
            name=row.name,
            channel=row.channel,
            counted_as=row.counted_as,
            org=OrgOut.of(row.org),
            state=row.state,
            has_secret=row.sealed is not None,
            permitted_until=row.permitted_until,
        )


class AccountsOut(Out):
    """账号, by slug."""

    accounts: tuple[AccountOut, ...]


async def list_readable(request: web.Request) -> web.Response:
    """Give the accounts of the organs whose items the caller may see."""
    ids = signed_in(request).orgs_for("read")
    async with request.config_dict[PARTS].store.read() as tx:
        rows = await list_accounts(tx, ids)
    return answer(AccountsOut(accounts=tuple(AccountOut.of(row) for row in rows)))


async def create_account(request: web.Request) -> web.Response:
    """Write a new account that its channel can open."""
    parts, form = request.config_dict[PARTS], await form_of(request, AccountIn)
    async with parts.store.begin() as tx:
        org = await get_org(tx, form.org, field="org")
        signed_in(request).require("manage_accounts", org.id)
        row = _account_of(form, org, parts)
        await add_account(tx, row, at=parts.now())
    return answer(AccountOut.of(row), 201)


def _account_of(form: AccountIn, org: OrgRow, parts: Parts) -> AccountRow:
    allowed = _COUNTS[form.channel]
    counted_as = form.counted_as or form.channel
    if counted_as not in allowed:
        raise Problem("invalid", f"这个渠道只能计入 {'、'.join(sorted(allowed))}", field="counted_as")
    sealed = parts.vault.seal(form.secret) if form.secret else None
    row = AccountRow(
        parts.new_id(), org.as_org(), form.channel, form.slug, form.name, counted_as,
        dict(form.settings), sealed, "active",
    )  # fmt: skip
    try:
        if row.settings.get("window"):
            read_window(row.settings["window"])
        channel = parts.open_channel(row)
    except ValueError as error:
        raise Problem("invalid", f"账号的设置不完整：{error}", field="settings") from error
    # Deliveries wait until somebody grants the permission; they do not fail for want of it.
    must_wait = isinstance(channel, Permitted) and not channel.is_granted
    return replace(row, state="unauthorised") if must_wait else row


ROUTES = (
    Route("GET", "/api/v1/accounts", list_readable, "我能用的账号", "read", answer=AccountsOut),
    Route(
        "POST", "/api/v1/accounts", create_account, "添加账号", "manage_accounts",
        form=AccountIn, answer=AccountOut, status=201,
    ),
)  # fmt: skip
