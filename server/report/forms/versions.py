"""Which version of the form a year's report uses, and which one a text cites."""

import re
from typing import Final

from server.report.amounts import plain
from server.report.forms.form import Form
from server.report.forms.form2014 import FORM_2014
from server.report.forms.form2019 import FORM_2019
from server.report.forms.form2021 import FORM_2021

FORMS: Final = (FORM_2014, FORM_2019, FORM_2021)
_LETTERS: Final = {
    re.compile(r"国办公开办函[〔\[(【]2021[〕\])】]\d+号"): FORM_2021,
    re.compile(r"国办公开办函[〔\[(【]2019[〕\])】]60号"): FORM_2019,
}


def form_of_year(year: int) -> Form | None:
    """Give the version that reports of a year use; before 2014 there was no national one."""
    return next((form for form in FORMS if form.first <= year <= form.last), None)


def form_named(text: str) -> Form | None:
    """Give the version that an entry's `form_version` names; None for none or for another kind of paper."""
    folded = plain(text)
    if "not an annual report" in folded or "before 2014" in folded:
        return None
    for letter, form in _LETTERS.items():
        if letter.search(folded):
            return form
    return next((form for form in FORMS if re.search(rf"(?<!\d){form.version}(?!\d)", folded)), None)


def forms_cited(text: str) -> tuple[Form, ...]:
    """Give the versions whose letters a report cites as its own basis."""
    return tuple(form for letter, form in _LETTERS.items() if letter.search(plain(text)))


def form_used(text: str) -> Form | None:
    """Give the version whose tables these words come from: the one with most of its marks in them."""
    found = {form.version: sum(mark in text for mark in form.marks) for form in FORMS}
    best = max(FORMS, key=lambda form: found[form.version])
    return best if found[best.version] else None
