"""What a command says of a command line that does not fit: one sentence in Chinese, and 2."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from server.cli import app

WRONG = {
    "nosuch": "没有命令 nosuch。用法见 tongfa --help。",
    "calendar shov": "没有命令 shov，相近的有 show。用法见 tongfa calendar --help。",
    "org nosuch": "没有命令 nosuch。用法见 tongfa org --help。",
    "org add 01506DEMO": "缺少参数 name。用法见 tongfa org add --help。",
    "user add li 李": "缺少选项 --grant。用法见 tongfa user add --help。",
    "counts --bogus": "没有选项 --bogus，相近的有 --org。用法见 tongfa counts --help。",
    "counts -x": "没有选项 -x。用法见 tongfa counts --help。",
    "counts --year": "选项 --year 后面要写一个值。",
    "counts --json=1": "选项 --json 后面不写值。",
    "counts 2026": "多出了 2026。用法见 tongfa counts --help。",
    "counts --year now": "--year 应是整数。用法见 tongfa counts --help。",
    "counts --year 1900": "--year 最小是 1990。用法见 tongfa counts --help。",
    "counts --year 2900": "--year 最大是 2100。用法见 tongfa counts --help。",
    "counts --from 2026-13-01": (
        "--from 应写成年-月-日，例如 2026-03-01，不能是 2026-13-01。用法见 tongfa counts --help。"
    ),
    "counts --group-by day": (
        "--group-by 不能是 day，可用的是 channel、account、org、month、kind、column、topic。"
        "用法见 tongfa counts --help。"
    ),
    "org add x 某局": "“机构代码”的写法不对。",
    "org add 0150600AA 某局 --parent x": "“上级机构代码”的写法不对。",
    "user add Li 李 --grant author@01506DEMO": "“登录名”的写法不对。",
    "account add website Site 门户 --org 01506DEMO": "“账号标识”的写法不对。",
    "account add weibo w 微博 --org 01506DEMO --secret-file nofile": (
        "凭据文件 nofile 读不了：没有这个文件或文件夹。"
    ),
    "token add li --days 0": "--days 最小是 1。用法见 tongfa token add --help。",
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_wrong_command_line_is_refused_in_one_sentence(wrong: str):
    said = CliRunner().invoke(app, wrong.split(), prog_name="tongfa")
    assert (said.exit_code, said.stdout, said.stderr) == (2, "", WRONG[wrong] + "\n")


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("TONGFA_VAR", str(tmp_path / "file" / "var"))
    said = CliRunner().invoke(app, ["org", "list"], prog_name="tongfa")
    assert (said.exit_code, said.stderr) == (
        1,
        f"读写文件失败（{tmp_path}/file/var）：路径里有一段不是文件夹。\n",
    )


def run_in_gbk(*words: bytes) -> subprocess.CompletedProcess[bytes]:
    gbk = {**os.environ, "PYTHONIOENCODING": "gbk", "PYTHONUTF8": "0"}
    called = [sys.executable, "-m", "server.cli", *words]
    return subprocess.run(called, env=gbk, capture_output=True, check=False)


def test_a_terminal_that_has_no_letter_for_it_is_told_its_number():
    said = run_in_gbk("ᠮᠣᠩᠭᠣᠯ".encode())
    assert said.stderr.decode("gbk").startswith("没有命令 \\u182e")
    assert said.returncode == 2


@pytest.mark.slow
@pytest.mark.usefixtures("migrated_folder")
def test_bytes_of_another_encoding_are_refused_in_a_sentence():
    said = run_in_gbk(b"org", b"add", b"01506DEMO", "示范旗".encode("gbk"))
    assert (said.returncode, said.stderr.decode("gbk")) == (
        2,
        "命令里有读不出的字符：终端的编码和 LANG 说的不一样。\n",
    )


def test_a_group_called_alone_shows_its_help_and_nothing_else():
    said = CliRunner().invoke(app, ["org"], prog_name="tongfa")
    assert (said.exit_code, said.stderr) == (2, "")
    assert "添加机构" in said.stdout


def commands(group: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    yield path
    for name in group.list_commands(None) if hasattr(group, "list_commands") else ():
        yield from commands(group.get_command(None, name), (*path, name))


@pytest.mark.slow
def test_no_help_is_cut_off_in_a_terminal_of_eighty_columns(monkeypatch: pytest.MonkeyPatch):
    # A sentence without spaces is one word to the table that it stands in, which cuts what is too long.
    monkeypatch.setenv("COLUMNS", "80")
    shown = {path: CliRunner().invoke(app, [*path, "--help"]).stdout for path in commands(get_command(app))}
    assert {("report", "draft"), ("push-key",)} <= shown.keys()
    assert [path for path, text in shown.items() if "…" in text] == []
