"""Accounts as a person writes them: where an organ is present, with which settings and which secret."""

from typing import Annotated, Final, Literal

from pydantic import Field

from server.core.problems import Problem
from server.forms.words import Filled, Form, Line, OrgCode, Slug

ChannelName = Literal["website", "weibo", "wechat", "feed", "other"]
CountedAs = Literal["website", "weibo", "wechat", "feed", "gazette", "other"]

# What a channel may count as: a person's delivery is the gazette or 其他方式, a machine's is itself.
COUNTS: Final[dict[ChannelName, frozenset[CountedAs]]] = {
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


def counted_of(form: AccountIn) -> CountedAs:
    """Give what a new account counts as; refuses what its channel cannot."""
    counted_as = form.counted_as or form.channel
    if counted_as not in COUNTS[form.channel]:
        told = "、".join(sorted(COUNTS[form.channel]))
        raise Problem("invalid", f"这个渠道只能计入 {told}", field="counted_as")
    return counted_as


class AccessIn(Form):
    """What changes in an account's settings and secret; an empty value takes a setting away."""

    account: Annotated[Slug, Field(title="账号")]
    settings: Annotated[dict[Name, Value], Field(title="设置", max_length=30, default_factory=dict)]
    secret: Annotated[dict[Name, Value], Field(title="凭据", max_length=10, repr=False, default_factory=dict)]


class PostsIn(Form):
    """How often an account may post; null: as often as the platform takes it."""

    a_minute: Annotated[int | None, Field(title="每分钟最多", ge=1, le=10_000)] = None
    a_day: Annotated[int | None, Field(title="每天最多", ge=1, le=1_000_000)] = None
