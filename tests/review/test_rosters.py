"""server/review/rosters.py: lists of names with what is sensitive about them."""

import pytest

from tests.review.subjects import found_in, rules_in


def _table(*rows: tuple[str, ...]) -> str:
    lines = ("".join(f"<td><p>{cell}</p></td>" for cell in row) for row in rows)
    return "<table>" + "".join(f"<tr>{line}</tr>" for line in lines) + "</table>"


@pytest.mark.parametrize(
    ("heads", "rule"),
    [
        (("姓名", "残疾等级"), "roster_health"),
        (("序号", "姓名", "病种"), "roster_health"),
        (("申请人", "救助金额", "临时救助原因"), "roster_need"),
        (("姓名", "监护人", "学籍号"), "roster_minors"),
    ],
)
def test_a_list_of_people_with_sensitive_columns_is_found_once(heads: tuple[str, ...], rule: str):
    rows = [tuple("甲某" if head in ("姓名", "申请人") else "二" for head in heads) for _ in range(3)]
    assert rules_in(_table(heads, *rows)) == [rule]


def test_the_place_of_a_list_is_the_head_of_its_names():
    (one,) = found_in(_table(("序号", "姓名", "病种"), ("1", "甲某", "某"), ("2", "乙某", "某")))
    assert (one.words, one.severity) == ("姓名", "blocking")


@pytest.mark.parametrize(
    ("heads", "row"),
    [
        (("单位", "联系电话"), ("某局", "0477-6212345")),
        (("姓名", "职务"), ("甲某", "主任")),
        (("疾病名称", "病例数"), ("流感", "3")),
        (("项目名称", "低保资金"), ("某项目", "30")),
    ],
)
def test_a_table_without_both_is_none(heads: tuple[str, ...], row: tuple[str, ...]):
    assert rules_in(_table(heads, row, row)) == []


def test_a_title_about_need_makes_a_plain_list_doubtful():
    body = _table(("姓名", "所在嘎查"), ("甲某", "某嘎查"), ("乙某", "某嘎查"))
    assert rules_in(body, title="关于临时救助对象的公示") == ["roster_need"]
