"""The fifteen kinds of information that must be published, and the words that suggest one of them.

Source: 《政府信息公开条例》（国令第711号）第二十条; the names here are short ones. The four parts of
the section are those of 国办公开办函〔2019〕61号 (server/RULES.md).
"""

from dataclasses import dataclass
from typing import Final

from channels.item import Kind


@dataclass(frozen=True, slots=True)
class StatutoryKind:
    """One of the fifteen kinds: its number in Art. 20, its short name, and the words it goes by."""

    number: int
    name: str
    words: tuple[str, ...]


FIFTEEN: Final[tuple[StatutoryKind, ...]] = (
    StatutoryKind(1, "法规、规章和规范性文件", ("法规", "规章", "规范性文件")),
    StatutoryKind(2, "机关职能与机构设置", ("机关职能", "机构设置", "机构职能", "领导信息", "联系方式")),
    StatutoryKind(3, "规划及相关政策", ("规划", "国民经济和社会发展计划")),
    StatutoryKind(4, "统计信息", ("统计",)),
    StatutoryKind(5, "行政许可和管理服务事项", ("行政许可", "许可", "审批", "服务事项", "办事指南")),
    StatutoryKind(6, "行政处罚和行政强制", ("行政处罚", "处罚", "行政强制")),
    StatutoryKind(7, "财政预算、决算", ("预算", "决算", "财政", "三公经费")),
    StatutoryKind(8, "行政事业性收费", ("行政事业性收费", "收费")),
    StatutoryKind(9, "政府集中采购", ("政府采购", "集中采购", "采购")),
    StatutoryKind(10, "重大建设项目", ("重大建设项目", "重大项目", "建设项目")),
    StatutoryKind(
        11,
        "扶贫、教育、医疗、社会保障和就业",
        ("扶贫", "乡村振兴", "教育", "医疗", "卫生", "社会保障", "社会救助", "医保", "就业", "民政"),
    ),
    StatutoryKind(12, "突发公共事件", ("应急", "突发", "预警", "防汛", "抗旱")),
    StatutoryKind(
        13,
        "环境、卫生、生产、食药和产品质量监督",
        ("环境保护", "生态环境", "公共卫生", "安全生产", "食品", "药品", "产品质量"),
    ),
    StatutoryKind(14, "公务员招考", ("公务员", "招考", "招录", "录用")),
    StatutoryKind(15, "其他应主动公开的信息", ()),
)


def suggested_kinds(kind: Kind, said: str) -> tuple[int, ...]:
    """Guess the kinds of an item from what its metadata say; a suggestion for a person, and nothing more.

    What nothing names is the fifteenth kind if it is an announcement; news, interpretations and answers
    belong to the section only when their words say so.
    """
    found = [one.number for one in FIFTEEN if any(word in said for word in one.words)]
    if kind == "policy" and 1 not in found:
        found.insert(0, 1)
    if not found and kind == "notice":
        found.append(15)
    return tuple(found)


PARTS: Final = (
    ("guide", "政府信息公开指南", ("政府信息公开指南", "信息公开指南")),
    ("rules", "政府信息公开制度", ("政府信息公开制度", "信息公开制度")),
    ("content", "法定主动公开内容", ()),
    ("reports", "政府信息公开年报", ("政府信息公开年报", "信息公开年报")),
)
"""Part, its name, and the ColumnType words of the column that holds it."""

SECTION_TYPES: Final = frozenset(word for _part, _name, words in PARTS for word in words)
