"""The XML of a push, read so that nothing in it can harm: no entities, little depth, little size."""

from typing import Final

from lxml import etree

MOST_BYTES: Final = 64 * 1024
_MOST_DEPTH: Final = 8
_MOST_ELEMENTS: Final = 500
_ONCE: Final = frozenset(
    {"ToUserName", "FromUserName", "CreateTime", "MsgType", "MsgId", "MsgID", "Event", "EventKey", "Encrypt"}
)
"""Who, when and what: where one of these stands twice, readers would disagree about which of them counts."""


class BadPush(Exception):
    """What came is no push to this account; the word says where it broke, never what stood there."""


def read_envelope(body: bytes) -> "etree._Element":
    """Give the root of a push; raises BadPush."""
    if not body or len(body) > MOST_BYTES:
        raise BadPush("size")
    # A doctype brings entities, and no push has one. The parser is told UTF-8, so none can hide in another.
    parser = etree.XMLParser(
        encoding="utf-8", resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False,
        remove_comments=True, remove_pis=True,
    )  # fmt: skip
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise BadPush("xml") from None
    if root.getroottree().docinfo.doctype or root.tag != "xml":
        raise BadPush("doctype" if root.getroottree().docinfo.doctype else "root")
    _check_shape(root)
    told = [one.tag for one in root if one.tag in _ONCE]
    if len(told) != len(set(told)):
        raise BadPush("twice")
    return root


def field_of(element: "etree._Element", name: str) -> str:
    """Give the text of a field, "" when there is none."""
    return element.findtext(name) or ""


def _check_shape(root: "etree._Element") -> None:
    depth = count = 0
    for event, _element in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        count += event == "start"
        if depth > _MOST_DEPTH or count > _MOST_ELEMENTS:
            raise BadPush("shape")
