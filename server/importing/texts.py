"""What a stored file says, for the checks: read in a child process that cannot take more than its share.

A file from outside may be made to take a parser's memory or time for ever. A thread cannot be stopped, a
child can: it limits itself (`texts_child.py`), and it is ended when its time is up.
"""

import json
from typing import Final

import structlog

from server.child import Children
from server.importing.attachments import type_of
from server.store.texts import MediaText, Piece

SECONDS: Final = 30.0
_CHILD: Final = "server.importing.texts_child"
_NO_WORDS: Final = frozenset({"jpg", "jpeg", "png", "gif", "webp"})

log = structlog.get_logger(__name__)


class TextReader:
    """Reads files, a few at a time. Call it with the bytes and the safe name of a file."""

    def __init__(self, children: Children, *, seconds: float = SECONDS) -> None:
        """Take the places for children, and how long one file may take."""
        self._children, self._seconds = children, seconds

    async def __call__(self, body: bytes, name: str) -> MediaText:
        """Give what a file says; what cannot be read is said to be so, and never raised."""
        ending = name.rpartition(".")[2]
        if ending in _NO_WORDS:
            return MediaText("no_text", ())
        # What is not read now would count as unreadable for ever.
        told = await self._children.ask(_CHILD, ending, body=body, seconds=self._seconds, is_patient=True)
        if told is None:
            log.warning("attachment_not_read", ending=ending, size=len(body), family=type_of(name).family)
            return MediaText("unreadable", ())
        said = json.loads(told)
        return MediaText(said["state"], tuple(Piece(part, text) for part, text in said["pieces"]))
