"""server/console/checking.py, previews.py: an editor sees what each account says, and what each will show."""

from channels.wechat.bounds import DIGEST, TITLE
from server.console.previews import previews_of
from server.core.contents import content_of_draft
from server.store.accounts import AccountRow, insert_account, list_accounts
from tests.console.conftest import XSS, ConsoleOffice
from tests.house import SITE


async def test_each_account_says_whether_the_item_may_go_out(office: ConsoleOffice):
    made = await office.item()
    seen = await (await office.desk("author")).get(f"/console/items/{made['id']}/check")
    assert seen.status == 200
    assert all(name in seen.words for name in ("网站（手机）", "微博：", "微信：", "订阅源"))
    assert "5 个放得下" in seen.words


async def test_what_an_account_cannot_carry_is_said_with_a_way_to_mend_it(office: ConsoleOffice):
    made = await office.item(title="长" * 110)
    seen = await (await office.desk("author")).get(f"/console/items/{made['id']}/check")
    assert "不能发布 必须改正：" in seen.words
    assert f"/console/items/{made['id']}/edit#field-title" in seen.links


async def test_the_form_and_the_preview_count_by_what_the_check_stops_at(office: ConsoleOffice):
    made, desk = await office.item(title="长" * 33), await office.desk("author")
    form = await desk.get(f"/console/items/{made['id']}/edit")
    seen = await desk.get(f"/console/items/{made['id']}/check")
    assert f"标题 33/{TITLE} 字" in seen.words
    assert form.html.count(f'data-count="{TITLE}"') == 2  # the item's and the one for WeChat alone
    assert form.html.count(f'data-count="{DIGEST}"') == 1


async def test_an_account_that_cannot_be_opened_says_why(office: ConsoleOffice):
    house = office.house
    made = await house.item()

    def unfinished(_row):
        raise ValueError("缺少 app_key")

    async with house.store.read() as tx:
        content = await content_of_draft(tx, made.id, SITE, at=house.now())
        accounts = await list_accounts(tx, frozenset({house.org.id}))
    (preview, *_) = previews_of(content, accounts, unfinished)
    assert (preview.is_blocked, preview.trouble) == (True, "账号的设置不完整：缺少 app_key")


async def test_a_preview_runs_no_script_and_stands_in_our_frames_only(office: ConsoleOffice):
    made = await office.item(title=XSS)
    desk = await office.desk("author")
    for path in ("website", "wechat", "wechat?dark=1&large=1"):
        seen = await desk.get(f"/console/items/{made['id']}/preview/{path}")
        policy = seen.headers["Content-Security-Policy"]
        assert seen.status == 200
        assert ("script-src" in policy, "frame-ancestors 'self'" in policy) == (False, True)
        assert not [told for tag, told in seen.tags if "onerror" in told]


async def test_a_preview_of_another_organ_is_refused(office: ConsoleOffice):
    made = await office.item()
    stranger = await office.desk("stranger")
    for path in ("check", "preview/website", "preview/wechat"):
        assert (await stranger.get(f"/console/items/{made['id']}/{path}")).status == 403


async def test_a_draft_can_be_handed_in_from_its_preview(office: ConsoleOffice):
    made = await office.item()
    desk = await office.desk("author")
    page = await desk.get(f"/console/items/{made['id']}/check")
    assert "送审" in page.words
    done = await desk.follow(await desk.post(f"/console/items/{made['id']}/submit"))
    assert "已送审。" in done.words


async def test_personal_data_stands_marked_in_the_text_with_its_rule(office: ConsoleOffice):
    made = await office.item(body="<p>救助对象身份证号11010519491231002X。</p>")
    seen = await (await office.desk("author")).get(f"/console/items/{made['id']}/check")
    (mark,) = [told for tag, told in seen.tags if (told.get("id") or "").startswith("m-")]
    assert f'id="f-{mark["id"][2:]}"' in seen.html
    assert "依据：" in seen.words
    assert "须处理" in seen.words


async def test_one_click_puts_a_finding_right_as_a_new_version(office: ConsoleOffice):
    made = await office.item(body="<p>救助对象身份证号11010519491231002X。</p>")
    desk, path = await office.desk("author"), f"/console/items/{made['id']}"
    page = await desk.get(f"{path}/check")
    key = next(told["id"] for _, told in page.tags if (told.get("id") or "").startswith("m-"))[2:]
    done = await desk.follow(await desk.post(f"{path}/mend", {"finding": key}))
    item = (await office.get(f"/api/v1/items/{made['id']}")).json
    assert ("已保存。" in done.words, item["revision"], "11010519491231002X" in item["body"]) == (
        True,
        2,
        False,
    )


async def test_what_blocks_may_stand_when_two_people_answer_for_it(office: ConsoleOffice):
    made = await office.item(body="<p>救助对象身份证号11010519491231002X。</p>")
    path = f"/console/items/{made['id']}"
    desk, chief = await office.desk("author"), await office.desk("chief")
    page = await desk.get(f"{path}/check")
    key = next(told["id"] for _, told in page.tags if (told.get("id") or "").startswith("m-"))[2:]
    refused = await desk.post(f"{path}/waivers", {"finding": key, "reason": "无"})
    assert (refused.status, "至少 4 个字符" in refused.words) == (422, True)
    await desk.post(f"{path}/waivers", {"finding": key, "reason": f"办公电话{XSS}"})
    seen = await chief.get(f"{path}/check")
    assert f"author 已说明：办公电话{XSS}" in seen.words
    second = next(told["action"] for tag, told in seen.tags if "/second" in (told.get("action") or ""))
    done = await chief.follow(await chief.post(str(second)))
    assert "chief 已确认" in done.words


async def test_nobody_is_the_second_person_of_his_own_word(office: ConsoleOffice):
    made = await office.item(body="<p>救助对象身份证号11010519491231002X。</p>")
    path = f"/console/items/{made['id']}"
    desk = await office.desk("admin")
    page = await desk.get(f"{path}/check")
    key = next(told["id"] for _, told in page.tags if (told.get("id") or "").startswith("m-"))[2:]
    await desk.post(f"{path}/waivers", {"finding": key, "reason": "这是办公电话"})
    waiver = (await office.get(f"/api/v1/items/{made['id']}/checks")).json["findings"][0]["waiver"]["id"]
    refused = await desk.post(f"{path}/waivers/{waiver}/second")
    assert (refused.status, "请由另一人确认" in refused.words) == (403, True)


async def test_the_page_says_where_a_release_would_go_and_what_it_would_count(office: ConsoleOffice):
    made = await office.item()
    seen = await (await office.desk("author")).get(f"/console/items/{made['id']}/check")
    assert "按上次的选择发布到 4 个账号：" in seen.words
    assert "计入 4 个渠道（网站、微博、微信、订阅源）" in seen.words.replace("微信、微博", "微博、微信")
    assert "还没有关联解读" in seen.words


async def test_each_account_of_wechat_can_be_looked_at_with_its_own_words(office: ConsoleOffice):
    house = office.house
    async with house.store.begin() as tx:
        second = AccountRow(
            house.new_id(), house.org.as_org(), "wechat", "wechat-2", "卫健微信", "wechat",
            (await list_accounts(tx, frozenset({house.org.id})))[0].settings, None, "active",
        )  # fmt: skip
        await insert_account(tx, second, at=house.now())
    own = {"channel": "wechat", "account": "wechat-2", "title": "卫健委自己的标题"}
    made = await office.item(overrides=[own])
    desk, path = await office.desk("author"), f"/console/items/{made['id']}"
    first, other = [
        await desk.get(f"{path}/preview/wechat?account={slug}") for slug in ("wechat", "wechat-2")
    ]
    assert ("卫健委自己的标题" in first.words, "卫健委自己的标题" in other.words) == (False, True)
    page = await desk.get(f"{path}/check?wechat=wechat-2")
    assert "微信：卫健微信" in page.words
    assert "?wechat=wechat#show-wechat" in page.links
