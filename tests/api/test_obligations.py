"""Which documents must be interpreted, over the API."""

from typing import Any

from tests.api.conftest import NEIGHBOUR, Office
from tests.house import CODE


async def overview(office: Office, more: str = "") -> Any:
    return (await office.get(f"/api/v1/obligations?year=2026{more}", by="reporter")).json


async def interpreted(office: Office, source_id: str) -> str:
    made = await office.house.item(kind="interpretation", title="解读", column="zcjd")
    await office.post(f"/api/v1/items/{made.id}/follow", {"source_id": source_id, "rule": "same_moment"})
    await office.house.release(made.id)
    await office.house.run_until_quiet()
    return made.id


async def test_a_live_document_is_open_until_its_term_and_overdue_after_it(office: Office):
    await office.house.published()
    assert (await overview(office))["counts"]["open"] == 1
    office.house.now.move(days=6)  # Wednesday to Tuesday: the term was Monday
    assert (await overview(office))["counts"]["overdue"] == 1


async def test_the_shares_are_of_what_must_be_interpreted(office: Office):
    first = await office.house.published()
    await office.house.published(document_number=None)
    interpretation = await interpreted(office, first.id)
    seen = await overview(office)
    assert (seen["share_interpreted"], seen["share_linked"]) == (50.0, 0.0)
    (done,) = [one for one in seen["obligations"] if one["state"] == "in_time"]
    assert (done["met_by"], done["interpretations"]) == (interpretation, 1)


async def test_an_interpretation_after_the_term_is_late(office: Office):
    source = await office.house.published()
    office.house.now.move(days=9)
    await interpreted(office, source.id)
    assert (await overview(office))["counts"]["late"] == 1


async def test_documents_can_be_asked_for_by_state_and_organ(office: Office):
    await office.house.published()
    assert len((await overview(office, f"&org={CODE}&state=open"))["obligations"]) == 1
    assert (await overview(office, "&state=late"))["obligations"] == []
    assert (await overview(office, f"&org={NEIGHBOUR}"))["counts"]["open"] == 0


async def test_a_year_without_documents_has_no_shares(office: Office):
    assert (await overview(office))["share_interpreted"] is None


async def test_a_chief_waives_with_a_reason(office: Office):
    source = await office.house.published()
    path = f"/api/v1/items/{source.id}/waive-interpretation"
    assert (await office.post(path, {"reason": ""}, by="chief")).refusal == (422, "invalid", "reason")
    assert (await office.post(path, {"reason": "仅转发上级文件"}, by="author")).status == 403
    done = await office.post(path, {"reason": "仅转发上级文件"}, by="chief")
    assert (done.json["state"], done.json["waived_reason"]) == ("waived", "仅转发上级文件")


async def test_what_has_no_obligation_cannot_be_waived(office: Office):
    news = await office.house.published(kind="news")
    path = f"/api/v1/items/{news.id}/waive-interpretation"
    assert (await office.post(path, {"reason": "无需"}, by="chief")).refusal[:2] == (409, "wrong_state")


async def test_a_planned_release_is_moved(office: Office):
    made = await office.house.item()
    path = f"/api/v1/items/{made.id}"
    later = {"accounts": ["website"], "not_before": "2026-12-01T09:00:00+08:00"}
    await office.post(f"{path}/release", later, by="chief")
    moved = await office.post(f"{path}/reschedule", {"not_before": "2026-12-08T09:00:00+08:00"}, by="chief")
    assert moved.json["deliveries"][0]["due_at"] == "2026-12-08T01:00:00Z"


async def test_what_is_live_cannot_be_moved(office: Office):
    made = await office.house.published()
    refused = await office.post(f"/api/v1/items/{made.id}/reschedule", {}, by="chief")
    assert refused.refusal[:2] == (409, "wrong_state")
