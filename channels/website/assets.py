"""What every page leans on beside its words: style sheet, script, mark, icons. Equal sites, equal bytes."""

import hashlib
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from PIL import Image, ImageDraw

from channels.addresses import Addresses
from channels.item import Site
from channels.website.environment import HERE

_STYLE: Final = (HERE / "static" / "site.css").read_bytes()
_SCRIPT: Final = (HERE / "static" / "site.js").read_bytes()
_PUSH: Final = (HERE / "static" / "push.js").read_bytes()
_WORKER: Final = (HERE / "static" / "sw.js").read_text("utf-8")
_MARK: Final = (HERE / "static" / "icon.svg").read_text("utf-8")
_OWN_RED: Final = "#a61b1b"
_ICON_SIZES: Final = (180, 192, 512)


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
    icons = {size: _named(f"icon{size}", "png", _draw(theme.main, size)) for size in _ICON_SIZES}
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


def _draw(colour: str, size: int) -> bytes:
    """Draw our mark as pixels: phones take no drawing for their first screen. Within the maskable circle."""
    image = Image.new("RGB", (size, size), colour)
    pen, unit = ImageDraw.Draw(image), size / 64
    for left, top, right in ((18, 21, 46), (18, 31, 37), (18, 41, 30)):
        pen.rectangle([left * unit, top * unit, right * unit, (top + 5) * unit], fill="#fff")
    pen.ellipse([35 * unit, 35 * unit, 47 * unit, 47 * unit], fill="#f5c04a")
    out = io.BytesIO()
    image.save(out, "PNG", optimize=True)
    return out.getvalue()
