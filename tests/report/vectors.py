"""Faults and sound figures of published reports, as short entries: what must be found, and what not.

The figures are public; where each was read stands in `server/report/RULES.md` or beside it.
"""

from typing import Any, NamedTuple


class Case(NamedTuple):
    name: str
    entry: dict[str, Any]
    expected: tuple[tuple[str, float | str | None, float | str | None], ...]  # rule, stated, computed


def _entry(year: int | None, form: str, figures: dict[str, Any], place: str = "") -> dict[str, Any]:
    return {"id": "case", "locality": place, "year": year, "form_version": form, "figures": figures}


FREE = "2014-2018, free narrative"
NOW = "国办公开办函〔2021〕30号"

SEED = {
    "主动公开政府信息数": 42735,
    "同比增长_percent": 11.2,
    "通过不同渠道和方式公开政府信息的情况": {
        "政府网站": 6448, "政务微博": 8700, "政务微信": 13200, "其他方式": 14383,
    },
    "政府公报公开政府信息数": None,
    "权力清单总数": 7540,
    "权力清单": {
        "行政许可": 198, "行政处罚": 6055, "行政征收": 70, "行政确认": 61, "行政给付": 52, "行政奖励": 205,
        "行政强制执行": 129, "行政监督检查": 351, "行政强制措施": 143, "其他行政权力": 276,
    },
    "重点领域信息": 401,
    "重点领域明细": {
        "交通运输": 16, "保障性住房": 7, "医疗服务": 87, "教育发展": 31, "重大项目建设": 6, "公共服务": 13,
        "环境保护": 193, "食品药品安全": 32, "安全生产": 36, "科技发展": 21,
    },
    "收到申请数": 2,
    "行政复议数量": 1,
}  # fmt: skip

CASES = (
    Case(
        "鄂托克旗 2017",
        _entry(2017, FREE, SEED),
        (("channels_short", 42735, 42731), ("sum_differs", 401, 442)),
    ),
    Case(
        "a total that counts every item once",
        _entry(
            2018,
            FREE,
            {"主动公开信息": 380, "全文电子化_percent": 100, "政府网站": 285, "微信公众平台": 116,
             "收到申请数": 4, "网络申请": 2, "信函申请": 2, "咨询电话_起": "3000余"},
        ),
        (),
    ),
    Case(
        "kinds with details that do not make the total",
        _entry(
            2016,
            FREE,
            {"新增主动公开政府信息": 607, "机构信息": 0, "工作信息": 469,
             "工作信息明细": {"政务动态": 465, "计划总结": 1, "通知公告": 3}, "民生事项": 64,
             "民生事项明细": {"社会救助": 61, "宅基地使用审核": 3}, "财政管理": 39,
             "财政管理明细": {"财政预决算": 1, "专项经费": 38}, "政务微博公开政府信息条数": 42},
        ),
        (("sum_differs", 607, 572),),
    ),
    Case(
        "a share at its own decimals",
        _entry(2016, FREE, {"主动公开信息": 530, "业务动态类": 528, "业务动态类_percent": 99.61}),
        (("share_differs", 99.61, 99.62),),
    ),
    Case(
        "places by level",
        _entry(
            None,
            FREE,
            {"政策法规类": 1238, "政策法规类_percent": 2.58, "其它栏目": 5906, "其它栏目_percent": 12.31,
             "查阅场所": 1230, "市政府及部门": 148, "区市县政府及先导区管委会": 77, "乡镇、街道": 120,
             "社区、村屯": 882},
        ),
        (("sum_differs", 1230, 1227),),
    ),
    Case(
        "one channel above the total",
        _entry(
            2022,
            NOW,
            {"主动公开政务信息": 382, "政府网站": 35, "新闻媒体": 80, "微信公众号": 2443,
             "微信明细(起头)": {"乡村振兴": 228, "党建": 58}},
        ),
        (("channel_exceeds_total", 382, 2443),),
    ),
    Case(
        "six channels that make the total",
        _entry(
            2022,
            NOW,
            {"政府信息公开": 566, "政府门户网站等": 38, "美篇、微信等": 168, "市级以上媒体": 45,
             "省级以上媒体": 13,
             "央媒": 4, "政务、村务公开栏": 298, "规章/现行有效件数": 0, "行政许可": 0},
        ),
        (),
    ),
    Case(
        "规章 of a township",
        _entry(
            2022,
            NOW,
            {"主动公开政府信息": 3, "明细": {"规章制度": 2, "年报": 1},
             "规章": {"本年制发件数": 2, "本年废止件数": 0, "现行有效件数": 2}},
            "某省某市某县某镇",
        ),
        (("rules_without_power", 2, 0), ("rules_without_power", 2, 0)),
    ),
    Case(
        "tables of an older format",
        _entry(2022, "2019 trial format, 国办公开办函〔2019〕60号 (试行)", {"主动公开政务文件": 11}),
        (("format_outdated", "2019年年度报告格式（试行）", "2021年年度报告格式"),),
    ),
    Case(
        "a directory and news that do not make the site",
        _entry(
            2025,
            NOW,
            {"旗政府门户网站发布信息": 8204, "信息公开目录更新": 6015, "政务动态信息更新": 2148},
        ),
        (("sum_differs", 8204, 8163),),
    ),
    Case(
        "requests by way and by outcome",
        _entry(
            2023,
            NOW,
            {"收到": 176, "当面申请": 72, "来信申请": 69, "网上申请": 35, "办结": 177, "上年结转": 3,
             "予以公开": 60, "部分公开": 51, "不予公开": 4, "无法提供": 30, "不予处理": 3,
             "其他处理": 29, "发布各类信息": "近5000"},
        ),
        (),
    ),
    Case(
        "pairs of cases and yuan by agency",
        _entry(
            2023,
            NOW,
            {"六(narrative)": {"信息处理费_件": 25, "信息处理费_元": 2950,
                               "by_agency": {"甲局": [9, 860], "乙局": [16, 2090]}}},
        ),
        (),
    ),
    Case(
        "a total that is no number",
        _entry(2017, FREE, {"主动公开政府工作信息、动态": "755多", "浏览量": "17万余人"}),
        (("not_exact", "755多", None),),
    ),
    Case(
        "an inspection bulletin",
        _entry(
            2021,
            "not an annual report: quarterly inspection bulletin",
            {"政府网站": 33, "门户": 5, "部门": 28, "不合格": 2, "合格率_percent": 93.94,
             "政务新媒体": 165, "微信公众号": 101, "新浪微博": 42, "抖音": 11, "今日头条": 9,
             "百度百家号": 1, "云社聘": 1},
        ),
        (),
    ),
)  # fmt: skip
