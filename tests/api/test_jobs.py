"""Jobs over the API."""

from tests.api.conftest import Office


async def test_every_job_is_listed_with_its_rhythm_and_its_next_run(office: Office):
    jobs = (await office.get("/api/v1/jobs", by="admin")).json["jobs"]
    due = next(job for job in jobs if job["name"] == "due")
    assert (due["rhythm"], due["result"], due["next_at"]) == ("每2秒", None, "2026-11-25T02:00:00Z")


async def test_a_job_is_run_by_hand_and_says_how_it_went(office: Office):
    done = await office.post("/api/v1/jobs/run", {"name": "due"}, by="admin")
    assert (done.status, done.json["result"], done.json["started_at"]) == (
        200,
        "done",
        "2026-11-25T02:00:00Z",
    )


async def test_an_unknown_job_is_refused(office: Office):
    assert (await office.post("/api/v1/jobs/run", {"name": "x"}, by="admin")).refusal == (
        422,
        "invalid",
        "name",
    )


async def test_an_author_runs_no_job(office: Office):
    assert (await office.post("/api/v1/jobs/run", {"name": "due"})).refusal[:2] == (403, "forbidden")
