"""/healthz and /readyz: for whoever restarts processes and balances load."""

from typing import Literal

from aiohttp import web

from server.api.answers import answer
from server.api.route import Route
from server.forms.words import Out
from server.parts import PARTS


class HealthOut(Out):
    """The process answers."""

    status: Literal["ok"] = "ok"


class ReadyOut(Out):
    """Each part a request needs: `ok`, or what is wrong with it."""

    status: Literal["ok", "not_ready"]
    parts: dict[str, str]


async def show_health(_request: web.Request) -> web.Response:
    """Say that the process is alive."""
    return answer(HealthOut())


async def show_readiness(request: web.Request) -> web.Response:
    """Say whether every part is there; 503 when one is not."""
    parts = await request.config_dict[PARTS].is_ready()
    if all(state == "ok" for state in parts.values()):
        return answer(ReadyOut(status="ok", parts=parts))
    return answer(ReadyOut(status="not_ready", parts=parts), 503)


ROUTES = (
    Route("GET", "/healthz", show_health, "进程是否在运行", "anyone", answer=HealthOut),
    Route("GET", "/readyz", show_readiness, "各部件是否就绪", "anyone", answer=ReadyOut),
)
