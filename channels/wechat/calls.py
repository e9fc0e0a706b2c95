"""One call of the WeChat interface: literal UTF-8 out, errcode in, a refused token renewed once."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from yarl import URL

from channels.contract import NotAccepted, Outcome, OutcomeUnknown
from channels.transport import Answer, Body, Form, NoAnswer, NotSent, Transport
from channels.wechat.outcomes import TOKEN_CODES
from channels.wechat.token import HEADERS, Token

_WAIT: Final = 60.0


@dataclass(frozen=True, slots=True)
class Reply:
    """What the platform said; `code` 0 is success, whatever the HTTP status (contract wechat §0.3)."""

    code: int
    body: dict[str, Any]

    def id(self, name: str) -> str | None:
        """Give an id as text: a number beyond 2^31 and a string mean the same (§5.1)."""
        value = self.body.get(name)
        is_id = isinstance(value, str | int) and not isinstance(value, bool)
        return str(value) if is_id and value else None

    def number(self, name: str, default: int) -> int:
        """Give a number, whether it came as one or as text; `default` for whatever is none."""
        value = self.id(name) if self.body.get(name) != 0 else "0"
        return int(value) if value is not None and value.isascii() and value.isdigit() else default

    def rows(self, name: str) -> tuple[dict[str, Any], ...] | None:
        """Give a list of objects, None when there is no list."""
        value = self.body.get(name)
        return tuple(row for row in value if isinstance(row, dict)) if isinstance(value, list) else None


class Calls:
    """Calls of one account."""

    def __init__(self, http: Transport, base: URL, token: Token) -> None:
        """Take the transport, the platform's address and the account's token."""
        self._http, self._base, self._token = http, base, token

    async def post(self, path: str, payload: Mapping[str, Any]) -> Reply | Outcome:
        """Send JSON as literal UTF-8: escapes would be stored as they stand (§0.1)."""
        body = json.dumps(payload, ensure_ascii=False).encode()
        return await self._send(path, lambda: body, {}, HEADERS)

    async def upload(
        self, path: str, media: bytes, name: str, mime: str, query: Mapping[str, str] | None = None
    ) -> Reply | Outcome:
        """Upload a file from bytes, so that the length is known, under an ASCII name (§1)."""

        def form() -> Form:
            made = Form()
            made.add_field("media", media, filename=name, content_type=mime)
            return made

        return await self._send(path, form, query or {}, None)

    async def _send(
        self,
        path: str,
        body: Callable[[], Body],
        query: Mapping[str, str],
        headers: Mapping[str, str] | None,
    ) -> Reply | Outcome:
        token = await self._token.get()
        if not isinstance(token, str):
            return token
        said = await self._once(path, body(), {**query, "access_token": token}, headers)
        if not isinstance(said, Reply) or said.code not in TOKEN_CODES:
            return said
        token = await self._token.renew(token)
        if not isinstance(token, str):
            return token
        said = await self._once(path, body(), {**query, "access_token": token}, headers)
        if isinstance(said, Reply) and said.code in TOKEN_CODES:
            return NotAccepted(_WAIT, "微信不认刚取得的令牌")
        return said

    async def _once(
        self, path: str, body: Body, query: Mapping[str, str], headers: Mapping[str, str] | None
    ) -> Reply | Outcome:
        url = self._base / "cgi-bin" / path
        match await self._http.send("POST", url, query=query, body=body, headers=headers):
            case NotSent(reason):
                return NotAccepted(_WAIT, f"连不上微信（{reason}）")
            case NoAnswer(reason):
                return OutcomeUnknown(f"微信没有回答（{reason}）")
            case Answer(status=412):
                return NotAccepted(3600.0, "微信不接受没有长度的请求（HTTP 412）")
            case Answer() as answer:
                return _read(answer)


def _read(answer: Answer) -> Reply | Outcome:
    try:
        body = answer.json()
        return Reply(int(body.get("errcode", 0)), body)
    except (ValueError, AttributeError):
        return OutcomeUnknown(f"微信没有给出结果（HTTP {answer.status}）")
