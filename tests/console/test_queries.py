"""What stands behind the question mark of a page: whatever it is, the page is no fault of the server."""

import re

import pytest

from server.console.pages import PAGES
from tests.console.conftest import ConsoleOffice

NAMES = (
    "org",
    "kind",
    "column",
    "topic",
    "year",
    "from",
    "by",
    "q",
    "item",
    "account",
    "channel",
    "state",
    "after",
)
SHOWN = [page.path for page in PAGES if page.method == "GET" and "{" not in page.path]
COUNTED = re.compile("/console/(statistics|overview|report)")


@pytest.fixture(params=["postgresql"])
def engine(request: pytest.FixtureRequest) -> str:
    """Take the stricter of the two."""
    request.getfixturevalue("postgres")
    return str(request.param)


@pytest.mark.parametrize(
    ("paths", "names"),
    [
        ([path for path in SHOWN if COUNTED.match(path)], ("org", "column")),
        pytest.param(SHOWN, NAMES, marks=pytest.mark.slow),
    ],
    ids=["figures", "all"],
)
async def test_no_word_behind_a_question_mark_makes_a_fault_of_the_server(
    office: ConsoleOffice, paths: list[str], names: tuple[str, ...]
):
    desk = await office.desk("admin")
    asked = [(path, name) for path in paths for name in names]
    faults = [one for one in asked if (await desk.get(one[0], params={one[1]: "a\0b"})).status >= 500]
    assert faults == []
