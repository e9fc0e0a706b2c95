"""Where imported items go: what no file says of itself."""

from typing import Annotated

from pydantic import Field

from channels.item import Kind, Openness
from server.forms.words import Form, OrgCode


class FilingIn(Form):
    """The organ, the column, the kind and whether it is public."""

    org: Annotated[OrgCode, Field(title="发布机构")]
    column: Annotated[str, Field(title="栏目", min_length=1, max_length=64)]
    kind: Annotated[Kind, Field(title="种类")]
    openness: Annotated[Openness, Field(title="公开属性")]
