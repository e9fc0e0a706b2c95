"""What comes in about the columns of the site: one, a change of one, an order, a merger."""

from typing import Annotated, Any, Final

from pydantic import Field

from server.core.organs import get_org
from server.forms.words import Filled, Form, OrgCode, Prose
from server.store.site_columns import ColumnRow
from server.store.tx import Tx

TYPES: Final = (
    "政策文件", "政策解读", "政务动态", "通知公告", "回应关切",
    "信息公开指南", "信息公开制度", "信息公开年报",
)  # fmt: skip
"""The words for the type of a column that this program acts upon; others are taken as well."""


Seen = Annotated[int, Field(title="看到的版本", ge=0, le=1_000_000_000)]
Slug = Annotated[str, Field(title="代码", min_length=1, max_length=32)]
SilentDays = Annotated[int | None, Field(title="多少天没有更新要提醒", ge=1, le=3660)]


Parent = Annotated[str | None, Field(title="上级栏目", min_length=1, max_length=32)]


class ColumnIn(Form):
    """A new column; `version` is that of the list its author has seen."""

    version: Seen
    slug: Slug
    name: Annotated[Filled, Field(title="名称", max_length=40)]
    type: Annotated[Filled, Field(title="类型", max_length=40)]
    description: Annotated[Prose, Field(title="说明", max_length=200)] = ""
    in_menu: Annotated[bool, Field(title="在导航中显示")] = True
    org: Annotated[OrgCode | None, Field(title="负责机构")] = None
    silent_days: SilentDays = None
    parent: Parent = None

    async def row(self, tx: Tx) -> ColumnRow:
        """Give the column; refuses an organ that is not there."""
        return ColumnRow(
            self.slug, self.slug, self.name, self.type, self.description, 0, in_menu=self.in_menu,
            org_id=await _org_id(tx, self.org), silent_days=self.silent_days, parent=self.parent,
        )  # fmt: skip


class ColumnChangeIn(Form):
    """What is to be different about a column; what is left out stays.

    null for `org` makes it nobody's own, null for `silent_days` leaves the days to its type, null for
    `parent` puts it on the first level.
    """

    version: Seen
    name: Annotated[Filled, Field(title="名称", max_length=40)] = ""
    type: Annotated[Filled, Field(title="类型", max_length=40)] = ""
    description: Annotated[Prose, Field(title="说明", max_length=200)] = ""
    address: Annotated[str, Field(title="网址", max_length=32)] = ""
    is_open: Annotated[bool, Field(title="接收新稿件")] = True
    in_menu: Annotated[bool, Field(title="在导航中显示")] = True
    org: Annotated[OrgCode | None, Field(title="负责机构")] = None
    silent_days: SilentDays = None
    parent: Parent = None

    async def changes(self, tx: Tx) -> dict[str, Any]:
        """Give what was said; refuses an organ that is not there."""
        told = self.model_dump(exclude_unset=True, exclude={"version", "org"})
        return {**told, "org_id": await _org_id(tx, self.org)} if "org" in self.model_fields_set else told


class ColumnOrderIn(Form):
    """The columns in the order that they are to have."""

    version: Seen
    slugs: Annotated[tuple[Slug, ...], Field(title="顺序", min_length=1, max_length=200)]


class ColumnMergeIn(Form):
    """Another column, of which this one becomes part."""

    version: Seen
    into: Annotated[Slug, Field(title="并入的栏目")]


async def _org_id(tx: Tx, code: str | None) -> str | None:
    return None if code is None else (await get_org(tx, code, field="org")).id
