"""People of the office, their roles, passwords and tokens, and the organs, as a person writes them."""

from typing import Annotated

from pydantic import Field

from server.forms.words import Filled, Form, Login, OrgCode
from server.store.people import Role


class GrantIn(Form):
    """A role at an organ and everything below it."""

    org: Annotated[OrgCode, Field(title="机构代码")]
    role: Annotated[Role, Field(title="角色")]


class WhoIn(Form):
    """Which person."""

    login: Annotated[Login, Field(title="登录名")]


class NamedIn(WhoIn):
    """Who a new person is."""

    name: Annotated[Filled, Field(title="姓名", max_length=60)]


class PersonIn(NamedIn):
    """A new person. The password never comes back."""

    password: Annotated[str, Field(title="口令", max_length=128, repr=False)]
    grants: Annotated[tuple[GrantIn, ...], Field(title="角色", min_length=1, max_length=50)]


class PracticeIn(Form):
    """Whether an organ practises."""

    org: Annotated[OrgCode, Field(title="机构代码")]
    practice: Annotated[bool, Field(title="演练")]


class PersonRoleIn(WhoIn):
    """A role of a person at an organ and everything below it."""

    org: Annotated[OrgCode, Field(title="机构代码")]
    role: Annotated[Role, Field(title="角色")]


class ResetIn(WhoIn):
    """Another password for a person."""

    password: Annotated[str, Field(title="口令", max_length=128, repr=False)]


class TopOrgIn(Form):
    """A new organ with none above it."""

    code: Annotated[OrgCode, Field(title="机构代码")]
    name: Annotated[Filled, Field(title="机构名称", max_length=100)]


class OrgIn(TopOrgIn):
    """A new organ below one that the caller manages."""

    parent: Annotated[OrgCode, Field(title="上级机构代码")]


class TokenIn(Form):
    """A new token, for the caller or for a person he manages; `only_role` narrows what it opens."""

    name: Annotated[Filled, Field(title="用途", max_length=60)]
    person: Annotated[Login | None, Field(title="登录名")] = None
    only_role: Annotated[Role | None, Field(title="只限角色")] = None
    days: Annotated[int, Field(title="有效天数", ge=1, le=3660)] = 365
