"""Commands that serve until told to stop: the roles of the server."""

from typing import Annotated, Final

import typer
import uvloop

from server.app import CannotStart, Role, run
from server.cli.endings import MISUSED, end, settings_or_end
from server.cli.ports import port_trouble
from server.logs import configure_logs
from server.settings import Settings

ALL: Final[frozenset[Role]] = frozenset({"web", "worker", "clock"})

Port = Annotated[int | None, typer.Option("--port", help="监听端口（默认 8080）")]
Host = Annotated[str | None, typer.Option("--host", help="监听地址（默认 127.0.0.1）")]


def serve(port: Port = None, host: Host = None) -> None:
    """启动全部：网页与接口、投递、定时（单机默认）。"""  # noqa: D400, D415 -- shown as help
    _run(settings_or_end(port=port, host=host), ALL)


def web(port: Port = None, host: Host = None) -> None:
    """只启动网页与接口。"""  # noqa: D400, D415
    _run(settings_or_end(port=port, host=host), frozenset({"web"}))


def worker() -> None:
    """只启动投递。"""  # noqa: D400, D415
    _run(settings_or_end(), frozenset({"worker"}))


def clock() -> None:
    """只启动定时。"""  # noqa: D400, D415
    _run(settings_or_end(), frozenset({"clock"}))


def _refuse_taken_port(host: str, port: int) -> None:
    trouble = port_trouble(host, port)
    if trouble is not None:
        end(trouble, MISUSED)


def _run(settings: Settings, roles: frozenset[Role]) -> None:
    if "web" in roles:
        _refuse_taken_port(settings.host, settings.port)
    configure_logs(settings.log.level, settings.log.format)
    try:
        uvloop.run(run(settings, roles))
    except CannotStart as error:
        end(str(error), MISUSED)
