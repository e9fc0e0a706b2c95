"""One file on its way in: checked, kept by its content hash, and noted."""

from dataclasses import dataclass
from datetime import datetime

from server.child import Children
from server.core.acts import note
from server.importing.attachments import read_attachment, safe_name, type_of
from server.importing.pictures import is_picture, read_picture
from server.importing.silence import STILL_SAID, silence
from server.store.blobs import Blobs
from server.store.media import Makers, MediaRow, Sight, find_media, put_media
from server.store.tx import Store


@dataclass(frozen=True, slots=True)
class Stored:
    """A file that is kept, and the name that every system can keep for it."""

    row: MediaRow
    name: str

    @property
    def warning(self) -> str:
        """What whoever brought it should know; "" when there is nothing."""
        return "" if self.row.makers is None else STILL_SAID[self.row.makers]


@dataclass(frozen=True, slots=True)
class _Checked:
    """A file that may be stored."""

    body: bytes
    name: str
    mime: str
    width: int | None = None
    height: int | None = None
    makers: Makers | None = None


async def take_file(
    store: Store,
    blobs: Blobs,
    name: str,
    body: bytes,
    *,
    children: Children,
    attachment_bytes: int,
    picture_bytes: int,
    by: str,
    at: datetime,
) -> Stored:
    """Take one file in: a picture without its metadata, or an attachment; the bounds are in bytes.

    Refuses what is too large, of no allowed kind, or not what its name promises.
    """
    file = await _check(
        name, body, children, attachment_bytes=attachment_bytes, picture_bytes=picture_bytes
    )  # fmt: skip
    sha256 = await blobs.put(file.body)
    row = MediaRow(sha256, file.mime, len(file.body), file.width, file.height, file.makers)
    async with store.begin() as tx:
        await put_media(tx, row, by=by, at=at)
        kept = await find_media(tx, sha256, Sight(by)) or row
        await note(tx, "media.upload", at=at, sha256=sha256, name=file.name, size=row.size)
    await blobs.put_back(sha256, file.body)
    return Stored(kept, file.name)


async def _check(
    name: str, body: bytes, children: Children, *, attachment_bytes: int, picture_bytes: int
) -> _Checked:
    safe = safe_name(name)
    if is_picture(body) and type_of(safe).family == "picture":
        picture = await read_picture(body, limit=picture_bytes)
        return _Checked(picture.body, safe, picture.mime, picture.width, picture.height)
    mime = await read_attachment(body, safe, limit=attachment_bytes)
    silent = await silence(body, safe, children)
    return _Checked(silent.body, safe, mime, makers=silent.makers)
