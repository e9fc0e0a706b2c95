"""`tongfa account add`: what the server refuses is refused here, and a secret is seen nowhere."""

from pathlib import Path

import pytest

from tests.test_cli import tongfa

pytestmark = pytest.mark.usefixtures("office")
WEIBO = (
    *("account", "add", "weibo", "fabu", "发布", "--org", "01506DEMO", "--secret-file", "-"),
    *("--setting", "base_url=https://api.weibo.com", "--setting", "safe_domains=www.example.gov.cn"),
)
WECHAT = (
    *("account", "add", "wechat", "gzh", "公众号", "--org", "01506DEMO", "--secret-file", "-"),
    *("--setting", "base_url=https://api.weixin.qq.com", "--setting", "appid=wx1"),
)
INSIDE = "接口地址 base_url 指向内部网络；确需使用，请把这个网络写进设置 platform_networks"


@pytest.fixture
def office(migrated_folder: Path) -> None:
    """A migrated database with one organ."""
    assert tongfa("org", "add", "01506DEMO", "示范旗人民政府办公室").exit_code == 0


def test_the_secret_of_an_account_is_sealed(tmp_path: Path):
    ended = tongfa(*WEIBO, "--setting", "uid=1", typed='{"access_token": "hunter2"}')
    assert (ended.exit_code, ended.stdout) == (0, "已添加账号 fabu 发布\n")
    stored = b"".join(path.read_bytes() for path in (tmp_path / "var").glob("tongfa.db*"))
    assert b"fabu" in stored
    assert b"hunter2" not in stored


@pytest.mark.parametrize("typed", ["{", "[]", '{"a": 1}'])
def test_a_secret_that_cannot_be_read_is_refused_and_not_repeated(typed: str):
    assert tongfa(*WEIBO, typed=typed).exit_code == 2


@pytest.mark.parametrize(
    ("words", "typed", "lacks"),
    [
        (WECHAT, '{"secret": "x"}', "账号的设置不完整：“AppSecret”（appsecret）还没有填写"),
        (WECHAT[:-2], '{"appsecret": "x"}', "账号的设置不完整：“AppID”（appid）还没有填写"),
        (
            (*WECHAT, "--setting", "base_url=http://10.0.0.1"),
            '{"appsecret": "x"}',
            "账号的设置不完整：" + INSIDE,
        ),
    ],
)
def test_an_account_that_its_channel_could_not_open_is_refused_here_too(
    words: tuple[str, ...], typed: str, lacks: str
):
    ended = tongfa(*words, typed=typed)
    assert (ended.exit_code, ended.stderr) == (1, lacks + "\n")
    assert "gzh" not in tongfa("account", "list").stdout


def test_an_account_that_nobody_has_granted_yet_says_so():
    application = ("--setting", "client_id=1")
    told = tongfa(*WEIBO, *application, typed='{"client_secret": "x"}').stdout
    assert told.splitlines()[1] == "这个账号还没有授权：请管理员在后台“平台授权”页上授权。"
    assert "需要重新授权" in tongfa("account", "list").stdout


def test_an_unknown_channel_is_refused():
    assert tongfa("account", "add", "fax", "fax", "传真", "--org", "01506DEMO").exit_code == 2
