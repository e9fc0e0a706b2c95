"""/api/v1/evidence: a year's proofs of what was shown in other ways, from one table."""

from typing import Final, Literal

from aiohttp import web

from server.api.answers import answer
from server.api.requests import file_of
from server.api.route import Route, signed_in
from server.forms.words import Out
from server.parts import PARTS
from server.report.apart import Brought
from server.report.other_ways import NAMES, Filed, file_other_ways

LARGEST: Final = 4 * 1024 * 1024


class FiledOut(Out):
    """What became of a row of the table; the head is row 1."""

    number: int
    state: Literal["filed", "filed_before"]
    delivery_id: str
    account: str


class FiledAllOut(Out):
    """Every row of the table."""

    rows: tuple[FiledOut, ...]


async def import_evidence(request: web.Request) -> web.Response:
    """File the proofs of a CSV or XLSX: all rows, or none when one cannot be."""
    parts, who = request.config_dict[PARTS], signed_in(request)
    rows = await parts.apart.rows(Brought(*await file_of(request, LARGEST)), NAMES)
    ours = who.orgs_for("file_evidence")
    async with parts.store.begin() as tx:
        filed = await file_other_ways(
            tx, rows, parts.bench, may=ours.__contains__, by=who.person_id, at=parts.now()
        )
    await parts.wake()
    return answer(FiledAllOut(rows=tuple(_out(one) for one in filed)), 201)


def _out(one: Filed) -> FiledOut:
    return FiledOut(number=one.number, state=one.state, delivery_id=one.delivery_id, account=one.account)


ROUTES = (
    Route(
        "POST", "/api/v1/evidence/import", import_evidence, "成批登记公开凭据", "file_evidence",
        answer=FiledAllOut, status=201, takes="form",
    ),
)  # fmt: skip
