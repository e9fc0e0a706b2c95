"""Who is in another's way is done again in silence, or told plainly; nothing is done by half."""

import pytest

from server.forms.refusals import TRIES
from tests.api.conftest import Office, an_item
from tests.audited import count_lines
from tests.colliding import ALWAYS, let_collide

pytestmark = [pytest.mark.parametrize("engine", ["postgresql"]), pytest.mark.usefixtures("postgres")]


async def test_what_was_undone_for_anothers_sake_is_done_again(office: Office):
    await let_collide(office.house.store, "item.create", TRIES - 1)
    before = await count_lines(office.house.store)
    made = await office.post("/api/v1/items", an_item())
    assert (made.status, await office.count_items()) == (201, 1)
    assert await count_lines(office.house.store) == before + 1


async def test_who_is_undone_again_and_again_is_told_to_try_once_more(office: Office):
    await let_collide(office.house.store, "item.create", ALWAYS)
    refused = await office.post("/api/v1/items", an_item())
    assert refused.refusal == (503, "store_busy", "")
    assert refused.json["detail"] == "同时有人在操作同一批稿件，刚才的操作没有保存；请再试一次"
    assert await office.count_items() == 0
