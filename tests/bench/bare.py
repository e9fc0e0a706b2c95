"""The least that aiohttp can do for a reader: prepared bytes from a dictionary.

python -m tests.bench.bare FOLDER PORT PATH…       serves these files of a document root, gzip made before
"""

import asyncio
import hashlib
import sys
from pathlib import Path

import uvloop
from aiohttp import web


async def main(root: Path, port: int, paths: list[str]) -> None:
    """Serve until killed."""
    app = web.Application()
    for path in paths:
        app.router.add_get(
            f"/{path}", _handler((root / f"{path}.gz").read_bytes(), "text/html; charset=utf-8")
        )
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    await asyncio.Event().wait()


def _handler(body: bytes, kind: str):
    tag = f'"{hashlib.sha256(body).hexdigest()[:20]}"'
    headers = {
        "Content-Type": kind, "ETag": tag, "Vary": "Accept-Encoding", "Cache-Control": "public, max-age=300",
    }  # fmt: skip

    async def answer(request: web.Request) -> web.Response:
        if request.headers.get("If-None-Match") == tag:
            return web.Response(status=304, headers=headers)
        return web.Response(body=body, headers={**headers, "Content-Encoding": "gzip"})

    return answer


if __name__ == "__main__":
    uvloop.run(main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]))
