"""The body of an article as a public page or a feed carries it: pictures by address, nothing that runs.

Bodies are sanitised on their way in; here they are once more, because this is where they meet a reader.
"""

from collections.abc import Mapping
from typing import Any, Final, cast

import lxml.html
import nh3
from lxml import etree

from channels.addresses import media_path
from channels.characters import clean
from channels.item import Content, Picture

_TAGS: Final = {
    *("p", "br", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "div", "section"),
    *("strong", "b", "em", "i", "u", "s", "sub", "sup", "code", "span", "a"),
    *("ul", "ol", "li", "dl", "dt", "dd", "img", "figure", "figcaption"),
    *("table", "caption", "colgroup", "col", "thead", "tbody", "tfoot", "tr", "th", "td"),
}
_ATTRIBUTES: Final = {
    "a": {"href", "title"},
    "img": {"src", "alt"},
    "th": {"colspan", "rowspan", "scope"},
    "td": {"colspan", "rowspan"},
    "ol": {"start", "type"},
    "col": {"span"},
}


def body_html(content: Content, *, front: str) -> str:
    """Give the body with its pictures and its links within the site beginning with `front`.

    A picture that is not among the content's own is left out: its file would not be there.
    """
    tree = _parse(content.body_html)
    pictures = {f"media:{picture.sha256}": picture for picture in content.pictures}
    for image in list(tree.iter("img")):
        _place_picture(image, pictures, front)
    for anchor in list(tree.iter("a")):
        _aim(anchor, front)
    return _inner(tree)


def body_text(content: Content) -> str:
    """Give the words of the body, without tags."""
    return clean(str(_parse(content.body_html).text_content()))


def loose_pictures(content: Content) -> tuple[Picture, ...]:
    """Give the pictures that the body does not show itself."""
    return tuple(p for p in content.pictures if f"media:{p.sha256}" not in content.body_html)


def _parse(html: str) -> Any:
    safe = nh3.clean(
        clean(html),
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        url_schemes={"http", "https", "mailto", "tel", "media"},
        link_rel=None,
        strip_comments=True,
    )
    return lxml.html.fragment_fromstring(safe, create_parent="div")


def _inner(tree: Any) -> str:
    inner = etree.tostring(tree, encoding="unicode", method="html", with_tail=False)
    return cast("str", inner)[len("<div>") : -len("</div>")]


def _place_picture(image: Any, pictures: Mapping[str, Picture], front: str) -> None:
    picture = pictures.get(image.get("src", ""))
    if picture is None:
        image.drop_tree()
        return
    alt = clean(image.get("alt") or picture.alt)
    image.attrib.clear()
    image.set("src", f"{front}/{media_path(picture)}")
    image.set("width", str(picture.width))  # with both the page does not jump when the picture comes
    image.set("height", str(picture.height))
    image.set("alt", alt)
    image.set("loading", "lazy")


def _aim(anchor: Any, front: str) -> None:
    target = anchor.get("href", "")
    if target.startswith("//"):
        anchor.set("href", "https:" + target)
    elif target.startswith("/"):
        anchor.set("href", front + target)
    elif not target.startswith(("http:", "https:", "mailto:", "tel:", "#")):
        anchor.attrib.pop("href", None)
    if target.startswith(("http:", "https:", "//")):
        anchor.set("rel", "noopener noreferrer")
