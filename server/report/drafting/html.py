"""A draft as an HTML page that stands alone; sources as footnotes in the review copy."""

from html import escape

from server.report.drafting.draft import Draft, Heading, Text
from server.report.drafting.paper import Box, Sheet, sheet_of, together

_STYLE = (
    "body{font-family:FangSong,仿宋,serif;max-width:46em;margin:1em auto;padding:0 1em;line-height:1.8}"
    "h1{text-align:center;font-size:1.5em}h2{font-family:SimHei,sans-serif;font-size:1.15em}"
    "h3{font-family:KaiTi,serif;font-size:1.05em}p{text-indent:2em}"
    ".table{overflow-x:auto}table{border-collapse:collapse;width:100%;margin:1em 0}"
    "td,th{border:1px solid #555;padding:.25em .5em;text-align:center;min-width:2.4em}"
    "th[scope^=row]{text-align:left;font-weight:normal;min-width:6em}.source{font-size:.85em;color:#444}"
)


def draft_as_html(draft: Draft, *, review: bool) -> bytes:
    """Give a whole page; the same draft gives the same bytes."""
    notes: list[str] = []
    body = "\n".join(_block(block, notes if review else None) for block in together(draft.blocks))
    listed = "".join(f'<li id="n{at}">{escape(note)}</li>' for at, note in enumerate(notes, 1))
    sources = f'<section class="source"><h2>数字来源</h2><ol>{listed}</ol></section>' if notes else ""
    title = escape(draft.title)
    return (
        '<!DOCTYPE html>\n<html lang="zh-CN"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{title}</title><style>{_STYLE}</style></head><body><main>\n"
        f"<h1>{title}</h1>\n{body}\n{sources}</main></body></html>\n"
    ).encode()


def draft_as_body(draft: Draft) -> str:
    """Give the draft as the body of an item, without its title; the same draft gives the same text."""
    return "\n".join(_block(block, None) for block in together(draft.blocks))


def _block(block: object, notes: list[str] | None) -> str:
    match block:
        case Heading(level, text):
            return f"<h{level + 1}>{escape(text)}</h{level + 1}>"
        case Text(text, sources):
            return f"<p>{escape(text)}{_marks(sources, notes)}</p>"
        case tuple(tables):
            return _table(sheet_of(tables), notes)
        case _:
            raise AssertionError(block)


def _marks(sources: tuple[str, ...], notes: list[str] | None) -> str:
    if notes is None:
        return ""
    marks = []
    for source in dict.fromkeys(sources):
        if source not in notes:
            notes.append(source)
        at = notes.index(source) + 1
        marks.append(f'<sup><a href="#n{at}">[{at}]</a></sup>')
    return "".join(marks)


def _table(sheet: Sheet, notes: list[str] | None) -> str:
    lines: list[list[str]] = [[] for _row in range(sheet.rows)]
    for box in sorted(sheet.boxes, key=lambda box: (box.row, box.column)):
        lines[box.row].append(_cell(box, notes))
    rows = "\n".join(f"<tr>{''.join(cells)}</tr>" for cells in lines)
    return f'<div class="table"><table>\n{rows}\n</table></div>'


def _cell(box: Box, notes: list[str] | None) -> str:
    scope = ""
    if box.is_head:
        scope = ' scope="colgroup"' if box.across > 1 else ' scope="col"'
    elif box.is_label:
        scope = ' scope="rowgroup"' if box.down > 1 else ' scope="row"'
    spans = (
        f' {name}="{many}"' for name, many in (("colspan", box.across), ("rowspan", box.down)) if many > 1
    )
    tag = "th" if scope else "td"
    return f"<{tag}{scope}{''.join(spans)}>{escape(box.text)}{_marks(box.sources, notes)}</{tag}>"
