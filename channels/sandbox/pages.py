"""The pages that a person may open: templates read once, and answers that load nothing from outside."""

import asyncio
import mimetypes
from functools import cache
from pathlib import Path
from typing import Any

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from channels.sandbox.keeping import Files

PAGES: web.AppKey[Environment] = web.AppKey("pages", Environment)

# What the public sent stands on these pages: no script runs and nothing is fetched from elsewhere.
_POLICY = (
    "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


async def load_pages() -> Environment:
    """Read every template, so that showing one reads no file."""
    return await asyncio.to_thread(_load)


def show_page(pages: Environment, template: str, *, status: int = 200, **values: Any) -> web.Response:
    """Give a page."""
    body = pages.get_template(template).render(**values)
    return web.Response(status=status, text=body, content_type="text/html", headers=_HEADERS)


async def show_file(files: Files, name: str) -> web.Response:
    """Give a kept picture."""
    body = await files.get(name)
    if body is None:
        raise web.HTTPNotFound
    kind = mimetypes.types_map.get(Path(name).suffix, "application/octet-stream")
    return web.Response(body=body, content_type=kind, headers=_HEADERS)


@cache
def _load() -> Environment:
    """Read and compile the templates, once for all platforms of a process."""
    folder = Path(__file__).with_name("templates")
    loader = FileSystemLoader(folder)
    # S701: everything is escaped, there is no exception by file name.
    pages = Environment(loader=loader, autoescape=True, auto_reload=False, undefined=StrictUndefined)
    for name in loader.list_templates():
        pages.get_template(name)
    return pages
