"""`tongfa report check` as a report job runs it: no server, no database."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from server.cli import app
from tests.report import samples

WRONG = "某旗2017年政府信息公开年度报告\n\n重点领域信息401条,其中交通运输16条,环境保护394条。\n"


@pytest.fixture(autouse=True)
def _alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def check(file: str, *more: str) -> Result:
    return CliRunner().invoke(app, ["report", "check", file, *more])


def test_json_on_standard_output_is_the_findings_and_nothing_else():
    Path("report.txt").write_text(WRONG)
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
    Path("report.txt").write_text("某旗2017年政府信息公开年度报告\n\n主动公开信息755多条。\n")
    ran = check("report.txt")
    assert (ran.exit_code, "[提醒]" in ran.stdout) == (0, True)


def test_a_person_reads_what_is_wrong_and_by_how_much():
    Path("report.txt").write_text(WRONG)
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
