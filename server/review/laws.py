"""Titles of laws and regulations as texts quote them, and documents that are cited with their 文号."""

import re
from collections.abc import Iterator
from typing import Final

from server.review.findings import Finding
from server.review.numbers import NUMBER
from server.review.sources import CORRECT
from server.review.subject import Passage

_NATION: Final = "中华人民共和国"
# The core of each title, without the state's name that belongs in front of the first kind.
_NATIONAL: Final = frozenset({
    "政府信息公开条例", "个人信息保护法", "网络安全法", "数据安全法", "行政许可法", "行政处罚法",
    "行政强制法", "行政复议法", "行政诉讼法", "国家赔偿法", "保守国家秘密法", "公务员法", "安全生产法",
    "食品安全法", "药品管理法", "土地管理法", "城乡规划法", "环境保护法", "水污染防治法", "大气污染防治法",
    "固体废物污染环境防治法", "草原法", "森林法", "防沙治沙法", "民族区域自治法", "政府采购法",
    "招标投标法", "预算法", "审计法", "统计法", "突发事件应对法", "消防法", "防震减灾法", "传染病防治法",
    "义务教育法", "未成年人保护法", "残疾人保障法", "老年人权益保障法", "妇女权益保障法", "社会保险法",
    "劳动合同法", "就业促进法", "退役军人保障法", "乡村振兴促进法", "农村土地承包法", "村民委员会组织法",
    "无障碍环境建设法", "反食品浪费法", "治安管理处罚法", "道路交通安全法",
})  # fmt: skip
_PLAIN: Final = frozenset({
    "社会救助暂行办法", "优化营商环境条例", "重大行政决策程序暂行条例", "政府网站发展指引", "信访工作条例",
})  # fmt: skip
_LAWS: Final = {**dict.fromkeys(_PLAIN, False), **dict.fromkeys(_NATIONAL, True)}
_KNOWN: Final = _NATIONAL | _PLAIN | {_NATION + core for core in _NATIONAL}
_QUOTED: Final = re.compile(r"《([^《》\n]{4,40})》")
_VERSION: Final = re.compile(r"[（(][^（）()]*(?:修正|修订|征求意见|草案|送审|试行|年)[^（）()]*[)）]$")
_ENDINGS: Final = ("条例", "办法", "指引", "法")
# 文号 → title of documents that every office cites (domain of open government); RULES.md says where from.
_CITED: Final = {
    "国办发〔2017〕47号": "政府网站发展指引",
    "国办发〔2018〕123号": "关于推进政务新媒体健康有序发展的意见",
    "国办发〔2016〕80号": "关于全面推进政务公开工作的意见》实施细则",
    "国办秘函〔2019〕19号": "政府网站与政务新媒体检查指标",
    "国办发〔2014〕32号": "关于加强和规范政府信息公开情况统计报送工作的通知",
    "国办公开办函〔2021〕30号": "中华人民共和国政府信息公开工作年度报告格式",
}
_NEAR: Final = 25


def law_titles(passage: Passage) -> Iterator[Finding]:
    """Give quoted titles that are nearly those of a known law, with the right one."""
    for quoted in _QUOTED.finditer(passage.text):
        title = _VERSION.sub("", quoted[1]).strip()
        if title in _KNOWN:
            continue
        right = _nearest(title)
        if right is not None:
            place = passage.place(quoted.start(1), len(title))
            reason = f"法律法规名称应为《{right}》"
            yield Finding("law_title", "warning", place, f"《{title}》", reason, CORRECT, right)


def cited_numbers_of_titles(passage: Passage) -> Iterator[Finding]:
    """Give well-known documents that are cited with another's 文号."""
    for number, title in _CITED.items():
        for match in re.finditer(re.escape(f"《{title}"), passage.text):
            behind = NUMBER.search(passage.text, match.end(), match.end() + _NEAR)
            body = number.partition("〔")[0]
            if behind and passage.text.endswith(body, 0, behind.start()) and body + behind.group() != number:
                begin = behind.start() - len(body)
                place = passage.place(begin, behind.end() - begin)
                reason = f"《{title.partition('》')[0]}》的文号应为{number}"
                words = f"{body}{behind.group()}"
                yield Finding("cited_number_wrong", "warning", place, words, reason, CORRECT, number)


def _nearest(title: str) -> str | None:
    has_nation = title.startswith(_NATION)
    core = title.removeprefix(_NATION)
    ending = next((one for one in _ENDINGS if core.endswith(one)), "")
    if core in _LAWS or len(core) < 5:
        return None
    for known, national in _LAWS.items():
        allowed = 1 if len(known) < 8 else 2
        if not known.endswith(ending or "\0") and abs(len(known) - len(core)) > 0:
            continue
        # With the state's name in front the meaning is plain; without it a short title may be another's.
        if (has_nation or len(known) >= 8) and _distance(core, known, allowed) <= allowed:
            return (_NATION if has_nation and national else "") + known
    return None


def _distance(one: str, other: str, most: int) -> int:
    """Give how many signs must change to make one word of the other; `most` + 1 for more than `most`."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    line = list(range(len(other) + 1))
    for row, sign in enumerate(one, 1):
        before, line[0] = line[0], row
        for column, against in enumerate(other, 1):
            before, line[column] = (
                line[column],
                min(line[column] + 1, line[column - 1] + 1, before + (sign != against)),
            )
    return min(line[-1], most + 1)
