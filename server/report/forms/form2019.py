"""The trial tables: 国办公开办函〔2019〕60号, for the reports of 2019 and 2020."""

from typing import Final

from server.report.forms.form import Form, Row, Table
from server.report.forms.requests import CARRIED_OVER, OTHER_IN_ONE, TABLE_FOUR, equations, table_three

_CHANGE: Final = ("上一年项目数量", "本年增/减", "处理决定数量")

FORM_2019: Final = Form(
    version="2019",
    name="2019年年度报告格式（试行）",
    letter="国办公开办函〔2019〕60号",
    first=2019,
    last=2020,
    tables=(
        Table(
            "二(一)",
            "第二十条第(一)项",
            ("本年新制作数量", "本年新公开数量", "对外公开总数量"),
            (Row("规章"), Row("规范性文件", aliases=("行政规范性文件",))),
        ),
        Table("二(五)", "第二十条第(五)项", _CHANGE, (Row("行政许可"), Row("其他对外管理服务事项"))),
        Table("二(六)", "第二十条第(六)项", _CHANGE, (Row("行政处罚"), Row("行政强制"))),
        Table("二(八)", "第二十条第(八)项", ("上一年项目数量", "本年增/减"), (Row("行政事业性收费"),)),
        Table("二(九)", "第二十条第(九)项", ("采购项目数量", "采购总金额"), (Row("政府集中采购"),)),
        table_three(OTHER_IN_ONE),
        TABLE_FOUR,
    ),
    equations=equations(OTHER_IN_ONE),
    carried_over=CARRIED_OVER,
    marks=("本年新制作数量", "本年新公开数量", "对外公开总数量", "采购项目数量", "采购总金额"),
)
