"""Pictures on the way in: what they really are, within bounds, without what the camera wrote in them."""

import io
import struct
import zlib
from dataclasses import dataclass
from typing import Any, Final

from PIL import Image, ImageOps

from server.core.problems import Problem, too_large
from server.importing.aside import aside
from server.importing.strays import has_strays

MIMES: Final = {"JPEG": "image/jpeg", "PNG": "image/png", "GIF": "image/gif", "WEBP": "image/webp"}
_MAGIC: Final = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF87a", b"GIF89a")
_MOST_PIXELS: Final = 50_000_000  # a large camera's; decoded it is 200 MB
_MOST_FRAMES: Final = 300
_MOST_MOVING_PIXELS: Final = 400_000_000
# Where Pillow puts what a picture says beside its pixels: place, device, name of the photographer.
_TALK: Final = frozenset({"exif", "xmp", "XML:com.adobe.xmp", "photoshop", "comment"})
# Pillow's decoders answer damaged files with all of these.
_BROKEN: Final = (
    OSError, ValueError, SyntaxError, EOFError, LookupError, TypeError, OverflowError, struct.error,
    zlib.error,
)  # fmt: skip


DRAWING: Final = "是矢量图，微信、微博和许多手机显示不了：请在制图软件里“另存为”或“导出”PNG，再上传 PNG"
_OLD: Final = "的格式网页上显示不了：请用画图或看图软件“另存为”JPG 或 PNG，再上传"
_PHONE: Final = (
    "是手机的 HEIC 照片，网页上显示不了：请在手机上转存为 JPG（苹果手机：设置—相机—格式—兼容性最佳）再上传"
)
_ADVICE: Final = {
    **dict.fromkeys(("svg", "svgz", "emf", "wmf", "eps", "ai", "cdr"), DRAWING),
    **dict.fromkeys(("bmp", "tif", "tiff"), _OLD),
    **dict.fromkeys(("heic", "heif"), _PHONE),
}
_HEIC: Final = (b"ftypheic", b"ftypheix", b"ftypmif1", b"ftypmsf1", b"ftyphevc")


@dataclass(frozen=True, slots=True)
class PictureFile:
    """A picture as it is stored: `body` is what came in, or the same picture without its metadata."""

    body: bytes
    mime: str
    width: int
    height: int


def is_picture(body: bytes) -> bool:
    """Say whether the first bytes are those of a picture that we take."""
    return body.startswith(_MAGIC) or (body[:4] == b"RIFF" and body[8:12] == b"WEBP")


def advice_on(name: str, body: bytes = b"") -> str | None:
    """Say what to do with a picture of a kind that no channel shows; None for whatever is none of those.

    By its name, or by its bytes where the name promises something else.
    """
    extension = name.rpartition(".")[2].lower()
    told = _ADVICE.get(extension) or _ADVICE.get(_kind_of(body))
    return None if told is None else f"“{name[:60]}”{told}"


def _kind_of(body: bytes) -> str:
    start = body[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith(b"<svg") or (
        start.startswith((b"<?xml", b"<!doctype svg", b"<!--")) and b"<svg" in start
    ):
        return "svg"
    if body[4:12] in _HEIC:
        return "heic"
    return "bmp" if body[:2] == b"BM" else "tiff" if body[:4] in (b"II*\x00", b"MM\x00*") else ""


async def read_picture(body: bytes, *, limit: int) -> PictureFile:
    """Check a picture off the event loop and take its metadata out; `limit` in bytes."""
    if len(body) > limit:
        raise too_large("图片", limit, "，请压缩后再上传")
    return await aside(inspect, body)


def inspect(body: bytes) -> PictureFile:
    """Check a picture: its format, its bounds, and that it can be shown at all."""
    try:
        with Image.open(io.BytesIO(body), formats=list(MIMES)) as image:
            _refuse_bomb(image)
            image.load()
            # A phone's JPEG with a second picture behind the first (MPO) becomes a plain one.
            kind = "JPEG" if image.format == "MPO" else str(image.format)
            if image.format == "MPO" or _talks(image) or has_strays(body, kind):
                body, size = _silenced(image, kind)
            else:
                size = image.size
            return PictureFile(body, MIMES[kind], *size)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _bomb() from error
    except _BROKEN as error:
        raise Problem(
            "unsupported_file", "图片打不开：只接受完好的 JPEG、PNG、GIF、WebP 图片", field="file"
        ) from error


def _refuse_bomb(image: Image.Image) -> None:
    """Refuse before a pixel is decoded: the header alone tells how much memory it would take."""
    pixels = image.width * image.height
    if pixels > _MOST_PIXELS:
        raise _bomb()
    if not getattr(image, "is_animated", False) or image.format == "MPO":
        return
    try:
        for frame in range(_MOST_FRAMES + 1):
            if frame * pixels > _MOST_MOVING_PIXELS:
                raise _bomb()
            image.seek(frame)
    except EOFError:
        image.seek(0)
        return
    raise _bomb()


def _bomb() -> Problem:
    return Problem("too_large", "图片的像素或帧数太多，请缩小后再上传", field="file")


def _talks(image: Image.Image) -> bool:
    return bool(_TALK & image.info.keys() or getattr(image, "text", None))


def _silenced(image: Image.Image, kind: str) -> tuple[bytes, tuple[int, int]]:
    """Write the picture anew without metadata, turned as the camera said it was held."""
    saved: dict[str, Any] = {}
    if "icc_profile" in image.info:
        saved["icc_profile"] = image.info["icc_profile"]  # colours, not talk
    if kind == "JPEG":
        turned = ImageOps.exif_transpose(image)
        is_same = image.getexif().get(0x0112, 1) == 1 and image.format == "JPEG"
        saved["quality"] = "keep" if is_same else 92
        picture = image if is_same else turned
    elif getattr(image, "is_animated", False):
        saved["save_all"] = True
        picture = image
    else:
        picture = ImageOps.exif_transpose(image)
        saved["lossless"] = kind == "WEBP"
    for word in _TALK & picture.info.keys():
        del picture.info[word]
    out = io.BytesIO()
    picture.save(out, format=kind, **saved)
    return out.getvalue(), picture.size
