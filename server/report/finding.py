"""A finding: what a check of a report says does not add up, where, and by how much."""

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Literal, Self

from server.report.amounts import as_number
from server.report.cells import Key

Severity = Literal["error", "warning", "note"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault: `stated` is what the report says, `computed` what follows from its own figures.

    `where` names the cell, the paragraph or the path in the entry; `hint` says what would close the gap;
    `cells` are those of the form in which somebody would look for the fault.
    """

    rule: str
    severity: Severity
    where: str
    stated: Decimal | str | None
    computed: Decimal | str | None
    hint: str = ""
    cells: tuple[Key, ...] = ()

    @property
    def difference(self) -> Decimal | None:
        """Give computed − stated, where both are numbers."""
        if isinstance(self.stated, Decimal) and isinstance(self.computed, Decimal):
            return self.computed - self.stated
        return None

    def at(self, place: str) -> Self:
        """Give the same finding with a place put before its own."""
        return replace(self, where=place + self.where)

    def as_json(self) -> dict[str, Any]:
        """Give the finding as `tongfa report check --format json` prints it."""
        return {
            "rule": self.rule,
            "severity": self.severity,
            "where": self.where,
            "stated": _out(self.stated),
            "computed": _out(self.computed),
            "difference": as_number(self.difference),
            "hint": self.hint,
        }


def _out(value: Decimal | str | None) -> int | float | str | None:
    return as_number(value) if isinstance(value, Decimal) else value
