"""How an office reviews: the levels it sets itself, and who acts for whom."""

from typing import Annotated, Literal

from pydantic import Field

from channels.item import Kind
from server.forms.words import Filled, Form, Login, Moment, OrgCode
from server.store.levels import LevelRole

AnyKind = Kind | Literal["any"]


class LevelIn(Form):
    """One level: who decides, and its name."""

    role: Annotated[LevelRole, Field(title="审核角色")]
    name: Annotated[Filled, Field(title="名称", max_length=30)]


class LevelsIn(Form):
    """The levels of an organ for a kind, first to last; none at all: those of the organ above hold."""

    org: Annotated[OrgCode, Field(title="机构代码")]
    kind: Annotated[AnyKind, Field(title="种类")] = "any"
    levels: Annotated[tuple[LevelIn, ...], Field(title="审核层级", max_length=3)]


class DeputyIn(Form):
    """Who acts for whom, by login, and when."""

    principal: Annotated[Login, Field(title="被代理人")]
    deputy: Annotated[Login, Field(title="代理人")]
    begins_at: Annotated[Moment, Field(title="开始时间")]
    ends_at: Annotated[Moment, Field(title="结束时间")]
    reason: Annotated[Filled, Field(title="原因", max_length=200)]
