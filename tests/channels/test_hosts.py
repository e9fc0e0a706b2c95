"""channels/hosts.py, and the hosts on which posts of the real platforms stand."""

import pytest

from channels.contract import Tools
from channels.hosts import host_of, is_below
from channels.item import Account
from channels.wechat.channel import WeChat
from channels.weibo.channel import Weibo
from tests.channels.memory_shelf import ORG, MemoryMedia, MemoryShelf, a_site
from tests.channels.public_site import NoTokens


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("https://weibo.com/1/2", "weibo.com"),
        ("HTTPS://M.Weibo.CN:443/x", "m.weibo.cn"),
        ("https://weibo.com.@news.invalid/", "news.invalid"),
        ("https://weibo.com./1", "weibo.com"),
        ("https://[broken/1", ""),
        ("weibo.com/1", ""),
        ("", ""),
        ("https://news.invalid\\@weibo.com/1", ""),  # a browser asks news.invalid
        ("https://news.invalid\\.weibo.com/1", ""),
        ("https:\\\\news.invalid/.weibo.com", ""),
        ("https://news.invalid\n.weibo.com/1", ""),
        ("https://news.\tinvalid@weibo.com/1", ""),
    ],
)
def test_the_host_is_what_a_browser_would_ask(address: str, host: str):
    assert host_of(address) == host


@pytest.mark.parametrize(
    ("host", "is_own"),
    [
        ("weibo.com", True),
        ("m.weibo.com", True),
        ("notweibo.com", False),
        ("weibo.com.cn", False),
        ("", False),
    ],
)
def test_a_host_counts_itself_and_what_stands_below_it(host: str, is_own: bool):
    assert is_below(host, ("weibo.com",)) is is_own


def test_posts_of_the_real_platforms_stand_where_readers_open_them():
    tools = Tools(None, None, a_site(), MemoryShelf(), MemoryMedia(), NoTokens())
    weibo = {"base_url": "https://api.weibo.com", "uid": "1", "safe_domains": "example.gov.cn"}
    wechat = {"base_url": "https://api.weixin.qq.com", "appid": "wx1"}
    status = Weibo.open(Account("a", "weibo", "w", "微博", ORG, weibo, {"access_token": "t"}), tools)
    article = WeChat.open(Account("b", "wechat", "x", "微信", ORG, wechat, {"appsecret": "s"}), tools)
    assert (status.hosts, article.hosts) == (("weibo.com", "weibo.cn"), ("mp.weixin.qq.com",))
