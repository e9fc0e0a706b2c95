"""The JSON API from outside: one call, and a refusal as a sentence."""

import json
from collections.abc import Mapping
from typing import Any, Self

import aiohttp


class ServerRefused(Exception):
    """The server answered with a problem; the message is its sentence with the field it names."""


class Remote:
    """One server and one token. Use as an async context manager."""

    def __init__(self, base_url: str, token: str | None, *, seconds: float = 30.0) -> None:
        """Take the server's address and the token to show."""
        self._base, self._timeout = base_url.rstrip("/"), aiohttp.ClientTimeout(total=seconds)
        self._headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        """Open the connection pool."""
        self._session = aiohttp.ClientSession(timeout=self._timeout, headers=self._headers)
        return self

    async def __aexit__(self, *_error: object) -> None:
        """Close it."""
        if self._session is not None:
            await self._session.close()

    async def get(self, path: str, query: Mapping[str, str] | None = None) -> Any:
        """Read something."""
        return await self._call("GET", path, params=query)

    async def post(self, path: str, value: Any = None) -> Any:
        """Send a JSON value, Chinese as it is."""
        return await self._send("POST", path, value)

    async def put(self, path: str, value: Any) -> Any:
        """Put a JSON value in the place of what stands there."""
        return await self._send("PUT", path, value)

    async def upload(self, path: str, name: str, mime: str, content: bytes) -> Any:
        """Send a file as a form."""
        form = aiohttp.FormData()
        form.add_field("file", content, filename=name, content_type=mime)
        return await self._call("POST", path, data=form)

    async def _send(self, method: str, path: str, value: Any) -> Any:
        body = json.dumps({} if value is None else value, ensure_ascii=False).encode()
        return await self._call(method, path, data=body, headers={"Content-Type": "application/json"})

    async def _call(self, method: str, path: str, **more: Any) -> Any:
        assert self._session is not None  # noqa: S101 -- a slip of ours, not of the caller's input
        try:
            async with self._session.request(method, self._base + path, **more) as answer:
                text = await answer.text()
                if answer.status >= 400:
                    raise ServerRefused(_sentence(answer.status, text))
                return json.loads(text) if text else None
        except (aiohttp.ClientError, TimeoutError):
            raise ServerRefused(f"连不上 {self._base}：请核对地址，再看服务器是否在运行。") from None
        except ValueError:
            raise ServerRefused(f"{self._base} 答的不是同发的回答：请核对地址。") from None


def _sentence(status: int, text: str) -> str:
    """Give a problem+json answer (RFC 9457) as sentences, each with the field it is about."""
    try:
        problem = json.loads(text)
        told = problem.get("detail") or problem.get("title")
        faults = problem.get("errors") or [{"field": problem.get("field"), "detail": told}]
        return "\n".join(
            f"{fault['field']}：{fault['detail']}" if fault.get("field") else str(fault["detail"])
            for fault in faults
        )
    except (ValueError, AttributeError, KeyError, TypeError):
        return f"服务器回答 {status}"
