"""server/api/problems.py, requests.py and health.py: every refusal has one shape and every answer an id."""

from typing import get_args

import pytest
import structlog

from server.core.problems import Code
from server.forms.refusals import STATUSES
from server.store.tx import StoreAway, StoreFull
from tests.api.conftest import Office, an_item


async def test_an_unknown_address_is_a_problem_too(office: Office):
    assert (await office.get("/api/v1/nothing")).refusal == (404, "unknown_address", "")


async def test_a_wrong_method_says_which_are_right(office: Office):
    refused = await office.call("DELETE", "/api/v1/items")
    assert refused.refusal == (405, "wrong_method", "")
    assert refused.headers["Allow"] == "GET,POST"


async def test_a_problem_tells_type_title_and_detail(office: Office):
    told = (await office.get("/api/v1/items/nothing")).json
    assert (told["type"], told["title"], told["status"]) == (
        "urn:tongfa:problem:unknown_item",
        "没有这篇稿件",
        404,
    )


def test_every_code_of_the_core_has_a_status():
    assert STATUSES.keys() == set(get_args(Code))


async def test_what_nobody_foresaw_is_answered_without_a_trace(office: Office):
    def stumble() -> str:
        raise RuntimeError("s3cr3t inside")

    object.__setattr__(office.parts, "new_id", stumble)
    with structlog.testing.capture_logs() as lines:
        refused = await office.post("/api/v1/items", an_item())
    assert refused.refusal == (500, "internal_error", "")
    assert "s3cr3t" not in refused.text
    assert refused.headers["X-Request-Id"] in refused.json["detail"]
    assert [line["event"] for line in lines if line["log_level"] == "error"] == ["unexpected_error"]


async def test_a_database_that_is_away_is_said_to_be_away(office: Office):
    def away() -> str:
        raise StoreAway("gone")

    object.__setattr__(office.parts, "new_id", away)
    assert (await office.post("/api/v1/items", an_item())).refusal == (503, "store_away", "")


async def test_a_full_disk_is_said_to_be_full_and_what_helps(office: Office):
    def full() -> str:
        raise StoreFull("no room")

    object.__setattr__(office.parts, "new_id", full)
    refused = await office.post("/api/v1/items", an_item())
    assert refused.refusal == (503, "store_full", "")
    assert all(word in refused.json["detail"] for word in ("磁盘", "没有保存", "管理员清理"))


async def test_a_given_request_id_comes_back(office: Office):
    told = await office.call("GET", "/api/v1/items", headers={"X-Request-Id": "job-7.a_b"})
    assert told.headers["X-Request-Id"] == "job-7.a_b"


@pytest.mark.parametrize("given", ["", "with space", "x" * 65, "<script>", "换行"])
async def test_a_request_id_that_could_forge_a_line_of_the_log_is_replaced(office: Office, given: str):
    told = await office.call("GET", "/healthz", by=None, headers={"X-Request-Id": given})
    assert len(told.headers["X-Request-Id"]) == 16


async def test_a_refusal_carries_the_request_id_of_its_answer(office: Office):
    refused = await office.get("/api/v1/nothing")
    assert refused.json["request_id"] == refused.headers["X-Request-Id"]


async def test_a_line_of_the_log_carries_the_request_id(office: Office):
    lines, before = structlog.testing.LogCapture(), structlog.get_config()
    structlog.configure(
        processors=[structlog.contextvars.merge_contextvars, lines],
        wrapper_class=structlog.make_filtering_bound_logger("debug"),
    )
    try:
        await office.call("GET", "/healthz", by=None, headers={"X-Request-Id": "job-7"})
    finally:
        structlog.configure(**before)
    assert ("answered", "job-7") in [(line["event"], line.get("request_id")) for line in lines.entries]


async def test_a_living_process_says_so_to_anyone(office: Office):
    told = await office.get("/healthz", by=None)
    assert (told.status, told.json) == (200, {"status": "ok"})


async def test_a_process_is_ready_when_every_part_is(office: Office):
    assert (await office.get("/readyz", by=None)).json == {"status": "ok", "parts": {"store": "ok"}}


async def test_a_missing_part_makes_it_unready(office: Office):
    office.ready = {"store": "ok", "redis": "away"}
    told = await office.get("/readyz", by=None)
    assert (told.status, told.json["parts"]["redis"]) == (503, "away")


@pytest.mark.parametrize("disk", ["full", "low"])
async def test_a_process_whose_disk_fills_says_so_and_serves_readers_still(office: Office, disk: str):
    office.ready = {"store": "ok", "disk": disk}
    told = await office.get("/readyz", by=None)
    assert (told.status, told.json) == (200, {"status": "degraded", "parts": {"store": "ok", "disk": disk}})


@pytest.mark.parametrize(
    "address", ["items/%00", "items/%FF", "items/a%2Fb", "items/" + "a" * 100, "media/%00"]
)
async def test_what_cannot_be_an_id_is_an_unknown_address(office: Office, address: str):
    assert (await office.get(f"/api/v1/{address}")).refusal == (404, "unknown_address", "")


async def test_a_character_that_postgresql_refuses_is_taken_out_before_it_gets_there(office: Office):
    made = await office.post("/api/v1/items", an_item(title="甲\0乙", body="<p>丙\0丁</p>", overview="\0戊"))
    assert (made.json["title"], made.json["body"], made.json["overview"]) == ("甲乙", "<p>丙丁</p>", "戊")


@pytest.mark.parametrize(
    "path", ["items?index_number=%00", "items?org=%00", "statistics/channels?year=2026&org=%00"]
)
async def test_a_question_with_such_a_character_is_no_fault_of_the_server(office: Office, path: str):
    assert (await office.get(f"/api/v1/{path}")).status in (200, 422)


async def test_a_token_that_is_no_text_lets_nobody_in(office: Office):
    reply = await office.call("GET", "/api/v1/items", by=None, headers={"Authorization": "Bearer \udcff"})
    assert reply.status == 401
