"""server/console/releasing.py, releases.py: the sentence before, and the rows after."""

from tests.api.conftest import an_item
from tests.console.conftest import XSS, ConsoleOffice, Seen

BOTH = [("accounts", "website"), ("accounts", "weibo")]


def _ticked(seen: Seen) -> list[str]:
    return [str(told["value"]) for tag, told in seen.tags if tag == "input" and "checked" in told
            and told.get("name") == "accounts"]  # fmt: skip


async def test_the_page_says_in_a_sentence_what_will_happen(office: ConsoleOffice):
    made = await office.approved(kind="notice")
    desk = await office.desk("chief")
    await desk.get(f"/console/items/{made['id']}/release")
    seen = await desk.post(f"/console/items/{made['id']}/release/look", [*BOTH, ("accounts", "other")])
    assert (
        "现在发布到网站；网页上线后发到微博 1 个账号；other由人张贴或播出后登记。"
        "计入 3 个渠道（网站、微博、其他方式）；主动公开信息增加 1 条。"
    ) in seen.words


async def test_looking_changes_nothing(office: ConsoleOffice):
    made = await office.approved()
    desk = await office.desk("chief")
    await desk.post(f"/console/items/{made['id']}/release/look", BOTH)
    assert (await office.house.legs(made["id"]), office.woken) == ({}, 0)


async def test_what_was_foretold_is_what_is_planned(office: ConsoleOffice):
    made = await office.approved()
    desk = await office.desk("chief")
    fields = [*BOTH, ("not_before", "2026-12-01T09:00")]
    looked = await desk.post(f"/console/items/{made['id']}/release/look", fields)
    assert "到12月1日（周二）09:00发布到网站、微博 1 个账号。" in looked.words
    page = await desk.follow(await desk.post(f"/console/items/{made['id']}/release", fields))
    legs = await office.house.legs(made["id"])
    assert {leg.gate for leg in legs.values()} == {"time"}
    assert "等到12月1日（周二）09:00" in page.words
    assert ("已安排，还没有发布" in page.words, "已发布，" in page.words) == (True, False)
    for path in ("/console/items", f"/console/items/{made['id']}"):
        listed = (await desk.get(path)).words
        assert ("已安排发布" in listed, "已公开" in listed) == (True, False)
    again = await desk.get(f"/console/items/{made['id']}/release")
    assert f"/console/releases/{legs['website'].release_id}" in again.links


async def test_releasing_shows_a_row_for_each_account(office: ConsoleOffice):
    made = await office.approved()
    desk = await office.desk("chief")
    page = await desk.follow(await desk.post(f"/console/items/{made['id']}/release", BOTH))
    assert "2 个账号：1 个排队中，1 个等待。" in page.words
    assert ("等网页上线" in page.words, office.woken) == (True, 1)


async def test_the_accounts_of_the_last_release_of_the_kind_are_ticked(office: ConsoleOffice):
    desk = await office.desk("chief")
    first = await office.approved()
    await desk.post(f"/console/items/{first['id']}/release", BOTH)
    second = await office.approved(index_number=None, title="关于做好防汛工作的通知", document_number=None)
    seen = await desk.get(f"/console/items/{second['id']}/release")
    assert _ticked(seen) == ["website", "weibo"]


async def test_an_account_that_cannot_carry_the_item_is_named_with_two_ways_on(office: ConsoleOffice):
    made = await office.approved(title="长" * 110)
    seen = await (await office.desk("chief")).post(f"/console/items/{made['id']}/release", BOTH)
    assert (seen.status, await office.house.legs(made["id"])) == (422, {})
    assert "现在还不能发布 website：" in seen.words
    assert "可以先不发这个账号；或者请作者改好，重新送审。" in seen.words
    assert f"/console/items/{made['id']}/check" in seen.links


async def test_an_item_that_is_not_approved_is_refused_in_chinese(office: ConsoleOffice):
    made = await office.item()
    desk = await office.desk("chief")
    seen = await desk.post(f"/console/items/{made['id']}/release", BOTH)
    assert (seen.status, "最新版本还没有审核通过，不能发布" in seen.words) == (409, True)
    assert _ticked(seen) == ["website", "weibo"]


async def test_no_account_and_no_time_are_refused_and_what_was_typed_stays(office: ConsoleOffice):
    made = await office.approved()
    desk = await office.desk("chief")
    nothing = await desk.post(f"/console/items/{made['id']}/release", [("not_before", "")])
    assert (nothing.status, "“账号”至少要有 1 项" in nothing.words) == (422, True)
    wrong = await desk.post(f"/console/items/{made['id']}/release", [*BOTH, ("not_before", XSS)])
    assert (wrong.status, wrong.fields["not_before"]) == (422, XSS)
    assert await office.house.legs(made["id"]) == {}


async def test_a_social_account_without_the_website_is_refused(office: ConsoleOffice):
    made = await office.approved()
    desk = await office.desk("chief")
    seen = await desk.post(f"/console/items/{made['id']}/release/look", [("accounts", "weibo")])
    assert (seen.status, "请同时选择网站账号" in seen.words) == (422, True)


async def test_an_author_does_not_release(office: ConsoleOffice):
    made = await office.approved()
    desk = await office.desk("author")
    seen = await desk.post(f"/console/items/{made['id']}/release", BOTH)
    assert (seen.status, await office.house.legs(made["id"])) == (403, {})


async def test_nobody_releases_for_another_organ(office: ConsoleOffice):
    made = await office.approved()
    desk = await office.desk("stranger")
    assert (await desk.get(f"/console/items/{made['id']}/release")).status == 403
    assert (await desk.post(f"/console/items/{made['id']}/release", BOTH)).status == 403
    assert await office.house.legs(made["id"]) == {}


async def test_a_release_needs_the_form_of_this_browser(office: ConsoleOffice):
    made = await office.approved()
    desk = await office.desk("chief")
    seen = await desk.post(f"/console/items/{made['id']}/release", [*BOTH, ("tongfa_form", "0" * 64)])
    assert (seen.status, await office.house.legs(made["id"])) == (401, {})


async def test_a_planned_release_moves_to_another_time_and_to_now(office: ConsoleOffice):
    made = await office.approved()
    desk = await office.desk("chief")
    fields = [*BOTH, ("not_before", "2026-12-01T09:00")]
    page = await desk.follow(await desk.post(f"/console/items/{made['id']}/release", fields))
    assert page.fields["not_before"] == "2026-12-01T09:00"
    legs = await office.house.legs(made["id"])
    path = f"/console/releases/{legs['website'].release_id}"
    moved = await desk.follow(await desk.post(f"{path}/reschedule", {"not_before": "2026-12-02T10:30"}))
    assert "等到12月2日（周三）10:30" in moved.words
    wrong = await desk.post(f"{path}/reschedule", {"not_before": "next week"})
    assert (wrong.status, "不是存在的时间" in wrong.words) == (422, True)
    assert wrong.fields["not_before"] == "next week"
    await desk.post(f"{path}/reschedule", {"not_before": ""})
    assert (await office.house.legs(made["id"]))["website"].state == "ready"


async def test_an_urgent_release_leaves_its_reason_and_goes_now(office: ConsoleOffice):
    made = await office.approved()
    desk = await office.desk("chief")
    fields = [*BOTH, ("not_before", "2026-12-01T09:00")]
    await desk.post(f"/console/items/{made['id']}/release", fields)
    legs = await office.house.legs(made["id"])
    path = f"/console/releases/{legs['website'].release_id}"
    without = await desk.post(f"{path}/expedite", {"reason": " "})
    assert (without.status, "“加急理由”不能为空" in without.words) == (422, True)
    await desk.follow(await desk.post(f"{path}/expedite", {"reason": "汛情"}))
    assert (await office.house.legs(made["id"]))["website"].state == "ready"


async def test_releasing_again_says_what_is_counted_already(office: ConsoleOffice):
    house = office.house
    made = await house.published(("website",))
    await house.corrected(made.id, title="更正后的标题")
    desk = await office.desk("chief")
    fields = [("accounts", "website"), ("change", "minor")]
    seen = await desk.post(f"/console/items/{made.id}/release/look", fields)
    assert "网站已经计过，不再增加" in seen.words
    assert "小改动：更新时间不变" in seen.words
    assert "增加 1 条" not in seen.words


async def test_a_correction_tells_readers_what_was_corrected(office: ConsoleOffice):
    house = office.house
    made = await house.published(("website",))
    await house.corrected(made.id, title="更正后的标题")
    desk = await office.desk("chief")
    fields = [("accounts", "website"), ("change", "minor"), ("note", XSS)]
    refused = await desk.post(f"/console/items/{made.id}/release", fields)
    assert (refused.status, refused.fields["note"]) == (422, XSS)
    fields[1] = ("change", "major")
    await desk.follow(await desk.post(f"/console/items/{made.id}/release", fields))


async def test_the_list_shows_releases_of_ones_own_organs_only(office: ConsoleOffice):
    made = await office.house.published(("website",), title=XSS)
    mine = await (await office.desk("author")).get("/console/releases")
    theirs = await (await office.desk("stranger")).get("/console/releases")
    assert XSS in mine.words
    assert "已上线 1" in mine.words
    assert [told for tag, told in mine.tags if tag == "script" and "src" not in told] == []
    assert "还没有发布过稿件" in theirs.words
    legs = await office.house.legs(made.id)
    path = f"/console/releases/{legs['website'].release_id}"
    assert (await (await office.desk("stranger")).get(path)).status == 403


async def test_what_cannot_wait_goes_out_first_with_a_reason_and_a_term_and_is_reviewed_later(
    office: ConsoleOffice,
):
    made = await office.item(kind="notice")
    chief, path = await office.desk("chief"), f"/console/items/{made['id']}/release"
    assert "先发后审" in (await chief.get(f"/console/items/{made['id']}")).words
    form = await chief.get(path)
    assert "再由撰写人和发布人以外的人补审" in form.words
    late = [("accounts", "website"), ("early_reason", "暴雨红色预警"), ("early_by", "2027-11-27T09:00")]
    refused = await chief.post(path, late)
    assert (refused.status, "7天之内" in refused.words) == (422, True)
    assert "暴雨红色预警" in refused.html  # what was typed stays
    silent = await chief.post(path, [*late[:1], ("early_by", "2026-11-27T09:00")])
    assert (silent.status, await office.house.legs(made["id"])) == (422, {})
    soon = [*late[:2], ("early_by", "2026-11-27T09:00")]
    assert "须在11月27日" in (await chief.post(f"{path}/look", soon)).words
    sent = await chief.post(path, soon)
    reviewer = await office.desk("reviewer")
    for desk, leads in ((chief, False), (reviewer, True)):
        progress = await desk.get(sent.location)
        assert "先发后审：须在 2026-11-27 周五 09:00 前" in progress.words
        assert (f"/console/items/{made['id']}/review" in progress.links) is leads
    waiting = await reviewer.get("/console")
    assert "先发后审，等待审核（1）" in waiting.words
    office.house.now.move(days=3)
    reviewer = await office.desk("reviewer")
    late = [sent.location, f"/console/items/{made['id']}/review", "/console/review", "/console"]
    for address in late:
        assert "已超时" in (await reviewer.get(address)).words, address


async def test_a_review_afterwards_stands_beside_that_of_a_newer_version_with_its_own_field(
    office: ConsoleOffice,
):
    made = await office.item(kind="notice")
    chief, reviewer = await office.desk("chief"), await office.desk("reviewer")
    order = [("accounts", "website"), ("early_reason", "暴雨红色预警"), ("early_by", "2026-11-27T09:00")]
    await chief.get(f"/console/items/{made['id']}/release")
    await chief.post(f"/console/items/{made['id']}/release", order)
    page = f"/console/items/{made['id']}/review"
    assert "不用审核" not in (await reviewer.get(page)).words
    refused = await reviewer.post(f"{page}-afterwards", {"decision": "returned", "reason": ""})
    assert (refused.status, "error-field-reason" in refused.html) == (422, True)
    await office.call("PUT", f"/api/v1/items/{made['id']}", an_item(kind="notice", title="更正"), by="author")
    await office.post(f"/api/v1/items/{made['id']}/submit")
    ids = [told["id"] for _tag, told in (await reviewer.get(page)).tags if told.get("id")]
    assert ({"field-reason", "field-early-reason"} <= set(ids), len(ids)) == (True, len(set(ids)))


async def test_who_corrects_is_told_where_another_post_would_follow(office: ConsoleOffice):
    made = await office.house.published(("website", "weibo"))
    await office.house.corrected(made.id, title="更正后的标题")
    seen = await (await office.desk("chief")).get(f"/console/items/{made.id}/release")
    posted = [told.get("value") for tag, told in seen.tags if tag == "input" and "data-posted" in told]
    assert posted == ["weibo"]
    assert "已发过，选上会另发一条" in seen.words
    assert "已发的内容系统改不了" in seen.words


def _fates(seen: Seen) -> dict[str, str]:
    """Give what is chosen for the older posts of each account."""
    return {
        str(told["name"]): str(told["value"])
        for tag, told in seen.tags
        if tag == "input" and "checked" in told and str(told.get("name", "")).startswith("older_posts.")
    }


async def test_who_corrects_chooses_what_becomes_of_the_old_one_and_reads_it_before(office: ConsoleOffice):
    made = await office.house.published(("website", "weibo"))
    await office.house.corrected(made.id, title="更正后的标题")
    desk, path = await office.desk("chief"), f"/console/items/{made.id}/release"
    shown = await desk.get(path)
    assert _fates(shown) == {"older_posts.weibo": "take_down"}
    assert "weibo：旧微博还在，等新的上线后撤下" in shown.words
    keep = [*BOTH, ("older_posts.weibo", "keep")]
    looked = await desk.post(f"{path}/look", keep)
    assert "weibo：旧微博还在，新的发出后保留，两条并存。" in looked.words
    assert _fates(looked) == {"older_posts.weibo": "keep"}
    wrong = await desk.post(path, [*BOTH, ("older_posts.weibo", "burn")])
    assert (wrong.status, len(await office.house.legs(made.id))) == (422, 2)
    board = await desk.follow(await desk.post(path, keep))
    await office.house.run_until_quiet()
    board = await desk.get(f"/console/releases/{(await office.house.legs(made.id))['weibo'].release_id}")
    assert "旧的一条，还在" in board.words
    old = next(one for one in board.links if one.startswith("/console/deliveries/"))
    assert old
    newest = (await office.house.legs(made.id))["weibo"]
    history = (await desk.get(f"/console/deliveries/{newest.id}")).words
    assert "这次发布时的决定：新的上线后，旧的保留。" in history
    assert "第 1 次发布 旧的一条，还在" in history
    assert "按发布时的决定保留" in history


async def test_an_old_one_that_is_not_chosen_to_be_replaced_is_told_of_and_stays(office: ConsoleOffice):
    made = await office.house.published(("website", "weibo"))
    await office.house.corrected(made.id, title="更正后的标题")
    desk, path = await office.desk("chief"), f"/console/items/{made.id}/release"
    # The page sends what is chosen below an account that is not ticked, too.
    alone = [("accounts", "website"), ("older_posts.weibo", "take_down")]
    assert "这次没有选这个账号，不会动它" in (await desk.post(f"{path}/look", alone)).words
    assert (await desk.post(path, alone)).status == 303
    await office.house.run_until_quiet()
    assert (await office.house.legs(made.id))["weibo"].state == "live"
