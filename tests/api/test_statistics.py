"""server/api/statistics.py: the figures of a period, for a report job."""

import pytest

from tests.api.conftest import CODE, DEPARTMENT, Office

CHANNELS = "/api/v1/statistics/channels"


async def test_an_item_on_two_channels_is_one_item_and_two_deliveries(office: Office):
    item = await office.approved()
    await office.post(f"/api/v1/items/{item['id']}/release", {"accounts": ["website", "weibo"]}, by="chief")
    await office.house.run_until_quiet()
    told = (await office.get(f"{CHANNELS}?year=2026", by="reporter")).json
    assert (told["items"], told["deliveries"]["website"], told["deliveries"]["weibo"]) == (1, 1, 1)


async def test_a_year_without_data_gives_zeros(office: Office):
    told = await office.get(f"{CHANNELS}?year=2017", by="reporter")
    assert (told.status, told.json["items"]) == (200, 0)
    assert set(told.json["deliveries"].values()) == {0}


async def test_a_period_is_given_by_its_two_days(office: Office):
    told = (await office.get(f"{CHANNELS}?from=2026-11-25&to=2026-11-25&group_by=month")).json
    assert told["period"] == {"from": "2026-11-25", "to": "2026-11-25"}


async def test_an_organ_is_counted_with_everything_below_it(office: Office):
    item = await office.approved(org=DEPARTMENT)
    await office.post(f"/api/v1/items/{item['id']}/release", {"accounts": ["website"]}, by="chief")
    await office.house.run_until_quiet()
    told = (await office.get(f"{CHANNELS}?year=2026&org={CODE}")).json
    assert (told["org"], told["items"]) == (CODE, 1)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("", "year"),
        ("year=17", "year"),
        ("year=next", "year"),
        ("year=2017&from=2017-01-01", "year"),
        ("from=2017-01-01", "to"),
        ("to=2017-01-01", "from"),
        ("from=2017-02-30&to=2017-03-01", "from"),
        ("from=2017-03-01&to=2017-02-01", "to"),
        ("year=2017&group_by=colour", "group_by"),
        ("year=2017&org=12", "org"),
        ("year=2017&year=2018", "year"),
        ("jahr=2017", "jahr"),
    ],
)
async def test_a_question_that_makes_no_sense_is_refused_by_name(office: Office, query: str, field: str):
    refused = await office.get(f"{CHANNELS}?{query}")
    assert (refused.status, refused.json["code"]) == (422, "invalid")
    fields = [error["field"] for error in refused.json["errors"]] or [refused.json["field"]]
    assert field in fields


async def test_an_unknown_organ_is_refused(office: Office):
    assert (await office.get(f"{CHANNELS}?year=2017&org=999999999")).refusal == (422, "unknown_org", "org")
