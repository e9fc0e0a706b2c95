"""The tables in force: 国办公开办函〔2021〕30号, for reports of 2021 and later."""

from typing import Final

from server.report.forms.form import Form, Row, Table
from server.report.forms.requests import CARRIED_OVER, OTHER_IN_THREE, TABLE_FOUR, equations, table_three

MADE: Final = "本年制发件数"
REPEALED: Final = "本年废止件数"
IN_FORCE: Final = "现行有效件数"

FORM_2021: Final = Form(
    version="2021",
    name="2021年年度报告格式",
    letter="国办公开办函〔2021〕30号",
    first=2021,
    last=9999,
    tables=(
        Table(
            "二(一)",
            "第二十条第(一)项",
            (MADE, REPEALED, IN_FORCE),
            (Row("规章"), Row("行政规范性文件", aliases=("规范性文件",))),
        ),
        Table("二(五)", "第二十条第(五)项", ("本年处理决定数量",), (Row("行政许可"),)),
        Table("二(六)", "第二十条第(六)项", ("本年处理决定数量",), (Row("行政处罚"), Row("行政强制"))),
        Table(
            "二(八)",
            "第二十条第(八)项",
            ("本年收费金额(单位:万元)",),
            (Row("行政事业性收费", "万元", ("行政事业性收费_万元",)),),
        ),
        table_three(OTHER_IN_THREE),
        TABLE_FOUR,
    ),
    equations=equations(OTHER_IN_THREE),
    carried_over=CARRIED_OVER,
    marks=("本年制发件数", "本年废止件数", "现行有效件数", "本年收费金额"),
)
