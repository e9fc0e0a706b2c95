"""What each channel asks for when an account is set up, in an editor's words; the channels read the names."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from server.core.older_posts import SETTING
from server.forms.accounts import ChannelName
from server.store.accounts import OWNER


@dataclass(frozen=True, slots=True)
class AccountField:
    """One line of the form; a secret is written and never shown again."""

    name: str
    label: str
    hint: str = ""
    default: str = ""
    is_secret: bool = False
    options: tuple[tuple[str, str], ...] = ()

    @property
    def key(self) -> str:
        """Give the name of its field; what begins with `secret` is never kept in a page."""
        return f"secret_{self.name}" if self.is_secret else f"setting_{self.name}"


_OWNER: Final = AccountField(OWNER, "负责人", "谁管这个账号，姓名和电话；账号出问题时大家找他。")


def _older(what: str, usual: str) -> AccountField:
    return AccountField(
        SETTING,
        f"更正后旧{what}",
        f"稿件更正后再发一次，旧{what}还在账号上。这里定平时怎么办，每次发布时可以另选。",
        options=(("", f"按渠道默认：{usual}"), ("take_down", "新的上线后撤下"), ("keep", "保留")),
    )


ACCOUNT_FIELDS: Final[Mapping[ChannelName, tuple[AccountField, ...]]] = {
    "website": (_OWNER,),
    "feed": (_OWNER,),
    "other": (_OWNER, _older("的一张", "保留")),
    "weibo": (
        _OWNER,
        AccountField("base_url", "接口地址", "微博开放平台的地址，一般不用改。", "https://api.weibo.com"),
        AccountField("uid", "账号 UID", "个人主页地址里的一串数字；先授权后填也可以。"),
        AccountField("safe_domains", "安全域名", "应用里登记的域名，多个用逗号隔开；网页链接须在其中。"),
        _older("微博", "新的上线后撤下"),
        AccountField("client_id", "App Key", "用授权页面取得令牌时填写，可以自动续期提醒。"),
        AccountField("client_secret", "App Secret", is_secret=True),
        AccountField("access_token", "访问令牌", "不用授权页面、手工取得令牌时填写。", is_secret=True),
    ),
    "wechat": (
        _OWNER,
        AccountField("base_url", "接口地址", "微信公众平台的地址，一般不用改。", "https://api.weixin.qq.com"),
        AccountField("appid", "AppID", "公众平台“设置与开发”里，以 wx 开头。"),
        AccountField("appsecret", "AppSecret", is_secret=True),
        AccountField("author", "文章作者", "显示在标题下，可以不填。"),
        AccountField(
            "publish", "谁来发布", options=(("auto", "自动发布"), ("by_hand", "只放进草稿箱，由人发布"))
        ),
        _older("文章", "单独发布的撤下，群发的保留"),
        AccountField("callback_token", "消息令牌", "接收平台通知时填写，与公众平台一致。", is_secret=True),
        AccountField("callback_aes_key", "消息加解密密钥", is_secret=True),
    ),
}
