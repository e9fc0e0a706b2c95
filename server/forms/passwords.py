"""A person's own password, changed by himself."""

from typing import Annotated

from pydantic import Field

from server.forms.words import Form


class PasswordIn(Form):
    """The password so far, and the one from now on."""

    old: Annotated[str, Field(title="原口令", min_length=1, max_length=128, repr=False)]
    new: Annotated[str, Field(title="新口令", max_length=128, repr=False)]
