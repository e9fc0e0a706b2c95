"""/healthz and /readyz: for whoever restarts processes and balances load."""

from typing import Final, Literal

from aiohttp import web

from server.api.answers import answer
from server.api.route import Route
from server.forms.words import Out
from server.parts import PARTS

_SERVES_WITHOUT: Final = ("disk", "clock")
"""Parts without which readers are served still: a balancer must not take the process away for them."""


class HealthOut(Out):
    """The process answers."""

    status: Literal["ok"] = "ok"


class ReadyOut(Out):
    """Each part a request needs: `ok`, or what is wrong with it."""

    status: Literal["ok", "degraded", "not_ready"]
    parts: dict[str, str]


async def show_health(_request: web.Request) -> web.Response:
    """Say that the process is alive."""
    return answer(HealthOut())


async def show_readiness(request: web.Request) -> web.Response:
    """Say whether every part is there; 503 when one is not. Disk and clock alone make it degraded."""
    parts = await request.config_dict[PARTS].is_ready()
    wanting = {name for name, state in parts.items() if state != "ok"}
    if wanting - set(_SERVES_WITHOUT):
        return answer(ReadyOut(status="not_ready", parts=parts), 503)
    return answer(ReadyOut(status="degraded" if wanting else "ok", parts=parts))


ROUTES = (
    Route("GET", "/healthz", show_health, "进程是否在运行", "anyone", answer=HealthOut),
    Route("GET", "/readyz", show_readiness, "各部件是否就绪", "anyone", answer=ReadyOut, also=(503,)),
)
