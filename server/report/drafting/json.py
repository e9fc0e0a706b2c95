"""A draft as JSON, in the shape that `tongfa report check` reads, with the source of every figure."""

import json
from typing import Any

from server.report.amounts import Amount, Blank, Cell, as_number
from server.report.drafting.draft import Draft
from server.report.drafting.given import STATUTORY, key_text
from server.report.figures import CHANNEL_NAMES


def draft_as_json(draft: Draft) -> bytes:
    """Give the draft's figures; the same draft gives the same bytes."""
    given, form = draft.given, draft.given.form
    figures: dict[str, Any] = {}
    if form.version == "2014":
        table = form.tables[0]
        for row in table.rows:
            figures[row.key] = _value(given.cell(table.key, row.key, table.columns[0]).cell)
    else:
        figures["一(narrative)"] = {
            "主动公开政府信息数": given.items,
            "通过不同渠道和方式公开政府信息的情况": {
                CHANNEL_NAMES[channel]: given.channels.get(channel, 0) for channel in STATUTORY
            },
            "政策解读": given.kinds.get("interpretation", 0),
            "回应社会关切": given.kinds.get("response", 0),
        }
        for table in form.tables:
            name = f"二/{table.title}" if table.key.startswith("二") else table.key
            figures[name] = {
                row.key: {
                    column: _value(given.cell(table.key, row.key, column).cell) for column in table.columns
                }
                for row in table.rows
            }
    value = {
        "id": f"draft-{draft.year}",
        "locality": draft.organ,
        "year": draft.year,
        "form_version": form.letter,
        "figures": figures,
        "sources": {key_text(key): one.source for key, one in sorted(given.cells.items())},
    }
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()


def _value(cell: Cell) -> int | float | str | None:
    match cell:
        case Amount(value):
            return as_number(value)
        case Blank():
            return None
        case _:
            return "/"
