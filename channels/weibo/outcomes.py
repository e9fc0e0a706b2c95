"""error_code → what it means for us and who acts next, as one table (contract weibo §2.5, §3)."""

from typing import Any, Final

from channels.contract import NeedsAuthorisation, NotAccepted, Outcome, OutcomeUnknown, Refused

_REAUTHORISE: Final = NeedsAuthorisation("微博授权已失效,请账号管理员重新授权")

OUTCOMES: Final[dict[int, Outcome]] = {
    # the platform's own trouble: it may have taken the post, so look first (§8)
    10001: OutcomeUnknown("微博系统错误"),
    10002: OutcomeUnknown("微博服务暂停"),
    10003: OutcomeUnknown("微博远程服务错误"),
    10009: OutcomeUnknown("微博任务过多"),
    10010: OutcomeUnknown("微博任务超时"),
    10011: OutcomeUnknown("微博内部调用错误"),
    # said already, or done and not yet visible: perhaps it was us (§3)
    20017: OutcomeUnknown("微博认为内容与刚发布的相似"),
    20019: OutcomeUnknown("微博认为内容重复"),
    20111: OutcomeUnknown("微博认为内容重复"),
    20032: OutcomeUnknown("微博已收下,一两分钟后才可见"),
    # rates and quotas: surely not taken
    10022: NotAccepted(3600.0, "微博接口调用超出本机地址的频次"),
    10023: NotAccepted(3600.0, "微博接口调用超出账号的频次"),
    10024: NotAccepted(3600.0, "微博接口调用超出账号的频次"),
    20016: NotAccepted(120.0, "发微博太快,稍后再发"),
    20014: NotAccepted(
        60.0, "微博要求稍后再试", Refused("微博两次都说参数有误，请联系技术人员", "operator", "20014")
    ),
    # the permission is gone: a person must grant it again, there is no refresh token (§2.2)
    10006: _REAUTHORISE,
    21301: _REAUTHORISE,
    21314: _REAUTHORISE,
    21315: _REAUTHORISE,
    21316: _REAUTHORISE,
    21317: _REAUTHORISE,
    21319: _REAUTHORISE,
    21321: NeedsAuthorisation("微博应用未审核,授权用户已达上限"),
    21327: _REAUTHORISE,
    21332: _REAUTHORISE,
    21335: NeedsAuthorisation("授权的微博账号与设置的账号不是同一个"),
    21337: _REAUTHORISE,
    21338: _REAUTHORISE,
    # the application or the address: the operator
    10004: Refused("本机地址被微博限制", "operator", "10004"),
    10014: Refused("微博应用没有发布权限,请联系微博开放平台", "operator", "10014"),
    20015: Refused("微博认为账号、地址或应用不合规", "operator", "20015"),
    20022: Refused("微博认为本机地址行为异常", "operator", "20022"),
    20031: Refused("微博要求输入验证码,请本人登录微博处理", "owner", "20031"),
    21320: Refused("微博要求使用 https 连接", "operator", "21320"),
    20003: Refused("微博账号不存在", "owner", "20003"),
    # our own request: a fault of this program, shown to the operator
    10007: Refused("微博不接受这种请求格式", "operator", "10007"),
    10016: Refused("发给微博的请求缺少参数", "operator", "10016"),
    10018: Refused("发给微博的请求过大", "operator", "10018"),
    10021: Refused("微博不接受这种请求方法", "operator", "10021"),
    20007: Refused("图片没有随请求到达微博", "operator", "20007"),
    # the content: the editor
    20005: Refused("微博只接受 JPG、GIF、PNG 图片", "editor", "20005"),
    20006: Refused("图片超过微博的大小限制", "editor", "20006"),
    20008: Refused("微博内容为空", "editor", "20008"),
    20012: Refused("微博内容超过140字", "editor", "20012"),
    20013: Refused("微博内容超过300字", "editor", "20013"),
    20018: Refused("微博认为内容含有违规网址", "editor", "20018"),
    20020: Refused("微博认为内容含有广告", "editor", "20020"),
    20021: Refused("微博认为内容违规", "editor", "20021"),
}

LIMITED: Final = frozenset({10022, 10023, 10024})
"""Codes that say: the calls of this hour or day are used up."""

SAID_ALREADY: Final = frozenset({20017, 20019, 20111})
TAKEN_SLOWLY: Final = 20032
NO_STATUS: Final = 20101

_NO_DOMAIN: Final = Refused("微博应用没有设置安全域名,或还未审核", "operator", "10017")
_NO_LINK: Final = Refused("微博内容里没有安全域名下的链接", "operator", "10017")
_BAD_VALUE: Final = Refused("微博不接受某个参数的值", "operator", "10017")


def outcome_of(status: int, body: Any) -> Outcome:
    """Give the outcome of an answer that is no success, by error_code and never by status alone (§0.6)."""
    code = read_code(body)
    if code is None:
        # A gateway's page: the platform behind it may have acted (§1).
        return OutcomeUnknown(f"微博没有给出结果(HTTP {status})")
    if code == 10017:
        return _invalid_value(str(body.get("error", "")))
    known = OUTCOMES.get(code)
    if known is not None:
        return known
    said = str(body.get("error", ""))[:120]
    return Refused(f"微博拒绝:{said}({code})", "operator", str(code))


def read_code(body: Any) -> int | None:
    """Give the error code of an answer, None without one; it comes as a number or as a string (§1)."""
    try:
        return int(body["error_code"])
    except (KeyError, TypeError, ValueError, OverflowError):
        return None


def _invalid_value(said: str) -> Outcome:
    """Tell the three meanings of 10017 apart by their texts, as really seen (§1)."""
    if "not bind domain" in said:
        return _NO_DOMAIN
    # Seen to come and go for minutes though the link was right (§3): one slow retry is fair.
    return NotAccepted(600.0, _NO_LINK.reason, _NO_LINK) if "not find domain" in said else _BAD_VALUE
