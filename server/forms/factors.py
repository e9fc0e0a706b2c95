"""What a person writes to set his second step of signing in up, and to be rid of it."""

from typing import Annotated

from pydantic import Field

from server.forms.words import Form

Code = Annotated[str, Field(title="验证码或恢复码", max_length=64, repr=False)]


class CodeIn(Form):
    """A code of the phone."""

    code: Code


class ProofIn(Form):
    """That it is really he: the password, and a code where a second step is set up."""

    password: Annotated[str, Field(title="口令", min_length=1, max_length=128, repr=False)]
    code: Code = ""
