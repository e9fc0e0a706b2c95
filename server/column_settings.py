"""The columns of the site as the settings file names them, and the places in which they may stand."""

from collections.abc import Mapping
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

Slug = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,31}$")]
Name = Annotated[str, Field(min_length=1, max_length=80)]


class ColumnSettings(BaseModel):
    """栏目；`type` is a ColumnType word of 国办发〔2017〕47号. `parent` is the slug of the one above it."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    slug: Slug
    name: Name
    type: Name
    description: Annotated[str, Field(max_length=200)] = ""
    parent: Slug | Literal[""] = ""


USUAL_COLUMNS: Final = (
    ColumnSettings(
        slug="zcwj", name="政策文件", type="政策文件", description="旗人民政府及其办公室制发的政策文件"
    ),
    ColumnSettings(slug="zcjd", name="政策解读", type="政策解读", description="政策文件的解读材料"),
    ColumnSettings(slug="ywdt", name="要闻动态", type="政务动态", description="旗内要闻和工作动态"),
    ColumnSettings(slug="tzgg", name="通知公告", type="通知公告", description="面向社会的通知和公告"),
    ColumnSettings(slug="hygq", name="回应关切", type="回应关切", description="对社会关切的回应"),
    ColumnSettings(slug="xxgknb", name="年报", type="信息公开年报", description="政府信息公开工作年度报告"),
)


def placed(columns: tuple[ColumnSettings, ...]) -> tuple[ColumnSettings, ...]:
    """Give the columns with what stands below one right behind it.

    Raises ValueError for a slug that is named twice and for a place that is none.
    """
    above = {column.slug: column.parent for column in columns}
    if len(above) != len(columns):
        raise ValueError("栏目的 slug 不能重复")
    for slug, parent in above.items():
        if parent:
            _refuse_place(above, slug, parent)
    tops = [column for column in columns if not column.parent]
    return tuple(
        one for top in tops for one in (top, *(below for below in columns if below.parent == top.slug))
    )


def _refuse_place(above: Mapping[str, str], slug: str, parent: str) -> None:
    """Refuse a column below itself, below none or below one that has its own above; `above` by slug."""
    if parent == slug:
        raise ValueError(f"栏目 {slug} 的 parent 是它自己：栏目不能放在自己下面")
    if parent not in above:
        raise ValueError(f"栏目 {slug} 的 parent 是 {parent}，但没有 slug 为 {parent} 的栏目")
    way = [slug, parent]
    while above.get(way[-1]) and way[-1] not in way[:-1]:
        way.append(above[way[-1]])
    if way[-1] == slug:
        raise ValueError(f"栏目的 parent 绕成了圈：{' → '.join(way)}")
    if above[parent]:
        raise ValueError(f"栏目 {slug} 在 {parent} 下面，{parent} 又在 {above[parent]} 下面：栏目只有两级")
