"""server/console/reviewing.py: handed in, read with what changed, decided, and never one's own."""

import json
from datetime import timedelta

import pytest

from tests.api.conftest import an_item
from tests.console.conftest import XSS, ConsoleOffice, Desk
from tests.console.test_writing import a_picture
from tests.house import CODE
from tests.watch.test_waking import heard


async def _handed_in(office: ConsoleOffice, **changes: str) -> str:
    made = await office.item(**changes)
    await office.post(f"/api/v1/items/{made['id']}/submit")
    return f"/console/items/{made['id']}"


async def _decide(desk: Desk, item: str, what: str, **fields: str):
    page = await desk.get(f"{item}/review")
    return await desk.post(f"{item}/{what}", {"hash": page.fields.get("hash", ""), **fields})


async def _state(office: ConsoleOffice, item: str) -> str:
    return (await office.get(f"/api/v1/items/{item.rpartition('/')[2]}")).json["state"]


async def test_what_waits_is_listed_and_approved(office: ConsoleOffice):
    item = await _handed_in(office, title="关于防汛工作的通知")
    desk = await office.desk("chief")
    queue = await desk.get("/console/review")
    assert f"{item}/review" in queue.links
    done = await desk.follow(await _decide(desk, item, "approve", reason="同意"))
    assert ("已审核通过。" in done.words, await _state(office, item)) == (True, "approved")


@pytest.mark.parametrize(("login", "path"), [("chief", "/console/review"), ("author", "/console/mine")])
async def test_a_list_of_what_waits_costs_the_statements_of_a_short_one(
    office: ConsoleOffice, login: str, path: str
):
    desk, counts = await office.desk(login), []
    for many in (2, 9):
        for number in range(many):
            await _handed_in(office, title=f"第{number}号通知")
        with heard(office.house.store) as told:
            seen = await desk.get(path)
        assert seen.status == 200
        counts.append(len(told))
    assert counts[0] == counts[1]
    assert seen.words.count("号通知") == 11


async def test_a_queue_that_is_longer_than_shown_says_so(
    office: ConsoleOffice, monkeypatch: pytest.MonkeyPatch
):
    for number in range(2):
        await _handed_in(office, title=f"第{number}号通知")
    monkeypatch.setattr("server.console.reviewing._MOST", 1)
    seen = await (await office.desk("chief")).get("/console/review")
    assert ("超过 1 件，先列最早的" in seen.words, seen.words.count("号通知")) == (True, 1)


async def test_a_return_needs_a_reason_and_keeps_the_page(office: ConsoleOffice):
    item = await _handed_in(office)
    desk = await office.desk("chief")
    refused = await _decide(desk, item, "return", reason=" ")
    assert (refused.status, "“退回原因”不能为空" in refused.words) == (422, True)
    assert await _state(office, item) == "submitted"
    await _decide(desk, item, "return", reason=f"标题不完整{XSS}")
    seen = await (await office.desk("author")).get(item)
    assert f"退回原因：标题不完整{XSS}" in seen.words
    assert await _state(office, item) == "returned"


async def test_nobody_decides_about_his_own(office: ConsoleOffice):
    made = await office.call("POST", "/api/v1/items", an_item(), by="admin")
    item = f"/console/items/{made.json['id']}"
    desk = await office.desk("admin")
    await desk.post(f"{item}/submit")
    page = await desk.get(f"{item}/review")
    assert "请由另一人审核" in page.words
    refused = await desk.post(f"{item}/approve", {"hash": made.json["content_hash"]})
    assert (refused.status, await _state(office, item)) == (403, "submitted")


async def test_an_approval_counts_only_for_the_text_that_was_read(office: ConsoleOffice):
    item = await _handed_in(office)
    desk = await office.desk("chief")
    page = await desk.get(f"{item}/review")
    await office.call("PUT", f"/api/v1/items/{item.rpartition('/')[2]}", an_item(title="另一个标题"))
    await office.post(f"/api/v1/items/{item.rpartition('/')[2]}/submit")
    refused = await desk.post(f"{item}/approve", {"hash": page.fields["hash"]})
    assert (refused.status, "请看过新版本再决定" in refused.words) == (409, True)
    assert await _state(office, item) == "submitted"


async def test_a_reviewer_sees_what_changed_since_the_last_approval(office: ConsoleOffice):
    made = await office.approved(body="<p>第一句。第二句。</p>")
    changed = an_item(title="改过的标题", body="<p>第一句。新的第二句。</p>")
    await office.call("PUT", f"/api/v1/items/{made['id']}", changed)
    await office.post(f"/api/v1/items/{made['id']}/submit")
    seen = await (await office.desk("chief")).get(f"/console/items/{made['id']}/review")
    assert "与上次审核通过的第 1 版相比" in seen.words
    assert "<del>第二句。</del><ins>新的第二句。</ins>" in seen.html
    assert "<ins>改过的标题</ins>" in seen.html


@pytest.mark.parametrize("who", ["author", "reporter", "stranger"])
async def test_who_may_not_review_decides_nothing(office: ConsoleOffice, who: str):
    item = await _handed_in(office)
    desk = await office.desk(who)
    told = (await office.get(f"/api/v1/items/{item.rpartition('/')[2]}")).json["content_hash"]
    for what in ("approve", "return"):
        refused = await desk.post(f"{item}/{what}", {"hash": told, "reason": "好"})
        assert refused.status == 403
    assert await _state(office, item) == "submitted"


async def test_a_decision_without_the_form_of_this_browser_is_none(office: ConsoleOffice):
    item = await _handed_in(office)
    desk = await office.desk("chief")
    page = await desk.get(f"{item}/review")
    refused = await desk.post(f"{item}/approve", {"hash": page.fields["hash"], "tongfa_form": "0" * 64})
    assert (refused.status, await _state(office, item)) == (401, "submitted")


async def _two_levels(office: ConsoleOffice) -> None:
    levels = [{"role": "reviewer", "name": "科室审核"}, {"role": "chief", "name": "分管领导审核"}]
    put = await office.call("PUT", "/api/v1/review-levels", {"org": CODE, "levels": levels}, by="admin")
    assert put.status == 200, put.text


async def test_each_level_decides_in_its_turn(office: ConsoleOffice):
    await _two_levels(office)
    item = await _handed_in(office)
    reviewer, chief = await office.desk("reviewer"), await office.desk("chief")
    first = await reviewer.follow(await _decide(reviewer, item, "approve", reason="同意"))
    assert ("等待下一级审核" in first.words, await _state(office, item)) == (True, "submitted")
    page = await chief.get(f"{item}/review")
    assert "科室审核 通过 reviewer" in page.words
    assert "分管领导审核 现在审核" in page.words
    await _decide(chief, item, "approve")
    assert await _state(office, item) == "approved"


async def test_whoever_decided_on_one_level_is_not_asked_again(office: ConsoleOffice):
    await _two_levels(office)
    item = await _handed_in(office)
    desk = await office.desk("reviewer")
    await _decide(desk, item, "approve")
    assert f"{item}/review" not in (await desk.get("/console/review")).links
    assert "等我审核" not in (await desk.get("/console")).words
    assert "每一级要由不同的人审核" in (await desk.get(f"{item}/review")).words


async def test_what_waits_for_others_hides_nothing_that_waits_for_oneself(office: ConsoleOffice):
    await _two_levels(office)
    for _ in range(11):  # one more than the first page shows of a list
        made = await office.item()
        await office.post(f"/api/v1/items/{made['id']}/submit")
        await office.post(f"/api/v1/items/{made['id']}/approve", by="reviewer")
    item, desk = await _handed_in(office), await office.desk("reviewer")
    assert "等我审核（1）" in (await desk.get("/console")).words
    assert f"{item}/review" in (await desk.get("/console/review")).links


async def test_what_went_out_before_its_review_waits_for_it(office: ConsoleOffice):
    made = await office.item()
    term = (office.house.now() + timedelta(hours=24)).isoformat()
    order = {"accounts": ["website"], "unreviewed": {"reason": "汛情紧急，先行发布", "review_by": term}}
    sent = await office.call("POST", f"/api/v1/items/{made['id']}/release", order, by="chief")
    assert sent.status == 201, sent.text
    item, desk = f"/console/items/{made['id']}", await office.desk("reviewer")
    assert "先发后审，等待审核（1）" in (await desk.get("/console")).words
    refused = await desk.post(f"{item}/review-afterwards", {"decision": "returned"})
    assert (refused.status, "审核没有通过时要写明原因" in refused.words) == (422, True)
    done = await desk.follow(await desk.post(f"{item}/review-afterwards", {"decision": "approved"}))
    assert "已记录您的决定。" in done.words
    assert "先发后审" not in (await desk.get("/console")).words


async def test_a_reviewer_reads_tables_and_pictures_as_they_were_written(office: ConsoleOffice):
    sent = await (await office.desk("author")).post("/console/media", [], [("file", "p.png", a_picture())])
    sha256 = json.loads(sent.html)["sha256"]
    table = "<table><tbody><tr><td>对象</td><td>标准</td></tr></tbody></table>"
    body = f'<h2>一、范围</h2>{table}<p>1 &lt; 2</p><figure><img src="media:{sha256}" alt="窗口"></figure>'
    item, desk = await _handed_in(office, body=body), await office.desk("chief")
    for page in (f"{item}/review", item):
        seen = await desk.get(page)
        assert f"<h3>一、范围</h3>{table}<p>1 &lt; 2</p>" in seen.html
        assert f'<img src="/console/media/{sha256}" alt="窗口">' in seen.html
    assert (await desk.get(f"/console/media/{sha256}")).status == 200


async def test_a_reviewer_sees_what_a_channel_says_otherwise(office: ConsoleOffice):
    made = await office.approved()
    told = [{"channel": "wechat", "title": "微信上的标题"}]
    await office.call("PUT", f"/api/v1/items/{made['id']}", an_item(overrides=told))
    await office.post(f"/api/v1/items/{made['id']}/submit")
    seen = await (await office.desk("chief")).get(f"/console/items/{made['id']}/review")
    assert "<ins>微信：标题“微信上的标题”</ins>" in seen.html
    assert "渠道改写 微信：标题“微信上的标题”" in seen.words
