"""/console/media: pictures and attachments on their way into a form, and pictures back into the editor."""

from aiohttp import web

from server.console.fields import Upload
from server.console.page import Page, Visit, tell
from server.core.problems import Problem
from server.forms.refusals import status_of
from server.importing.intake import Stored, take_file
from server.store.media import find_media

_PRIVATE = {
    "Cache-Control": "private, max-age=3600",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
}


async def keep_upload(visit: Visit, upload: Upload) -> Stored:
    """Keep one file of a form; refuses with the file's name in the sentence."""
    bounds = visit.parts.bounds
    try:
        return await take_file(
            visit.parts.store, visit.parts.blobs, upload.name, upload.body, children=visit.parts.children,
            attachment_bytes=bounds.attachment_bytes, picture_bytes=bounds.picture_bytes,
            by=visit.who.person_id, at=visit.parts.now(),
        )  # fmt: skip
    except Problem as refusal:
        named = f"“{upload.name[:60]}”没有上传：{refusal.message}"
        raise Problem(refusal.code, named, field=upload.field) from refusal


async def keep_uploads(visit: Visit, field: str) -> tuple[tuple[Stored, ...], tuple[Problem, ...]]:
    """Keep the files of a field: those that can be kept, and a refusal for each of the others."""
    kept: list[Stored] = []
    refused: list[Problem] = []
    for upload in visit.fields.files(field):
        try:
            kept.append(await keep_upload(visit, upload))
        except Problem as refusal:
            refused.append(refusal)
    return tuple(kept), tuple(refused)


async def keep_photo(visit: Visit) -> str | None:
    """Keep the one photograph of a proof and give its hash, None where there is none; refuses several.

    A form that was refused carries the hash of what came with it: no browser chooses a file again by itself.
    """
    photos = visit.fields.files("picture")
    if len(photos) > 1:
        raise Problem("invalid", "请只选一张照片", field="picture")
    if photos:
        kept = await keep_upload(visit, photos[0])
        if kept.row.width is None:
            raise Problem("unsupported_file", f"“{kept.name}”不是图片，请附 JPG 或 PNG 照片", field="picture")
        return kept.row.sha256
    return visit.fields.get("picture_kept") or None


async def take_upload(visit: Visit) -> web.Response:
    """Take one file for the script of the editor; the answer is JSON."""
    uploads = visit.fields.files("file")
    if len(uploads) != 1:
        raise Problem("invalid", "请选择一个文件", field="file")
    try:
        stored = await keep_upload(visit, uploads[0])
    except Problem as refusal:
        return tell({"error": refusal.message}, status_of(refusal))
    row = stored.row
    told = {"sha256": row.sha256, "name": stored.name, "size": row.size, "is_picture": row.width is not None}
    return tell({**told, "warning": stored.warning}, 201)


async def show_picture(visit: Visit) -> web.Response:
    """Give the bytes of a stored file to the editor, never as a page of ours."""
    sha256 = visit.place("sha256")
    async with visit.parts.store.read() as tx:
        row = await find_media(tx, sha256, visit.who.sight)
    if row is None:
        raise Problem("unknown_media", "没有这个文件")
    headers = {**_PRIVATE, "Content-Disposition": f"attachment; filename={sha256[:16]}"}
    return web.Response(body=await visit.parts.blobs.read(sha256), content_type=row.mime, headers=headers)


PAGES = (
    Page("POST", "/console/media", take_upload, "write"),
    Page("GET", "/console/media/{sha256}", show_picture, "read"),
)
