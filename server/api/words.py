"""The kinds of text that forms are made of, under the name the API has for them."""

from server.forms.words import (
    Day,
    Filled,
    Form,
    Id,
    Line,
    Login,
    Moment,
    OrgCode,
    Out,
    Prose,
    Query,
    Sha256,
    Slug,
)

__all__ = [
    "Day", "Filled", "Form", "Id", "Line", "Login", "Moment", "OrgCode", "Out", "Prose", "Query", "Sha256",
    "Slug",
]  # fmt: skip
