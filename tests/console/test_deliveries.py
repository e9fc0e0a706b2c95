"""server/console/deliveries.py, withdrawing.py, evidence.py: what a person must say or do about one."""

import io

import pytest
from PIL import Image

from channels.hosts import is_below
from server.core.withdraw import record_gone
from tests.console.conftest import XSS, ConsoleOffice, Desk
from tests.house import Website
from tests.watch.test_waking import heard


class _Known(Website):
    """A channel that knows where its posts stand."""

    hosts = ("weibo.com", "weibo.cn")


async def _stopped(office: ConsoleOffice, fate: str) -> tuple[str, str]:
    """Release an item whose page comes to nothing; give the item and the delivery."""
    house = office.house
    made = await house.item()
    house.platform.next_call(fate)
    await house.release(made.id)
    await house.run_until_quiet()
    return made.id, (await house.legs(made.id))["website"].id


async def _in_doubt(office: ConsoleOffice) -> tuple[str, str]:
    house = office.house
    house.platform.blind = True
    made_id, leg_id = await _stopped(office, "drop_after")
    for _look in range(20):
        house.now.moment += house.place.lease * 60
        await house.run_until_quiet()
    assert (await house.leg(leg_id)).state == "needs_person"
    return made_id, leg_id


async def test_what_needs_a_person_is_listed_with_what_to_do(office: ConsoleOffice):
    await _stopped(office, "refuse")
    seen = await (await office.desk("chief")).get("/console/decisions")
    assert "平台拒绝" in seen.words
    assert "请信息员修改稿件，审核后重新发布" in seen.words
    assert "没有需要人处理的投递" in (await (await office.desk("stranger")).get("/console/decisions")).words


async def test_a_refused_delivery_is_sent_again_alone(office: ConsoleOffice):
    item_id, leg_id = await _stopped(office, "refuse")
    desk = await office.desk("chief")
    page = await desk.get(f"/console/deliveries/{leg_id}")
    assert "第 1 次" in page.words
    await desk.follow(await desk.post(f"/console/deliveries/{leg_id}/retry"))
    await office.house.run_until_quiet()
    assert (await office.house.states(item_id))["website"] == "live"


@pytest.mark.parametrize(
    ("verdict", "state"),
    [("it_is_there", "live"), ("it_is_not_there", "ready"), ("give_up", "cancelled")],
)
async def test_a_person_decides_about_a_delivery_in_doubt(office: ConsoleOffice, verdict: str, state: str):
    _item_id, leg_id = await _in_doubt(office)
    desk = await office.desk("chief")
    link = "https://weibo.invalid/1" if verdict == "it_is_there" else ""
    fields = {"verdict": verdict, "link": link, "live_at": ""}
    await desk.follow(await desk.post(f"/console/deliveries/{leg_id}/decide", fields))
    assert (await office.house.leg(leg_id)).state == state


async def test_a_decision_without_a_link_or_a_choice_is_refused_and_kept(office: ConsoleOffice):
    _item_id, leg_id = await _in_doubt(office)
    desk = await office.desk("chief")
    path = f"/console/deliveries/{leg_id}/decide"
    without = await desk.post(path, {"verdict": "it_is_there", "link": "", "live_at": "2026-11-25T08:00"})
    assert (without.status, "请给出平台上的链接" in without.words) == (422, True)
    assert without.fields["live_at"] == "2026-11-25T08:00"
    for link in (XSS, "javascript:alert(1)"):
        wrong = await desk.post(path, {"verdict": "it_is_there", "link": link})
        assert (wrong.status, wrong.fields["link"]) == (422, link)
        assert "javascript:alert(1)" not in wrong.links
    assert (await desk.post(path, {"link": ""})).status == 422
    assert (await office.house.leg(leg_id)).state == "needs_person"


async def test_a_page_left_open_decides_nothing_of_a_later_try(office: ConsoleOffice):
    _item_id, leg_id = await _in_doubt(office)
    desk = await office.desk("chief")
    path = f"/console/deliveries/{leg_id}"
    assert (await desk.get(path)).fields["tries"] == "1"
    stale = await desk.post(f"{path}/decide", {"verdict": "it_is_not_there", "tries": "0"})
    assert (stale.status, "又发送过一次" in stale.words, stale.fields["tries"]) == (409, True, "1")
    for odd in ("x", "-1", "9" * 30, "１"):
        assert (await desk.post(f"{path}/decide", {"verdict": "give_up", "tries": odd})).status == 422
    assert (await office.house.leg(leg_id)).state == "needs_person"


async def test_a_link_elsewhere_is_asked_about_once_and_what_was_typed_stays(office: ConsoleOffice):
    house = office.house
    _item_id, leg_id = await _in_doubt(office)
    house.real["website"] = lambda row: _Known(house.http, house.open_plain(row)._base)
    desk, path = await office.desk("chief"), f"/console/deliveries/{leg_id}"
    assert "elsewhere" not in (await desk.get(path)).html
    for host in (
        "weibo.com",
        "m.weibo.cn",
    ):  # what stands on a host of the platform, or below one, is its own
        assert is_below(host, _Known.hosts)
    typed = {"verdict": "it_is_there", "link": "https://news.invalid/1", "live_at": ""}
    seen = await desk.post(f"{path}/decide", typed)
    told = "应当在 weibo.com 或 weibo.cn 上，这个链接在 news.invalid 上"
    assert (seen.status, told in seen.words) == (422, True)
    assert (seen.fields["link"], 'name="elsewhere"' in seen.html) == ("https://news.invalid/1", True)
    await desk.follow(await desk.post(f"{path}/decide", {**typed, "elsewhere": "on"}))
    assert (await house.leg(leg_id)).link == "https://news.invalid/1"


async def test_an_account_without_permission_leads_to_where_it_gets_it_again(office: ConsoleOffice):
    _item_id, leg_id = await _stopped(office, "logged_out")
    leg = await office.house.leg(leg_id)
    assert leg.state == "blocked"
    chief, admin = await office.desk("chief"), await office.desk("admin")
    for path in (f"/console/releases/{leg.release_id}", f"/console/deliveries/{leg_id}"):
        assert "看账号" in (await chief.get(path)).words
        assert f"/console/accounts/{leg.account_id}" in (await admin.get(path)).links


async def test_what_queues_behind_an_account_without_permission_leads_there_too(office: ConsoleOffice):
    await _stopped(office, "logged_out")
    behind = await office.house.item()
    await office.house.release(behind.id)
    await office.house.run_until_quiet()
    leg = (await office.house.legs(behind.id))["website"]
    assert leg.state == "ready"
    admin = await office.desk("admin")
    for path in (f"/console/releases/{leg.release_id}", f"/console/deliveries/{leg.id}"):
        seen = await admin.get(path)
        assert f"/console/accounts/{leg.account_id}" in seen.links
        assert ("请账号管理人重新授权" in seen.words, "不用人来判断" in seen.words) == (True, False)


async def test_what_is_gone_leads_whoever_writes_to_a_new_version(office: ConsoleOffice):
    house = office.house
    made = await house.published(("website", "weibo"))
    leg = (await house.legs(made.id))["weibo"]
    async with house.store.begin() as tx:
        await record_gone(tx, leg, "这条微博已被作者删除", house.bench, at=house.now())
    leads = []
    for login in ("author", "chief"):
        links = (await (await office.desk(login)).get(f"/console/deliveries/{leg.id}")).links
        leads.append(f"/console/items/{made.id}/edit" in links)
    assert leads == [True, False]


@pytest.mark.parametrize(
    ("module", "path"), [("deliveries", "/console/decisions"), ("evidence", "/console/evidence")]
)
async def test_a_long_list_of_what_waits_costs_what_a_short_one_does_and_says_that_it_is_longer(
    office: ConsoleOffice, monkeypatch: pytest.MonkeyPatch, module: str, path: str
):
    house, desk = office.house, await office.desk("chief")
    counts, statements = [], []
    for _more in range(2):
        made = await house.item(title="第几号通知", document_number=None)
        house.platform.next_call("refuse")
        await house.release(made.id, ("website",) if module == "deliveries" else ("other",))
        await house.run_until_quiet()
        with heard(house.store) as told:
            await desk.get(path)
        statements.append(len(told))
        with monkeypatch.context() as shorter:
            shorter.setattr(f"server.console.{module}._MOST", 1)
            seen = await desk.get(path)
        counts.append((seen.words.count("第几号通知"), "只列出等得最久的 1 条" in seen.words))
    assert counts == [(1, False), (1, True)]
    assert statements[0] == statements[1]


async def test_what_was_taken_down_is_not_offered_to_be_opened(office: ConsoleOffice):
    house = office.house
    made = await house.published(("website", "weibo"))
    legs = await house.legs(made.id)
    desk = await office.desk("chief")
    weibo, website = str(legs["weibo"].link), str(legs["website"].link)
    pages = [f"/console/items/{made.id}", f"/console/releases/{legs['weibo'].release_id}"]
    for path in pages:
        assert {weibo, website} <= set((await desk.get(path)).links)
    await house.withdraw(made.id)
    await house.run_until_quiet()
    assert (await house.states(made.id))["weibo"] == "withdrawn"
    for path in pages:  # the site keeps a notice in the page's place
        assert {weibo, website} & set((await desk.get(path)).links) == {website}
    assert weibo not in (await desk.get(f"/console/deliveries/{legs['weibo'].id}")).links


async def test_an_author_decides_nothing(office: ConsoleOffice):
    _item_id, leg_id = await _stopped(office, "refuse")
    desk = await office.desk("author")
    assert (await desk.post(f"/console/deliveries/{leg_id}/retry")).status == 403
    assert (await desk.post(f"/console/deliveries/{leg_id}/decide", {"verdict": "give_up"})).status == 403
    assert (await office.house.leg(leg_id)).state == "refused"


async def test_the_withdrawal_says_what_comes_down_and_then_takes_it_down(office: ConsoleOffice):
    house = office.house
    made = await house.published(("website", "weibo", "other"))
    desk = await office.desk("chief")
    before = await desk.get(f"/console/items/{made.id}/withdraw")
    assert "weibo：系统去撤下；平台不让撤的，请经办人删除，再登记" in before.words
    assert "other：还没有发出，不再发出" in before.words
    page = await desk.follow(
        await desk.post(f"/console/items/{made.id}/withdraw", {"reason": XSS, "withdrawn_as": "other"})
    )
    assert f"已撤回，原因：{XSS}" in page.words
    await house.run_until_quiet()
    assert await house.states(made.id) == {
        "website": "withdrawn", "weibo": "withdrawn", "other": "cancelled",
    }  # fmt: skip


async def test_a_withdrawal_names_the_item_that_takes_the_place_or_nothing_is_withdrawn(
    office: ConsoleOffice,
):
    made, new = await office.house.published(("website",)), await office.item(title="关于医疗救助的新办法")
    desk, path = await office.desk("chief"), f"/console/items/{made.id}/withdraw"
    typed = {"reason": "政策调整", "withdrawn_as": "expired"}
    wrong = await desk.post(path, {**typed, "successor": "没有的号"})
    assert (wrong.status, wrong.fields["successor"], wrong.fields["reason"]) == (422, "没有的号", "政策调整")
    assert (await office.house.states(made.id))["website"] == "live"
    await desk.post(path, {**typed, "successor": new["index_number"]})
    await office.house.run_until_quiet()
    assert (await office.house.states(made.id))["website"] == "withdrawn"
    item = await desk.get(f"/console/items/{made.id}")
    assert "已被新稿件取代： 关于医疗救助的新办法" in item.words


async def test_a_withdrawal_without_a_reason_or_by_an_author_does_nothing(office: ConsoleOffice):
    made = await office.house.published(("website",))
    desk = await office.desk("chief")
    seen = await desk.post(f"/console/items/{made.id}/withdraw", {"reason": "  ", "withdrawn_as": "other"})
    assert (seen.status, "“撤回原因”不能为空" in seen.words) == (422, True)
    untold = await desk.post(f"/console/items/{made.id}/withdraw", {"reason": "有误"})
    assert (untold.status, "请选择撤回类型" in untold.words) == (422, True)
    author = await office.desk("author")
    assert (await author.post(f"/console/items/{made.id}/withdraw", {"reason": "有误"})).status == 403
    assert (await office.house.states(made.id))["website"] == "live"


async def test_a_withdrawal_without_words_of_its_own_takes_the_sentence_of_its_type(office: ConsoleOffice):
    made = await office.house.published(("website",))
    desk = await office.desk("chief")
    await desk.post(f"/console/items/{made.id}/withdraw", {"reason": "", "withdrawn_as": "privacy"})
    page = await desk.get(f"/console/items/{made.id}")
    assert "已撤回（涉及个人信息），原因：本稿件含有不宜公开的个人信息，现予撤回。" in page.words


async def _shown_by_hand(office: ConsoleOffice) -> str:
    made = await office.house.published(("website", "other"))
    return (await office.house.legs(made.id))["other"].id


def _photo() -> bytes:
    drawn = io.BytesIO()
    Image.new("RGB", (40, 30), "#7a9a52").save(drawn, "JPEG")
    return drawn.getvalue()


def _proof(**changes: str) -> dict[str, str]:
    return {"place": "一楼公告栏", "shown_at": "", "shown_by": "李四", "note": "", **changes}


async def test_what_waits_for_its_proof_is_filed_with_a_photograph(office: ConsoleOffice, desk_author: Desk):
    leg_id = await _shown_by_hand(office)
    waiting = await desk_author.get("/console/evidence")
    assert f"/console/evidence/{leg_id}" in waiting.links
    form = await desk_author.get(f"/console/evidence/{leg_id}")
    assert form.fields["shown_by"] == "author"
    page = await desk_author.post(
        f"/console/evidence/{leg_id}", _proof(), files=[("picture", "照片.jpg", _photo())]
    )
    await desk_author.follow(page)
    assert (await office.house.leg(leg_id)).state == "live"
    assert "没有等待登记的内容" in (await desk_author.get("/console/evidence")).words


async def test_the_place_of_an_accounts_last_proof_is_filled_in(office: ConsoleOffice, desk_author: Desk):
    first = await _shown_by_hand(office)
    assert (await desk_author.get(f"/console/evidence/{first}")).fields["place"] == ""
    await desk_author.post(f"/console/evidence/{first}", _proof())
    second = await desk_author.get(f"/console/evidence/{await _shown_by_hand(office)}")
    assert (second.fields["place"], "上次登记的地点" in second.words) == ("一楼公告栏", True)


async def test_a_proof_that_is_wrong_is_refused_and_keeps_what_was_typed(
    office: ConsoleOffice, desk_author: Desk
):
    leg_id = await _shown_by_hand(office)
    path = f"/console/evidence/{leg_id}"
    empty = await desk_author.post(path, _proof(place="", note=XSS))
    assert (empty.status, empty.fields["note"]) == (422, XSS)
    assert "“公开地点”不能为空" in empty.words
    future = await desk_author.post(path, _proof(shown_at="2099-01-01T00:00"))
    assert "公开时间不能晚于现在" in future.words
    no_picture = await desk_author.post(path, _proof(), files=[("picture", "x.jpg", b"<script>")])
    assert (no_picture.status, "没有上传" in no_picture.words) == (415, True)
    assert (await office.house.leg(leg_id)).state == "waiting"


async def test_a_refused_proof_keeps_the_photograph_that_came_with_it(
    office: ConsoleOffice, desk_author: Desk
):
    leg_id = await _shown_by_hand(office)
    path, photo = f"/console/evidence/{leg_id}", [("picture", "照片.jpg", _photo())]
    refused = await desk_author.post(path, _proof(place=""), files=photo)
    assert (refused.status, "已经收到这张照片" in refused.words) == (422, True)
    kept = refused.fields["picture_kept"]
    foreign = await desk_author.post(path, {**_proof(), "picture_kept": XSS})
    assert (foreign.status, (await office.house.leg(leg_id)).state) == (422, "waiting")
    await desk_author.follow(await desk_author.post(path, {**_proof(), "picture_kept": kept}))
    shown = await desk_author.get(f"/console/deliveries/{leg_id}")
    assert ("一楼公告栏" in shown.words, f"/console/media/{kept}" in shown.links) == (True, True)


async def test_a_proof_with_a_file_that_is_no_picture_is_refused_by_its_name_and_not_kept(
    office: ConsoleOffice, desk_author: Desk
):
    path = f"/console/evidence/{await _shown_by_hand(office)}"
    refused = await desk_author.post(path, _proof(), files=[("picture", "凭据.txt", b"hung up")])
    assert (refused.status, "“凭据.txt”不是图片" in refused.words) == (415, True)
    assert "已经收到这张照片" not in refused.words


async def test_a_refused_takedown_keeps_its_picture(office: ConsoleOffice, desk_author: Desk):
    path = f"/console/deliveries/{await _to_be_taken_down(office, desk_author)}"
    photo = [("picture", "照片.jpg", _photo())]
    refused = await desk_author.post(f"{path}/taken-down", {"proof": ""}, files=photo)
    kept = refused.fields["picture_kept"]
    proof = {"proof": "已揭下", "picture_kept": kept}
    await desk_author.follow(await desk_author.post(f"{path}/taken-down", proof))
    assert f"/console/media/{kept}" in (await desk_author.get(path)).links


async def test_nobody_files_a_proof_for_another_organ(office: ConsoleOffice):
    leg_id = await _shown_by_hand(office)
    stranger = await office.desk("stranger")
    assert (await stranger.post(f"/console/evidence/{leg_id}", _proof())).status == 403
    reviewer = await office.desk("reviewer")
    assert (await reviewer.get(f"/console/evidence/{leg_id}")).status == 403


async def test_what_a_person_takes_down_is_recorded_with_his_words(office: ConsoleOffice, desk_author: Desk):
    leg_id = await _shown_by_hand(office)
    await desk_author.post(f"/console/evidence/{leg_id}", _proof())
    item_id = (await office.house.leg(leg_id)).item_id
    await office.house.withdraw(item_id)
    page = await desk_author.get(f"/console/deliveries/{leg_id}")
    assert "登记已撤下" in page.words
    refused = await desk_author.post(f"/console/deliveries/{leg_id}/taken-down", {"proof": ""})
    assert refused.status == 422
    path = f"/console/deliveries/{leg_id}/taken-down"
    await desk_author.follow(await desk_author.post(path, {"proof": "已揭下"}))
    assert (await office.house.leg(leg_id)).state == "withdrawn"


async def _to_be_taken_down(office: ConsoleOffice, desk: Desk) -> str:
    leg_id = await _shown_by_hand(office)
    await desk.post(f"/console/evidence/{leg_id}", _proof())
    item_id = (await office.house.leg(leg_id)).item_id
    await office.house.withdraw(item_id, withdrawn_as="privacy")
    return leg_id


async def test_what_a_person_must_take_down_says_how_long_he_has_and_that_he_is_late(
    office: ConsoleOffice, desk_author: Desk
):
    leg_id = await _to_be_taken_down(office, desk_author)
    office.house.now.move(minutes=40)
    for path in ("/console", "/console/decisions", f"/console/deliveries/{leg_id}"):
        assert "还剩 1 小时 20 分" in (await desk_author.get(path)).words
    work = await desk_author.get("/console")
    assert f"/console/deliveries/{leg_id}" in work.links
    office.house.now.move(hours=3)
    for path in ("/console", "/console/decisions", f"/console/deliveries/{leg_id}"):
        assert "已超时 1 小时 40 分" in (await desk_author.get(path)).words
    await desk_author.post(f"/console/deliveries/{leg_id}/taken-down", {"proof": "已揭下"})
    assert "已超时" not in (await desk_author.get("/console")).words


async def test_a_takedown_is_proved_with_a_picture_that_the_page_shows(
    office: ConsoleOffice, desk_author: Desk
):
    leg_id = await _to_be_taken_down(office, desk_author)
    path = f"/console/deliveries/{leg_id}/taken-down"
    wrong = await desk_author.post(path, {"proof": XSS}, files=[("picture", "x.jpg", b"<script>")])
    assert (wrong.status, "没有上传" in wrong.words, wrong.fields["proof"]) == (415, True, XSS)
    two = [("picture", "一.jpg", _photo()), ("picture", "二.jpg", _photo())]
    refused = await desk_author.post(path, {"proof": "已揭下"}, files=two)
    assert (refused.status, "请只选一张照片" in refused.words) == (422, True)
    stranger = await office.desk("stranger")
    theirs = await stranger.post(path, {"proof": "x"}, files=[("picture", "照片.jpg", _photo())])
    assert (theirs.status, (await office.house.leg(leg_id)).state) == (403, "withdraw_by_hand")
    await desk_author.follow(
        await desk_author.post(path, {"proof": XSS}, files=[("picture", "照片.jpg", _photo())])
    )
    shown = await desk_author.get(f"/console/deliveries/{leg_id}")
    assert f"author：{XSS}" in shown.words
    picture = next(link for link in shown.links if link.startswith("/console/media/"))
    assert (await desk_author.get(picture)).status == 200


async def test_a_withdrawal_tells_of_the_papers_of_earlier_versions(office: ConsoleOffice, desk_author: Desk):
    leg_id = await _shown_by_hand(office)
    await desk_author.post(f"/console/evidence/{leg_id}", _proof())
    item_id = (await office.house.leg(leg_id)).item_id
    await office.house.corrected(item_id, title="更正后的标题")
    await office.house.release(item_id, ("website", "other"))
    await office.house.run_until_quiet()
    newer = (await office.house.legs(item_id))["other"].id
    await desk_author.post(f"/console/evidence/{newer}", _proof())
    assert (await office.house.leg(leg_id)).state == "replaced"
    told = (await (await office.desk("chief")).get(f"/console/items/{item_id}/withdraw")).words
    assert told.count("other：请经办人到张贴或播出处撤下") == 2
    assert "涉及个人信息的在 2 小时内" in told


@pytest.fixture
async def desk_author(office: ConsoleOffice) -> Desk:
    return await office.desk("author")
