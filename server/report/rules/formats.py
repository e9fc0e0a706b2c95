"""The version cited, the tables used and the year of the report must agree (RULES.md §4, 12)."""

from collections.abc import Iterator

from server.report.document import Document
from server.report.entry import Entry
from server.report.finding import Finding
from server.report.forms.form import Form
from server.report.forms.versions import form_named, form_of_year, form_used, forms_cited

_LETTERED_SINCE = 2019


def check_document_format(document: Document, year: int | None) -> Iterator[Finding]:
    """Check a document's tables and the letter that it names as its basis."""
    due = None if year is None else form_of_year(year)
    if due is None:
        return
    used = form_used("\n".join(cell for grid in document.grids for row in grid.rows for cell in row))
    if used is not None and used is not due:
        yield _wrong("format_outdated", "表格", used, due, year)
    for form in forms_cited(document.text()):
        if form is not due and year is not None and year >= _LETTERED_SINCE:
            yield _wrong("format_cited", f"引用的 {form.letter}", form, due, year)


def check_entry_format(entry: Entry) -> Iterator[Finding]:
    """Check the version that an entry names."""
    due = None if entry.year is None else form_of_year(entry.year)
    used = form_named(entry.form_version)
    if due is not None and used is not None and used is not due:
        yield _wrong("format_outdated", "form_version", used, due, entry.year)


def _wrong(rule: str, where: str, used: Form, due: Form, year: int | None) -> Finding:
    hint = f"{year} 年度的报告应使用{due.name}（{due.letter}）"
    return Finding(rule, "error", where, used.name, due.name, hint)
