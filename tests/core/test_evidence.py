"""What no platform confirms is proved by a person, and counted then."""

from datetime import timedelta

import pytest

from server.core.evidence import record_evidence
from server.core.problems import Problem
from server.store.evidence import Evidence
from tests.house import House


async def record(house: House, item_id: str, **changes) -> None:
    leg = (await house.legs(item_id))["other"]
    values = {
        "place": "旗政务大厅公告栏",
        "shown_at": house.now(),
        "shown_by": "张三",
        "picture": None,
        "note": None,
    }
    async with house.store.begin() as tx:
        await record_evidence(
            tx, leg.id, Evidence(**{**values, **changes}), house.bench, by=house.author, at=house.now()
        )


async def test_a_board_is_live_and_counted_once_its_evidence_is_filed(house: House):
    made = await house.published(("other",))
    await record(house, made.id)
    assert await house.states(made.id) == {"other": "live"}
    assert await house.lines(made.id) == [("counted", "item"), ("counted", "other")]


async def test_no_machine_publishes_on_a_board(house: House):
    await house.published(("other",))
    assert house.platform.requests["publish"] == 0


async def test_it_counts_on_the_day_it_was_shown(house: House):
    made = await house.published(("other",))
    shown = house.now() - timedelta(days=400)
    await record(house, made.id, shown_at=shown)
    figures = await house.figures(shown.date(), shown.date())
    assert figures["deliveries"]["other"] == 1


async def test_evidence_is_filed_once(house: House):
    made = await house.published(("other",))
    await record(house, made.id)
    with pytest.raises(Problem) as refused:
        await record(house, made.id)
    assert refused.value.code == "wrong_state"


async def test_nothing_is_shown_in_the_future(house: House):
    made = await house.published(("other",))
    with pytest.raises(Problem) as refused:
        await record(house, made.id, shown_at=house.now() + timedelta(minutes=1))
    assert refused.value.field == "shown_at"
    assert await house.states(made.id) == {"other": "waiting"}


async def test_a_delivery_of_a_platform_takes_no_evidence(house: House):
    made = await house.published(("website", "other"))
    leg = (await house.legs(made.id))["website"]
    proof = Evidence("网站", house.now(), "张三", None, None)
    with pytest.raises(Problem) as refused:
        async with house.store.begin() as tx:
            await record_evidence(tx, leg.id, proof, house.bench, by=house.author, at=house.now())
    assert refused.value.code == "wrong_state"
