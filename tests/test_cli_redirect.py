"""`tongfa redirect` as an operator types it after a move from a former site."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from server.cli import app

pytestmark = pytest.mark.usefixtures("migrated_folder")


def redirect(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["redirect", *arguments])


def test_a_file_of_a_spreadsheet_is_taken_in(tmp_path: Path):
    (tmp_path / "moved.csv").write_text(
        "旧地址,新地址\n/a.shtml,/a/1.html\n/b.shtml,/a/2.html\n", "utf-8-sig"
    )
    told = redirect("import", "moved.csv")
    assert (told.exit_code, told.output.strip()) == (0, "已导入 2 条网址跳转。")
    assert redirect("remove", "/b.shtml").exit_code == 0


def test_of_a_file_with_a_wrong_line_nothing_is_taken(tmp_path: Path):
    (tmp_path / "moved.csv").write_text("/a.shtml,/a/1.html\nb.shtml,/a/2.html\n", "utf-8")
    told = redirect("import", "moved.csv")
    assert (told.exit_code, "第 2 行" in told.output) == (1, True)
    assert redirect("remove", "/a.shtml").exit_code == 1


@pytest.mark.parametrize("lines", ["b.shtml,/a/2.html\n/c.shtml,ftp://c", "/b.shtml\n/c.shtml,/a/1.html,/"])
def test_every_wrong_line_of_a_file_is_named(tmp_path: Path, lines: str):
    (tmp_path / "moved.csv").write_text(f"/a.shtml,/a/1.html\n{lines}\n", "utf-8")
    told = redirect("import", "moved.csv")
    assert (told.exit_code > 0, "第 2 行" in told.output, "第 3 行" in told.output) == (True, True, True)


def test_a_file_in_another_encoding_is_a_sentence(tmp_path: Path):
    (tmp_path / "moved.csv").write_bytes("/旧,/新".encode("gbk"))
    told = redirect("import", "moved.csv")
    assert (told.exit_code, "UTF-8" in told.output) == (2, True)
