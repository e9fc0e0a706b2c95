"""Answers: a value as JSON, private to the caller."""

from typing import Final

from aiohttp import web
from pydantic import BaseModel

# What an editor sees depends on who asks, and on a shared machine the next one may be somebody else.
PRIVATE: Final = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


def answer(value: BaseModel, status: int = 200) -> web.Response:
    """Answer with a value; Chinese stands as it is."""
    body = value.model_dump_json(by_alias=True).encode()
    return web.Response(status=status, body=body, content_type="application/json", headers=PRIVATE)


def done() -> web.Response:
    """Answer that it is done and there is nothing to say."""
    return web.Response(status=204, headers=PRIVATE)
