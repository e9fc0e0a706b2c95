"""server/api/follows.py: an interpretation follows its source document."""

from typing import Any

import pytest

from tests.api.conftest import Office


async def _pair(office: Office) -> tuple[Any, str]:
    source = await office.item()
    interpretation = await office.item(kind="interpretation", column="zcjd", title="解读")
    return source, f"/api/v1/items/{interpretation['id']}/follow"


async def test_a_rule_says_what_it_waits_for(office: Office):
    source, follow = await _pair(office)
    rule = {"source_id": source["id"], "rule": "after_working_days", "working_days": 1, "at_clock": "09:30"}
    [told] = (await office.post(follow, rule)).json["follows"]
    assert (told["working_days"], told["at_clock"], told["is_source_live"]) == (1, "09:30:00", False)
    assert "第1个工作日 09:30" in told["waits_for"]


async def test_a_rule_that_counts_days_goes_out_in_the_morning_unless_told_otherwise(office: Office):
    source, follow = await _pair(office)
    await office.post(follow, {"source_id": source["id"], "rule": "after_working_days", "working_days": 3})
    [told] = (await office.get(follow)).json["follows"]
    assert told["at_clock"] == "09:00:00"


async def test_the_due_moment_stands_once_the_source_is_live(office: Office):
    source, follow = await _pair(office)
    await office.post(follow, {"source_id": source["id"], "rule": "after_working_days", "working_days": 1})
    await office.house.approved(source["id"])
    await office.house.release(source["id"])
    await office.house.run_until_quiet()
    [told] = (await office.get(follow)).json["follows"]
    assert told["due_at"] == "2026-11-26T01:00:00Z"  # Thursday, nine o'clock in Beijing


@pytest.mark.parametrize(
    ("rule", "field"),
    [
        ({"rule": "someday"}, "rule"),
        ({"rule": "after_working_days"}, "working_days"),
        ({"rule": "after_working_days", "working_days": 0}, "working_days"),
        ({"rule": "same_moment", "working_days": 1}, "working_days"),
        ({"rule": "same_moment", "at_clock": "09:00"}, "at_clock"),
        ({"rule": "at_time"}, "not_before"),
        ({"rule": "at_time", "not_before": "2026-11-26T09:00:00"}, "not_before"),
        ({"rule": "after_working_days", "working_days": 1, "at_clock": "25:00"}, "at_clock"),
        ({"rule": "after_working_days", "working_days": 1, "at_clock": "09:00Z"}, "at_clock"),
        ({"rule": "after_working_days", "working_days": 1, "at_clock": 32400}, "at_clock"),
    ],
)
async def test_a_rule_that_makes_no_sense_is_refused(office: Office, rule: Any, field: str):
    source, follow = await _pair(office)
    refused = await office.post(follow, {"source_id": source["id"], **rule})
    assert refused.refusal == (422, "invalid", field)
    assert (await office.get(follow)).json["follows"] == []


async def test_a_source_that_is_not_there_is_refused(office: Office):
    _source, follow = await _pair(office)
    refused = await office.post(follow, {"source_id": "nothing", "rule": "same_moment"})
    assert refused.refusal == (422, "unknown_item", "source_id")


async def test_only_an_interpretation_follows(office: Office):
    source, other = await office.item(), await office.item()
    refused = await office.post(
        f"/api/v1/items/{other['id']}/follow", {"source_id": source["id"], "rule": "same_moment"}
    )
    assert refused.refusal == (409, "wrong_state", "")
