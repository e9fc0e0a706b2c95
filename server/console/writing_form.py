"""The form in which an item is written: what stands in its fields, and what is said beside them."""

import secrets
from dataclasses import dataclass
from typing import Any, Final

from aiohttp import web

from channels.disclosure import FIFTEEN, suggested_kinds
from channels.item import LANGUAGE_NAMES
from server.console.assets import has_asset
from server.console.page import Visit
from server.console.scratch import typed_in
from server.console.shelves import columns_for
from server.console.typed import Typed
from server.core.problems import Problem
from server.importing.confirming import written_marks
from server.importing.found import PART_NAMES
from server.store.import_marks import KeptMark
from server.store.items import ItemSeen
from server.store.orgs import OrgRow
from server.store.scratches import Scratch

# 党政机关公文处理工作条例 (2012) Art. 8, in its order.
_GENRES: Final = (
    "决议", "决定", "命令", "公报", "公告", "通告", "意见", "通知", "通报", "报告", "请示", "批复", "议案",
    "函", "纪要",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class WritingForm:
    """The form of one item, or of one that is not written yet; what is left out is not there."""

    typed: Typed
    seen: ItemSeen | None = None  # None: a new item
    orgs: tuple[OrgRow, ...] = ()  # for which the visitor may write a new one
    trouble: tuple[Problem, ...] = ()
    conflict: dict[str, Any] | None = None  # what somebody else saved meanwhile
    marks: tuple[KeptMark, ...] = ()  # what an import found or lost, and nobody has confirmed
    source: str = ""  # the file just opened
    slot: str = ""  # where the unsaved text goes
    after: int = 0  # what was kept there last
    kept: Scratch | None = None  # an unsaved text that its author has not taken back yet
    unsaved: tuple[Scratch, ...] = ()  # other new texts of his
    interprets: str = ""  # the document for which an interpretation is begun

    def show(self, visit: Visit) -> web.Response:
        """Answer with the page of the form."""
        seen, typed, fields = self.seen, self.typed, visit.fields
        slot = self.slot or (seen.id if seen else fields.get("slot") or f"new{secrets.token_hex(6)}")
        return visit.show(
            "edit.html", section="items" if seen else "write", trouble=self.trouble,
            status=409 if self.conflict else None,
            typed=typed, seen=seen, orgs=self.orgs, conflict=self.conflict, marks=self.marks,
            columns=columns_for(visit.parts.site, typed.values["column"]), genres=_GENRES,
            written_marks="" if seen else written_marks(self.marks), ticked=fields.all("confirmed"),
            source=self.source, part_names=PART_NAMES,
            fifteen=FIFTEEN, languages=LANGUAGE_NAMES, suggested=_suggested(seen),
            slot=slot, after=fields.get("after") or self.after, kept=self.kept,
            unsaved=[(one, typed_in(one).values["title"]) for one in self.unsaved],
            interprets=self.interprets or visit.query("interprets") or fields.get("interprets"),
            has_surface=has_asset("surface.js"), unkept=(),
        )  # fmt: skip


def _suggested(seen: ItemSeen | None) -> tuple[int, ...]:
    """Guess the kinds of Art. 20 for an item that nobody has put into one yet."""
    if seen is None or seen.revision.sheet.statutory:
        return ()
    sheet = seen.revision.sheet
    return suggested_kinds(seen.kind, " ".join((seen.revision.title, sheet.topic or "", *sheet.keywords)))
