"""server/console/practice.py: the switch, what every page then says, and the way back to real work."""

from server.store.accounts import list_accounts_in
from server.store.broadcasts import put_plan
from tests.console.conftest import ConsoleOffice, Desk
from tests.house import CODE

ORGS = "/console/orgs"
ON = {"org": CODE, "practice": "on"}
OFF = {"org": CODE, "practice": "off"}
BANNER = "演练环境"


async def practising(office: ConsoleOffice) -> Desk:
    desk = await office.desk("admin")
    await desk.follow(await desk.post(f"{ORGS}/practice", ON))
    return desk


async def test_everybody_of_an_organ_in_practice_is_told_on_every_page(office: ConsoleOffice):
    author = await office.desk("author")
    assert BANNER not in (await author.get("/console")).words
    admin = await practising(office)
    for path in ("/console", "/console/items", "/console/items/new", "/console/statistics", "/console/help"):
        assert BANNER in (await author.get(path)).words, path
    assert "某旗人民政府办公室正在演练" in (await author.get("/console")).words
    await admin.follow(await admin.post(f"{ORGS}/practice", OFF))
    assert BANNER not in (await author.get("/console")).words


async def test_only_who_manages_the_organ_switches_it(office: ConsoleOffice):
    for login in ("author", "chief", "stranger"):
        desk = await office.desk(login)
        assert (await desk.post(f"{ORGS}/practice", ON)).status == 403


async def test_without_the_platforms_the_page_says_how_they_are_started(office: ConsoleOffice):
    office.house.is_rehearsed = False
    desk = await office.desk("admin")
    refused = await desk.post(f"{ORGS}/practice", ON)
    assert refused.status == 502
    assert "tongfa sandbox --practice" in refused.words
    assert BANNER not in refused.words


async def test_a_practice_item_is_released_to_practice_accounts_alone(office: ConsoleOffice):
    await practising(office)
    made = await office.house.item()
    chief = await office.desk("chief")
    page = await chief.get(f"/console/items/{made.id}/release")
    offered = sorted(told.get("value") or "" for _tag, told in page.tags if told.get("name") == "accounts")
    code = CODE.lower()
    assert "不计入任何渠道" in page.words
    assert "主动公开信息增加" not in page.words
    assert offered == [
        "yanlian-feed", f"yanlian-qt-{code}", "yanlian-site", f"yanlian-wb-{code}", f"yanlian-wx-{code}",
    ]  # fmt: skip
    board = await chief.follow(
        await chief.post(f"/console/items/{made.id}/release", [("accounts", slug) for slug in offered])
    )
    assert "演练稿件" in board.words
    await office.house.run_until_quiet()
    states = await office.house.states(made.id)
    by_hand = states.pop(f"yanlian-qt-{code}")  # a person posts the notice, and files the proof
    assert (by_hand, set(states.values())) == ("waiting", {"live"})
    assert await office.house.lines(made.id) == []
    author = await office.desk("author")
    assert "演练" in (await author.get("/console/items")).words
    assert "【演练】关于做好医疗救助工作的通知" in (await author.get("/console/releases")).words
    assert "在演练网站" in (await author.get(f"/console/items/{made.id}")).words


async def test_a_real_item_says_so_while_its_organ_practises_and_cannot_be_released(office: ConsoleOffice):
    made = await office.house.item()
    await practising(office)
    chief = await office.desk("chief")
    assert "正式稿件" in (await chief.get(f"/console/items/{made.id}")).words
    refused = await chief.post(f"/console/items/{made.id}/release", [("accounts", "website")])
    assert refused.status == 409
    assert "请先在“机构”页结束演练" in refused.words


async def test_after_practice_an_item_stays_readable_and_is_copied_as_a_real_draft(office: ConsoleOffice):
    admin = await practising(office)
    made = await office.house.item(title="演练过的通知")
    author = await office.desk("author")
    copy = f"/console/items/{made.id}/copy"
    assert (await author.post(copy)).status == 409
    await admin.follow(await admin.post(f"{ORGS}/practice", OFF))
    seen = await author.get(f"/console/items/{made.id}")
    assert "演练稿件" in seen.words
    assert f"演练-{CODE}/2026-00001" in seen.words
    draft = await author.follow(await author.post(copy))
    assert "演练稿件" not in draft.words
    assert f" {CODE}/2026-00001 " in draft.words
    chief = await office.desk("chief")
    refused = await chief.post(f"/console/items/{made.id}/release", [("accounts", "website")])
    assert (refused.status, "复制为正式草稿" in refused.words) == (409, True)


async def test_a_practice_account_cannot_be_turned_to_a_real_platform(office: ConsoleOffice):
    admin = await practising(office)
    async with office.house.store.read() as tx:
        rows = await list_accounts_in(tx, frozenset((office.house.org.id,)), practice=True)
    row = next(row for row in rows if row.channel == "weibo")
    fields = {"name": row.name, "setting_base_url": "https://api.weibo.com"}
    refused = await admin.post(f"/console/accounts/{row.id}/access", fields)
    assert (refused.status, "演练开关" in refused.words) == (409, True)


async def test_nothing_of_practice_is_left_among_what_is_real_once_it_ended(office: ConsoleOffice):
    admin = await practising(office)
    async with office.house.store.begin() as tx:
        rows = await list_accounts_in(tx, frozenset((office.house.org.id,)), practice=True)
        wechat = next(row for row in rows if row.channel == "wechat")
        await put_plan(tx, wechat.id, "subscription", "每天 18:00", at=office.house.now())
    author = await office.desk("author")
    for path in ("/console", "/console/calendar", "/console/pushes"):
        assert f"演练公众号·{office.house.org.name}" in (await author.get(path)).words, path
    await admin.follow(await admin.post(f"{ORGS}/practice", OFF))
    for path in ("/console", "/console/calendar", "/console/pushes"):
        assert "演练公众号" not in (await author.get(path)).words, path
    assert "演练用的账号（5）" in (await author.get("/console/accounts")).words


async def test_an_item_of_the_other_world_is_not_opened_for_writing(office: ConsoleOffice):
    real = await office.house.item()
    admin = await practising(office)
    practice = await office.house.item(title="演练过的通知")
    author = await office.desk("author")
    assert (await author.get(f"/console/items/{practice.id}/edit")).status == 200
    refused = await author.get(f"/console/items/{real.id}/edit")
    assert (refused.status, "正式稿件" in refused.words) == (409, True)
    await admin.follow(await admin.post(f"{ORGS}/practice", OFF))
    assert (await author.get(f"/console/items/{real.id}/edit")).status == 200
    refused = await author.get(f"/console/items/{practice.id}/edit")
    assert (refused.status, "复制为正式草稿" in refused.words) == (409, True)


async def test_who_takes_a_practice_item_back_is_not_told_of_figures(office: ConsoleOffice):
    await practising(office)
    made = await office.house.item()
    chief = await office.desk("chief")
    await chief.post(f"/console/items/{made.id}/release", [("accounts", "yanlian-site")])
    await office.house.run_until_quiet()
    told = (await chief.get(f"/console/items/{made.id}/withdraw")).words
    assert "本来就没有计入统计" in told
    assert "已经计入" not in told


async def test_a_practice_paper_that_must_come_down_says_that_it_is_one(office: ConsoleOffice):
    await practising(office)
    made = await office.house.item()
    chief, author = await office.desk("chief"), await office.desk("author")
    board = f"yanlian-qt-{CODE.lower()}"
    order = [("accounts", "yanlian-site"), ("accounts", board)]
    await chief.post(f"/console/items/{made.id}/release", order)
    await office.house.run_until_quiet()
    leg = (await office.house.legs(made.id))[board].id
    proof = {"place": "一楼公告栏", "shown_at": "", "shown_by": "李四", "note": ""}
    await author.follow(await author.post(f"/console/evidence/{leg}", proof))
    gone = {"withdrawn_as": "wrong", "reason": "演练完毕"}
    await chief.follow(await chief.post(f"/console/items/{made.id}/withdraw", gone))
    told = (await author.get("/console")).words
    assert "等人到平台或现场撤下（1） 【演练】关于做好医疗救助工作的通知" in told
