"""What every page leans on beside its words: style sheet, script, mark, icons. Equal sites, equal bytes."""

import hashlib
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from PIL import Image, ImageDraw

from channels.addresses import FEED_FAVICON, FEED_ICON, FEED_IMAGE, FEED_IMAGE_SIZE, FEED_LOGO, Addresses
from channels.item import Site, Theme
from channels.website.environment import HERE

_STYLE: Final = (HERE / "static" / "site.css").read_bytes()
_SCRIPT: Final = (HERE / "static" / "site.js").read_bytes()
_PUSH: Final = (HERE / "static" / "push.js").read_bytes()
_WORKER: Final = (HERE / "static" / "sw.js").read_text("utf-8")
_MARK: Final = (HERE / "static" / "icon.svg").read_text("utf-8")
_OWN_RED: Final = "#a61b1b"
_ICON_SIZES: Final = (180, 192, 512)
# What readers show beside a feed, by width and height: contract feeds §1.1.
_FEED_PICTURES: Final = {
    FEED_ICON: (512, 512),
    FEED_FAVICON: (64, 64),
    FEED_LOGO: (512, 256),
    FEED_IMAGE: (FEED_IMAGE_SIZE, FEED_IMAGE_SIZE),
}
_WITHIN: Final = 0.7  # of an icon's side: a square of it stands in the circle that phones cut out


@dataclass(frozen=True, slots=True)
class Assets:
    """Paths of the assets of a site, and every file with its bytes."""

    style: str
    script: str
    mark: str
    icons: Mapping[int, str]
    wechat: str  # "" without a picture
    push: str  # the script of the push button, "" when browsers are not told
    files: Mapping[str, bytes]


@lru_cache(maxsize=8)
def assets_of(site: Site) -> Assets:
    """Give the assets of a site; each is named by its content, so that it may be kept for ever."""
    theme = site.theme
    colours = f":root{{--theme:{theme.main};--theme-dark:{theme.main_dark}}}\n".encode()
    drawing = theme.seal or _MARK.replace(_OWN_RED, theme.main)
    style = _named("site", "css", colours + _STYLE)
    script = _named("site", "js", _SCRIPT)
    mark = _named("mark", "svg", drawing.encode())
    icons = {size: _named(f"icon{size}", "png", _draw(theme, size, size)) for size in _ICON_SIZES}
    files = dict((style, script, mark, *icons.values()))
    wechat = ""
    if theme.wechat_picture:
        wechat, body = _named("wechat", "png", theme.wechat_picture)
        files[wechat] = body
    push = ""
    if site.push_key:
        push, body = _named("push", "js", _PUSH)
        files[push] = body
    named = {size: path for size, (path, _) in icons.items()}
    return Assets(style[0], script[0], mark[0], named, wechat, push, files)


def manifest(site: Site) -> bytes:
    """Give the web app manifest, by which a phone puts the site on its first screen."""
    addresses, assets = Addresses(site), assets_of(site)
    told = {
        "id": addresses.link("index.html"),
        "name": site.name,
        "short_name": site.name[:12],
        "lang": "zh-CN",
        "dir": "ltr",
        "start_url": addresses.link("index.html"),
        "scope": addresses.link("index.html"),
        "display": "standalone",
        "background_color": "#f4f4f2",
        "theme_color": site.theme.main,
        "icons": [
            {
                "src": addresses.link(assets.icons[size]),
                "sizes": f"{size}x{size}",
                "type": "image/png",
                "purpose": purpose,
            }
            for size in (192, 512)
            for purpose in ("any", "maskable")
        ],
    }
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()


def worker(site: Site) -> bytes:
    """Give the service worker; its bytes change with the assets, so that a browser learns of new ones."""
    addresses, assets = Addresses(site), assets_of(site)
    shell = [addresses.link(path) for path in ("offline.html", assets.style, assets.script, assets.mark)]
    version = hashlib.sha256("".join(shell).encode()).hexdigest()[:12]
    text = _WORKER.replace('"VERSION"', json.dumps(version)).replace('"SHELL"', json.dumps(shell))
    text = text.replace('"ICON_PATH"', json.dumps(addresses.link(assets.icons[192])))
    return text.replace('"BASE"', json.dumps(addresses.base)).encode()


def _named(name: str, ending: str, body: bytes) -> tuple[str, bytes]:
    return f"static/{name}.{hashlib.sha256(body).hexdigest()[:12]}.{ending}", body


def feed_pictures(site: Site) -> dict[str, bytes]:
    """Give the pictures that feeds name, by path. The paths stay: a change of looks changes no feed."""
    return {path: _draw(site.theme, *size) for path, size in _FEED_PICTURES.items()}


def _draw(theme: Theme, width: int, height: int) -> bytes:
    """Draw the mark in pixels, in the middle: neither phones nor feed readers take a drawing."""
    mark = _seal(theme.seal_picture, height) if theme.seal_picture else _own(theme.main, height)
    image = Image.new("RGB", (width, height), mark.getpixel((0, 0)) or 0)
    image.paste(mark, ((width - height) // 2, 0))
    out = io.BytesIO()
    image.save(out, "PNG", optimize=True)
    return out.getvalue()


def _own(colour: str, size: int) -> Image.Image:
    """Draw our own mark, within the circle that phones cut out."""
    image = Image.new("RGB", (size, size), colour)
    pen, unit = ImageDraw.Draw(image), size / 64
    for left, top, right in ((18, 21, 46), (18, 31, 37), (18, 41, 30)):
        pen.rectangle([left * unit, top * unit, right * unit, (top + 5) * unit], fill="#fff")
    pen.ellipse([35 * unit, 35 * unit, 47 * unit, 47 * unit], fill="#f5c04a")
    return image


def _seal(picture: bytes, size: int) -> Image.Image:
    """Put the office's seal on white, within the same circle."""
    image, side = Image.new("RGB", (size, size), "#fff"), round(size * _WITHIN)
    with Image.open(io.BytesIO(picture)) as seal:
        small = seal.convert("RGBA").resize((side, side), Image.Resampling.LANCZOS)
    place = (size - side) // 2
    image.paste(small, (place, place), small)
    return image
