"""Correct reports of all three versions of the form, made up, and the ways in which they are written down."""

import json
from collections.abc import Callable
from io import BytesIO
from typing import Any

import docx
import openpyxl

COLUMNS = ("自然人", "商业企业", "科研机构", "社会公益组织", "法律服务机构", "其他", "总计")
OUTCOMES = ("结果维持", "结果纠正", "其他结果", "尚未审结", "总计")
DONE_2021 = (
    "(一)予以公开",
    "(二)部分公开",
    "(三)1.属于国家秘密",
    "(三)2.其他法律行政法规禁止公开",
    "(三)3.危及“三安全一稳定”",
    "(三)4.保护第三方合法权益",
    "(三)5.属于三类内部事务信息",
    "(三)6.属于四类过程性信息",
    "(三)7.属于行政执法案卷",
    "(三)8.属于行政查询事项",
    "(四)1.本机关不掌握相关政府信息",
    "(四)2.没有现成信息需要另行制作",
    "(四)3.补正后申请内容仍不明确",
    "(五)1.信访举报投诉类申请",
    "(五)2.重复申请",
    "(五)3.要求提供公开出版物",
    "(五)4.无正当理由大量反复申请",
    "(五)5.要求行政机关确认或重新出具已获取信息",
    "(六)1.申请人无正当理由逾期不补正、行政机关不再处理其政府信息公开申请",
    "(六)2.申请人逾期未按收费通知要求缴纳费用、行政机关不再处理其政府信息公开申请",
    "(六)3.其他",
)
DONE_2019 = (*DONE_2021[:18], "(六)其他处理")
NEW, BROUGHT = "一、本年新收政府信息公开申请数量", "二、上年结转政府信息公开申请数量"
ALL_DONE, CARRIED = "(七)总计", "四、结转下年度继续办理"
REVIEWS = ("行政复议", "行政诉讼/未经复议直接起诉", "行政诉讼/复议后起诉")
Table = dict[str, dict[str, int]]


def requests(done_rows: tuple[str, ...], take: Callable[[int], int]) -> Table:
    """Make table three: outcomes as `take` gives them for the n-th cell, the rest so that all adds up."""
    table: Table = {row: {} for row in (NEW, BROUGHT, *done_rows, ALL_DONE, CARRIED)}
    for at, column in enumerate(COLUMNS[:-1]):
        done = [take(at * 100 + row) for row in range(len(done_rows))]
        carried, brought = take(at * 100 + 90), take(at * 100 + 91)
        for row, count in zip(done_rows, done, strict=True):
            table[row][column] = count
        table[ALL_DONE][column] = sum(done)
        table[CARRIED][column] = carried + max(0, brought - sum(done) - carried)
        table[BROUGHT][column] = brought
        table[NEW][column] = sum(done) + table[CARRIED][column] - brought
    for cells in table.values():
        cells["总计"] = sum(cells.values())
    return table


def reviews(take: Callable[[int], int]) -> Table:
    """Make table four."""
    table: Table = {}
    for at, block in enumerate(REVIEWS):
        parts = [take(1000 + at * 10 + column) for column in range(4)]
        table[block] = dict(zip(OUTCOMES, (*parts, sum(parts)), strict=True))
    return table


def entry_2021(take: Callable[[int], int]) -> dict[str, Any]:
    table = requests(DONE_2021, take)
    total = {row: cells["总计"] for row, cells in table.items()}
    return {
        "id": "made-up-2023",
        "locality": "某自治区某市某旗",
        "year": 2023,
        "form_version": "国办公开办函〔2021〕30号",
        "figures": {
            "二/第二十条第(一)项": {
                "规章": {"本年制发件数": 0, "本年废止件数": 0, "现行有效件数": 0},
                "行政规范性文件": {"本年制发件数": 7, "本年废止件数": 2, "现行有效件数": 41},
            },
            "二/第二十条第(五)项": {"行政许可/本年处理决定数量": 1203},
            "二/第二十条第(六)项": {"行政处罚/本年处理决定数量": 655, "行政强制/本年处理决定数量": 12},
            "二/第二十条第(八)项": {"行政事业性收费/本年收费金额(单位:万元)": 18.871},
            "三": table,
            "四": reviews(take),
            "一(narrative)": {
                "收到政府信息公开申请": total[NEW],
                "予以公开": total[DONE_2021[0]],
                "不予公开": sum(total[row] for row in DONE_2021[2:10]),
                "结转下年度": total[CARRIED],
            },
        },
    }


def entry_2019(take: Callable[[int], int]) -> dict[str, Any]:
    change = {"上一年项目数量": 20, "本年增/减": -4, "处理决定数量": 310}
    return {
        "id": "made-up-2020",
        "locality": "某自治区某市某旗",
        "year": 2020,
        "form_version": "国办公开办函〔2019〕60号",
        "figures": {
            "二/第二十条第(一)项": {
                "规章": {"本年新制作数量": 0, "本年新公开数量": 0, "对外公开总数量": 0},
                "规范性文件": {"本年新制作数量": 5, "本年新公开数量": 5, "对外公开总数量": 40},
            },
            "二/第二十条第(五)项": {"行政许可": change, "其他对外管理服务事项": change},
            "二/第二十条第(六)项": {"行政处罚": change, "行政强制": change},
            "二/第二十条第(八)项": {"行政事业性收费": {"上一年项目数量": 3, "本年增/减": 0}},
            "二/第二十条第(九)项": {"政府集中采购": {"采购项目数量": 9, "采购总金额": 1250.5}},
            "三": requests(DONE_2019, take),
            "四": reviews(take),
        },
    }


def rows_2014(take: Callable[[int], int]) -> dict[str, int]:
    """Make the rows of the 统计表, the channels as a deduplicated count leaves them."""
    channels = [take(1) + 4, take(2) + 60, take(3) + 40, take(4) + 50, take(5) + 20]
    ways, replies, refused = [take(at) for at in range(6, 10)], [take(at) for at in range(10, 18)], []
    refused = [take(at) for at in range(18, 24)]
    replies[3] = sum(refused)
    in_time, late = take(24), take(25)
    review, suit = [take(at) for at in range(26, 29)], [take(at) for at in range(29, 32)]
    staff = [take(32), take(33)]
    total = max(channels) + (sum(channels) - max(channels)) // 2
    return {
        "(一)主动公开政府信息数(不同渠道和方式公开相同信息计1条)": total,
        "其中:主动公开规范性文件数": total // 9,
        "制发规范性文件总数": total // 8,
        "1.政府公报公开政府信息数": channels[0],
        "2.政府网站公开政府信息数": channels[1],
        "3.政务微博公开政府信息数": channels[2],
        "4.政务微信公开政府信息数": channels[3],
        "5.其他方式公开政府信息数": channels[4],
        "(一)回应公众关注热点或重大舆情数(不同方式回应同一热点或舆情计1次)": 12,
        "1.参加或举办新闻发布会总次数": 5,
        "其中:主要负责同志参加新闻发布会次数": 2,
        "2.政府网站在线访谈次数": 4,
        "其中:主要负责同志参加政府网站在线访谈次数": 1,
        "3.政策解读稿件发布数": 17,
        "4.微博微信回应事件数": 9,
        "5.其他方式回应事件数": 3,
        "(一)收到申请数": sum(ways),
        "1.当面申请数": ways[0],
        "2.传真申请数": ways[1],
        "3.网络申请数": ways[2],
        "4.信函申请数": ways[3],
        "(二)申请办结数": in_time + late,
        "1.按时办结数": in_time,
        "2.延期办结数": late,
        "(三)申请答复数": sum(replies),
        "1.属于已主动公开范围数": replies[0],
        "2.同意公开答复数": replies[1],
        "3.同意部分公开答复数": replies[2],
        "4.不同意公开答复数": replies[3],
        "涉及国家秘密": refused[0],
        "涉及商业秘密": refused[1],
        "涉及个人隐私": refused[2],
        "危及国家安全、公共安全、经济安全和社会稳定": refused[3],
        "不是《条例》所指政府信息": refused[4],
        "法律法规规定的其他情形": refused[5],
        "5.不属于本行政机关公开数": replies[4],
        "6.申请信息不存在数": replies[5],
        "7.告知作出更改补充数": replies[6],
        "8.告知通过其他途径办理数": replies[7],
        "四、行政复议数量": sum(review),
        "(一)维持具体行政行为数": review[0],
        "(二)被依法纠错数": review[1],
        "(三)其他情形数": review[2],
        "五、行政诉讼数量": sum(suit),
        "(一)维持具体行政行为或者驳回原告诉讼请求数": suit[0],
        "(二) 被依法纠错数": suit[1],
        "(三) 其他情形数": suit[2],
        "六、举报投诉数量": 3,
        "七、依申请公开信息收取的费用": 0,
        "(一)政府信息公开工作专门机构数": 1,
        "(二)设置政府信息公开查阅点数": 6,
        "(三)从事政府信息公开工作人员数": sum(staff),
        "1.专职人员数(不包括政府公报及政府网站工作人员数)": staff[0],
        "2.兼职人员数": staff[1],
        "(四)政府信息公开专项经费": 2,
        "(一)召开政府信息公开工作会议或专题会议数": 4,
        "(二)举办各类培训班数": 3,
        "(三)接受培训人员数": 210,
    }


def entry_2014(take: Callable[[int], int]) -> dict[str, Any]:
    return {
        "id": "made-up-2017",
        "locality": "某自治区某市某旗",
        "year": 2017,
        "form_version": "国办发〔2014〕32号 《政府信息公开情况统计表》",
        "figures": rows_2014(take),
    }


def grids_2021(entry: dict[str, Any]) -> list[list[list[str]]]:
    """Give the tables of a 2021 entry as rows of cells, as the form prints them."""
    figures = entry["figures"]
    rules = figures["二/第二十条第(一)项"]
    grids = [
        [
            ["第二十条第(一)项"],
            ["信息内容", "本年制发件数", "本年废止件数", "现行有效件数"],
            *[[row, *map(str, cells.values())] for row, cells in rules.items()],
            ["第二十条第(五)项"],
            ["信息内容", "本年处理决定数量"],
            ["行政许可", str(figures["二/第二十条第(五)项"]["行政许可/本年处理决定数量"])],
            ["第二十条第(六)项"],
            ["信息内容", "本年处理决定数量"],
            ["行政处罚", str(figures["二/第二十条第(六)项"]["行政处罚/本年处理决定数量"])],
            ["行政强制", str(figures["二/第二十条第(六)项"]["行政强制/本年处理决定数量"])],
            ["第二十条第(八)项"],
            ["信息内容", "本年收费金额(单位:万元)"],
            ["行政事业性收费", "18.8710"],
        ],
        [
            ["(本列数据的勾稽关系为:第一项加第二项之和,等于第三项加第四项之和)", "申请人情况"],
            ["自然人", "法人或其他组织", "总计"],
            ["商业企业", "科研机构", "社会公益组织", "法律服务机构", "其他"],
        ],
    ]
    for label, cells in figures["三"].items():
        lead = ["三、本年度办理结果"] if label.startswith("(一)") else []
        section, _, own = label.rpartition(")")
        shown = [f"{section})", own] if own[:1].isdigit() else [label]
        grids[1].append([*lead, *shown, *(str(cells[column]) for column in COLUMNS)])
    grids.append(
        [
            ["行政复议", "行政诉讼"],
            ["未经复议直接起诉", "复议后起诉"],
            [*(["结果维持", "结果纠正", "其他结果", "尚未审结", "总计"] * 3)],
            [str(cells[column]) for cells in figures["四"].values() for column in OUTCOMES],
        ]
    )
    return grids


def prose_2021(entry: dict[str, Any]) -> list[str]:
    """Give the paragraphs of a report around its tables."""
    total = {row: cells["总计"] for row, cells in entry["figures"]["三"].items()}
    received = total[NEW]
    basis = (
        "本报告根据《中华人民共和国政府信息公开条例》和《国务院办公厅政府信息与政务公开办公室关于印发"
        "〈中华人民共和国政府信息公开工作年度报告格式〉的通知》(国办公开办函〔2021〕30号)编制。"
        "本报告中所列数据的统计期限自2023年1月1日起至2023年12月31日止。"
    )
    disclosed = (
        "(一)主动公开。2023年主动公开政府信息380条,其中政府网站285条,政务微信116条,其他方式40条。"
        "发布重点领域信息442条,其中交通运输16条,医疗服务87条,教育发展31条,环境保护193条,其他115条。"
    )
    asked = (
        f"(二)依申请公开。2023年共收到政府信息公开申请{received}件,上年结转{total[BROUGHT]}件,"
        f"结转下年度继续办理{total[CARRIED]}件。予以公开{total[DONE_2021[0]]}件,部分公开{total[DONE_2021[1]]}件。"
    )
    return [
        "某旗人民政府2023年政府信息公开工作年度报告",
        basis,
        "一、总体情况",
        disclosed,
        asked,
        "(三)政府信息管理。全年印发文件50件,其中解读17件,占34%;开展培训2次,培训120人次。",
        "二、主动公开政府信息情况",
        "三、收到和处理政府信息公开申请情况",
        "四、政府信息公开行政复议、行政诉讼情况",
        "五、存在的主要问题及改进情况",
        "主要问题是解读形式单一。2024年将继续改进。",
        "六、其他需要报告的事项",
        "2023年收取信息处理费0元。",
    ]  # fmt: skip


def parts_2021(entry: dict[str, Any]) -> list[str | list[list[str]]]:
    parts: list[str | list[list[str]]] = []
    grids = iter(grids_2021(entry))
    for text in prose_2021(entry):
        parts.append(text)
        if text[:2] in ("二、", "三、", "四、"):
            parts.append(next(grids))
    return parts


def as_json(entry: dict[str, Any]) -> bytes:
    return json.dumps(entry, ensure_ascii=False).encode()


def as_text(parts: list[str | list[list[str]]], separator: str = "\t") -> bytes:
    lines = [
        part if isinstance(part, str) else "\n".join(separator.join(row) for row in part) for part in parts
    ]
    return "\n\n".join(lines).encode()


def as_html(parts: list[str | list[list[str]]]) -> bytes:
    body = "".join(
        f"<p>{part}</p>"
        if isinstance(part, str)
        else "<table>"
        + "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in part)
        + "</table>"
        for part in parts
    )
    return f"<!DOCTYPE html><html><head><title>t</title></head><body>{body}</body></html>".encode()


def as_docx(parts: list[str | list[list[str]]]) -> bytes:
    """Write a Word file; short rows are merged out to the width of the table, as the form has them."""
    file = docx.Document()
    for part in parts:
        if isinstance(part, str):
            file.add_paragraph(part)
            continue
        width = max(len(row) for row in part)
        table = file.add_table(rows=len(part), cols=width)
        for at, row in enumerate(part):
            cells = table.rows[at].cells
            spare = width - len(row)
            cells[0].merge(cells[spare]).text = row[0]
            for column, text in enumerate(row[1:], spare + 1):
                cells[column].text = text
    out = BytesIO()
    file.save(out)
    return out.getvalue()


def as_xlsx(parts: list[str | list[list[str]]]) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    at = 0
    for part in parts:
        for row in [[part]] if isinstance(part, str) else part:
            at += 1
            for column, text in enumerate(row, 1):
                sheet.cell(at, column, float(text) if text.replace(".", "", 1).isdigit() else text)
    out = BytesIO()
    book.save(out)
    return out.getvalue()
