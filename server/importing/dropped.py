"""What a body loses on its way in: elements that no channel carries, each kind told of once."""

import re
from dataclasses import dataclass
from typing import Final

from server.importing.pictures import DRAWING

_PAGE: Final = "嵌入的网页或插件各渠道都不显示：请改为文字，写明网址"
_FIELDS: Final = "输入框、选项和按钮在公开的页面上不起作用：请改为文字，或另附表格文件"
_TOLD: Final = {
    "svg": f"svg {DRAWING}",
    "frame": _PAGE,
    "video": "视频不能放在正文里：请发布到视频平台，在正文里写明网址",
    "audio": "音频不能放在正文里：请发布到音频平台，在正文里写明网址",
    "math": "公式各渠道不能都显示：请截成图片再上传",
    "canvas": "画布里的图不是图片文件：请另存为 PNG 再上传",
    "form": _FIELDS,
    "script": "脚本一律不保留",
    "style": "样式表不保留，各渠道用统一的版式",
    "formats": "改动过的段落成了纯文字，原来的加粗、链接等要重新设置",
}
_KINDS: Final = {
    **dict.fromkeys(("iframe", "frame", "object", "embed", "applet"), "frame"),
    **dict.fromkeys(("input", "select", "textarea", "button"), "form"),
    **{tag: tag for tag in ("svg", "video", "audio", "math", "canvas", "script", "style")},
}
_TAG: Final = re.compile(rf"<({'|'.join(_KINDS)})(?=[\s/>])", re.IGNORECASE)
OF_THE_PAGE: Final = frozenset({"form", "script", "style"})
"""Kinds that every page of the web has around its text."""


@dataclass(frozen=True, slots=True)
class Dropped:
    """One kind of element that fell away: `code` names it to a program, `message` to a person."""

    code: str
    message: str


def dropped_from(html: str) -> tuple[Dropped, ...]:
    """Say what falls away from HTML as it came in, each kind once, in a fixed order."""
    found = {_KINDS[tag.lower()] for part in _outside_comments(html) for tag in _TAG.findall(part)}
    return tuple(dropped(code) for code in _TOLD if code in found)


def dropped(code: str) -> Dropped:
    """Give a kind by its code; raises KeyError for another word."""
    return Dropped(code, f"正文里有内容没有保留：{_TOLD[code]}")


def is_known(code: str) -> bool:
    """Say whether this is the code of a kind."""
    return code in _TOLD


def _outside_comments(html: str) -> list[str]:
    """Give the parts between comments; Word writes whole style sheets into them."""
    parts, at = list[str](), 0
    while (begin := html.find("<!--", at)) >= 0:
        parts.append(html[at:begin])
        end = html.find("-->", begin + 4)
        if end < 0:
            return parts
        at = end + 3
    return [*parts, html[at:]]
