"""Style sheet and script of the console, each named by its content so that a browser may keep it for ever."""

import hashlib
from collections.abc import Mapping
from typing import Final

from aiohttp import web

from server.console.environment import HERE

_KEPT: Final = {
    "Cache-Control": "public, max-age=31536000, immutable",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_TYPES: Final = {"css": "text/css", "js": "text/javascript"}


def _named(name: str) -> tuple[str, bytes]:
    body = (HERE / "static" / name).read_bytes()
    stem, _, ending = name.rpartition(".")
    return f"{stem}.{hashlib.sha256(body).hexdigest()[:12]}.{ending}", body


_FILES: Final[Mapping[str, tuple[str, bytes]]] = {
    one.name: _named(one.name) for one in (HERE / "static").iterdir() if one.name.rpartition(".")[2] in _TYPES
}
_SERVED: Final[Mapping[str, bytes]] = dict(_FILES.values())


def asset(name: str) -> str:
    """Give the address of a file of `static/`."""
    return f"/console/static/{_FILES[name][0]}"


def has_asset(name: str) -> bool:
    """Say whether a file is there: the surface of the editor is made at set-up, where npm is."""
    return name in _FILES


async def serve_asset(request: web.Request) -> web.Response:
    """Serve one file."""
    name = request.match_info["name"]
    if name not in _SERVED:
        raise web.HTTPNotFound
    kind = _TYPES[name.rpartition(".")[2]]
    return web.Response(body=_SERVED[name], content_type=kind, charset="utf-8", headers=_KEPT)
