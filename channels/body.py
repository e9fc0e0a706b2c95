"""The body of an article as a public page or a feed carries it: pictures by address, nothing that runs.

Bodies are sanitised on their way in; here they are once more, because this is where they meet a reader.
"""

from collections.abc import Callable
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Source:
    """A kind in which a picture is there at several widths, as a `source` element names it."""

    mime: str
    srcset: str
    sizes: str


def _no_sources(_picture: Picture) -> tuple[Source, ...]:
    return ()


def body_html(
    content: Content, *, front: str, sources: Callable[[Picture], tuple[Source, ...]] = _no_sources
) -> str:
    """Give the body with its pictures and its links within the site beginning with `front`.

    A picture that is not among the content's own is left out: its file would not be there. `sources` names
    other widths of one; feeds have none, because readers look at nothing but `src` (contract feeds §1.4).
    """
    tree = _parse(content.body_html)
    pictures = {f"media:{picture.sha256}": picture for picture in content.pictures}
    for image in list(tree.iter("img")):
        picture = pictures.get(image.get("src", ""))
        if picture is None:
            image.drop_tree()
            continue
        _place_picture(image, picture, front)
        _offer(image, sources(picture))
    for anchor in list(tree.iter("a")):
        _aim(anchor, front)
    _step_headings(tree)
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


def _place_picture(image: Any, picture: Picture, front: str) -> None:
    alt = clean(image.get("alt") or picture.alt)
    image.attrib.clear()
    image.set("src", f"{front}/{media_path(picture)}")
    image.set("width", str(picture.width))  # with both the page does not jump when the picture comes
    image.set("height", str(picture.height))
    image.set("alt", alt)
    image.set("loading", "lazy")


def _step_headings(tree: Any) -> None:
    """Let headings go down one step at a time below the title: a screen reader walks by them (WCAG 1.3.1)."""
    above = 1
    for heading in tree.iter("h1", "h2", "h3", "h4", "h5", "h6"):
        above = min(max(int(heading.tag[1]), 2), above + 1)
        heading.tag = f"h{above}"


def _offer(image: Any, sources: tuple[Source, ...]) -> None:
    """Put a picture into an element that offers it in other widths."""
    if not sources:
        return
    frame = lxml.html.Element("picture")
    frame.tail, image.tail = image.tail, None
    image.getparent().replace(image, frame)
    for source in sources:
        offered = lxml.html.Element("source", type=source.mime, srcset=source.srcset, sizes=source.sizes)
        frame.append(offered)
    frame.append(image)


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
