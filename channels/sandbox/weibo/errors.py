"""The errors of the pretended Weibo: code, HTTP status and text, as one table (contract weibo §1–§3, §6)."""

from collections.abc import Mapping

TEXTS: Mapping[int, str] = {
    10001: "system error!",
    10002: "service unavailable!",
    10003: "remote service error!",
    10004: "IP limit!",
    10006: "source paramter(appkey) is missing",
    10007: "Unsupport mediatype (multipart/form-data)",  # their word; recalled
    10008: "Param error, see doc for more info",
    10009: "Too many pending tasks, system is busy!",
    10010: "Job expired!",
    10011: "RPC error!",
    10014: "Insufficient app permissions!",
    10016: "miss required parameter ({}), see doc for more info.",
    10017: "parameter ({})'s value invalid,expect ({}), but get ({}), see doc for more info.",
    10018: "Request body length over limit",
    10020: "Request Api not found!",
    10021: "HTTP METHOD is not suported for this request!",  # the spelling is theirs
    10022: "IP requests out of rate limit!",
    10023: "User requests out of rate limit!",
    10024: "User requests for /2/statuses/share.json out of rate limit!",
    20003: "User does not exists!",
    20005: "Unsupported image type, only suport JPG, GIF, PNG",
    20006: "Image size too large",
    20007: "Does multipart has image",
    20008: "content is null!",
    20012: " Text too long, please input text less than 140 characters!",  # the leading space is theirs
    20013: "Text too long, please input text less than 300 characters!",
    20014: "Param is error, please try again later",
    20015: "Account or ip or app is illgal, can not continue",  # theirs
    20016: "update weibo too fast!",
    20017: "repeat content!",
    20018: "Contain illegal website!",
    20019: "repeat content!",
    20020: "Contain advertising!",
    20021: "content is illegal!",
    20022: "Your ip's behave in a comic boisterous or unruly manner!",
    20031: "Test and verify!",
    20032: "Update success, while server slow now, please wait 1-2 minutes",
    20101: "target weibo does not exist!",
    20102: "not your own weibo!",
    21301: "auth faild!",
    21316: "token_revoked",
    21321: "applications over the unaudited use restrictions!",
    21322: "redirect_uri_mismatch",
    21323: "invalid_request",
    21324: "invalid_client",
    21325: "invalid_grant",
    21327: "expired_token",
    21328: "unsupported_grant_type",
    21329: "unsupported_response_type",
    21332: "invalid_access_token",
    21335: "request uid's value must be the current user",
}

_FORBIDDEN = frozenset({10004, 10014, 10022, 10023, 10024})


class Refusal(Exception):
    """An answer that is an error."""

    def __init__(self, code: int, *parts: str, text: str | None = None) -> None:
        """Take the code, what fills the blanks of its text, or another text."""
        self.code = code
        self.text = TEXTS[code].format(*parts) if text is None else text
        super().__init__(f"{code} {self.text}")

    @property
    def status(self) -> int:
        """Give the HTTP status: 403 for permissions and rates, else 400 (contract §3)."""
        if self.code == 10020:
            return 404
        return 403 if self.code in _FORBIDDEN else 400
