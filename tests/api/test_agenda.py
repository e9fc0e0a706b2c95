"""The calendar of what goes out and falls due, over the API."""

from datetime import timedelta

import pytest

from tests.api.conftest import DEPARTMENT, Office
from tests.house import CODE

WEEK = "/api/v1/agenda?from=2026-11-23&to=2026-11-29"


async def test_a_week_has_what_is_planned_and_what_falls_due(office: Office):
    item = await office.approved(formed_on="2026-10-30")
    later = (office.house.now() + timedelta(days=1)).isoformat()
    order = {"accounts": ["website"], "not_before": later}
    made = (await office.post(f"/api/v1/items/{item['id']}/release", order, by="chief")).json
    week = (await office.get(WEEK)).json
    assert [day["day"] for day in week["days"]] == [f"2026-11-{n}" for n in range(23, 30)]
    thursday, friday, saturday = week["days"][3:6]
    (planned,) = thursday["entries"]
    assert (planned["kind"], planned["release_id"]) == ("release", made["id"])
    assert (planned["channels"], planned["is_movable"]) == (["website"], True)
    assert [(one["kind"], one["at"]) for one in friday["entries"]] == [("disclosure", None)]
    assert (friday["is_worked"], saturday["is_worked"], saturday["is_holiday"]) == (True, False, False)


async def test_an_organ_narrows_it_and_another_offices_is_not_shown(office: Office):
    await office.approved(formed_on="2026-10-30")
    count = {}
    for org in (CODE, DEPARTMENT):
        for by in ("author", "stranger"):
            days = (await office.call("GET", f"{WEEK}&org={org}", by=by)).json["days"]
            count[org, by] = sum(len(day["entries"]) for day in days)
    assert count == {
        (CODE, "author"): 1, (CODE, "stranger"): 0, (DEPARTMENT, "author"): 0, (DEPARTMENT, "stranger"): 0,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("from=2026-11-29&to=2026-11-23", "to"),
        ("from=2026-01-01&to=2026-12-31", "to"),
        ("from=0001-01-01&to=0001-01-02", "from"),
        ("from=2026-11-23&to=2026-11-29&org=000000999", "org"),
    ],
)
async def test_a_period_that_makes_no_sense_is_refused(office: Office, query: str, field: str):
    refused = await office.get(f"/api/v1/agenda?{query}")
    assert refused.refusal[2] == field
    assert refused.status in (404, 422)
