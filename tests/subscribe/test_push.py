"""Browsers that are told: of what they chose, once, not at night, and no longer once they are gone."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from cryptography.hazmat.primitives.asymmetric import ec

from server.core.live_site import LiveSite
from server.network import open_guarded_session
from server.public.push import PATH, add_push
from server.store.push import count_browsers
from server.store.push_tables import push_item, push_subscription
from server.subscribe.push import Push, PushRefusal, forget_browser, take_browser
from server.subscribe.push_delivery import after_night, push_news
from tests.house import SITE, House, open_house
from tests.subscribe.push_service import Browser, Service

TITLE = "关于做好医疗救助工作的通知"


@dataclass(slots=True)
class Stage:
    house: House
    push: Push
    service: Service
    browser: Browser

    async def take(self, *topics: str, browser: Browser | None = None, keeps_quiet: bool = True) -> None:
        await take_browser(
            self.push, self.service.told(browser or self.browser, *topics, keeps_quiet=keeps_quiet)
        )

    async def count(self) -> int:
        async with self.push.store.read() as tx:
            return await count_browsers(tx)


@pytest.fixture
async def stage(store, now, new_id) -> AsyncIterator[Stage]:
    service = Service()
    await service.start()
    inner = (ip_network("127.0.0.0/8"),)
    async with open_house(store, now, new_id) as house, open_guarded_session(inner, 2.0) as session:
        push = Push(
            store, LiveSite(SITE), session,
            ec.generate_private_key(ec.SECP256R1()), "mailto:a@b.example", now,
            lambda: 0.5, ("http://127.0.0.1:*",),
        )  # fmt: skip
        yield Stage(house, push, service, Browser())
    await service.close()


async def test_a_browser_hears_of_a_new_item_once_and_can_read_it(stage):
    await stage.take("site")
    item = await stage.house.published()
    assert await push_news(stage.push) == 1
    assert await push_news(stage.push) == 0
    (heard,) = stage.browser.heard
    assert (heard["title"], heard["tag"]) == (TITLE, item.id)
    assert heard["url"] == f"{SITE.url}/a/{item.id}.html"
    (headers,) = stage.service.headers
    assert (headers["TTL"], headers["Content-Encoding"]) == ("86400", "aes128gcm")
    assert len(headers["Topic"]) <= 32
    assert headers["Authorization"].startswith("vapid t=")


async def test_a_browser_hears_of_its_columns_alone_and_once_of_an_item_in_several_lists(stage):
    other = Browser("b2")
    await stage.take("site", "column/zcwj")
    await stage.take("column/tzgg", browser=other)
    await stage.house.published()
    assert await push_news(stage.push) == 1
    assert (len(stage.browser.heard), len(other.heard)) == (1, 0)


async def test_a_correction_and_a_page_written_again_are_no_news(stage):
    await stage.take("site")
    item = await stage.house.published()
    await push_news(stage.push)
    stage.house.now.move(hours=1)
    await stage.house.corrected(item.id, title="更正后的标题")
    await stage.house.release(item.id, change="major", note="更正")
    await stage.house.run_until_quiet()
    assert await push_news(stage.push) == 0


async def test_what_was_seen_is_forgotten_after_days_and_is_no_news_all_the_same(stage):
    await stage.take("site")
    old = await stage.house.published()
    await push_news(stage.push)
    stage.house.now.move(days=3)
    new = await stage.house.published(document_number=None)
    assert await push_news(stage.push) == 1
    async with stage.push.store.read() as tx:
        assert set((await tx.execute(push_item.select())).scalars()) == {new.id}
    await stage.house.corrected(old.id, title="更正后的标题")
    await stage.house.release(old.id, change="major", note="更正")
    await stage.house.run_until_quiet()
    assert await push_news(stage.push) == 0
    assert [heard["tag"] for heard in stage.browser.heard] == [old.id, new.id]


async def test_what_was_published_before_is_no_news_for_a_new_browser(stage):
    await stage.house.published()
    stage.house.now.move(minutes=1)
    await stage.take("site")
    assert await push_news(stage.push) == 0


async def test_who_wants_quiet_nights_hears_in_the_morning(stage):
    awake = Browser("b2")
    await stage.take("site")
    await stage.take("site", browser=awake, keeps_quiet=False)
    stage.house.now.move(hours=13)  # 23:00 in Beijing
    await stage.house.published()
    await push_news(stage.push)
    assert (len(stage.browser.heard), len(awake.heard)) == (0, 1)
    stage.house.now.move(hours=8)
    await push_news(stage.push)
    assert len(stage.browser.heard) == 1


async def test_what_is_late_wakes_nobody_who_wants_quiet_nights(stage):
    await stage.take("site")
    stage.house.now.move(hours=11, minutes=59)  # 21:59 in Beijing
    stage.service.status = 503
    await stage.house.published()
    await push_news(stage.push)
    stage.service.status = 201
    for _hour in range(9):
        stage.house.now.move(hours=1)
        await push_news(stage.push)
        assert stage.browser.heard == []
    stage.house.now.move(minutes=2)  # 07:01
    await push_news(stage.push)
    assert len(stage.browser.heard) == 1


async def test_news_lasts_a_day_from_when_each_is_told(stage):
    awake = Browser("b2")
    await stage.take("site")
    await stage.take("site", browser=awake, keeps_quiet=False)
    stage.house.now.move(hours=13)
    await stage.house.published()
    await push_news(stage.push)
    stage.house.now.move(hours=8)
    await push_news(stage.push)
    assert [headers["TTL"] for headers in stage.service.headers] == ["86400", "86400"]


@pytest.mark.parametrize(("hour", "waits"), [(21, 0), (22, 9), (23, 8), (0, 7), (6, 1), (7, 0)])
def test_the_night_is_from_ten_to_seven_in_beijing(hour: int, waits: int):
    at = datetime(2026, 11, 25, hour, 0, tzinfo=UTC) - timedelta(hours=8)
    assert after_night(at) - at == timedelta(hours=waits)


@pytest.mark.parametrize("status", [404, 410])
async def test_a_browser_that_is_gone_is_forgotten(stage, status):
    await stage.take("site")
    stage.service.status = status
    await stage.house.published()
    await push_news(stage.push)
    assert await stage.count() == 0


async def test_a_service_in_trouble_is_asked_again_until_the_news_is_old(stage):
    await stage.take("site")
    stage.service.status = 503
    await stage.house.published()
    await push_news(stage.push)
    assert await push_news(stage.push) == 0
    stage.house.now.move(minutes=2)
    stage.service.status = 201
    assert await push_news(stage.push) == 1
    assert len(stage.browser.heard) == 1
    stage.service.status = 503
    await stage.house.published(title="另一篇")
    await push_news(stage.push)
    stage.house.now.move(hours=25)
    assert await push_news(stage.push) == 0


async def test_an_item_withdrawn_meanwhile_is_not_told(stage):
    await stage.take("site")
    stage.service.status = 503
    item = await stage.house.published()
    await push_news(stage.push)
    await stage.house.withdraw(item.id)
    await stage.house.run_until_quiet()
    stage.service.status = 201
    stage.house.now.move(minutes=5)
    await push_news(stage.push)
    assert stage.browser.heard == []


async def test_a_browser_changes_its_mind_and_leaves(stage):
    await stage.take("site")
    await stage.take("column/tzgg")
    await stage.house.published()
    assert (await push_news(stage.push), await stage.count()) == (0, 1)
    await forget_browser(stage.push, stage.service.told(stage.browser, "site"))
    assert await stage.count() == 0


async def test_many_browsers_are_all_told(stage):
    browsers = [Browser(f"n{number}") for number in range(30)]
    for browser in browsers:
        await stage.take("site", browser=browser)
    await stage.house.published()
    assert await push_news(stage.push) == 30
    assert [len(browser.heard) for browser in browsers] == [1] * 30


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"endpoint": "https://push.evil.example/x"}, "unknown_service"),
        ({"endpoint": "http://127.0.0.1:9@evil.example/x"}, "unknown_service"),
        ({"endpoint": "nonsense"}, "unknown_service"),
        ({"topics": ["column/nowhere"]}, "unknown_topic"),
        ({"topics": []}, "invalid"),
        ({"keys": {"p256dh": "x", "auth": "y"}}, "invalid"),
        ({"keys": None}, "invalid"),
    ],
)
async def test_what_is_no_browser_is_refused(stage, changes, code):
    told = json.loads(stage.service.told(stage.browser, "site")) | changes
    with pytest.raises(PushRefusal) as refused:
        await take_browser(stage.push, json.dumps(told).encode())
    assert refused.value.code == code
    assert await stage.count() == 0


async def test_over_http_only_json_is_taken(stage):
    async def allow(_key: str, _limit: int, _seconds: int) -> bool:
        return True

    app, told = web.Application(), stage.service.told(stage.browser, "site")
    add_push(app, stage.push, allow)
    async with TestServer(app) as server, aiohttp.ClientSession() as http:
        url, head = server.make_url(PATH), {"Content-Type": "application/json"}
        answers = await asyncio.gather(
            http.put(url, data=told, headers=head),
            http.put(url, data=told, headers={"Content-Type": "text/plain"}),
            http.put(url, data=b"{", headers=head),
            http.put(url, data=b" " * 20_000, headers=head),
            http.post(url, data=told, headers=head),
        )
        assert [answer.status for answer in answers] == [200, 415, 400, 413, 405]
        assert (await answers[2].json())["code"] == "invalid"
        async with http.delete(url, data=told, headers=head) as answer:
            assert answer.status == 200
    assert await stage.count() == 0


async def test_a_browser_whose_keys_are_spoilt_keeps_no_other_from_being_told(stage):
    others = [Browser(f"b{number}") for number in (2, 3, 4)]
    await stage.take("site")
    for other in others:
        await stage.take("site", browser=other)
    async with stage.push.store.begin() as tx:
        of_one = push_subscription.c.endpoint.like(f"%/{stage.browser.name}")
        await tx.execute(push_subscription.update().where(of_one).values(browser_key="spoilt"))
    await stage.house.published()
    assert [await push_news(stage.push) for _time in range(2)] == [4, 0]
    assert [len(one.heard) for one in (stage.browser, *others)] == [0, 1, 1, 1]
