"""The strings of the rehearsal, at `/_sandbox/…` of each platform: look, reset, faults, switches."""

import json
from collections.abc import Callable
from dataclasses import asdict
from typing import Any, Protocol

from aiohttp import web
from pydantic import TypeAdapter, ValidationError

from channels.sandbox.faults import CONTROL, Fault, Wire

_FAULT = TypeAdapter(Fault)


class Puppet(Protocol):
    """A platform whose strings can be pulled."""

    @property
    def wire(self) -> Wire:
        """Give its line."""

    def reset(self) -> None:
        """Forget everything."""

    def switch(self, **changes: Any) -> None:
        """Set switches; raises ValueError."""

    def switches(self) -> dict[str, Any]:
        """Give the switches in force."""

    def expire_tokens(self) -> None:
        """Let every token end now."""


def add_control(app: web.Application, puppet: Puppet, shape_state: Callable[[], dict[str, Any]]) -> None:
    """Add the control addresses of one platform."""

    async def show(_request: web.Request) -> web.Response:
        wire = puppet.wire
        queued = [asdict(fault) for fault in wire.queued()]
        body = {"requests": wire.counts(), "faults": queued, "switches": puppet.switches()}
        return _answer(body | shape_state())

    async def reset(_request: web.Request) -> web.Response:
        puppet.reset()
        return _answer({"ok": True})

    async def queue(request: web.Request) -> web.Response:
        try:
            fault = _FAULT.validate_json(await request.read())
        except ValidationError as error:
            return _answer({"error": f"这不是一条故障指令：{error.error_count()} 处不合格式"}, status=400)
        puppet.wire.queue(fault)
        return _answer({"ok": True})

    async def switch(request: web.Request) -> web.Response:
        try:
            puppet.switch(**json.loads(await request.read()))
        except (ValueError, TypeError) as error:
            return _answer({"error": f"开关设置不成立：{error}"}, status=400)
        return _answer({"switches": puppet.switches()})

    async def expire(_request: web.Request) -> web.Response:
        puppet.expire_tokens()
        return _answer({"ok": True})

    app.router.add_get(f"{CONTROL}/state", show)
    app.router.add_post(f"{CONTROL}/reset", reset)
    app.router.add_post(f"{CONTROL}/next", queue)
    app.router.add_post(f"{CONTROL}/switches", switch)
    app.router.add_post(f"{CONTROL}/expire", expire)


def _answer(value: dict[str, Any], status: int = 200) -> web.Response:
    body = json.dumps(value, ensure_ascii=False, default=str).encode()
    return web.Response(status=status, body=body, content_type="application/json")
