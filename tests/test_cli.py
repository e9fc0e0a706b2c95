"""The command line as an operator types it."""

import asyncio
import json
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from server.cli import app
from tests.ports import free_port
from tests.processes import is_running

ROOT = Path(__file__).parent.parent


pytestmark = pytest.mark.usefixtures("empty_folder")


def tongfa(*arguments: str, typed: str = "") -> Result:
    return CliRunner().invoke(app, list(arguments), input=typed)


@contextmanager
def started(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    """Run a command beside the test, and not a moment longer than it."""
    with subprocess.Popen(
        [sys.executable, "-m", "server.cli", *arguments],
        stdout=subprocess.PIPE,  # one line at most; a log that nobody reads would fill its pipe
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    ) as child:
        try:
            yield child
        finally:
            child.kill()


@pytest.fixture
def office(migrated_folder: Path) -> None:
    """A migrated database with one organ and one person."""
    assert tongfa("org", "add", "01506DEMO", "示范旗人民政府办公室").exit_code == 0
    assert tongfa("user", "add", "zhang", "张", "--grant", "author@01506DEMO", "--no-password").exit_code == 0


def test_help_names_every_command():
    shown = tongfa("--help").output
    for name in (
        "serve",
        "web",
        "worker",
        "clock",
        "sandbox",
        "migrate",
        "check-config",
        "publish",
        "counts",
    ):
        assert name in shown


def test_check_config_prints_what_is_in_force(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("TONGFA_PORT", "9090")
    assert json.loads(tongfa("check-config").stdout)["port"] == 9090


def test_check_config_shows_no_password(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://tongfa:hunter2@db/tongfa")
    assert "hunter2" not in tongfa("check-config").output


def test_a_wrong_setting_is_named_and_nothing_starts(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("TONGFA_PORT", "eighty")
    ended = tongfa("serve")
    assert (ended.exit_code, ended.stderr.strip()) == (2, "设置项 port：应为整数")


def test_migrating_twice_changes_nothing():
    assert [tongfa("migrate").exit_code, tongfa("migrate").exit_code] == [0, 0]


def test_an_unmigrated_database_is_told_of():
    ended = tongfa("counts", "--year", "2026")
    assert ended.exit_code == 2
    assert "tongfa migrate" in ended.stderr


@pytest.mark.usefixtures("office")
def test_an_organ_is_added_once():
    ended = tongfa("org", "add", "01506DEMO", "另一个")
    assert (ended.exit_code, ended.stderr.strip()) == (1, "机构“01506DEMO”已经存在。")


@pytest.mark.usefixtures("office")
def test_an_organ_stands_below_its_parent():
    assert tongfa("org", "add", "0150600AA", "民政局", "--parent", "01506DEMO").exit_code == 0


@pytest.mark.usefixtures("office")
def test_a_parent_that_is_not_there_is_refused():
    assert tongfa("org", "add", "0150600AA", "民政局", "--parent", "NOWHERE00").exit_code == 1


@pytest.mark.usefixtures("office")
def test_a_password_is_read_from_standard_input():
    ended = tongfa(
        "user", "add", "li", "李", "--grant", "chief@01506DEMO", "--password-stdin", typed="Ping-An-2026\n"
    )
    assert ended.exit_code == 0
    assert "Ping-An" not in ended.output


@pytest.mark.usefixtures("office")
def test_without_a_terminal_a_password_is_asked_for_by_nobody():
    ended = tongfa("user", "add", "li", "李", "--grant", "chief@01506DEMO", typed="Ping-An-2026\n")
    assert (ended.exit_code, "--password-stdin" in ended.output) == (2, True)


@pytest.mark.usefixtures("office")
def test_a_password_that_is_guessed_at_once_is_refused():
    ended = tongfa("user", "add", "li", "李", "--grant", "chief@01506DEMO", "--password-stdin", typed="1\n")
    assert ended.exit_code == 1


@pytest.mark.usefixtures("office")
@pytest.mark.parametrize("grant", ["author", "king@01506DEMO", "author@"])
def test_a_grant_that_makes_no_sense_is_refused(grant: str):
    assert tongfa("user", "add", "li", "李", "--grant", grant, "--no-password").exit_code == 2


@pytest.mark.usefixtures("office")
def test_a_forgotten_password_is_set_anew_by_whoever_sits_at_the_machine():
    done = tongfa("user", "password", "zhang", "--password-stdin", typed="another-Passw0rd-2026\n")
    assert (done.exit_code, "登录都已结束" in done.output) == (0, True)
    assert "更改口令" in tongfa("audit", "list").output
    short = tongfa("user", "password", "zhang", "--password-stdin", typed="short\n")
    assert (short.exit_code, "8 到 128" in short.output) == (1, True)
    assert (
        "没有人员“nobody”"
        in tongfa("user", "password", "nobody", "--password-stdin", typed="Passw0rd-x\n").output
    )


@pytest.mark.usefixtures("office")
def test_what_was_added_is_listed():
    assert tongfa("account", "add", "website", "site", "门户网站", "--org", "01506DEMO").exit_code == 0
    assert "示范旗人民政府办公室" in tongfa("org", "list").output
    assert "author@01506DEMO" in tongfa("user", "list").output
    assert "门户网站" in tongfa("account", "list").output


def test_the_version_is_told():
    assert tongfa("--version").output.startswith("tongfa ")


@pytest.mark.usefixtures("office")
def test_a_token_is_printed_alone_so_that_a_script_can_take_it():
    assert re.fullmatch(r"tf_\w{16}_[\w-]{43}\n", tongfa("token", "add", "zhang").stdout)


@pytest.mark.usefixtures("office")
def test_nobody_gets_no_token():
    assert tongfa("token", "add", "nobody").exit_code == 1


@pytest.mark.usefixtures("office")
@pytest.mark.parametrize("command", ["serve", "rebuild-site", "verify"])
def test_a_key_that_others_may_read_is_refused_in_a_sentence(command: str):
    key = Path("var/secret.key")
    key.touch(mode=0o644)
    ended = tongfa(command)
    assert (ended.exit_code, ended.stderr) == (
        2,
        f"密钥文件 {key} 对其他用户开放，请改为只有本人可读（chmod 600）\n",
    )


@pytest.mark.usefixtures("office")
def test_an_empty_office_agrees_with_itself():
    assert tongfa("verify").stdout.strip() == "全部一致。"


@pytest.mark.usefixtures("office")
def test_a_year_without_data_gives_zeros():
    figures = json.loads(tongfa("counts", "--year", "2017", "--json").stdout)
    assert (figures["items"], set(figures["deliveries"].values())) == (0, {0})


@pytest.mark.usefixtures("office")
def test_figures_of_a_column_that_never_was_are_refused_and_no_zeros():
    assert tongfa("counts", "--year", "2026", "--column", "zcwj").exit_code == 0
    ended = tongfa("counts", "--year", "2026", "--column", "nosuch")
    assert (ended.exit_code, ended.stderr.strip()) == (1, "没有栏目“nosuch”")


@pytest.mark.usefixtures("office")
@pytest.mark.parametrize("grouping", ["channel", "org", "month", "kind", "column"])
def test_every_grouping_prints_a_table(grouping: str):
    ended = tongfa("counts", "--from", "2026-01-01", "--to", "2026-06-30", "--group-by", grouping)
    assert ended.exit_code == 0
    assert "政务微信" in ended.stdout


@pytest.mark.usefixtures("office")
@pytest.mark.parametrize(
    "period",
    [
        (),
        ("--from", "2026-01-01"),
        ("--year", "2026", "--from", "2026-01-01", "--to", "2026-02-01"),
        ("--from", "2026-02-30", "--to", "2026-03-01"),
        ("--from", "2026-02-01", "--to", "2026-01-01"),
        ("--year", "2026", "--group-by", "colour"),
    ],
)
def test_a_period_that_makes_no_sense_is_refused(period: tuple[str, ...]):
    assert tongfa("counts", *period).exit_code == 2


def test_publishing_without_a_token_says_so(tmp_path: Path):
    (tmp_path / "item.json").write_text("{}")
    ended = tongfa("publish", "item.json")
    assert (ended.exit_code, "令牌" in ended.stderr) == (2, True)


def test_publishing_what_is_no_json_says_so(tmp_path: Path):
    (tmp_path / "item.json").write_text("{")
    ended = tongfa("publish", "item.json", "--token", "t")
    assert (ended.exit_code, "JSON" in ended.stderr) == (2, True)


def test_publishing_to_a_server_that_is_not_there_says_so(tmp_path: Path):
    (tmp_path / "item.json").write_text("{}")
    ended = tongfa("publish", "item.json", "--token", "t", "--base-url", "http://127.0.0.1:1")
    assert (ended.exit_code, ended.stderr.startswith("连不上")) == (1, True)


def test_a_taken_port_is_a_sentence_and_not_a_trace():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        ended = tongfa("serve", "--port", str(port))
    assert (ended.exit_code, ended.stderr.strip()) == (
        2,
        f"端口 {port} 已被占用：请先停下占用它的程序，或者换一个端口。",
    )


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGINT])
def test_the_sandbox_prints_one_line_of_credentials_and_serves_until_told(end: signal.Signals):
    with started("sandbox", "--print-credentials") as child:
        assert child.stdout is not None
        platforms = json.loads(child.stdout.readline())
        with urllib.request.urlopen(platforms["weibo"]["base_url"] + "/") as page:
            assert page.status == 200
        child.send_signal(end)
        assert child.wait(timeout=60) == 0


def test_the_sandbox_prints_the_addresses_and_credentials_and_nothing_else():
    wechat_port, weibo_port = free_port(), free_port()
    ports = ("--wechat-port", str(wechat_port), "--weibo-port", str(weibo_port))
    with started("sandbox", *ports, "--print-credentials") as child:
        assert child.stdout is not None
        platforms = json.loads(child.stdout.readline())
        child.send_signal(signal.SIGTERM)
        rest = child.stdout.read()
    wechat, weibo = platforms.pop("wechat"), platforms.pop("weibo")
    assert (set(wechat), set(weibo)) == (
        {"base_url", "appid", "secret"},
        {"base_url", "client_id", "client_secret", "access_token", "uid", "safe_domain"},
    )
    assert (wechat["base_url"], weibo["base_url"]) == (
        f"http://127.0.0.1:{wechat_port}",
        f"http://127.0.0.1:{weibo_port}",
    )
    assert (platforms, rest) == ({}, "")


def test_a_taken_port_of_the_sandbox_is_a_sentence():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        ended = tongfa("sandbox", "--weibo-port", str(port))
    assert (ended.exit_code, f"端口 {port} 已被占用" in ended.stderr) == (2, True)


def test_one_port_for_both_sandboxes_is_refused():
    port = str(free_port())
    ended = tongfa("sandbox", "--weibo-port", port, "--wechat-port", port)
    assert (ended.exit_code, f"不能共用端口 {port}" in ended.stderr) == (2, True)


def test_a_state_folder_that_is_a_file_is_a_sentence(tmp_path: Path):
    (tmp_path / "state").write_text("")
    ended = tongfa("sandbox", "--state", "state")
    assert (ended.exit_code, "演练平台没有启动" in ended.stderr) == (2, True)


def test_the_server_serves_until_told_and_takes_its_valkey_along(tmp_path: Path):
    port = free_port()
    with started("serve", "--port", str(port)) as child:
        _wait_for(f"http://127.0.0.1:{port}/readyz")
        valkeys = _children_of(child.pid)
        child.send_signal(signal.SIGTERM)
        # Three seconds for open connections at most; the rest is for a busy machine.
        assert child.wait(timeout=90) == 0
    assert valkeys
    assert not any(is_running(pid) for pid in valkeys)


def test_a_killed_server_takes_its_valkey_along():
    port = free_port()
    with started("serve", "--port", str(port)) as child:
        _wait_for(f"http://127.0.0.1:{port}/readyz")
        valkeys = _children_of(child.pid)
        child.kill()
        child.wait(timeout=60)
    assert valkeys
    asyncio.run(_gone(valkeys))


def _wait_for(url: str) -> None:
    async def ask() -> None:
        async with asyncio.timeout(90):  # on a machine with much else to do
            while not await asyncio.to_thread(_answers, url):  # noqa: ASYNC110
                await asyncio.sleep(0.1)

    asyncio.run(ask())


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _children_of(pid: int) -> list[int]:
    listed = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="utf-8").split()
    return [int(child) for child in listed]


async def _gone(pids: list[int]) -> None:
    async with asyncio.timeout(60):
        while await asyncio.to_thread(lambda: any(is_running(pid) for pid in pids)):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
