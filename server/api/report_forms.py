"""The forms and answers of /api/v1/reports."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from server.forms.words import Filled, Form, OrgCode, Out, Prose
from server.report.filing import Move
from server.store.declared import DeclaredFigure
from server.store.filings import Filing, FilingState
from server.store.snapshots import Snapshot


class FigureIn(Form):
    """One figure: a cell as 表|行|列, or items or a channel for years before the system."""

    key: Annotated[Filled, Field(title="指标", max_length=160)]
    value: Annotated[Filled, Field(title="数值", max_length=32)]
    source: Annotated[Filled, Field(title="来源", max_length=200)]


class FiguresIn(Form):
    """Figures of an organ's year."""

    org: Annotated[OrgCode, Field(title="机构代码")]
    figures: Annotated[tuple[FigureIn, ...], Field(title="数字", min_length=1, max_length=500, strict=False)]


class SnapshotIn(Form):
    """A snapshot; from the second one on it says why."""

    org: Annotated[OrgCode, Field(title="机构代码")]
    reason: Annotated[Prose | None, Field(title="重新统计的原因", max_length=500)] = None


class ReportItemIn(Form):
    """The organ whose report becomes an item."""

    org: Annotated[OrgCode, Field(title="机构代码")]


class ReportItemOut(Out):
    """The item as which the report goes out."""

    id: str


class FilingIn(Form):
    """A step of an organ's year; a return says why."""

    org: Annotated[OrgCode, Field(title="机构代码")]
    move: Annotated[Move, Field(title="动作")]
    reason: Annotated[Prose | None, Field(title="原因", max_length=500)] = None


class FigureOut(Out):
    """A figure that was entered."""

    key: str
    value: str
    source: str
    entered_by: str | None
    entered_at: datetime

    @classmethod
    def of(cls, one: DeclaredFigure) -> "FigureOut":
        """Give a figure as it goes out."""
        return cls(
            key=one.key,
            value=one.value,
            source=one.source,
            entered_by=one.entered_by_name,
            entered_at=one.entered_at,
        )


class DeclaredOut(Out):
    """The figures that stand for an organ's year."""

    figures: tuple[FigureOut, ...]


class SnapshotOut(Out):
    """统计快照: how many lines it has, and their checksum."""

    id: str
    year: int
    number: int
    lines: int
    checksum: str
    reason: str | None
    taken_at: datetime
    items: int
    deliveries: dict[str, int]

    @classmethod
    def of(cls, one: Snapshot) -> "SnapshotOut":
        """Give a snapshot as it goes out."""
        channel = one.figures["channel"]
        return cls(
            id=one.id,
            year=one.year,
            number=one.number,
            lines=one.lines,
            checksum=one.checksum,
            reason=one.reason,
            taken_at=one.taken_at,
            items=channel["items"],
            deliveries=channel["deliveries"],
        )


class SnapshotsOut(Out):
    """The snapshots of an organ's year, the first one first."""

    snapshots: tuple[SnapshotOut, ...]


class FilingOut(Out):
    """How far an organ's year is."""

    org: str
    org_name: str
    state: FilingState
    reason: str | None
    snapshot: str | None
    changed_at: datetime | None

    @classmethod
    def of(cls, one: Filing) -> "FilingOut":
        """Give a filing as it goes out."""
        return cls(
            org=one.org_code,
            org_name=one.org_name,
            state=one.state,
            reason=one.reason,
            snapshot=one.snapshot_id,
            changed_at=one.changed_at,
        )


class FilingsOut(Out):
    """Organs by code, and the codes of those that have not submitted."""

    filings: tuple[FilingOut, ...]
    not_submitted: tuple[str, ...]

    @classmethod
    def of(cls, found: tuple[Filing, ...]) -> "FilingsOut":
        """Give filings as they go out."""
        return cls(
            filings=tuple(FilingOut.of(one) for one in found),
            not_submitted=tuple(one.org_code for one in found if one.state == "draft"),
        )
