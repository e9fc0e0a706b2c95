"""Working days over the API."""

import json

from aiohttp import FormData

from tests.api.conftest import Office, Reply

NOTICE = {"year": 2027, "off_days": ["2027-01-01", "2027-01-04", "2027-05-01", "2027-10-01"]}


async def load(
    office: Office, notice: object, *, by: str = "admin", layer: str = "national", path: str = ""
) -> Reply:
    form = FormData()
    form.add_field("file", json.dumps(notice).encode(), filename="通知.json")
    return await office.call("POST", f"/api/v1/calendar{path}?layer={layer}", by=by, data=form)


async def due(office: Office, start: str, days: int) -> dict[str, object]:
    answer: dict[str, object] = (await office.get(f"/api/v1/calendar/due?from={start}&days={days}")).json
    return answer


async def test_a_limit_is_counted_in_working_days(office: Office):
    assert await due(office, "2026-09-28", 3) == {"due_on": "2026-10-08", "is_provisional": False}


async def test_a_limit_beyond_the_known_years_is_marked(office: Office):
    assert await due(office, "2026-12-31", 1) == {"due_on": "2027-01-01", "is_provisional": True}


async def test_an_imported_notice_takes_effect_at_once(office: Office):
    assert (await load(office, NOTICE)).json["years"] == [2027]
    assert await due(office, "2026-12-31", 1) == {"due_on": "2027-01-05", "is_provisional": False}


async def test_a_year_shows_what_is_unlike_a_plain_week(office: Office):
    await load(office, NOTICE)
    year = (await office.get("/api/v1/calendar?year=2027")).json
    assert (year["is_provisional"], year["working_days"]) == (False, 258)
    assert [day["day"] for day in year["exceptions"]] == ["2027-01-01", "2027-01-04", "2027-10-01"]


async def test_only_an_administrator_imports(office: Office):
    assert (await load(office, NOTICE, by="chief")).refusal[:2] == (403, "forbidden")


async def test_a_wrong_file_changes_nothing_and_every_line_is_told(office: Office):
    refused = await load(office, {"off_days": ["2027-01-04", "2027-02-30", "gestern"]})
    assert refused.refusal[0] == 422
    assert [one["detail"][:11] for one in refused.json["errors"]] == ["off_days[1]", "off_days[2]"]
    assert (await office.get("/api/v1/calendar?year=2027")).json["exceptions"] == []


async def test_a_day_out_of_reach_is_refused(office: Office):
    answer = await office.get("/api/v1/calendar/due?from=9999-12-30&days=20")
    assert answer.refusal == (422, "invalid", "from")


async def test_what_an_import_would_move_is_told_and_nothing_is_taken_over(office: Office):
    told = (await load(office, NOTICE, path="/look")).json
    assert (told["years"], told["moved"]) == ([2027], 0)
    assert told["days"][0] == {"day": "2027-01-01", "worked": False}
    entries = (await office.get("/api/v1/calendar/entries?year=2027")).json
    assert (entries["days"], entries["notices"]) == ([], [])


async def test_what_was_entered_is_given_by_layer_and_a_local_day_goes_out_again(office: Office):
    await load(office, NOTICE)
    await load(office, {"off_days": ["2027-01-20"]}, layer="local")
    entries = (await office.get("/api/v1/calendar/entries?year=2027")).json
    assert [one["day"] for one in entries["days"] if one["layer"] == "local"] == ["2027-01-20"]
    assert [(one["layer"], one["years"]) for one in entries["notices"]] == [
        ("local", []),
        ("national", [2027]),
    ]
    remove = "/api/v1/calendar/local/remove"
    assert (await office.post(remove, {"day": "2027-01-20"}, by="admin")).status == 204
    days = (await office.get("/api/v1/calendar?year=2027")).json["exceptions"]
    assert "2027-01-20" not in [one["day"] for one in days]
    again = await office.post(remove, {"day": "2027-01-20"}, by="admin")
    assert again.refusal == (422, "invalid", "day")
    national = await office.post(remove, {"day": "2027-01-04"}, by="admin")
    assert national.refusal == (422, "invalid", "day")
