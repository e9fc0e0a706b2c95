"""Who is in another's way at a page: done again in silence, or told plainly with what he typed."""

import pytest

from server.forms.refusals import TRIES
from tests.colliding import ALWAYS, let_collide
from tests.console.conftest import ConsoleOffice
from tests.house import CODE

pytestmark = [pytest.mark.parametrize("engine", ["postgresql"]), pytest.mark.usefixtures("postgres")]
_PATH = "/console/people"
_PERSON = {
    "login": "newcomer",
    "name": "新来的同事",
    "password": "gerel-2026-nar",
    "org": CODE,
    "role": "author",
}


async def test_a_click_that_was_undone_for_anothers_sake_is_done_again(office: ConsoleOffice):
    await let_collide(office.house.store, "person.create", TRIES - 1)
    desk = await office.desk("admin")
    seen = await desk.post(_PATH, _PERSON)
    assert seen.status < 400, seen.words
    assert "新来的同事" in (await desk.get(_PATH)).words


async def test_who_is_undone_again_and_again_reads_what_to_do_and_loses_nothing(office: ConsoleOffice):
    await let_collide(office.house.store, "person.create", ALWAYS)
    desk = await office.desk("admin")
    seen = await desk.post(_PATH, _PERSON)
    assert (seen.status, "刚才的操作没有保存。请再试一次。" in seen.words) == (503, True)
    assert "新来的同事" in seen.html
    assert "新来的同事" not in (await desk.get(_PATH)).words
