"""server/console/work.py: everybody sees first what waits for him."""

import ast
import html
import re
from datetime import timedelta
from pathlib import Path

from server import watch
from server.security.sign_in import issue_token
from server.store.alerts import Alert, raise_alerts
from server.store.people import find_person
from tests.console.conftest import XSS, ConsoleOffice


async def test_a_draft_waits_for_its_author_and_for_nobody_else(office: ConsoleOffice):
    await office.item(title="关于防汛工作的通知")
    mine = await (await office.desk("author")).get("/console")
    theirs = await (await office.desk("chief")).get("/console")
    assert ("我的草稿（1）" in mine.words, "防汛" in mine.words) == (True, True)
    assert "防汛" not in theirs.words


async def test_a_submitted_item_waits_for_a_reviewer_and_not_for_its_author(office: ConsoleOffice):
    made = await office.item(title="关于防汛工作的通知")
    await office.post(f"/api/v1/items/{made['id']}/submit")
    reviewer = await (await office.desk("chief")).get("/console")
    author = await (await office.desk("author")).get("/console")
    assert "等我审核（1） 关于防汛工作的通知" in reviewer.words
    assert f"/console/items/{made['id']}/review" in reviewer.links
    assert "等我审核" not in author.words
    assert "我送审的，等待审核（1）" in author.words


async def test_a_returned_item_waits_for_its_author_with_the_reason(office: ConsoleOffice):
    made = await office.item()
    await office.post(f"/api/v1/items/{made['id']}/submit")
    await office.post(f"/api/v1/items/{made['id']}/return", {"reason": "标题不完整"}, by="chief")
    seen = await (await office.desk("author")).get("/console")
    assert "被退回，请修改（1）" in seen.words
    assert "退回原因：标题不完整" in seen.words


async def test_an_approved_item_waits_for_whoever_may_release(office: ConsoleOffice):
    made = await office.approved(title="关于防汛工作的通知")
    seen = await (await office.desk("chief")).get("/console")
    assert (
        "审核通过，等待发布（1）" in seen.words,
        f"/console/items/{made['id']}/release" in seen.links,
    ) == (True, True)
    assert "等待发布" not in (await (await office.desk("reviewer")).get("/console")).words


async def test_a_list_that_is_longer_than_shown_says_so_and_leads_to_all_of_it(office: ConsoleOffice):
    for number in range(11):
        await office.item(title=f"关于第{number}号事项的通知")
    desk = await office.desk("author")
    seen = await desk.get("/console")
    assert ("我的草稿（超过 10 条）" in seen.words, seen.words.count("号事项的通知")) == (True, 10)
    everything = await desk.get("/console/items?state=draft&mine=1")
    assert "/console/items?state=draft&mine=1" in seen.links
    assert everything.words.count("号事项的通知") == 11


async def test_a_refused_delivery_waits_for_a_person(office: ConsoleOffice):
    house = office.house
    made = await house.item()
    house.platform.next_call("refuse")
    await house.release(made.id)
    await house.run_until_quiet()
    seen = await (await office.desk("chief")).get("/console")
    assert "需要人处理的投递（1） 关于做好医疗救助工作的通知 平台拒绝 website：被拒绝" in seen.words


async def test_no_item_of_another_organ_shows(office: ConsoleOffice):
    await office.item(title="关于防汛工作的通知")
    stranger = await (await office.desk("stranger")).get("/console")
    assert "现在没有等您处理的事" in stranger.words


async def test_markup_in_a_title_stays_text(office: ConsoleOffice):
    await office.item(title=XSS)
    seen = await (await office.desk("author")).get("/console")
    assert XSS in seen.words
    assert [told for tag, told in seen.tags if tag == "script" and "src" not in told] == []


async def test_the_first_page_tells_the_year_the_week_the_accounts_and_what_lacks_its_interpretation(
    office: ConsoleOffice,
):
    house = office.house
    made = await house.published(("website",))
    seen = await (await office.desk("chief")).get("/console")
    title = (await office.get(f"/api/v1/items/{made.id}")).json["title"]
    told = seen.words.partition("现在的情况")[2]
    assert "信息（不同渠道发同一条只计 1 条） 1 其中本月 1 网站 1" in told
    assert ("今天起七天" in told, told.partition("还没有解读的文件")[2].count(title)) == (True, 1)
    assert "website 网站" in told.partition("账号")[2]


async def test_the_first_page_says_nothing_of_another_organ(office: ConsoleOffice):
    await office.house.published(("website",))
    told = (await (await office.desk("stranger")).get("/console")).words.partition("现在的情况")[2]
    assert ("只计 1 条） 0" in told, "还没有账号" in told, "都已解读" in told) == (True, True, True)


async def test_what_is_silent_on_the_site_is_told_to_those_who_have_the_site(office: ConsoleOffice):
    async with office.house.store.begin() as tx:
        alert = Alert("column:news", "silence", "warn", "栏目“要闻”还没有内容")
        await raise_alerts(tx, [alert], at=office.house.now())
    assert "栏目“要闻”还没有内容" in (await (await office.desk("admin")).get("/console")).words
    assert "栏目“要闻”" not in (await (await office.desk("stranger")).get("/console")).words


async def test_an_alert_leads_whoever_may_act_to_where_he_can(office: ConsoleOffice):
    org = office.house.org.id
    alerts = [
        Alert("token:weibo:7", "token", "warn", "账号“微博”的授权到期", org),
        Alert(f"pending:2025:{org}:20260102", "report", "alarm", "2025年度的公开数字被退回", org),
        Alert("calendar:2027", "calendar", "warn", "2027年的放假安排还没有导入"),
        Alert("job:x", "job", "alarm", "定时任务连续失败"),
        Alert("disk", "disk", "alarm", "磁盘快满了", org),
    ]
    async with office.house.store.begin() as tx:
        await raise_alerts(tx, alerts, at=office.house.now())
    led = {}
    for login in ("admin", "author"):
        main = (await (await office.desk(login)).get("/console")).html.partition('id="alerts"')[2]
        led[login] = [f'">{one.message}</a>' in main for one in alerts]
    # Nobody but an administrator renews a permission; an author sees the account of it.
    assert led == {"admin": [True] * 5, "author": [True] * 5}


async def test_every_alert_leads_to_the_page_that_solves_it(office: ConsoleOffice):
    house, org, code = office.house, office.house.org.id, office.house.org.code
    made = await house.published()
    leg = (await house.legs(made.id))["website"].id
    leads = {
        "column:tzgg": ("silence", None, "/console/items/new?column=tzgg"),
        f"account:{leg}": ("silence", None, "/console/items/new"),
        f"overdue:{org}": ("overdue", None, "/console/overdue"),
        f"takedown:{leg}": ("takedown", made.id, f"/console/deliveries/{leg}"),
        f"check:{made.id}": ("check", made.id, f"/console/items/{made.id}/check"),
        "unreviewed:7": ("unreviewed", made.id, f"/console/items/{made.id}/review"),
        f"disclosure:{made.id}": ("disclosure", made.id, f"/console/items/{made.id}"),
        f"report:2026:{org}": ("report", None, f"/console/report?org={code}&year=2025"),
        f"filing:2024:{org}:2026-01-05": ("report", None, f"/console/report?org={code}&year=2024"),
        f"month:2026-10:{org}": ("report", None, f"/console/report/months?org={code}&year=2026"),
    }
    async with house.store.begin() as tx:
        told = [Alert(key, kind, "warn", key, org, item) for key, (kind, item, _lead) in leads.items()]
        await raise_alerts(tx, told, at=house.now())
    desk = await office.desk("admin")
    seen = await desk.get("/console")
    for key, (_kind, _item, lead) in leads.items():
        assert f'<a href="{lead.replace("&", "&amp;")}">{key}</a>' in seen.html, key
        assert (await desk.get(lead)).status == 200, key
    form = (await desk.get("/console/items/new?column=tzgg")).html
    assert re.search(r'<option value="tzgg" selected', form)


SAMPLES = {
    "api_token": "api_token:{leg}", "authorisation": "authorisation:weibo", "backup": "backup",
    "calendar": "calendar:2027", "certificate": "certificate", "check": "check:{item}", "clock": "clock",
    "disclosure": "disclosure:{item}", "disk": "disk", "interpretation": "interpretation:{item}",
    "job": "job:look", "link": "link:{item}", "orphan": "orphan:{item}", "overdue": "overdue:{org}",
    "report": "report:2026:{org}", "silence": "column:tzgg", "takedown": "takedown:{leg}",
    "token": "token:weibo:7", "unreviewed": "unreviewed:{item}",
}  # fmt: skip


def test_there_is_a_sample_of_every_kind_of_alert():
    told = "\n".join(path.read_text() for path in Path(str(watch.__file__)).parent.glob("*.py"))
    calls = [node for node in ast.walk(ast.parse(told)) if isinstance(node, ast.Call)]
    given = [ast.unparse(one.args[1]) for one in calls if ast.unparse(one.func) == "Alert"]
    assert {ast.literal_eval(kind) for kind in given} == SAMPLES.keys()


async def test_no_alert_leads_anybody_nowhere(office: ConsoleOffice):
    house = office.house
    made = await house.published()
    places = {"leg": (await house.legs(made.id))["website"].id, "item": made.id, "org": house.org.id}
    keys = {kind: key.format(**places) for kind, key in SAMPLES.items()}
    told = [
        Alert(key, kind, "warn", f"提醒 {kind}", house.org.id, made.id if "{item}" in SAMPLES[kind] else None)
        for kind, key in keys.items()
    ]
    async with house.store.begin() as tx:
        await raise_alerts(tx, told, at=house.now())
    for login in ("author", "reviewer", "chief", "admin"):
        desk = await office.desk(login)
        main = (await desk.get("/console")).html.partition('id="alerts"')[2]
        leads = {kind: lead for lead, kind in re.findall(r'<a href="([^"]+)">提醒 (\w+)</a>', main)}
        assert leads.keys() == SAMPLES.keys(), login
        for lead in set(leads.values()):
            assert (await desk.get(html.unescape(lead))).status == 200, (login, lead)


async def test_a_token_that_ends_leads_its_owner_to_a_new_one_and_others_to_what_to_say(
    office: ConsoleOffice,
):
    house = office.house
    async with house.store.begin() as tx:
        owner = await find_person(tx, "author")
        assert owner is not None
        issued = await issue_token(
            tx, owner.id, id=house.new_id(), name="抓取", use="api", at=house.now(), lasts=timedelta(days=9)
        )
        ends = Alert(f"api_token:{issued.row.id}", "api_token", "warn", "令牌“抓取”到期")
        await raise_alerts(tx, [ends], at=house.now())
    led = {"author": "/console/tokens", "chief": "/console/machine#api_token"}
    for login, lead in led.items():
        assert (
            f'<a href="{lead}">令牌“抓取”到期</a>' in (await (await office.desk(login)).get("/console")).html
        )
    assert "令牌“抓取”到期" in (await (await office.desk("chief")).get("/console/machine")).words
    # Another organ's people, who have no website, are not told of this one's machine and programs.
    assert "抓取" not in (await (await office.desk("stranger")).get("/console/machine")).words
