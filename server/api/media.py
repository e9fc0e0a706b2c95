"""/api/v1/media: pictures and attachments by content hash."""

from urllib.parse import quote

from aiohttp import web

from server.api.answers import PRIVATE, answer
from server.api.requests import file_of
from server.api.route import Route, signed_in
from server.core.problems import Problem
from server.forms.words import Out
from server.importing.intake import take_file
from server.parts import PARTS
from server.store.media import find_media


class MediaOut(Out):
    """A stored file. A body refers to a picture by `reference`, an item to an attachment by `sha256`.

    `warning` says what of its metadata could not be taken out; null: it says nothing of who made it.
    """

    sha256: str
    name: str
    mime: str
    size: int
    width: int | None
    height: int | None
    reference: str
    warning: str | None


async def upload(request: web.Request) -> web.Response:
    """Take one file in: a picture without its metadata, or an attachment."""
    parts, who = request.config_dict[PARTS], signed_in(request)
    bounds = parts.bounds
    name, body = await file_of(request, max(bounds.attachment_bytes, bounds.picture_bytes))
    file = await take_file(
        parts.store, parts.blobs, name, body, children=parts.children,
        attachment_bytes=bounds.attachment_bytes, picture_bytes=bounds.picture_bytes,
        by=who.person_id, at=parts.now(),
    )  # fmt: skip
    stored = file.row
    told = MediaOut(
        sha256=stored.sha256, name=file.name, mime=stored.mime, size=stored.size,
        width=stored.width, height=stored.height, reference=f"media:{stored.sha256}",
        warning=file.warning or None,
    )  # fmt: skip
    return answer(told, 201)


async def show_media(request: web.Request) -> web.Response:
    """Give the bytes of a stored file."""
    parts, sha256 = request.config_dict[PARTS], request.match_info["sha256"]
    async with parts.store.read() as tx:
        row = await find_media(tx, sha256, signed_in(request).sight)
    if row is None:
        raise Problem("unknown_media", "没有这个文件，请核对编号")
    # Never shown as a page of ours, whatever is in it.
    headers = {
        **PRIVATE,
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Content-Disposition": f"attachment; filename={quote(sha256[:16])}",
    }
    return web.Response(body=await parts.blobs.read(sha256), content_type=row.mime, headers=headers)


ROUTES = (
    Route(
        "POST", "/api/v1/media", upload, "上传图片或附件", "write",
        answer=MediaOut, status=201, takes="form",
    ),
    Route("GET", "/api/v1/media/{sha256}", show_media, "取回文件", "read", files=("*/*",)),
)  # fmt: skip
