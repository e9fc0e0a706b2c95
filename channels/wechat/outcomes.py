"""errcode → what it means for us and who acts next, as one table (contract wechat §2, §4.1, §5.1, §11)."""

from dataclasses import replace
from typing import Any, Final

from channels.contract import NotAccepted, Outcome, OutcomeUnknown, Refused

TOKEN_CODES: Final = frozenset({40001, 40014, 42001})
"""The access token is not the newest: refresh once, repeat once, never loop (§2.3)."""

_HOUR: Final = 3600.0
_SAID: Final = 160  # characters of the platform's own words


def _editor(code: int, reason: str) -> Refused:
    return Refused(reason, "editor", str(code))


def _operator(code: int, reason: str) -> Refused:
    return Refused(reason, "operator", str(code))


def _owner(code: int, reason: str) -> Refused:
    return Refused(reason, "owner", str(code))


OUTCOMES: Final[dict[int, Outcome]] = {
    # busy: nobody knows whether it acted before it said so
    -1: OutcomeUnknown("微信系统繁忙"),
    61450: OutcomeUnknown("微信系统错误"),
    # rates and quotas: surely not taken
    45009: NotAccepted(_HOUR, "微信接口今日调用次数已用完"),
    45011: NotAccepted(60.0, "微信接口调用太快，一分钟后再试"),
    45066: NotAccepted(60.0, "群发重试太快，一分钟后再试"),
    45028: NotAccepted(_HOUR, "本账号的群发次数已用完"),
    53501: NotAccepted(600.0, "微信认为发布太频繁，稍后再试"),
    # codes of which nobody says what they mean: once more, and then somebody looks
    9007: NotAccepted(
        60.0, "微信没有说明原因（9007）", Refused("微信两次没有说明原因地拒绝", "operator", "9007")
    ),
    63001: NotAccepted(
        60.0, "微信没有说明原因（63001）", Refused("微信两次没有说明原因地拒绝", "operator", "63001")
    ),
    # adopted by the mass call itself; anywhere else it means that we said it before
    45065: OutcomeUnknown("微信认为这次群发已经提交过"),
    # the account, its keys, its permissions
    40002: _operator(40002, "微信接口参数 grant_type 错误"),
    40003: _operator(40003, "微信用户标识无效"),
    40013: _operator(40013, "公众号 AppID 错误，请核对账号设置"),
    40125: _operator(40125, "公众号 AppSecret 错误，请核对账号设置"),
    40164: _operator(40164, "本机地址不在公众号的 IP 白名单里，请在公众平台添加"),
    40243: _operator(40243, "公众号 AppSecret 已被冻结，请在公众平台解冻"),
    41001: _operator(41001, "调用微信接口时缺少 access_token"),
    41002: _operator(41002, "调用微信接口时缺少 AppID"),
    41004: _operator(41004, "调用微信接口时缺少 AppSecret"),
    42007: _owner(42007, "公众号密码已修改，请重新授权"),
    48001: _owner(48001, "本公众号没有这个接口的权限"),
    48003: _owner(48003, "公众号管理员还没有同意群发协议"),
    48004: _owner(48004, "公众号的这个接口被封禁"),
    48005: _owner(48005, "这个素材正被公众号的菜单或自动回复使用，不能删除"),
    48006: _operator(48006, "清空接口次数的机会已用完"),
    48008: _owner(48008, "公众号没有这种消息的权限"),
    48021: _owner(48021, "草稿最后一次是自动保存的，请在公众平台打开草稿手动保存"),
    50004: _owner(50004, "公众号的令牌接口被禁止"),
    50007: _owner(50007, "公众号已被冻结"),
    53500: _owner(53500, "公众号的发布功能已被封禁"),
    89503: _owner(89503, "需要公众号管理员确认这次调用"),
    89506: _owner(89506, "公众号管理员拒绝了本机地址，24 小时后再试"),
    89507: _owner(89507, "公众号管理员拒绝了本机地址，1 小时后再试"),
    # our own request: faults of this program
    40008: _operator(40008, "微信不接受这种消息类型"),
    40033: _operator(40033, "发给微信的文字编码错误"),
    40035: _operator(40035, "发给微信的参数大小错误"),
    40038: _operator(40038, "微信不接受这种请求格式"),
    40039: _operator(40039, "发给微信的网址过长"),
    40066: _operator(40066, "微信不接受这个网址"),
    40097: _operator(40097, "发给微信的参数错误"),
    40114: _operator(40114, "草稿里没有这个序号的文章"),
    41005: _operator(41005, "文件没有随请求到达微信"),
    43002: _operator(43002, "微信要求用 POST 方法"),
    43003: _operator(43003, "微信要求使用 https 连接"),
    44002: _operator(44002, "发给微信的请求是空的"),
    44003: _operator(44003, "发给微信的图文是空的"),
    45067: _operator(45067, "群发编号过长"),
    47001: _operator(47001, "微信读不懂发去的数据"),
    61451: _operator(61451, "发给微信的参数无效"),
    40059: _operator(40059, "微信没有这次群发"),
    40060: _operator(40060, "这次群发里没有这个序号的文章"),
    40118: _operator(40118, "发给微信的素材编号过长"),
    41003: _operator(41003, "调用微信接口时缺少参数"),
    41006: _operator(41006, "调用微信接口时缺少素材编号"),
    43001: _operator(43001, "微信要求用 GET 方法"),
    45159: _operator(45159, "微信没有这个关注者标签"),
    53502: _operator(53502, "微信没有这个发布任务"),
    53600: _operator(53600, "微信没有这篇文章"),
    # the menu: names of columns are ours, and its other limits are this program's to keep (§7)
    40016: _operator(40016, "菜单的按钮数目不合微信要求"),
    40017: _operator(40017, "微信不接受这种菜单按钮"),
    40018: _operator(40018, "菜单按钮的名称太长或是空的"),
    40019: _operator(40019, "菜单按钮的标识太长或是空的"),
    40020: _operator(40020, "菜单按钮的网址太长或是空的"),
    40022: _operator(40022, "菜单的层数超过微信的限制"),
    40023: _operator(40023, "子菜单的按钮数目不合微信要求"),
    40024: _operator(40024, "微信不接受这种子菜单按钮"),
    40025: _operator(40025, "子菜单按钮的名称太长或是空的，请缩短栏目名称"),
    40026: _operator(40026, "子菜单按钮的标识太长或是空的"),
    40027: _operator(40027, "子菜单按钮的网址太长或是空的"),
    40054: _operator(40054, "微信不接受菜单里的网址，请核对网站地址"),
    40055: _operator(40055, "微信不接受子菜单里的网址，请核对网站地址"),
    45010: _operator(45010, "创建菜单的次数超过微信的限制"),
    65316: _owner(65316, "公众号的个性化菜单跳转域名过多，请在公众平台核对"),
    65317: _operator(65317, "微信不接受菜单里的网址"),
    # the content
    40004: _editor(40004, "微信不接受这种素材类型"),
    40005: _editor(40005, "微信不接受这种图片格式，请用 JPG 或 PNG"),
    40006: _editor(40006, "图片超过微信的大小限制"),
    40007: _editor(40007, "微信找不到封面或草稿素材"),
    40009: _editor(40009, "图片超过微信的大小限制"),
    40048: _editor(40048, "微信不接受链接的域名"),
    40113: _editor(40113, "微信不接受这种文件"),
    40137: _editor(40137, "微信不接受图片的尺寸"),
    40155: _editor(40155, "正文里有其他公众号主页的链接"),
    41039: _editor(41039, "阅读原文的链接无效"),
    44001: _editor(44001, "图片是空的"),
    44004: _editor(44004, "正文是空的"),
    45001: _editor(45001, "图片超过微信的大小限制"),
    45002: _editor(45002, "正文超过微信的长度限制"),
    45003: _editor(45003, "标题超过微信的长度限制"),
    45004: _editor(45004, "摘要超过微信的长度限制"),
    45005: _editor(45005, "链接超过微信的长度限制"),
    45008: _editor(45008, "一次图文超过八篇"),
    45103: _owner(45103, "公众号的素材数量已到上限，请在公众平台清理素材库"),
    45110: _editor(45110, "作者超过微信的长度限制"),
    45166: _editor(45166, "正文含有微信不允许的内容"),
    53401: _editor(53401, "封面图片的尺寸不合适"),
    53402: _editor(53402, "封面裁剪失败，请换一张封面"),
    53503: _editor(53503, "草稿没有通过微信的发布检查"),
    53504: _owner(53504, "微信要求登录公众平台使用这篇草稿"),
    53404: _owner(53404, "公众号的商品功能被限制"),
    53405: _owner(53405, "草稿里的商品信息有误"),
    53406: _owner(53406, "公众号没有开通商品功能"),
    53505: _owner(53505, "微信要求在公众平台手动保存后再发布"),
    88000: _operator(88000, "公众号没有留言权限"),
    200001: _editor(200001, "微信认为内容有风险词"),
}

PUBLISH_FAILURES: Final[dict[int, Refused]] = {
    2: _editor(2, "微信原创校验没有通过"),
    3: _operator(3, "微信发布失败，请登录公众平台查看原因"),
    4: _editor(4, "微信平台审核没有通过"),
    5: _owner(5, "文章发布后被本账号删除"),
    6: _owner(6, "文章发布后被微信平台删除"),
}
"""publish_status that end a job without success (§5.2)."""


def outcome_of(body: dict[str, Any]) -> Outcome:
    """Give the outcome of an answer whose errcode is not 0.

    Whoever mends an account or this program gets the platform's own words too: they carry the refused
    address and the `rid` by which the platform's support finds the call (§1). An unknown code is final (§11).
    """
    code = int(body.get("errcode", 0))
    said = str(body.get("errmsg", ""))[:_SAID]
    match OUTCOMES.get(code):
        case None:
            return Refused(f"微信拒绝：{said}（{code}）", "operator", str(code))
        case Refused(who_acts="editor") as known:
            return known
        case Refused() as known if said:
            return replace(known, reason=f"{known.reason}（微信原话：{said}）")
        case known:
            return known
