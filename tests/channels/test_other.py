import pytest

from channels.contract import CouldNotLook, Receipt, Refreshes, Refused, Withdraws
from channels.other import Other
from tests.channels.memory_shelf import START, a_content
from tests.channels.public_site import NoJournal


@pytest.fixture
def other() -> Other:
    return Other()


async def test_publishing_tells_the_operator_what_to_file(other):
    outcome = await other.publish(other.render(a_content()), NoJournal(), at=START)
    assert isinstance(outcome, Refused)
    assert (outcome.who_acts, outcome.code) == ("operator", "by_hand")
    assert "凭据" in outcome.reason


async def test_nothing_becomes_live_by_itself(other):
    receipt = Receipt("board", None, None)
    assert await other.confirm(receipt, other.render(a_content()), at=START) == receipt


async def test_no_machine_looks_at_a_notice_board(other):
    sighting = await other.find(other.render(a_content()), since=START, notes={})
    assert isinstance(sighting, CouldNotLook)


def test_the_board_shows_title_summary_and_the_address_of_the_page(other):
    post = other.render(a_content(title="通 知\n一", summary="摘\u202e要"))
    assert (post.mark, post.title, post.text) == (a_content().url, "通 知 一", "摘要")


def test_it_neither_takes_down_nor_shows_anew(other):
    assert not isinstance(other, Withdraws | Refreshes)
