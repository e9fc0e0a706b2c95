"""What a person says of the office's word list."""

from typing import Annotated

from pydantic import Field

from server.forms.words import Filled, Form
from server.store.dictionary import WordPlace


class WordGoneIn(Form):
    """Which line goes."""

    word: Annotated[Filled, Field(title="错词", max_length=60)]
    place: Annotated[WordPlace, Field(title="位置")] = "any"
