"""server/review/wording.py: listed words in their surroundings, leaders with their posts."""

import pytest

from server.review.inspect import Lists
from server.review.starting import STARTING_LIST
from server.review.word import Word
from server.review.wording import Wordings
from tests.review.subjects import TODAY, found_in, rules_in


def lists(*words: Word) -> Lists:
    return Lists(TODAY, Wordings.of(words))


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("中华人民大和国", "中华人民共和国"),
        ("旗人名政府", "人民政府"),
        ("成立领导小姐", "领导小组"),
        ("群众倍受青睐", "备受青睐"),
        ("请登陆官网并输入账号", "登录"),
        ("截止目前", "截至目前"),
        ("台湾总统发表讲话", "台湾地区领导人"),
        ("完成设备按装", "安装"),
        ("己经办理完毕", "已经"),
        ("认真受理群众反应情况", "反映情况"),
    ],
)
def test_a_listed_word_is_found_with_its_right_form(text: str, right: str):
    (one,) = found_in(f"<p>{text}。</p>")
    assert one.suggestion == right


@pytest.mark.parametrize(
    "text",
    [
        "台风登陆我省", "登陆作战", "中华人民共和国", "报名截止到12月1日", "请登录官网", "关于印发条例的通知",
        "逐条列出", "十一但书", "人民政府", "备受青睐", "分条列举",
        "按装机容量补贴", "按装修面积计算", "自己经营的店铺", "究竟争议在哪里", "药品不良反应情况通报",
        "接受予以登记的申请", "由知己经手", "来自已的", "台湾地区领导人", "台湾同胞", "所谓台湾总统",
        "台湾当局", "内地和香港", "储蓄牧民", "正规化建设", "民事权利机关", "一脉博大精深",
        "面对严峻工作形势", "险峻工程地段设置警示标志", "登记帐篷和棉被的数量", "周转帐篷20顶",
        "蚊帐单价不超过50元", "按装载量计费", "按装运批次验收", "按装饰工程管理",
        "按装订顺序整理档案", "按装表户数收取", "按照过渡假期安排", "引渡假释人员",
        "接受予人方便的教育", "知识产权利机关", "招聘启示录征文", "生活必需严格保障供应",
        "搬迁徒步道施工", "全国人大代表大会前视察", "国库卷宗归档", "入场卷烟零售户",
        "储蓄牧业贷款余额", "行人情事故责任认定", "群众对政策的反应情况", "客户来电咨询接种反应情况",
        "政务公开工作坐阵地前移", "毛竟争取项目资金",
    ],
)  # fmt: skip
def test_a_right_word_is_left_alone(text: str):
    assert rules_in(f"<p>{text}。</p>") == []


def test_the_names_of_the_state_block_and_slips_only_warn():
    found = found_in("<p>中华人民大和国，园满完成。</p>")
    assert [(one.words, one.severity) for one in found] == [
        ("中华人民大和国", "blocking"),
        ("园满", "warning"),
    ]


def test_no_line_of_the_starting_list_finds_its_own_right_form():
    for word in STARTING_LIST:
        assert rules_in(f"<p>{word.right}</p>") == [], word


def test_a_wrong_word_within_its_right_form_is_right():
    mine = lists(Word("信息公开条例", "政府信息公开条例"))
    assert rules_in("<p>政府信息公开条例</p>", mine) == []
    assert rules_in("<p>依照信息公开条例</p>", mine) == ["misspelling"]


def test_a_word_for_titles_weighs_there_and_another_way_elsewhere():
    mine = lists(
        Word("其它", "其他", severity="note"), Word("其它", "其他", severity="blocking", place="title")
    )
    found = found_in("<p>其它</p>", mine, title="其它工作")
    assert {one.place.field: one.severity for one in found} == {"title": "blocking", "body": "note"}


def test_an_office_can_overrule_a_line_of_the_starting_list():
    mine = lists(Word("园满", "圆满", severity="blocking"))
    assert [one.severity for one in found_in("<p>园满</p>", mine)] == ["blocking"]


@pytest.mark.parametrize(
    ("text", "rules"), [("副旗长甲某某出席", ["leader_post"]), ("旗长甲某某出席", []), ("甲某某出席", [])]
)
def test_a_leader_is_named_with_his_own_post(text: str, rules: list[str]):
    mine = lists(Word("甲某某", "旗委副书记、旗长", severity="blocking", kind="leader"))
    assert rules_in(f"<p>{text}。</p>", mine) == rules


def test_a_name_behind_a_leaders_post_that_is_nearly_his_is_doubted():
    mine = lists(Word("甲某某", "旗长", severity="blocking", kind="leader"))
    (one,) = found_in("<p>旗长甲某谋出席。</p>", mine)
    assert (one.rule, one.words, one.suggestion) == ("leader_name", "甲某谋", "甲某某")


def test_a_number_that_the_office_publishes_is_no_finding():
    mine = lists(Word("138-1234-5678", kind="office_phone"))
    assert rules_in("<p>甲某 13812345678</p>", mine) == []
