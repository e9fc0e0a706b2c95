"""/console/evidence/import: a table of proofs from someone who counts by hand; all rows or none are filed."""

import asyncio
from typing import Final

from aiohttp import web

from server.console.page import Page, Visit
from server.core.problems import Problem, Problems
from server.forms.refusals import REFUSALS, refusals_of
from server.report.apart import Brought
from server.report.other_ways import NAMES, Filed, file_other_ways
from server.report.rows_in import RowIn
from server.report.sheets import XLSX, Value, as_xlsx
from server.store.deliveries import list_deliveries_by_id
from server.store.items import list_items_by_id
from server.store.unproved import list_unproved

_PATH: Final = "/console/evidence/import"
_LARGEST: Final = 4 * 1024 * 1024
_MOST: Final = 1000
_STATES: Final = {"filed": ("已登记", "good"), "filed_before": ("以前登记过，没有改动", "")}


async def show_form(visit: Visit) -> web.StreamResponse:
    """Show the form."""
    return _shown(visit)


async def give_table(visit: Visit) -> web.StreamResponse:
    """Give a table of all that waits for its proof, to be filled in and brought back."""
    async with visit.parts.store.read() as tx:
        ids = await list_unproved(tx, visit.who.orgs_for("file_evidence"), _MOST)
        legs = await list_deliveries_by_id(tx, frozenset(ids))
        seen = await list_items_by_id(tx, frozenset(leg.item_id for leg in legs.values()))
    table: list[list[Value]] = [[*NAMES, "备注", "标题"]]
    for leg in (legs[key] for key in ids):
        item = seen[leg.item_id]
        table.append([item.index_number, leg.account_name, "", "", "", "", item.revision.title])
    body = await asyncio.to_thread(as_xlsx, "待登记", table)
    headers = {
        "Content-Disposition": 'attachment; filename="evidence.xlsx"',
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return web.Response(body=body, content_type=XLSX, headers=headers)


async def take_table(visit: Visit) -> web.StreamResponse:
    """File the proofs of a table: all rows, or none when one cannot be."""
    parts, rows = visit.parts, tuple[RowIn, ...]()
    try:
        rows = await _rows(visit)
        ours = visit.who.orgs_for("file_evidence")
        async with parts.store.begin() as tx:
            filed = await file_other_ways(
                tx, rows, parts.bench, may=ours.__contains__,
                by=visit.who.person_id, at=parts.now(),
            )  # fmt: skip
    except Problems as error:
        return _shown(visit, error, rows=rows)
    except REFUSALS as error:
        return _shown(visit, error)
    await parts.wake()
    return _shown(visit, rows=rows, filed=filed)


async def _rows(visit: Visit) -> tuple[RowIn, ...]:
    uploads = visit.fields.files("file")
    if len(uploads) != 1:
        raise Problem("invalid", "请选择一个 CSV 或 XLSX 文件", field="file")
    if len(uploads[0].body) > _LARGEST:
        raise Problem("invalid", "文件不能超过 4 MB", field="file")
    return await visit.parts.apart.rows(Brought(uploads[0].name, uploads[0].body), NAMES)


def _shown(
    visit: Visit,
    error: Exception | None = None,
    *,
    rows: tuple[RowIn, ...] = (),
    filed: tuple[Filed, ...] = (),
) -> web.Response:
    trouble = refusals_of(error)
    wrong: dict[int, list[Problem]] = {}
    for one in trouble:
        if one.field.startswith("rows."):
            wrong.setdefault(int(one.field.split(".")[1]), []).append(one)
    told = trouble
    if wrong:
        sentence = f"{len(rows)} 行里有 {len(wrong)} 行不能登记，一行也没有登记；改正后请整张表再导入一次"
        told = (Problem("invalid", sentence, field="file"),)
    return visit.show(
        # Those that somebody must put right come first: ten among a thousand are not found otherwise.
        "evidence_import.html", section="evidence", names=NAMES,
        rows=sorted(rows, key=lambda row: row.number not in wrong), wrong=wrong, states=_STATES,
        filed={one.number: one for one in filed}, trouble=told, trouble_heading="没有登记",
        new=sum(one.state == "filed" for one in filed),
    )  # fmt: skip


PAGES = (
    Page("GET", _PATH, show_form, "file_evidence"),
    Page("GET", f"{_PATH}/table", give_table, "file_evidence"),
    Page("POST", _PATH, take_table, "file_evidence"),
)
