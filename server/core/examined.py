"""What the checks said of one content: a release takes it along and holds it against the waivers."""

from dataclasses import dataclass

from server.core.problems import Problem, Problems
from server.store.items import ItemSeen
from server.store.tx import Tx
from server.store.waivers import waived_findings


@dataclass(frozen=True, slots=True)
class Objection:
    """A finding that stands in the way until somebody answers for it; `key` names it within the content."""

    key: str
    field: str
    message: str


@dataclass(frozen=True, slots=True)
class Examined:
    """The objections to one content of one item, and by which list: the program's part, the office's."""

    item_id: str
    content_hash: str
    objections: tuple[Objection, ...]
    version: int
    serial: int


async def require_examined(tx: Tx, seen: ItemSeen, examined: Examined) -> None:
    """Refuse a content other than the examined one, or with objections nobody answers for (invariant 6)."""
    if (examined.item_id, examined.content_hash) != (seen.id, seen.revision.content_hash):
        raise Problem("lost_race", "稿件在检查之后有改动，请刷新后再试")
    waived = await waived_findings(tx, seen.id, seen.revision.content_hash)
    open_ones = [one for one in examined.objections if one.key not in waived]
    if open_ones:
        raise Problems(tuple(Problem("findings_open", one.message, field=one.field) for one in open_ones))
