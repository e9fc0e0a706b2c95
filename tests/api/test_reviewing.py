"""server/api/reviewing.py: levels one after the other, deputies, reviews that follow, and the difference."""

from datetime import timedelta
from typing import Any

import pytest

from server.watch.emergencies import emergencies_due
from tests.api.conftest import DEPARTMENT, Office, an_item
from tests.house import CODE

ITEMS = "/api/v1/items"
THREE = [
    {"role": "reviewer", "name": "一审"},
    {"role": "reviewer", "name": "二审"},
    {"role": "chief", "name": "三审"},
]
TWO = [THREE[0], THREE[2]]


@pytest.fixture
async def levels(office: Office) -> Any:
    """An office with two levels, and one more reviewer."""
    await office.person("second", office.house.org.id, "reviewer")
    await put_levels(office, TWO)
    return office


async def put_levels(office: Office, levels: Any, org: str = CODE, kind: str = "any") -> Any:
    return await office.call(
        "PUT", "/api/v1/review-levels", {"org": org, "kind": kind, "levels": levels}, by="admin"
    )


async def submitted(office: Office, **changes: Any) -> str:
    made = await office.item(**changes)
    await office.post(f"{ITEMS}/{made['id']}/submit")
    return str(made["id"])


async def approve(office: Office, item_id: str, by: str) -> Any:
    return await office.post(f"{ITEMS}/{item_id}/approve", {"reason": "同意"}, by=by)


async def standing(office: Office, item_id: str) -> Any:
    return (await office.get(f"{ITEMS}/{item_id}/review")).json


async def test_without_levels_one_approval_is_enough(office: Office):
    item_id = await submitted(office)
    assert (await approve(office, item_id, "reviewer")).json["state"] == "approved"


async def test_each_level_approves_and_only_the_last_makes_it_approved(levels: Office):
    item_id = await submitted(levels)
    assert (await approve(levels, item_id, "reviewer")).json["state"] == "submitted"
    told = await standing(levels, item_id)
    assert (told["next"], told["total"], [one["by"] for one in told["done"]]) == (2, 2, ["reviewer"])
    assert (await approve(levels, item_id, "chief")).json["state"] == "approved"


async def test_an_item_between_levels_is_not_released(levels: Office):
    item_id = await submitted(levels)
    await approve(levels, item_id, "reviewer")
    refused = await levels.post(f"{ITEMS}/{item_id}/release", {"accounts": ["website"]}, by="chief")
    assert refused.refusal[1] == "not_approved"


async def test_a_level_is_decided_by_its_role(levels: Office):
    item_id = await submitted(levels)
    await approve(levels, item_id, "reviewer")
    refused = await approve(levels, item_id, "second")
    assert refused.refusal[1] == "forbidden"
    assert "三审" in refused.json["detail"]


async def test_nobody_decides_on_two_levels(levels: Office):
    item_id = await submitted(levels)
    await approve(levels, item_id, "chief")
    assert (await approve(levels, item_id, "chief")).refusal[1] == "own_item"


async def test_a_return_on_any_level_begins_anew(levels: Office):
    item_id = await submitted(levels)
    await approve(levels, item_id, "reviewer")
    await levels.post(f"{ITEMS}/{item_id}/return", {"reason": "补充附件"}, by="chief")
    await levels.post(f"{ITEMS}/{item_id}/submit")
    assert (await standing(levels, item_id))["next"] == 1
    assert (await approve(levels, item_id, "reviewer")).json["state"] == "submitted"


async def test_another_text_has_none_of_the_approvals(levels: Office):
    item_id = await submitted(levels)
    await approve(levels, item_id, "reviewer")
    await levels.call("PUT", f"{ITEMS}/{item_id}", an_item(title="另一个标题"))
    await levels.post(f"{ITEMS}/{item_id}/submit")
    assert (await standing(levels, item_id))["done"] == []


async def test_an_organ_below_has_the_levels_of_the_one_above_until_it_sets_its_own(levels: Office):
    path = f"/api/v1/review-levels?org={DEPARTMENT}"
    held = {one["kind"]: len(one["levels"]) for one in (await levels.get(path, by="admin")).json["holding"]}
    assert held["policy"] == 2
    await put_levels(levels, THREE, DEPARTMENT, "policy")
    held = {one["kind"]: len(one["levels"]) for one in (await levels.get(path, by="admin")).json["holding"]}
    assert (held["policy"], held["news"]) == (3, 2)


async def test_a_later_level_is_not_lower_and_there_are_three_at_most(office: Office):
    assert (await put_levels(office, [TWO[1], TWO[0]])).refusal == (422, "invalid", "levels")
    assert (await put_levels(office, THREE + TWO)).refusal[1] == "invalid"


def stands_for(office: Office, principal: str, deputy: str) -> dict[str, Any]:
    at = office.house.now()
    return {
        "principal": principal,
        "deputy": deputy,
        "begins_at": at.isoformat(),
        "ends_at": (at + timedelta(days=5)).isoformat(),
        "reason": "休假",
    }


async def test_a_deputy_decides_for_another_and_it_is_written_down(levels: Office):
    made = await levels.post("/api/v1/deputies", stands_for(levels, "chief", "second"), by="chief")
    assert made.status == 201
    item_id = await submitted(levels)
    await approve(levels, item_id, "reviewer")
    assert (await approve(levels, item_id, "second")).json["state"] == "approved"
    assert (await standing(levels, item_id))["done"][1]["on_behalf"] is True


async def test_a_deputy_acts_no_longer_than_appointed(levels: Office):
    made = await levels.post("/api/v1/deputies", stands_for(levels, "chief", "second"), by="chief")
    item_id = await submitted(levels)
    await approve(levels, item_id, "reviewer")
    await levels.post(f"/api/v1/deputies/{made.json['id']}/dismiss", by="chief")
    assert (await approve(levels, item_id, "second")).refusal[1] == "forbidden"


async def test_a_deputy_may_do_what_his_own_role_does_not_allow_while_he_acts(levels: Office):
    await levels.post("/api/v1/deputies", stands_for(levels, "chief", "author"), by="chief")
    item_id = await submitted(levels)
    # It is his own text: his deputyship does not help.
    assert (await approve(levels, item_id, "author")).refusal[1] == "own_item"


async def test_an_author_does_not_decide_on_his_own_text_through_a_deputy(levels: Office):
    await levels.house.store.write(_grant(levels, "chief"))
    await levels.post("/api/v1/deputies", stands_for(levels, "author", "clerk"), by="author")
    item_id = await submitted(levels)
    await approve(levels, item_id, "reviewer")
    assert (await approve(levels, item_id, "clerk")).refusal[1] == "forbidden"


def _grant(office: Office, role: Any) -> Any:
    from server.store.people import put_grant  # noqa: PLC0415

    async def act(tx: Any) -> None:
        await put_grant(tx, office.house.author, office.house.org.id, role)

    return act


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"deputy": "chief"}, "deputy"),
        ({"deputy": "nobody"}, "deputy"),
        ({"ends_at": "2026-11-24T00:00:00Z"}, "ends_at"),
        ({"ends_at": "2027-11-24T00:00:00Z"}, "ends_at"),
    ],
)
async def test_an_appointment_that_makes_no_sense_is_refused(office: Office, changes: Any, field: str):
    order = {**stands_for(office, "chief", "reviewer"), **changes}
    refused = await office.post("/api/v1/deputies", order, by="chief")
    assert (refused.status, refused.refusal[2]) == (422, field)


async def test_only_oneself_or_who_manages_people_appoints(office: Office):
    order = stands_for(office, "chief", "reviewer")
    assert (await office.post("/api/v1/deputies", order, by="reviewer")).refusal[1] == "forbidden"
    assert (await office.post("/api/v1/deputies", order, by="admin")).status == 201


async def test_nobody_gets_at_another_organ_by_a_deputy(office: Office):
    order = stands_for(office, "chief", "stranger")
    assert (await office.post("/api/v1/deputies", order, by="stranger")).refusal[1] == "forbidden"
    made = await office.post("/api/v1/deputies", stands_for(office, "chief", "reviewer"), by="chief")
    end = f"/api/v1/deputies/{made.json['id']}/dismiss"
    assert (await office.post(end, by="stranger")).refusal[1] == "forbidden"
    assert (await office.post(end, by="admin")).status == 204


async def test_who_stands_for_whom_and_why_is_told_only_where_somebody_reads(office: Office):
    order = stands_for(office, "chief", "reviewer")
    await office.post("/api/v1/deputies", order, by="chief")
    office.tokens["limited"] = await office.token(office.house.author, "reporter")
    told = {
        by: len((await office.get("/api/v1/deputies", by=by)).json["deputies"])
        for by in ("chief", "reviewer", "author", "reporter", "limited", "clerk", "stranger")
    }
    assert told == {
        "chief": 1, "reviewer": 1, "author": 1, "reporter": 0, "limited": 0, "clerk": 0, "stranger": 0,
    }  # fmt: skip


async def test_a_limited_token_arranges_no_deputy(office: Office):
    office.tokens["limited"] = await office.token(office.house.chief, "reporter")
    order = stands_for(office, "chief", "reviewer")
    assert (await office.post("/api/v1/deputies", order, by="limited")).refusal[1] == "forbidden"


async def released_unreviewed(office: Office, hours: int = 24) -> Any:
    made = await office.item()
    term = (office.house.now() + timedelta(hours=hours)).isoformat()
    order = {"accounts": ["website"], "unreviewed": {"reason": "暴雨红色预警", "review_by": term}}
    return made["id"], await office.post(f"{ITEMS}/{made['id']}/release", order, by="chief")


async def alerts(office: Office) -> list[tuple[str, str]]:
    async with office.house.store.read() as tx:
        return [(one.kind, one.level) for one in await emergencies_due(tx, office.house.now())]


async def test_an_emergency_goes_out_before_its_review_and_is_reminded_of(office: Office):
    item_id, made = await released_unreviewed(office)
    assert made.status == 201
    assert (await standing(office, item_id))["unreviewed_until"] is not None
    assert await alerts(office) == [("unreviewed", "warn")]
    office.house.now.move(hours=25)
    assert await alerts(office) == [("unreviewed", "alarm")]


async def test_the_review_that_follows_is_anothers_and_ends_the_reminder(office: Office):
    item_id, _made = await released_unreviewed(office)
    path, order = f"{ITEMS}/{item_id}/review-afterwards", {"decision": "approved"}
    assert (await office.post(path, order, by="chief")).refusal[1] == "own_item"
    assert (await office.post(path, order, by="reviewer")).status == 204
    assert await alerts(office) == []
    assert (await office.post(path, order, by="reviewer")).refusal[1] == "wrong_state"


async def test_a_review_that_goes_against_it_raises_an_alarm_until_it_is_taken_back(office: Office):
    item_id, _made = await released_unreviewed(office)
    path = f"{ITEMS}/{item_id}/review-afterwards"
    assert (await office.post(path, {"decision": "returned"}, by="reviewer")).refusal[2] == "reason"
    await office.post(path, {"decision": "returned", "reason": "数字有误"}, by="reviewer")
    assert await alerts(office) == [("unreviewed", "alarm")]
    await office.post(f"{ITEMS}/{item_id}/withdraw", {"reason": "数字有误"}, by="chief")
    assert await alerts(office) == []


async def test_the_review_must_follow_within_days(office: Office):
    _item, refused = await released_unreviewed(office, hours=24 * 30)
    assert refused.refusal == (422, "invalid", "unreviewed.review_by")


async def test_the_difference_since_the_last_approval_is_told_by_sentence(office: Office):
    made = await office.approved(body="<p>甲句。乙句。</p>")
    await office.call("PUT", f"{ITEMS}/{made['id']}", an_item(body="<p>甲句。丙句。</p>", title="新题目"))
    told = (await office.get(f"{ITEMS}/{made['id']}/difference")).json
    assert (told["since"], told["revision"]) == (1, 2)
    assert [(one["what"], one["text"]) for one in told["body"] if one["what"] != "same"] == [
        ("gone", "乙句。"),
        ("new", "丙句。"),
    ]
    assert [one["new"] for one in told["fields"]] == ["新题目"]


async def test_nothing_differs_from_nothing(office: Office):
    made = await office.item()
    assert (await office.get(f"{ITEMS}/{made['id']}/difference")).json["since"] is None
