"""`tongfa report check` as a report job runs it: no server, no database."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from server.cli import app
from tests.report import samples

WRONG = "某旗2017年政府信息公开年度报告\n\n重点领域信息401条,其中交通运输16条,环境保护394条。\n"


pytestmark = pytest.mark.usefixtures("empty_folder")


def check(file: str, *more: str) -> Result:
    return CliRunner().invoke(app, ["report", "check", file, *more])


def test_json_on_standard_output_is_the_findings_and_nothing_else():
    Path("report.txt").write_text(WRONG, encoding="utf-8")
    ran = check("report.txt", "--format", "json")
    assert ran.exit_code == 1
    (finding,) = json.loads(ran.stdout)["findings"]
    assert list(finding) == ["rule", "severity", "where", "stated", "computed", "difference", "hint"]
    assert (finding["stated"], finding["computed"], finding["difference"]) == (401, 410, 9)


def test_a_sound_report_ends_well():
    Path("report.json").write_bytes(samples.as_json(samples.entry_2021(lambda at: at % 5)))
    ran = check("report.json", "--format", "json")
    assert (ran.exit_code, json.loads(ran.stdout)) == (0, {"findings": []})


def test_a_warning_alone_does_not_fail():
    Path("report.txt").write_text(
        "某旗2017年政府信息公开年度报告\n\n主动公开信息755多条。\n", encoding="utf-8"
    )
    ran = check("report.txt")
    assert (ran.exit_code, "[提醒]" in ran.stdout) == (0, True)


def test_a_person_reads_what_is_wrong_and_by_how_much():
    Path("report.txt").write_text(WRONG, encoding="utf-8")
    shown = check("report.txt").stdout
    assert "写为 401；应为 410；相差 +9" in shown
    assert "发现 1 处。" in shown


def test_last_years_report_is_taken_into_account():
    this, last = samples.entry_2021(lambda at: at % 5 + 1), samples.entry_2021(lambda at: at % 4 + 1)
    Path("this.json").write_bytes(samples.as_json(this))
    Path("last.json").write_bytes(samples.as_json(last))
    ran = check("this.json", "--previous", "last.json", "--format", "json")
    assert "carried_over" in {one["rule"] for one in json.loads(ran.stdout)["findings"]}


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("missing.txt", None, "读不了文件"),
        ("empty.txt", b"", "文件是空的"),
        ("old.doc", b"\xd0\xcf\x11\xe0" + b"\0" * 600, "另存为 .docx"),
        ("scan.pdf", b"%PDF-1.7\n", "PDF"),
        ("broken.docx", b"PK\x03\x04broken", "已损坏"),
        ("broken.json", b'{"year": 2017,', "不是正确的 JSON"),
        ("list.json", b"[]", "没有报告"),
        ("other.json", b'{"year": 2017}', "figures"),
        ("year.json", b'{"year": "2017", "figures": {}}', "year"),
        ("deep.json", b'{"figures": {"a": ' * 900, "JSON"),
        ("picture.png", b"\x89PNG\r\n\x1a\n\0\0\0\xff\xfe", "可以检查的有"),
    ],
)
def test_an_unreadable_file_is_refused_in_a_sentence(name: str, content: bytes | None, says: str):
    if content is not None:
        Path(name).write_bytes(content)
    ran = check(name, "--format", "json")
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert says in ran.stderr
    assert "Traceback" not in ran.stderr


@pytest.fixture
def office(migrated_folder: Path) -> None:
    """A migrated database with one organ."""
    assert tongfa("org", "add", "01506DEMO", "示范旗人民政府").exit_code == 0


def tongfa(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


@pytest.mark.usefixtures("office")
def test_figures_are_entered_from_a_table_and_stand_in_the_draft():
    Path("in.csv").write_text(
        "指标,数值,来源\n行政许可,182,政务服务中心\n三|(一)予以公开|自然人,3,台账\n", encoding="utf-8-sig"
    )
    entered = tongfa("report", "enter", "in.csv", "--year", "2026", "--org", "01506DEMO")
    assert (entered.exit_code, entered.stdout) == (0, "已写入 2 个数字。\n")
    drafted = tongfa("report", "draft", "--year", "2026", "--org", "01506DEMO", "--format", "json")
    assert "已写入 report-2026.json。还有" in drafted.stdout
    figures = json.loads(Path("report-2026.json").read_text(encoding="utf-8"))["figures"]
    assert figures["二/第二十条第(五)项"]["行政许可"]["本年处理决定数量"] == 182
    assert figures["三"]["(一)予以公开"]["自然人"] == 3


@pytest.mark.usefixtures("office")
def test_one_bad_row_keeps_the_whole_table_out_and_is_named():
    Path("in.csv").write_text("指标,数值,来源\n行政许可,182,政务服务中心\n行政处罚,很多,\n", encoding="utf-8")
    refused = tongfa("report", "enter", "in.csv", "--year", "2026", "--org", "01506DEMO")
    assert refused.exit_code == 1
    assert "第 3 行：“行政处罚，本年处理决定数量”应是数字" in refused.stderr
    assert "没有写入任何一行" in refused.stderr
    tongfa("report", "draft", "--year", "2026", "--org", "01506DEMO", "--format", "json")
    assert json.loads(Path("report-2026.json").read_text(encoding="utf-8"))["sources"] == {}


@pytest.mark.parametrize(
    ("content", "says"),
    [("数值\n1\n", "缺少：指标、来源"), ("", "空的"), ("指标,数值,来源\n", "没有数字")],
)
def test_a_table_that_cannot_be_read_is_refused_before_the_database_is_asked(content: str, says: str):
    Path("in.csv").write_text(content, encoding="utf-8")
    refused = tongfa("report", "enter", "in.csv", "--year", "2026", "--org", "01506DEMO")
    assert (refused.exit_code, says in refused.stderr) == (2, True)


@pytest.mark.usefixtures("office")
@pytest.mark.parametrize("form", ["docx", "html", "xlsx", "json"])
def test_a_draft_is_a_report_that_the_check_can_read(form: str):
    made = tongfa("report", "draft", "--year", "2026", "--org", "01506DEMO", "--format", form)
    assert made.exit_code == 0
    read = tongfa("report", "check", f"report-2026.{form}", "--format", "json")
    assert {one["severity"] for one in json.loads(read.stdout)["findings"]} <= {"warning"}


@pytest.mark.usefixtures("office")
def test_counts_are_written_to_a_file_as_a_whole():
    assert tongfa("counts", "--year", "2026", "--format", "json", "--output", "2026.json").exit_code == 0
    assert json.loads(Path("2026.json").read_text(encoding="utf-8"))["items"] == 0
    assert [path.name for path in Path().glob("*.part")] == []


@pytest.mark.usefixtures("office")
@pytest.mark.parametrize(
    "command",
    [
        ("counts", "--year", "2026", "--output", "taken"),
        ("report", "draft", "--year", "2026", "--org", "01506DEMO", "--output", "taken"),
        ("dictionary", "export", "taken"),
    ],
)
def test_what_cannot_be_written_leaves_nothing_behind(command: tuple[str, ...]):
    Path("taken").mkdir()
    refused = tongfa(*command)
    assert (refused.exit_code, refused.stderr) == (2, "写不了文件 taken：这是一个文件夹\n")
    assert [path.name for path in Path().iterdir() if path.name.startswith("taken")] == ["taken"]


@pytest.mark.usefixtures("office")
def test_an_unknown_organ_is_refused_in_a_sentence():
    refused = tongfa("report", "draft", "--year", "2026", "--org", "000000000")
    assert (refused.exit_code, refused.stderr.strip()) == (1, "没有代码为“000000000”的机构")
