"""《政府信息公开情况统计表》 (国办发〔2014〕32号), filed with the reports of 2014 to 2018.

The wording of many rows is from memory, marked so in RULES.md §1; aliases are how reports write them.
"""

from typing import Final

from server.report.forms.form import AtMost, Equation, Form, Row, Table

TOTAL: Final = "(一)主动公开政府信息数"
FIGURE: Final = "统计数"
CHANNELS: Final = (
    Row("1.政府公报公开政府信息数", "条", ("政府公报公开政府信息", "政府公报")),
    Row(
        "2.政府网站公开政府信息数",
        "条",
        ("政府网站公开政府信息", "政府门户网站公开政府信息", "政府网站", "门户网站", "政府门户网站"),
    ),
    Row("3.政务微博公开政府信息数", "条", ("政务微博公开政府信息条数", "政务微博公开政府信息", "政务微博")),
    Row("4.政务微信公开政府信息数", "条", ("政务微信公开政府信息条数", "政务微信公开政府信息", "政务微信")),
    Row("5.其他方式公开政府信息数", "条", ("其他方式公开政府信息", "其他方式")),
)  # fmt: skip
_WAYS: Final = (
    Row("1.当面申请数", aliases=("当面申请",)),
    Row("2.传真申请数", aliases=("传真申请",)),
    Row("3.网络申请数", aliases=("网络申请", "网上申请")),
    Row("4.信函申请数", aliases=("信函申请", "来信申请")),
)
_IN_TIME: Final = (Row("1.按时办结数", aliases=("按时办结",)), Row("2.延期办结数", aliases=("延期办结",)))
_REASONS: Final = (
    Row("涉及国家秘密"),
    Row("涉及商业秘密"),
    Row("涉及个人隐私"),
    Row("危及国家安全、公共安全、经济安全和社会稳定"),
    Row("不是《条例》所指政府信息"),
    Row("法律法规规定的其他情形"),
)
_REPLIES: Final = (
    Row("1.属于已主动公开范围数", aliases=("属于已主动公开范围",)),
    Row("2.同意公开答复数", aliases=("同意公开答复",)),
    Row("3.同意部分公开答复数", aliases=("同意部分公开答复",)),
    Row("4.不同意公开答复数", aliases=("不同意公开答复",)),
    Row("5.不属于本行政机关公开数", aliases=("不属于本行政机关公开",)),
    Row("6.申请信息不存在数", aliases=("申请信息不存在",)),
    Row("7.告知作出更改补充数", aliases=("告知作出更改补充",)),
    Row("8.告知通过其他途径办理数", aliases=("告知通过其他途径办理",)),
)
_REVIEWS: Final = (
    Row("(一)维持具体行政行为数", within="四"),
    Row("(二)被依法纠错数", within="四"),
    Row("(三)其他情形数", within="四"),
)
_SUITS: Final = (
    Row("(一)维持具体行政行为或者驳回原告诉讼请求数", within="五"),
    Row("(二)被依法纠错数", within="五"),
    Row("(三)其他情形数", within="五"),
)
_STAFF: Final = (Row("1.专职人员数", "人", ("专职人员",)), Row("2.兼职人员数", "人", ("兼职人员",)))

ROWS: Final = (
    Row(TOTAL, "条", ("主动公开政府信息数", "主动公开政府信息")),
    Row("其中:主动公开规范性文件数", "条", ("主动公开规范性文件",)),
    Row("制发规范性文件总数", "件"),
    *CHANNELS,
    Row("(一)回应公众关注热点或重大舆情数", "次", ("回应公众关注热点或重大舆情数量",)),
    Row("1.参加或举办新闻发布会总次数", "次"),
    Row("其中:主要负责同志参加新闻发布会次数", "次"),
    Row("2.政府网站在线访谈次数", "次"),
    Row("其中:主要负责同志参加政府网站在线访谈次数", "次"),
    Row("3.政策解读稿件发布数", "篇"),
    Row("4.微博微信回应事件数", "次"),
    Row("5.其他方式回应事件数", "次"),
    Row("(一)收到申请数", aliases=("收到申请",)),
    *_WAYS,
    Row("(二)申请办结数", aliases=("申请办结",)),
    *_IN_TIME,
    Row("(三)申请答复数", aliases=("申请答复",)),
    *_REPLIES[:4],
    *_REASONS,
    *_REPLIES[4:],
    Row("四、行政复议数量", aliases=("行政复议数",)),
    *_REVIEWS,
    Row("五、行政诉讼数量", aliases=("行政诉讼数",)),
    *_SUITS,
    Row("六、举报投诉数量", aliases=("举报投诉数",)),
    Row("七、依申请公开信息收取的费用", "万元"),
    Row("(一)政府信息公开工作专门机构数", "个"),
    Row("(二)设置政府信息公开查阅点数", "个"),
    Row("(三)从事政府信息公开工作人员数", "人"),
    *_STAFF,
    Row("(四)政府信息公开专项经费", "万元"),
    Row("(一)召开政府信息公开工作会议或专题会议数", "次"),
    Row("(二)举办各类培训班数", "次"),
    Row("(三)接受培训人员数", "人次"),
)

_HEADINGS: Final = {
    TOTAL: ("一、主动公开情况",),
    CHANNELS[0].key: ("(二)通过不同渠道和方式公开政府信息的情况",),
    "(一)回应公众关注热点或重大舆情数": ("二、回应解读情况",),
    "1.参加或举办新闻发布会总次数": ("(二)通过不同渠道和方式回应解读的情况",),
    "(一)收到申请数": ("三、依申请公开情况",),
    "(一)政府信息公开工作专门机构数": ("八、机构建设和保障经费情况",),
    "(一)召开政府信息公开工作会议或专题会议数": ("九、政府信息公开会议和培训情况",),
}


def _sum(rule: str, whole: str, parts: tuple[Row, ...]) -> Equation:
    return Equation(rule, "统计表", tuple(row.key for row in parts), (whole,), "down")


def _part(part: str, whole: str) -> AtMost:
    return AtMost("part_exceeds_whole", "统计表", part, whole)


FORM_2014: Final = Form(
    version="2014",
    name="政府信息公开情况统计表（2014–2018）",
    letter="国办发〔2014〕32号",
    first=2014,
    last=2018,
    tables=(
        Table("统计表", "政府信息公开情况统计表", (FIGURE,), ROWS, "统计指标", "单位", _HEADINGS),
    ),
    equations=(
        _sum("ways_sum", "(一)收到申请数", _WAYS),
        _sum("closed_sum", "(二)申请办结数", _IN_TIME),
        _sum("replies_sum", "(三)申请答复数", _REPLIES),
        _sum("reasons_sum", "4.不同意公开答复数", _REASONS),
        _sum("reviews_sum", "四、行政复议数量", _REVIEWS),
        _sum("suits_sum", "五、行政诉讼数量", _SUITS),
        _sum("staff_sum", "(三)从事政府信息公开工作人员数", _STAFF),
    ),
    at_most=(
        _part("其中:主动公开规范性文件数", TOTAL),
        _part("其中:主要负责同志参加新闻发布会次数", "1.参加或举办新闻发布会总次数"),
        _part("其中:主要负责同志参加政府网站在线访谈次数", "2.政府网站在线访谈次数"),
    ),
    marks=("政府信息公开情况统计表", "制发规范性文件总数", "政务微博公开政府信息数", "申请信息不存在数"),
)  # fmt: skip
