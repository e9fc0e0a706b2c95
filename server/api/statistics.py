"""/api/v1/statistics: how much was disclosed, per channel, and the rows behind each figure."""

import asyncio
import json
from datetime import date, datetime
from typing import Annotated, Any, Literal

from aiohttp import hdrs, web
from pydantic import Field

from channels.item import Kind, Site
from server.api.answers import PRIVATE, answer
from server.api.requests import query_of
from server.api.route import Route
from server.core.problems import Problem
from server.core.site_columns import require_column
from server.forms.words import Day, Line, OrgCode, Out, Query, Slug
from server.parts import PARTS
from server.report.figures import Figures, Question, channel_figures, joint_sieve, sieve_of
from server.report.sheets import CSV, XLSX, Value, as_csv, as_xlsx
from server.report.statements import figures_table, lines_table, place_after, read_place
from server.store.joint import JointSide
from server.store.lines_seen import LineSeen
from server.store.statistics import GroupBy, list_lines_behind

Written = Literal["json", "csv", "xlsx"]
Counted = Literal["item", "website", "weibo", "wechat", "feed", "gazette", "other"]


class PeriodQuery(Query):
    """A year, or a period whose two days both belong to it (days in Beijing), and what is counted in it."""

    year: Annotated[int | None, Field(title="年度", ge=1990, le=2100)] = None
    start: Annotated[Day | None, Field(title="起始日", alias="from")] = None
    end: Annotated[Day | None, Field(title="截止日", alias="to")] = None
    org: Annotated[OrgCode | None, Field(title="机构代码")] = None
    subtree: Annotated[bool, Field(title="含下级机构")] = True
    kind: Annotated[Kind | None, Field(title="类别")] = None
    column: Annotated[Line | None, Field(title="栏目", max_length=64)] = None
    column_subtree: Annotated[bool, Field(title="含下级栏目")] = False
    topic: Annotated[Line | None, Field(title="主题分类", max_length=100)] = None
    format: Annotated[Written, Field(title="格式")] = "json"

    def question(self, group_by: GroupBy, site: Site) -> Question:
        """Give the question as the report takes it; the site says what stands below a column."""
        start, end = self._period()
        return Question(
            start, end, self.org, group_by, self.subtree, self.kind, self.column, self.topic,
            site.with_below(self.column)[1:] if self.column and self.column_subtree else None,
        )  # fmt: skip

    def _period(self) -> tuple[date, date]:
        if self.year is not None:
            if self.start is not None or self.end is not None:
                raise Problem("invalid", "“年度”与“起始日”“截止日”只能给出一种", field="year")
            return date(self.year, 1, 1), date(self.year, 12, 31)
        if self.start is None or self.end is None:
            field = "year" if self.start is self.end else "from" if self.start is None else "to"
            raise Problem("invalid", "请给出“年度”，或者同时给出“起始日”和“截止日”", field=field)
        if self.end < self.start:
            raise Problem("invalid", "“截止日”不能早于“起始日”", field="to")
        return self.start, self.end


class StatisticsQuery(PeriodQuery):
    """The figures of a period by one of its sides."""

    group_by: Annotated[GroupBy, Field(title="分组")] = "channel"


class RowsQuery(PeriodQuery):
    """The rows behind one figure: of a channel or of the items, counted, withdrawn or restated.

    `joint` leaves of them the joint releases that the organ leads, or those that it joined.
    """

    channel: Annotated[Counted, Field(title="渠道")] = "item"
    line: Annotated[
        Literal["counted", "withdrawn", "reinstated", "moved", "restated"], Field(title="台账")
    ] = "counted"
    account: Annotated[Slug | None, Field(title="账号")] = None
    joint: Annotated[JointSide | None, Field(title="联合发文")] = None
    after: Annotated[str | None, Field(title="上一页的 next", max_length=40)] = None
    limit: Annotated[int, Field(title="条数", ge=1, le=500)] = 100


class PeriodOut(Out):
    """A period, both days included."""

    start: Annotated[date, Field(alias="from")]
    end: Annotated[date, Field(alias="to")]


class WithdrawnOut(Out):
    """What was withdrawn in the period: told beside the counts, never subtracted."""

    items: int
    deliveries: dict[str, int]


class RestatedOut(Out):
    """What a snapshot had in the period and an earlier day proved to be its first: no longer counted here."""

    items: int
    deliveries: dict[str, int]


class JointOut(Out):
    """联合发文: of the items those that the organs lead (`led`), and what they `joined` that others lead.

    What is joined counts as the lead's alone, so that a sum over organs has each item once.
    """

    led: int
    joined: int


class StatisticsOut(Out):
    """主动公开政府信息数 (`items`: each item once) and per channel (`deliveries`)."""

    period: PeriodOut
    org: str | None
    subtree: bool
    kind: str | None
    column: str | None
    topic: str | None
    group_by: GroupBy
    time_zone: str
    calendar_version: str
    rule_version: str
    as_of: datetime
    items: int
    deliveries: dict[str, int]
    withdrawn: WithdrawnOut
    restated: RestatedOut
    joint: JointOut
    rows: tuple[dict[str, Any], ...]


class ProofOut(Out):
    """What proves that it was live: the platform's receipt, or what a person filed."""

    platform_id: str | None
    live_at: datetime | None
    shown_at: str | None
    shown_by: str | None


class RowOut(Out):
    """One line of the ledger."""

    id: str
    day: date
    line: str
    channel: str
    item: str
    index_number: str
    title: str
    org: str
    org_name: str
    kind: str
    column: str
    account: str
    link: str | None
    proof: ProofOut
    reason: str | None

    @classmethod
    def of(cls, seen: LineSeen) -> "RowOut":
        """Give a line as it goes out."""
        return cls(
            id=seen.id,
            day=seen.day,
            line=seen.line,
            channel=seen.channel,
            item=seen.item_id,
            index_number=seen.index_number,
            title=seen.title,
            org=seen.org_code,
            org_name=seen.org_name,
            kind=seen.kind,
            column=seen.column,
            account=seen.account,
            link=seen.link,
            proof=ProofOut(
                platform_id=seen.platform_id,
                live_at=seen.live_at,
                shown_at=seen.shown_at,
                shown_by=seen.shown_by,
            ),
            reason=seen.reason,
        )


class RowsOut(Out):
    """A page of rows, oldest first; `next` is where it goes on, None at the end."""

    rows: tuple[RowOut, ...]
    next: str | None


async def show_channels(request: web.Request) -> web.Response:
    """Give the figures of a period; one without data gives zeros."""
    parts, query = request.config_dict[PARTS], query_of(request, StatisticsQuery)
    question = query.question(query.group_by, parts.site)
    # Anybody with a role may read them, for every organ: the law has them published each year (条例 Art. 50).
    async with parts.store.read() as tx:
        if query.column is not None:
            await require_column(tx, parts.site, query.column)
        figures = await channel_figures(tx, question, at=parts.now())
    tag = f'"{figures.fingerprint()}-{query.format}"'
    if tag in request.headers.get(hdrs.IF_NONE_MATCH, ""):
        return web.Response(status=304, headers={**PRIVATE, "ETag": tag})
    made = await _figures_answer(figures, query.format)
    made.headers["ETag"] = tag
    return made


async def list_rows(request: web.Request) -> web.Response:
    """Give the rows that a figure counts, page by page."""
    parts, query = request.config_dict[PARTS], query_of(request, RowsQuery)
    after = None if query.after is None else read_place(query.after)
    question = query.question("channel", parts.site)
    async with parts.store.read() as tx:
        if query.column is not None:
            await require_column(tx, parts.site, query.column)
        lines = await list_lines_behind(
            tx,
            await (joint_sieve(tx, question, query.joint) if query.joint else sieve_of(tx, question)),
            channel=query.channel,
            line=query.line,
            account_slug=query.account,
            after=after,
            limit=query.limit + 1,
        )
    shown, more = lines[: query.limit], len(lines) > query.limit
    if query.format != "json":
        made = await _table_answer("台账", lines_table(shown), query.format)
        if more:
            made.headers["X-Next"] = place_after(shown[-1])
        return made
    return answer(
        RowsOut(rows=tuple(RowOut.of(one) for one in shown), next=place_after(shown[-1]) if more else None)
    )


async def _figures_answer(figures: Figures, written: Written) -> web.Response:
    if written != "json":
        return await _table_answer("统计", figures_table(figures), written)
    body = json.dumps(figures.as_json(), ensure_ascii=False).encode()
    return web.Response(body=body, content_type="application/json", headers=PRIVATE)


async def _table_answer(title: str, table: list[list[Value]], written: Written) -> web.Response:
    body = as_csv(table) if written == "csv" else await asyncio.to_thread(as_xlsx, title, table)
    headers = {**PRIVATE, "Content-Disposition": f'attachment; filename="statistics.{written}"'}
    if written == "csv":
        return web.Response(body=body, content_type=CSV, charset="utf-8", headers=headers)
    return web.Response(body=body, content_type=XLSX, headers=headers)


ROUTES = (
    Route(
        "GET", "/api/v1/statistics/channels", show_channels, "各渠道主动公开信息条数", "read_statistics",
        answer=StatisticsOut, query=StatisticsQuery, files=(CSV, XLSX),
    ),
    Route(
        "GET", "/api/v1/statistics/rows", list_rows, "统计数字背后的台账", "read_statistics",
        answer=RowsOut, query=RowsQuery, files=(CSV, XLSX),
    ),
)  # fmt: skip
