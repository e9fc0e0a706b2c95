"""What a person orders about a release and its deliveries; the same forms in every face."""

from typing import Annotated

from pydantic import Field

from server.core.decide import Verdict
from server.forms.reviews import AnyKind
from server.forms.words import Filled, Form, Id, Line, Moment, OrgCode, Prose, Sha256, Slug
from server.store.items import WithdrawnAs
from server.store.older_posts import Fate
from server.store.releases import Change


class UnreviewedIn(Form):
    """Why it cannot wait for its review, and until when the review must follow."""

    reason: Annotated[Filled, Field(title="先发后审的理由", min_length=4, max_length=500)]
    review_by: Annotated[Moment, Field(title="事后审核期限")]


class LeftOutIn(Form):
    """An account of the organ's template that is left out, and why."""

    account: Annotated[Slug, Field(title="账号")]
    reason: Annotated[Filled, Field(title="不发的原因", max_length=200)]


class OlderPostsIn(Form):
    """What becomes of the older posts of an account once the new one is live there."""

    account: Annotated[Slug, Field(title="账号")]
    fate: Annotated[Fate, Field(title="旧的一条")]


class ReleaseIn(Form):
    """On which accounts, how much changed, and from when on.

    `older_posts`: only from the second release on, for accounts on WeChat, Weibo and other ways; what is not
    named goes as the account has it.
    """

    accounts: Annotated[tuple[Slug, ...], Field(title="账号", min_length=1, max_length=200)]
    change: Annotated[Change, Field(title="改动大小")] = "major"
    not_before: Annotated[Moment | None, Field(title="不早于")] = None
    urgent_reason: Annotated[Filled | None, Field(title="加急理由", max_length=200)] = None
    note: Annotated[Filled | None, Field(title="更正说明", max_length=200)] = None
    unreviewed: Annotated[UnreviewedIn | None, Field(title="先发后审")] = None
    left_out: Annotated[tuple[LeftOutIn, ...], Field(title="不发的账号", max_length=200)] = ()
    older_posts: Annotated[tuple[OlderPostsIn, ...], Field(title="旧的内容", max_length=200)] = ()


class TemplateIn(Form):
    """The accounts of an organ for a kind, in every column or in one; none at all: what is wider holds."""

    org: Annotated[OrgCode, Field(title="机构代码")]
    kind: Annotated[AnyKind, Field(title="种类")] = "any"
    column: Annotated[Line | None, Field(title="栏目", max_length=32)] = None
    accounts: Annotated[tuple[Slug, ...], Field(title="账号", max_length=200)]


class RescheduleIn(Form):
    """From when on a planned release goes out; left out or null: at once."""

    not_before: Annotated[Moment | None, Field(title="不早于")] = None


class WithdrawIn(Form):
    """Readers see the reason with its type, and are led to the item that takes this one's place."""

    withdrawn_as: Annotated[WithdrawnAs, Field(title="撤回类型")] = "other"
    reason: Annotated[Filled, Field(title="撤回原因", max_length=200)]
    replaced_by: Annotated[Id | None, Field(title="取代它的稿件")] = None


class ReplacedIn(Form):
    """Which item takes this one's place; null: none does any more."""

    item: Annotated[Id | None, Field(title="新的稿件")]


class EvidenceIn(Form):
    """Where, when and by whom something was shown that no platform confirms."""

    place: Annotated[Filled, Field(title="公开地点", max_length=200)]
    shown_at: Annotated[Moment, Field(title="公开时间")]
    shown_by: Annotated[Filled, Field(title="经办人", max_length=60)]
    picture: Annotated[Sha256 | None, Field(title="照片")] = None
    note: Annotated[Prose | None, Field(title="备注", max_length=500)] = None


class DecisionIn(Form):
    """What a person saw on the platform; `link` is asked for when it is there.

    `tries` is the number of tries that the delivery had when he looked; another number is refused.
    `elsewhere` stands by a link on a host that the account's channel does not know.
    """

    verdict: Annotated[Verdict, Field(title="判断")]
    link: Annotated[Line | None, Field(title="平台上的链接", max_length=500, pattern=r"^https?://")] = None
    live_at: Annotated[Moment | None, Field(title="发布时间")] = None
    tries: Annotated[int | None, Field(title="已发送次数", ge=0, le=1_000_000)] = None
    elsewhere: Annotated[bool, Field(title="确认链接在别的网站")] = False


class TakenDownIn(Form):
    """How a post that no call can remove was taken down; `picture` is the hash of one uploaded before."""

    proof: Annotated[Filled, Field(title="撤下情况", max_length=500)]
    picture: Annotated[Sha256 | None, Field(title="照片")] = None


class UrgentIn(Form):
    """Why it cannot wait."""

    reason: Annotated[Filled, Field(title="加急理由", max_length=200)]


class WaiveIn(Form):
    """Why a document needs no interpretation."""

    reason: Annotated[Filled, Field(title="理由", max_length=200)]
