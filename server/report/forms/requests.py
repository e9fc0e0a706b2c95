"""Table three and table four, which the 2019 trial tables and the 2021 tables share (RULES.md §2)."""

from typing import Final

from server.report.forms.form import CarriedOver, Equation, Row, Table

NEW: Final = "一、本年新收政府信息公开申请数量"
BROUGHT: Final = "二、上年结转政府信息公开申请数量"
CARRIED: Final = "四、结转下年度继续办理"
ALL_DONE: Final = "(七)总计"
PEOPLE: Final = "自然人"
ORGANISATIONS: Final = ("商业企业", "科研机构", "社会公益组织", "法律服务机构", "其他")
APPLICANTS: Final = (PEOPLE, *ORGANISATIONS, "总计")

_OPENED: Final = (
    Row("(一)予以公开"),
    Row("(二)部分公开", aliases=("部分公开区分处理的只计这一情形不计其他情形",)),
)
_REFUSED: Final = (
    Row("1.属于国家秘密", within="(三)"),
    Row("2.其他法律行政法规禁止公开", within="(三)"),
    Row("3.危及“三安全一稳定”", within="(三)", aliases=("危及三安全一稳定",)),
    Row("4.保护第三方合法权益", within="(三)"),
    Row("5.属于三类内部事务信息", within="(三)"),
    Row("6.属于四类过程性信息", within="(三)"),
    Row("7.属于行政执法案卷", within="(三)"),
    Row("8.属于行政查询事项", within="(三)"),
)
_UNABLE: Final = (
    Row("1.本机关不掌握相关政府信息", within="(四)", aliases=("本机关不掌握",)),
    Row("2.没有现成信息需要另行制作", within="(四)", aliases=("没有现成信息",)),
    Row("3.补正后申请内容仍不明确", within="(四)", aliases=("补正后仍不明确",)),
)
_UNTREATED: Final = (
    Row("1.信访举报投诉类申请", within="(五)"),
    Row("2.重复申请", within="(五)"),
    Row("3.要求提供公开出版物", within="(五)"),
    Row("4.无正当理由大量反复申请", within="(五)", aliases=("大量反复申请",)),
    Row("5.要求行政机关确认或重新出具已获取信息", within="(五)", aliases=("确认或重新出具已获取信息",)),
)
OTHER_IN_THREE: Final = (
    Row(
        "1.申请人无正当理由逾期不补正、行政机关不再处理其政府信息公开申请",
        within="(六)",
        aliases=("逾期不补正", "申请人无正当理由逾期不补正"),
    ),
    Row(
        "2.申请人逾期未按收费通知要求缴纳费用、行政机关不再处理其政府信息公开申请",
        within="(六)",
        aliases=("逾期不缴费", "逾期未缴费", "申请人逾期未按收费通知要求缴纳费用"),
    ),
    Row("3.其他", within="(六)"),
)
OTHER_IN_ONE: Final = (Row("(六)其他处理"),)

OUTCOMES: Final = ("结果维持", "结果纠正", "其他结果", "尚未审结")
REVIEWS: Final = "行政复议"
SUITS: Final = ("行政诉讼/未经复议直接起诉", "行政诉讼/复议后起诉")

TABLE_FOUR: Final = Table(
    "四",
    "政府信息公开行政复议、行政诉讼情况",
    (*OUTCOMES, "总计"),
    (
        Row(REVIEWS),
        Row(SUITS[0], aliases=("未经复议直接起诉",)),
        Row(SUITS[1], aliases=("复议后起诉",)),
    ),
)

GROUPS: Final = {
    "不予公开": tuple(row.key for row in _REFUSED),
    "无法提供": tuple(row.key for row in _UNABLE),
    "不予处理": tuple(row.key for row in _UNTREATED),
}


def table_three(others: tuple[Row, ...]) -> Table:
    """Give the table of requests; the versions differ in how many rows (六)其他处理 has."""
    rows = (Row(NEW), Row(BROUGHT), *_OPENED, *_REFUSED, *_UNABLE, *_UNTREATED, *others)
    return Table("三", "收到和处理政府信息公开申请情况", APPLICANTS, (*rows, Row(ALL_DONE), Row(CARRIED)))


def equations(others: tuple[Row, ...]) -> tuple[Equation, ...]:
    """Give the constraints: the one on the form's head, the sums, and those of table four (RULES.md §4)."""
    done = tuple(row.key for row in (*_OPENED, *_REFUSED, *_UNABLE, *_UNTREATED, *others))
    return (
        Equation("requests_balance", "三", (NEW, BROUGHT), (ALL_DONE, CARRIED), "down"),
        Equation("outcomes_sum", "三", done, (ALL_DONE,), "down"),
        Equation("applicants_sum", "三", (PEOPLE, *ORGANISATIONS), ("总计",), "across"),
        Equation("reviews_sum", "四", OUTCOMES, ("总计",), "across"),
    )


CARRIED_OVER: Final = (CarriedOver("carried_over", "三", BROUGHT, CARRIED),)
