"""`tongfa calendar` as an operator types it, in an empty folder with nothing set up."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from server.cli import app

pytestmark = pytest.mark.usefixtures("empty_folder")


def calendar(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["calendar", *arguments])


def notice(tmp_path: Path, *more: str) -> str:
    days = ["2027-01-01", "2027-05-01", "2027-10-01", *more]
    path = tmp_path / "notice.json"
    path.write_text(json.dumps({"year": 2027, "off_days": days}), encoding="utf-8")
    return str(path)


@pytest.mark.parametrize(
    ("day", "count", "told"),
    [
        ("2026-09-28", "3", "2026-10-08"),
        ("2026-02-10", "20", "2026-03-16"),
        ("2026-12-31", "1", "2027-01-01 provisional"),
        ("2026-10-01", "0", "2026-10-08"),
    ],
)
def test_due_prints_one_line(day: str, count: str, told: str):
    ended = calendar("due", day, count)
    assert (ended.exit_code, ended.stdout) == (0, f"{told}\n")


def test_asking_creates_nothing(tmp_path: Path):
    calendar("due", "2026-09-28", "3")
    calendar("show", "2027")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("day", "count"), [("2026-1-1", "3"), ("2026-02-30", "3"), ("9999-12-30", "20"), ("2026-01-05", "1001")]
)
def test_what_is_no_day_or_no_number_of_days_is_told_in_one_sentence(day: str, count: str):
    ended = calendar("due", day, count)
    assert (ended.exit_code, ended.stdout, len(ended.stderr.splitlines())) == (2, "", 1)


def test_an_import_works_in_an_empty_folder_and_changes_what_is_due(tmp_path: Path):
    assert calendar("import", notice(tmp_path, "2027-01-04")).exit_code == 0
    assert calendar("due", "2026-12-31", "1").stdout == "2027-01-05\n"


def test_a_year_that_lacks_a_fixed_holiday_stays_provisional_and_the_import_says_so(tmp_path: Path):
    path = tmp_path / "half.json"
    path.write_text('{"year": 2027, "off_days": ["2027-01-01"]}', encoding="utf-8")
    assert "仍按暂定计算" in calendar("import", str(path)).stdout
    assert calendar("due", "2027-03-01", "1").stdout == "2027-03-02 provisional\n"


def test_a_local_holiday_is_a_layer_of_its_own(tmp_path: Path):
    path = tmp_path / "local.csv"
    path.write_text("date,kind,name\n2026-08-17,off,那达慕\n", encoding="utf-8")
    assert calendar("import", str(path), "--layer", "local").exit_code == 0
    assert calendar("due", "2026-08-14", "1").stdout == "2026-08-18\n"
    assert "那达慕" in calendar("show", "2026").stdout


def test_a_wrong_file_imports_nothing_and_every_line_is_named(tmp_path: Path):
    path = tmp_path / "bad.csv"
    path.write_text("date,kind\n2026-08-17,off\n2026-08-32,off\n2026-08-18,maybe\n", encoding="utf-8")
    ended = calendar("import", str(path))
    assert ended.exit_code == 1
    assert [line[:5] for line in ended.stderr.splitlines()[1:]] == ["第 3 行", "第 4 行"]
    assert calendar("due", "2026-08-14", "1").stdout == "2026-08-17\n"


def test_a_file_that_is_not_there_is_told():
    assert calendar("import", "none.json").exit_code == 2


def test_a_year_can_be_read_by_a_program():
    told = json.loads(calendar("show", "2026", "--json").stdout)
    assert (told["working_days"], told["provisional"]) == (248, False)


def test_a_look_tells_what_would_change_and_imports_nothing(tmp_path: Path):
    file = notice(tmp_path, "2027-01-29")
    assert calendar("import", file, "--look").stdout == "数据库还没有建立，没有期限会移动。\n"
    assert calendar("import", notice(tmp_path)).exit_code == 0
    told = calendar("import", notice(tmp_path, "2027-01-29"), "--look")
    assert told.exit_code == 0
    lines = told.stdout.splitlines()
    assert lines[0] == "2027-01-29 改为放假"
    assert lines[-1].startswith("移动 ")  # how many, depends on the day on which the test runs
    assert lines[-1].endswith("没有导入。")
    assert calendar("due", "2027-01-28", "1").stdout == "2027-01-29\n"
