"""The errors of the pretended WeChat: code and English text, as one table (contract wechat §2–§5, §11)."""

from collections.abc import Mapping

TEXTS: Mapping[int, str] = {
    -1: "system error",
    40001: (
        "invalid credential, access_token is invalid or not latest, could get access_token by "
        "getStableAccessToken, more details at https://mmbizurl.cn/s/JtxxFh33r"
    ),
    40002: "invalid grant_type",
    40004: "invalid media type",
    40005: "invalid file type",
    40007: "invalid media_id",
    40009: "invalid image size",
    40013: "invalid appid",
    40014: "invalid access_token",
    40033: "invalid charset. please check your request, if include \\uxxxx will create fail!",
    40097: "invalid args",
    40114: "invalid index value",
    40125: "invalid appsecret",
    40137: "invalid image format",
    40164: "invalid ip {} ipv6 ::ffff:{}, not in whitelist",
    41001: "access_token missing",
    41002: "appid missing",
    41004: "appsecret missing",
    41005: "media data missing",
    41039: "invalid content_source_url",
    42001: "access_token expired",
    43001: "require GET method",
    43002: "require POST method",
    44001: "empty media data",
    44003: "empty news data",
    44004: "empty content",
    45001: "media size out of limit",
    45002: "content size out of limit",
    45003: "title size out of limit",
    45004: "description size out of limit",
    45005: "url size out of limit",
    45008: "article size out of limit",
    45009: "reach max api daily quota limit",
    45011: "api minute-quota reach limit must slower retry next minute",
    45110: "author size out of limit",
    47001: "data format error",
    48001: "api unauthorized",
    48006: "forbid to clear quota because of reaching the limit",
    53402: "封面裁剪失败，请检查裁剪参数后重试",
    53502: "invalid publish id",
    53600: "invalid article id",
    88000: "without comment privilege",
}


class Refusal(Exception):
    """An answer whose errcode is not 0; its HTTP status is 200 like any other (contract §0.3)."""

    def __init__(self, code: int, *parts: str) -> None:
        """Take the code and what fills the blanks of its text."""
        self.code, self.text = code, TEXTS[code].format(*parts)
        super().__init__(f"{code} {self.text}")
