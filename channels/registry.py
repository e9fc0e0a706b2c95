"""Kind → class: the one line that a new channel adds."""

from collections.abc import Mapping
from typing import Final

from channels.contract import Channel, Limits, Tools
from channels.feeds.channel import Feeds
from channels.item import Account
from channels.other import Other
from channels.website.channel import Website
from channels.wechat.channel import WeChat
from channels.weibo.channel import Weibo

CHANNELS: Final[Mapping[str, type[Channel]]] = {
    channel.kind: channel for channel in (Website, Feeds, Weibo, WeChat, Other)
}
LIMITS: Final[Mapping[str, Limits]] = {kind: channel.limits for kind, channel in CHANNELS.items()}


def open_channel(account: Account, tools: Tools) -> Channel:
    """Make the channel of an account; raises ValueError naming the missing setting."""
    return CHANNELS[account.channel].open(account, tools)
