"""server/console/pushes.py and the form of the account: mode, slots, what waits, and in which order."""

import re

import pytest

from server.core.broadcasting import keep_plan
from server.core.gates import regate
from server.store.accounts import find_account
from tests.console.conftest import XSS, ConsoleOffice

PATH = "/console/pushes"


async def waiting(office: ConsoleOffice, *titles: str) -> None:
    """Let items wait for the next push of the WeChat account."""
    house = office.house
    async with house.store.begin() as tx:
        account = await find_account(tx, "wechat")
        assert account is not None
        await keep_plan(tx, account, "subscription", "每天 18:00", house.calendar, at=house.now())
    for title in titles:
        made = await house.published(("website", "wechat"), title=title)
        async with house.store.begin() as tx:
            await regate(tx, (await house.legs(made.id))["wechat"].release_id, house.calendar, at=house.now())


async def test_the_page_shows_the_next_slots_and_moves_an_article_without_any_script(office: ConsoleOffice):
    await waiting(office, XSS, "乙")
    desk = await office.desk("chief")
    seen = await desk.get(PATH)
    assert ("2/8 条" in seen.words, "0/8 条" in seen.words, XSS in seen.words) == (True, True, True)
    assert seen.words.index("乙") > seen.words.index(XSS)
    push_id = re.findall(r'data-push="(\w+)"', seen.html)[0]
    first = re.findall(r'data-delivery="(\w+)"', seen.html)[0]
    told = {"account": "wechat", "push_id": push_id}
    down = {**told, "delivery_id": first, "way": "down"}
    moved = await desk.follow(await desk.post(f"{PATH}/order", down))
    assert moved.words.index("乙") < moved.words.index(XSS)
    refused = await desk.post(f"{PATH}/order", {**told, "order": "x,y"})
    assert (refused.status, "请刷新后再调整" in refused.words) == (409, True)


@pytest.mark.slow
async def test_the_calendar_shows_the_slots_with_what_waits(office: ConsoleOffice):
    await waiting(office, "甲")
    seen = await (await office.desk("author")).get(f"/console/calendar?month={office.house.now():%Y-%m}")
    assert "（1/8）" in seen.words
    assert "《甲》" in seen.words


@pytest.mark.slow
async def test_an_account_is_given_slots_and_a_slip_gives_back_what_was_typed(office: ConsoleOffice):
    desk = await office.desk("admin")
    async with office.house.store.read() as tx:
        account = await find_account(tx, "wechat")
    assert account is not None
    path = f"/console/accounts/{account.id}"
    slip = await desk.post(f"{path}/broadcast", {"kind": "subscription", "slots": "每天六点"})
    assert (slip.status, dict(slip.fields)["slots"]) == (422, "每天六点")
    kept = await desk.follow(
        await desk.post(f"{path}/broadcast", {"kind": "service", "slots": "10日、25日 09:30"})
    )
    assert dict(kept.fields)["slots"] == "10日、25日 09:30"
