"""`tongfa dictionary` as an operator types it."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from server.cli import app

LIST = (
    "错词,正确形式,语境,级别,位置,类别,说明\n"
    "苏木长,苏木达,,须处理,全文,错别字,本地称谓\n"
    "=甲,乙,,请核对,标题,敏感表述,\n"
)


pytestmark = pytest.mark.usefixtures("empty_folder")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, [*arguments])


def words(tmp_path: Path, text: str = LIST) -> str:
    path = tmp_path / "words.csv"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_a_list_goes_in_and_comes_out_as_it_was(tmp_path: Path):
    assert run("migrate").exit_code == 0
    taken = run("dictionary", "import", words(tmp_path))
    assert (taken.exit_code, "已导入 2 条" in taken.output) == (0, True)
    assert run("dictionary", "export", str(tmp_path / "out.csv")).exit_code == 0
    out = (tmp_path / "out.csv").read_text(encoding="utf-8-sig")
    # A cell that a spreadsheet would take for a formula is kept from it.
    assert sorted(out.splitlines()) == sorted(LIST.replace("=甲", "'=甲").splitlines())


def test_a_bad_line_is_named_and_nothing_is_taken(tmp_path: Path):
    run("migrate")
    refused = run("dictionary", "import", words(tmp_path, "错词,级别\n苏木长,要命\n"))
    assert refused.exit_code == 1
    assert "第2行：没有级别“要命”" in refused.output
    assert "已导出 0 条" in run("dictionary", "export", str(tmp_path / "out.csv")).output


def test_a_file_that_is_not_there_is_told(tmp_path: Path):
    assert run("dictionary", "import", str(tmp_path / "none.csv")).exit_code == 2


def test_without_a_database_the_operator_is_told_what_to_run(tmp_path: Path):
    refused = run("dictionary", "import", words(tmp_path))
    assert (refused.exit_code, "tongfa migrate" in refused.output) == (2, True)
