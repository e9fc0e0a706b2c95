"""server/report/check.py: what a report says and what it adds up to."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server.report.check import cells_of, check_entries, check_report
from server.report.document import Document
from server.report.entry import Entry
from server.report.finding import Finding
from server.report.forms.form2014 import ROWS
from server.report.reading.file import read_content
from tests.report import samples
from tests.report.vectors import CASES, Case

MAKERS = (samples.entry_2014, samples.entry_2019, samples.entry_2021)
SHAPES = {
    "tabs": lambda parts: (samples.as_text(parts), ".txt"),
    "bars": lambda parts: (samples.as_text(parts, " | "), ".txt"),
    "spaces": lambda parts: (samples.as_text(parts, "  "), ".txt"),
    "lines": lambda parts: (samples.as_text(parts, "\n"), ".txt"),
    "html": lambda parts: (samples.as_html(parts), ".html"),
    "docx": lambda parts: (samples.as_docx(parts), ".docx"),
    "xlsx": lambda parts: (samples.as_xlsx(parts), ".xlsx"),
}
counts = st.dictionaries(st.integers(0, 1040), st.integers(0, 60), max_size=30).map(
    lambda given: lambda at: given.get(at, at * 7 % 11)
)
many = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def entry_of(value: object) -> Entry:
    read = read_content(json.dumps(value, ensure_ascii=False).encode(), ".json")
    assert not isinstance(read, Document)
    (entry,) = read
    return entry


def document_of(text: str) -> Document:
    read = read_content(text.encode(), ".txt")
    assert isinstance(read, Document)
    return read


def told(findings: tuple[Finding, ...]) -> list[tuple[object, ...]]:
    return [(one["rule"], one["stated"], one["computed"]) for one in (found.as_json() for found in findings)]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_published_figures_are_judged_as_they_should(case: Case):
    assert sorted(told(check_report(entry_of(case.entry)))) == sorted(case.expected)


@pytest.mark.parametrize("make", MAKERS)
@many
@given(take=counts)
def test_a_correct_report_is_left_in_peace(make, take):
    assert check_report(entry_of(make(take))) == ()


@pytest.mark.parametrize("make", MAKERS)
@many
@given(take=counts, at=st.integers(0, 10**6), by=st.integers(-9, 9).filter(bool))
def test_one_number_changed_in_a_table_is_found(make, take, at: int, by: int):
    value = make(take)
    bound = _bound_cells(value)
    table, row, column = bound[at % len(bound)]
    cells = value["figures"][table][row] if table else value["figures"]
    cells[column] = max(0, cells[column] + by) if cells[column] + by != cells[column] else cells[column] + 1
    if cells == _cells_again(make(take), table, row):
        cells[column] += 1
    assert any(one.severity == "error" for one in check_report(entry_of(value)))


def _cells_again(value, table: str, row: str):
    return value["figures"][table][row] if table else value["figures"]


def _bound_cells(value) -> list[tuple[str, str, str]]:
    """Give the cells that stand in some equation of the form."""
    figures = value["figures"]
    if value["year"] >= 2019:
        return [
            (table, row, column)
            for table in ("三", "四")
            for row, cells in figures[table].items()
            for column in cells
        ]
    rows = list(figures)
    return [("", "", row) for row in rows[rows.index("(一)收到申请数") : rows.index("六、举报投诉数量")]]


@pytest.mark.parametrize("shape", SHAPES)
def test_every_way_of_writing_it_down_is_read_alike(shape: str):
    value = samples.entry_2021(lambda at: at * 7 % 13)
    content, suffix = SHAPES[shape](samples.parts_2021(value))
    report = read_content(content, suffix)
    assert isinstance(report, Document)
    assert {key: cell for key, cell in cells_of(report).values.items() if key[0] in "三四"} == {
        key: cell for key, cell in cells_of(entry_of(value)).values.items() if key[0] in "三四"
    }
    assert check_report(report) == ()


@pytest.mark.parametrize("shape", SHAPES)
def test_a_changed_cell_is_found_in_every_shape_and_named(shape: str):
    value = samples.entry_2021(lambda at: at * 7 % 13 + 1)
    value["figures"]["三"]["(三)8.属于行政查询事项"]["科研机构"] += 3
    content, suffix = SHAPES[shape](samples.parts_2021(value))
    findings = [one for one in check_report(read_content(content, suffix)) if one.severity == "error"]
    assert {one.rule for one in findings} >= {"outcomes_sum", "applicants_sum"}
    assert any("属于行政查询事项" in one.hint for one in findings)


def test_the_text_is_held_against_the_tables():
    value = samples.entry_2021(lambda at: at * 7 % 13 + 1)
    right = value["figures"]["三"]["(一)予以公开"]["总计"]
    parts = [
        part.replace(f"予以公开{right}件", f"予以公开{right + 2}件") if isinstance(part, str) else part
        for part in samples.parts_2021(value)
    ]
    content, suffix = SHAPES["html"](parts)
    assert told(check_report(read_content(content, suffix))) == [("narrative_differs", right + 2, right)]


def test_a_blank_cell_is_told_and_not_taken_for_zero():
    value = samples.entry_2021(lambda at: at * 7 % 13 + 1)
    value["figures"]["三"]["(五)2.重复申请"]["自然人"] = None
    findings = check_report(entry_of(value))
    assert [(one.rule, one.severity) for one in findings] == [("blank_cell", "warning")]


@pytest.mark.parametrize("shape", ["html", "docx", "xlsx"])
@pytest.mark.parametrize("heading", [[], ["三、收到和处理政府信息公开申请情况", *[""] * 7]])
def test_rows_that_nobody_filled_in_are_told_of_in_every_shape(shape: str, heading: list[str]):
    grids = samples.grids_2021(samples.entry_2021(lambda at: at * 7 % 13 + 1))
    blank = [[["" if cell.isdigit() else cell for cell in row] for row in grid] for grid in grids]
    parts = ["某县2023年政府信息公开工作年度报告", *([[heading]] if heading else []), *blank]
    findings = check_report(read_content(*SHAPES[shape](parts)))
    told_of = {
        one.where.split("：")[0]: int(one.hint.split()[0]) for one in findings if one.rule == "blank_cell"
    }
    assert told_of == {"表二(一)": 6, "表二(五)": 1, "表二(六)": 2, "表三": 175, "表四": 15}


def test_a_stroke_says_that_a_question_does_not_arise():
    value = samples.entry_2021(lambda _at: 0)
    value["figures"]["三"]["(五)2.重复申请"]["自然人"] = "/"
    assert check_report(entry_of(value)) == ()


def test_what_was_carried_forward_must_be_brought_forward():
    last = samples.entry_2021(lambda at: at * 7 % 13 + 1)
    this = samples.entry_2021(lambda at: at * 5 % 11 + 1)
    last["year"], last["id"] = 2022, "last"
    _this, found = check_entries((entry_of(last), entry_of(this)))[1]
    assert "carried_over" in {one.rule for one in found}


def test_growth_is_computed_from_last_years_report():
    def one(year: int, count: int, **more: float) -> Entry:
        figures = {"一(narrative)": {"收办政府信息公开申请案件": count, **more}}
        return entry_of(
            {"locality": "某市", "year": year, "form_version": "国办公开办函〔2021〕30号", "figures": figures}
        )

    _entry, found = check_entries((one(2023, 3607), one(2024, 3646, 同比增长_percent=1.05)))[1]
    assert told(found) == [("growth_differs", 1.05, 1.08)]


PROSE = (
    (
        "共有查阅场所1230处,其中市政府及部门148处,区县政府77处,乡镇、街道120处,社区、村屯882处。",
        [("sum_differs", 1230, 1227)],
    ),
    ("主动公开信息530条,其中业务动态类信息528条,占总体的99.61%。", [("share_differs", 99.61, 99.62)]),
    ("公开信息65条,其中机构职能类19条,占29%;业务动态类46条,占75%。", [("share_differs", 75, 71)]),
    (
        "主动公开政务信息382条,其中政府网站35条,媒体80条,微信公众号2443条。",
        [("channel_exceeds_total", 382, 2443)],
    ),
    ("主动公开信息380条,其中政府网站285条,微信公众平台116条。", []),
    ("收到申请176件,其中当面申请72件,来信申请69件,网上申请35件。", []),
    ("收到申请176件,其中当面申请72件,来信申请68件,网上申请35件。", [("sum_differs", 176, 175)]),
    ("收到申请176件,其中当面申请72件、来信申请69件、网上申请35件,办结177件。", []),
    ("新增信息469条(政务动态465条、计划总结1条、通知公告3条)。", []),
    ("新增信息469条(政务动态466条、计划总结1条、通知公告3条)。", [("sum_differs", 469, 470)]),
    ("收到网络申请2件,信函申请3件,合计6件。", [("sum_differs", 6, 5)]),
    ("收到网络申请2件,信函申请3件,合计5件。", []),
    ("制发文件60件,其中重点领域30件,解读17篇,培训3次。", []),
    ("发布信息1200条,其中重点领域的财政预决算120条、招投标80条、社会救助60条等。", []),
    ("发布信息约5000条,其中工作动态3000余条,公告1000余条,解读300余条,其他200条。", []),
    ("共收到申请10件,其中自然人8件(网络5件、信函3件),法人2件。", []),
    ("全年公开30条,其中工作类20条,其中动态12条,计划8条,人事类10条。", []),
    ("2017年发布12条,比上年增加2条,增长20%。", []),
    ("2017年发布12条,比上年增加2条,增长25%。", [("growth_differs", 25, 20)]),
    ("2017年发布12000条,比上年的10000条增长20%。", []),
    ("2017年发布12000条,比上年的10000条增长25%。", [("growth_differs", 25, 20)]),
    ("2017年发布8000条,较去年同期10000条下降20%。", []),
    ("2017年发布12000条,比上年10000条增加2000条,增长20%。", []),
    ("全年收到来信1.2万件,其中城建8000件,教育3000件,卫生1020件。", []),
    ("全年收到来信1.2万件,其中城建8000件,教育3999件。", []),
    ("全年收到来信1.2万件,其中城建8000件,教育6000件。", [("sum_differs", 12000, 14000)]),
    ("全年收到来信1.2万余件,其中城建8000件,教育6000件。", []),
    ("全年收到来信１２，０００件，其中城建８，０００件，教育４，０００件。", []),
    ("去年收到3607件,今年收到3646件,同比增长1.05%。", [("growth_differs", 1.05, 1.08)]),
    ("全年收到申请5件,同比增长33%。", [("growth_impossible", 33, None)]),
    ("配备窗口人员109名,窗口进驻率同比增长47.5%。", []),
    ("收到申请32件,已办结30件,结转下年2件。", []),
    ("收到申请32件,上年结转1件,已办结30件,结转下年3件。", []),
    ("收到申请32件,已办结31件,结转下年2件。", [("requests_balance", 32, 33)]),
    ("收到申请10件,其中自然人申请7件,法人申请2件。", [("requests_balance", 10, 9)]),
    ("收取25件2950元,其中:甲局9件860元、乙局16件2090元。", []),
    ("收取25件2950元,其中:甲局9件861元、乙局16件2090元。", [("sum_differs", 2950, 2951)]),
    ("举办发布会2场(其中主要负责同志参加3场)。", [("part_exceeds_whole", 2, 3)]),
    ("抽查单位134家,8家不合格,合格率94.3%。", [("share_differs", 94.3, 94.0)]),
    ("2016年发布500条,2017年发布600条,同比增长20%。", []),
    ("2016年发布500条,2017年发布600条,同比增长25%。", [("growth_differs", 25, 20)]),
    ("联系电话6211511,邮编016100,办公时间8:30-12:00。", []),
    ("依据《中华人民共和国政府信息公开条例》第二十条,共12类51项。", []),
    ("贯彻国办发〔2017〕24号、鄂府办发〔2017〕88号文件,印发3件,其中规划1件,方案2件。", []),
    ("依据某政办发(2017)12号印发。", [("letter_form", "某政办发(2017)12号", "某政办发〔2017〕12号")]),
    (
        "按照《政府网站发展指引》(国办发〔2017〕17号)整改。",
        [("letter_wrong", "国办发〔2017〕17号", "国办发〔2017〕47号")],
    ),
    ("2月30日召开会议。", [("impossible_date", "2月30日", None)]),
    ("2017年4月31日召开会议。", [("impossible_date", "2017年4月31日", None)]),
    ("2016年2月29日召开会议。", []),
    ("截至2087年底,累计公开。", [("impossible_year", "2087", "2017")]),
    ("主动公开信息755多条,接听电话3000余次。", [("not_exact", "755多", None)]),
    ("数据统计期限从2016年1月1日到2016年12月31日止。", [("period_differs", "2016–2016", "2017")]),
    ("现公布某旗2016年政府信息公开年度报告。", [("year_left_over", "2016", "2017")]),
    ("按时发布了2016年政府信息公开年度报告。", []),
    ("印发《关于做好2018年政府信息公开年度报告编制工作的通知》。", []),
)  # fmt: skip


@pytest.mark.parametrize(("sentence", "expected"), PROSE)
def test_a_sentence_is_judged(sentence: str, expected: list[tuple[object, ...]]):
    assert told(check_report(document_of(f"某旗2017年政府信息公开年度报告\n\n{sentence}\n"))) == expected


def test_chapter_five_must_say_something():
    parts = samples.parts_2021(samples.entry_2021(lambda at: at % 3))
    parts[parts.index("主要问题是解读形式单一。2024年将继续改进。")] = "无。"
    content, suffix = SHAPES["html"](parts)
    assert [one.rule for one in check_report(read_content(content, suffix))] == ["chapter_five_empty"]


def test_what_was_charged_is_told_in_chapter_six():
    parts = samples.parts_2021(samples.entry_2021(lambda at: at % 3))
    parts[parts.index("2023年收取信息处理费0元。")] = "无。"
    content, suffix = SHAPES["html"](parts)
    assert [one.rule for one in check_report(read_content(content, suffix))] == ["fees_untold"]


def test_a_published_report_has_exactly_its_two_faults():
    """The sentences with figures of a flag's report of 2017, as they were published."""
    text = (
        "某旗2017年政府信息公开年度报告\n\n"
        "2017年,我旗各部门新增主动公开信息42735条,同比增长11.2%,其中政府门户网站公开政府信息6448条,"
        "政务微博公开政府信息条数8700条,政务微信公开政府信息条数13200条,其他方式公开政府信息14383条。\n\n"
        "目前各部门权力清单总数为7540(内网数据),其中行政许可198项,行政处罚6055项,行政征收70项,"
        "行政确认61项,行政给付52项,行政奖励205项,行政强制执行129项,行政监督检查351项,行政强制措施143项,"
        "其他行政权力276项。重点领域信息401条,其中交通运输16条,保障性住房7条,医疗服务87条,教育发展31条,"
        "重大项目建设6条,公共服务13条,环境保护193条,食品药品安全32,安全生产36条,科技发展21条。"
        "部门动态637条,图片新闻192条,通告公示29,新闻头条9条,领导活动59条\n"
    )
    found = [one.as_json() for one in check_report(read_content(text.encode(), ".txt"))]
    assert [(one["stated"], one["computed"], one["difference"]) for one in found] == [
        (42735, 42731, -4),
        (401, 442, 41),
    ]
    assert "政府公报" in found[0]["hint"]


def test_other_years_reports_listed_beside_it_are_no_fault():
    page = (
        "<ul><li>2018年政府信息公开年度报告</li><li>2016年政府信息公开年度报告</li></ul>"
        "<h1>某旗2017年政府信息公开年度报告</h1><p>2017年,某旗主动公开政府信息12条。2017年召开会议。</p>"
    )
    report = read_content(page.encode(), ".html")
    assert isinstance(report, Document)
    assert (report.year(), check_report(report)) == (2017, ())


def grid_2014(take) -> list[list[str]]:
    head = [["统计指标", "单位", "统计数"], ["一、主动公开情况", "——", ""]]
    rows = zip(samples.rows_2014(take).items(), ROWS, strict=True)
    return head + [[label, row.unit, str(count)] for (label, count), row in rows]


@pytest.mark.parametrize("shape", SHAPES)
def test_the_older_form_is_read_with_its_units_in_every_shape(shape: str):
    parts = [
        "某旗2017年政府信息公开年度报告",
        "政府信息公开情况统计表",
        grid_2014(lambda at: at * 7 % 13 + 1),
    ]
    report = read_content(*SHAPES[shape](parts))
    assert isinstance(report, Document)
    assert (len(cells_of(report).values), check_report(report)) == (len(ROWS), ())


def test_the_text_is_held_against_the_older_form_too():
    figures = samples.rows_2014(lambda at: at * 7 % 13 + 1)
    total = next(iter(figures.values()))
    told_in_text = f"2017年,全旗主动公开政府信息{total + 1}条。"
    parts = ["某旗2017年政府信息公开年度报告", told_in_text, grid_2014(lambda at: at * 7 % 13 + 1)]
    report = read_content(*SHAPES["docx"](parts))
    assert told(check_report(report)) == [("narrative_differs", total + 1, total)]
