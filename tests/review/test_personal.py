"""server/review/personal.py: what is personal is found, and what only looks so is left alone."""

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum import luhn
from stdnum.iso7064 import mod_11_2

from server.review.masks import mask_identity, mask_mobile
from tests.review.subjects import CARD, IDENTITY, found_in, rules_in, written


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        (f"<p>张某，身份证号{IDENTITY}。</p>", "identity_number"),
        (f"<p>{IDENTITY}</p>", "identity_number"),
        ("<p>身份证号 150624 19900101 0014</p>", "identity_number"),
        ("<p>身份证号１５０６２４１９９００１０１００１４</p>", "identity_number"),
        ("<p>1506<strong>2419900101</strong>0014</p>", "identity_number"),
        ("<p>身份证号150624199001010015</p>", "identity_number_doubtful"),
        ("<p>身份证号150624900101001</p>", "identity_number_old"),
        ("<p>张某 13812345678</p>", "mobile_number"),
        ("<p>张某 138-1234-5678</p>", "mobile_number"),
        ("<p>张某 +86 13812345678</p>", "mobile_number"),
        ("<p>联系电话：13812345678</p>", "mobile_contact"),
        (f"<p>银行卡号{CARD}</p>", "bank_card"),
        ("<p>账号：6222 0212 3456 7890 128</p>", "bank_card"),
        (f"<p>{CARD}</p>", "bank_card_doubtful"),
        ("<p>护照号码E12345678</p>", "passport"),
        ("<p>家庭住址：某镇某村3组12号</p>", "home_address"),
        ("<p>张某某，男，住某旗某镇某村三组12号</p>", "home_address"),
        ("<p>住址：某旗某苏木某嘎查</p>", "home_address"),
        ("<table><tr><th>姓名</th><th>住址</th></tr><tr><td>甲某</td><td>某苏木某嘎查2社5号</td></tr></table>",
         "home_address"),
    ],
)  # fmt: skip
def test_personal_data_is_found(body: str, rule: str):
    assert rules_in(body) == [rule]


@pytest.mark.parametrize(
    "body",
    [
        "<p>索引号 000014349/2018-00549，文号 某政办发〔2026〕13号</p>",
        "<p>统一社会信用代码 11150624011527918X</p>",
        "<p>统一社会信用代码：150624199001010014</p>",
        "<p>电话 0477-6212345，传真 0477-6212346，热线 12345</p>",
        "<p>项目代码 2018-150624-48-03-012345</p>",
        "<p>合同编号：13812345678</p>",
        "<p>补助资金13812345678元</p>",
        "<p>合计 13812345678.25</p>",
        "<p>流水号 20260101138123456789012</p>",
        "<p>证书号E12345678，车牌蒙K12345</p>",
        "<p>缴款账户：某旗财政局，账号 0612001022000123456</p>",
        "<p>办公地址：某镇某街12号政务服务中心3楼</p>",
        "<p>项目地点：某苏木某嘎查3社</p>",
        "<p>改造道路，住房12户；新建小区，住宅3栋</p>",
        "<p>身份证号150624199002290010</p>",
        "<p>身份证号15062420270101001X</p>",
        "<p>身份证号990624199001010010</p>",
        "<p>公示期2026年1月1日至2026年1月10日，坐标 109.123456，39.123456</p>",
        "<p>条码 6901234567892 批号 20260101</p>",
        "<p>身份证号15*************014，电话138****5678</p>",
        "<p>详见 https://example.gov.cn/art/2026/1/1/art_13812345678_1.html</p>",
    ],
)
def test_what_is_not_personal_is_left_alone(body: str):
    assert rules_in(body) == []


@pytest.mark.parametrize(
    ("heads", "rule"),
    [
        (("姓名", "联系电话"), "mobile_number"),
        (("姓名", "职务", "联系电话"), "mobile_contact"),
        (("单位", "联系人姓名", "联系电话"), "mobile_contact"),
    ],
)
def test_the_telephones_of_a_list_of_people_block_and_those_of_offices_do_not(
    heads: tuple[str, ...], rule: str
):
    row = "".join(f"<td>{'13812345678' if '电话' in head else '甲某'}</td>" for head in heads)
    head = "".join(f"<th>{one}</th>" for one in heads)
    assert rules_in(f"<table><tr>{head}</tr><tr>{row}</tr></table>") == [rule]


def test_the_words_of_a_finding_are_masked_and_its_place_is_exact():
    body = f"<p>张某&nbsp;&amp;{IDENTITY}。</p>"
    (one,) = found_in(body)
    assert (one.words, one.suggestion, written(body, one)) == (
        "15*************014", "15*************014", IDENTITY,
    )  # fmt: skip


def test_nothing_of_a_number_but_its_mask_is_kept_in_a_finding():
    assert IDENTITY not in repr(found_in(f"<p>{IDENTITY}</p>"))


@pytest.mark.parametrize("field", ["title", "summary", "overview", "source"])
def test_every_field_that_readers_see_is_looked_through(field: str):
    found = found_in("<p>正文</p>", **{field: f"公示 {IDENTITY}"})
    assert [(one.rule, one.place.field, one.place.offset) for one in found] == [("identity_number", field, 3)]


@settings(max_examples=50, deadline=None)
@given(
    st.from_regex(
        r"15062[0-9](19[5-9][0-9]|200[0-9])(0[1-9]|1[0-2])(0[1-9]|1[0-9]|2[0-8])[0-9]{3}", fullmatch=True
    )
)
def test_every_resident_number_with_a_right_check_digit_blocks(front: str):
    number = front + mod_11_2.calc_check_digit(front)
    assert "identity_number" in rules_in(f"<p>姓名甲某，{number}</p>")


@settings(max_examples=50, deadline=None)
@given(st.from_regex(r"62[0-9]{13,16}", fullmatch=True))
def test_every_card_of_a_known_issuer_with_a_right_check_digit_blocks_behind_its_name(front: str):
    number = front + luhn.calc_check_digit(front)
    assert "bank_card" in rules_in(f"<p>银行卡号：{number}</p>")


@given(
    st.text(
        st.characters(exclude_characters="0123456789０１２３４５６７８９", exclude_categories=["Nd", "Cs"]),
        max_size=200,
    )
)
def test_a_text_without_figures_has_no_numbers_in_it(text: str):
    rules = {"identity_number", "mobile_number", "mobile_contact", "bank_card", "passport"}
    escaped = text.replace("&", "&amp;").replace("<", "&lt;")
    assert not rules & set(rules_in(f"<p>{escaped}</p>"))


@settings(max_examples=50, deadline=None)
@given(st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True))
def test_a_masked_mobile_number_is_found_no_more(number: str):
    assert rules_in(f"<p>{mask_mobile(number)}</p>") == []


def test_masks_have_the_official_form():
    assert mask_mobile("+86 138 1234 5678") == "138****5678"
    assert re.fullmatch(r"\d{2}\*{13}\d{3}", mask_identity(IDENTITY))


@pytest.mark.parametrize("digits", ["٠١٢٣٤٥٦٧٨٩", "०१२३४५६७८९"])
def test_figures_of_other_scripts_are_no_numbers_and_no_fault(digits: str):
    other = CARD.translate({ord(str(n)): sign for n, sign in enumerate(digits)})
    assert rules_in(f"<p>银行卡号{other}</p>") == []


@pytest.mark.slow
def test_two_megabytes_pasted_are_looked_through_in_seconds():
    body = "".join(
        f"<p>各镇人民政府：第{n}条，依照《中华人民共和国政府采购法》和某政办发〔2026〕{n % 90 + 1}号。</p>"
        for n in range(28_000)
    )
    assert len(body.encode()) > 2_000_000
    begun = time.process_time()
    assert rules_in(body) == []
    assert time.process_time() - begun < 20
