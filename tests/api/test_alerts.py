"""Alerts and what is overdue, over the API."""

import re
from datetime import timedelta

from tests.api.conftest import Office


async def test_alerts_are_shown_to_the_readers_of_their_organ(office: Office):
    source = await office.house.published()
    office.house.now.move(days=7)
    await office.parts.jobs.run("watch")
    mine = (await office.get("/api/v1/alerts", by="chief")).json["alerts"]
    theirs = (await office.get("/api/v1/alerts", by="stranger")).json["alerts"]
    key = f"interpretation:{source.id}"
    assert key in [one["key"] for one in mine]
    assert key not in [one["key"] for one in theirs]


async def test_what_concerns_the_installation_is_shown_to_administrators(office: Office):
    await office.parts.jobs.run("watch")
    shown = (await office.get("/api/v1/alerts", by="admin")).json["alerts"]
    hidden = (await office.get("/api/v1/alerts", by="chief")).json["alerts"]
    assert "calendar:2027" in [one["key"] for one in shown]
    assert "calendar:2027" not in [one["key"] for one in hidden]


async def test_what_is_overdue_is_listed_and_repaired_by_one_call(office: Office):
    made = await office.house.item()
    await office.house.release(made.id, not_before=office.house.now() + timedelta(hours=1))
    office.house.now.move(hours=3)
    (one,) = (await office.get("/api/v1/overdue", by="chief")).json["overdue"]
    assert (one["item_id"], one["state"]) == (made.id, "waiting")
    assert (await office.post("/api/v1/overdue/repair", {}, by="author")).status == 403
    done = await office.post("/api/v1/overdue/repair", {}, by="chief")
    assert done.json["opened"] == 1
    (late,) = (await office.get("/api/v1/overdue", by="chief")).json["late"]
    assert late["seconds_late"] == 7200


async def test_a_monitoring_system_reads_how_much_is_overdue(office: Office):
    made = await office.house.item()
    await office.house.release(made.id, not_before=office.house.now() + timedelta(hours=1))
    office.house.now.move(hours=3)
    await office.parts.jobs.run("watch")
    told = await office.get("/api/v1/metrics", by="admin")
    assert told.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    lines = told.text.splitlines()
    assert "tongfa_overdue_deliveries 1" in lines
    assert "tongfa_overdue_oldest_seconds 7200" in lines
    assert 'tongfa_job_failures{job="watch"} 0' in lines
    assert 'tongfa_alerts{level="alarm"} 1' in lines
    shape = re.compile(r"# (HELP|TYPE) \w+ .+|\w+(\{\w+=\"[^\"]*\"\})? [-+.e\d]+")
    assert [line for line in lines if not shape.fullmatch(line)] == []
    assert (await office.get("/api/v1/metrics", by="author")).status == 403
