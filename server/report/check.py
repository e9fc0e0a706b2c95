"""A report that somebody wrote → what in it does not add up. Needs neither a server nor a database."""

from collections.abc import Iterator

from server.report.amounts import Amount, read_cell
from server.report.cells import Cells, cells_of_document, cells_of_entry
from server.report.document import Document
from server.report.entry import Entry
from server.report.finding import Finding
from server.report.forms.form import Form
from server.report.forms.versions import form_named, form_of_year, form_used
from server.report.prose import Sentence, sentences_of
from server.report.rules.averages import check_averages
from server.report.rules.cells import check_cells, check_parts
from server.report.rules.changes import check_changes
from server.report.rules.chapters import check_chapters
from server.report.rules.dates import check_dates
from server.report.rules.equations import check_equations
from server.report.rules.estimates import check_entry_estimates, check_estimates
from server.report.rules.figures import check_figures
from server.report.rules.formats import check_document_format, check_entry_format
from server.report.rules.growth import check_growth
from server.report.rules.in_force import check_in_force
from server.report.rules.letters import check_letters
from server.report.rules.lists import check_lists
from server.report.rules.multiples import check_multiples
from server.report.rules.narrative import check_narrative, tell
from server.report.rules.organs import check_rules_made, organ_of_title
from server.report.rules.rates import check_rates
from server.report.rules.requests import check_requests
from server.report.rules.shares import check_shares
from server.report.rules.tables import check_tables
from server.report.rules.years import check_years

Report = Document | Entry


def check_report(report: Report, last: Report | None = None) -> tuple[Finding, ...]:
    """Check one report, and against last year's where it is given; one gap at one place is told once."""
    match report:
        case Document():
            found = _check_document(report, last)
        case Entry():
            found = _check_entry(report, last)
    once: dict[tuple[object, ...], Finding] = {}
    for one in found:
        gap = (one.where, one.stated, one.computed) if one.difference is not None else (one,)
        once.setdefault(gap, one)
    return tuple(once.values())


def check_entries(entries: tuple[Entry, ...]) -> tuple[tuple[Entry, tuple[Finding, ...]], ...]:
    """Check several entries; each is compared with the same place's report of the year before among them."""
    by_year = {(entry.locality, entry.year): entry for entry in entries if entry.locality and entry.year}
    return tuple(
        (entry, check_report(entry, by_year.get((entry.locality, (entry.year or 0) - 1))))
        for entry in entries
    )


def check_form(cells: Cells, organ: str, last: Cells | None) -> Iterator[Finding]:
    """Check the cells of a form that an organ filled in, and against its form of the year before."""
    yield from check_equations(cells)
    yield from check_cells(cells)
    yield from check_parts(cells)
    yield from check_rules_made(cells, organ)
    if last is not None:
        yield from check_years(cells, last)


def cells_of(report: Report) -> Cells:
    """Give the cells of a report in the version of the form that it uses."""
    match report:
        case Document():
            return cells_of_document(report, _document_form(report))
        case Entry():
            return cells_of_entry(report, form_named(report.form_version) or _due(report))


def _due(entry: Entry) -> Form | None:
    if entry.form_version or entry.year is None:
        return None
    return form_of_year(entry.year)


def _document_form(document: Document) -> Form | None:
    used = form_used("\n".join(cell for grid in document.grids for row in grid.rows for cell in row))
    year = document.year()
    return used or (None if year is None else form_of_year(year))


def _check_document(document: Document, last: Report | None) -> Iterator[Finding]:
    year, cells = document.year(), cells_of(document)
    yield from check_document_format(document, year)
    yield from check_form(cells, organ_of_title(document.title()), None if last is None else cells_of(last))
    yield from check_tables(document.grids)
    told: list[Sentence] = []
    for paragraph in document.paragraphs:
        sentences = sentences_of(paragraph)
        told.extend(sentences)
        yield from check_lists(sentences)
        yield from check_shares(sentences)
        yield from check_growth(sentences)
        yield from check_multiples(sentences)
        yield from check_changes(sentences)
        yield from check_averages(sentences)
        yield from check_in_force(sentences)
        if "三" not in cells.whole:
            yield from check_requests(sentences)
        for sentence in sentences:
            yield from check_estimates(sentence)
    yield from check_narrative(cells, told, year)
    yield from check_dates(document, year)
    yield from check_letters(document, year)
    yield from check_chapters(document, cells)


def _check_entry(entry: Entry, last: Report | None) -> Iterator[Finding]:
    cells = cells_of(entry)
    yield from check_entry_format(entry)
    yield from check_form(cells, entry.locality, None if last is None else cells_of(last))
    yield from check_figures(entry, cells)
    yield from check_rates(entry, last if isinstance(last, Entry) else None)
    yield from check_entry_estimates(entry)
    if "三" not in cells.whole:
        return
    for path, value in entry.leaves():
        place, cell = "/".join(path), None if isinstance(value, list) else read_cell(value)
        if isinstance(cell, Amount) and place not in cells.places.values() and "percent" not in path[-1]:
            yield from tell(cells, path[-1], cell.value, place, context=f"信息公开申请 {place}")
