"""/api/v1/statistics: how much was disclosed, per channel."""

import json
from datetime import date, datetime
from typing import Annotated, Any

from aiohttp import web
from pydantic import Field

from server.api.answers import PRIVATE
from server.api.requests import query_of
from server.api.route import Route
from server.api.words import Day, OrgCode, Out, Query
from server.core.problems import Problem
from server.parts import PARTS
from server.report.figures import Question, channel_figures
from server.store.ledger import GroupBy


class StatisticsQuery(Query):
    """A year, or a period whose two days both belong to it (days in Beijing)."""

    year: Annotated[int | None, Field(title="年度", ge=1990, le=2100)] = None
    start: Annotated[Day | None, Field(title="起始日", alias="from")] = None
    end: Annotated[Day | None, Field(title="截止日", alias="to")] = None
    org: Annotated[OrgCode | None, Field(title="机构代码")] = None
    group_by: Annotated[GroupBy, Field(title="分组")] = "channel"

    def as_question(self) -> Question:
        """Give the question as the report takes it."""
        if self.year is not None:
            if self.start is not None or self.end is not None:
                raise Problem("invalid", "“年度”与“起始日”“截止日”只能给出一种", field="year")
            return Question(date(self.year, 1, 1), date(self.year, 12, 31), self.org, self.group_by)
        if self.start is None or self.end is None:
            field = "year" if self.start is self.end else "from" if self.start is None else "to"
            raise Problem("invalid", "请给出“年度”，或者同时给出“起始日”和“截止日”", field=field)
        if self.end < self.start:
            raise Problem("invalid", "“截止日”不能早于“起始日”", field="to")
        return Question(self.start, self.end, self.org, self.group_by)


class PeriodOut(Out):
    """A period, both days included."""

    start: Annotated[date, Field(alias="from")]
    end: Annotated[date, Field(alias="to")]


class WithdrawnOut(Out):
    """What was withdrawn in the period: told beside the counts, never subtracted."""

    items: int
    deliveries: dict[str, int]


class StatisticsOut(Out):
    """主动公开政府信息数 (`items`: each item once) and per channel (`deliveries`)."""

    period: PeriodOut
    org: str | None
    group_by: GroupBy
    time_zone: str
    rule_version: str
    as_of: datetime
    items: int
    deliveries: dict[str, int]
    withdrawn: WithdrawnOut
    rows: tuple[dict[str, Any], ...]


async def show_channels(request: web.Request) -> web.Response:
    """Give the figures of a period; one without data gives zeros."""
    parts, question = request.config_dict[PARTS], query_of(request, StatisticsQuery).as_question()
    # Anybody with a role may read them, for every organ: the law has them published each year (条例 Art. 50).
    async with parts.store.read() as tx:
        figures = await channel_figures(tx, question, at=parts.now())
    body = json.dumps(figures.as_json(), ensure_ascii=False).encode()
    return web.Response(body=body, content_type="application/json", headers=PRIVATE)


ROUTES = (
    Route(
        "GET", "/api/v1/statistics/channels", show_channels, "各渠道主动公开信息条数", "read_statistics",
        answer=StatisticsOut, query=StatisticsQuery,
    ),
)  # fmt: skip
