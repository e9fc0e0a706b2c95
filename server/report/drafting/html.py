"""A draft as an HTML page that stands alone; sources as footnotes in the review copy."""

from html import escape

from server.report.drafting.draft import Draft, Heading, TableBlock, Text

_STYLE = (
    "body{font-family:FangSong,仿宋,serif;max-width:46em;margin:1em auto;padding:0 1em;line-height:1.8}"
    "h1{text-align:center;font-size:1.5em}h2{font-family:SimHei,sans-serif;font-size:1.15em}"
    "h3{font-family:KaiTi,serif;font-size:1.05em}p{text-indent:2em}"
    ".table{overflow-x:auto}table{border-collapse:collapse;width:100%;margin:1em 0}"
    "caption{text-align:left}td,th{border:1px solid #555;padding:.25em .5em;text-align:center}"
    "th[scope=row]{text-align:left;font-weight:normal}.source{font-size:.85em;color:#444}"
)


def draft_as_html(draft: Draft, *, review: bool) -> bytes:
    """Give a whole page; the same draft gives the same bytes."""
    notes: list[str] = []
    body = "\n".join(_block(block, notes if review else None) for block in draft.blocks)
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
    return "\n".join(_block(block, None) for block in draft.blocks)


def _block(block: object, notes: list[str] | None) -> str:
    match block:
        case Heading(level, text):
            return f"<h{level + 1}>{escape(text)}</h{level + 1}>"
        case Text(text, sources):
            return f"<p>{escape(text)}{_marks(sources, notes)}</p>"
        case TableBlock():
            return _table(block, notes)
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


def _table(block: TableBlock, notes: list[str] | None) -> str:
    head = "".join(f'<th scope="col">{escape(column)}</th>' for column in ("信息内容", *block.table.columns))
    lines = []
    for (label, cells), sources in zip(block.rows, block.sources, strict=True):
        shown = "".join(
            f"<td>{escape(cell)}{_marks((source,), notes) if cell else ''}</td>"
            for cell, source in zip(cells, sources, strict=True)
        )
        lines.append(f'<tr><th scope="row">{escape(label)}</th>{shown}</tr>')
    rows = "\n".join(lines)
    caption = f"<caption>{escape(block.table.title)}</caption>"
    body = f"<thead><tr>{head}</tr></thead><tbody>\n{rows}\n</tbody>"
    return f'<div class="table"><table>{caption}{body}</table></div>'
