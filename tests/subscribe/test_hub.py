"""The hub as subscribers meet it: the numbers are those of server/subscribe/CONTRACT.md."""

import asyncio
import hashlib
import hmac

import pytest

from server.store.hub import count_subscriptions
from server.subscribe import hub_verification
from server.subscribe.hub import Hub
from server.subscribe.hub_verification import verify_intents
from tests.subscribe.hub_stage import ATOM, Stage, open_stage


@pytest.fixture(params=["sqlite"])
def engine(request: pytest.FixtureRequest) -> str:
    """The protocol knows no database; the queue is tried on both in test_hub_queue.py."""
    request.getfixturevalue("sqlite_template")
    return str(request.param)


async def subscriptions(stage: Stage) -> int:
    async with stage.hub.store.read() as tx:
        return (await count_subscriptions(tx, ""))[0]


def signature(body: bytes, secret: str = "s3cret") -> str:
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


# What a publisher owes (1 to 5)


@pytest.mark.parametrize("path", [ATOM, "feed/site.rss", "feed/site.json", "feed/column/zcwj.rss"])
async def test_1_a_feed_names_hub_and_itself_in_its_headers(stage, path):
    async with stage.http.get(stage.url(path)) as answer:
        assert answer.headers["Link"] == (
            f'<{stage.site.url}/hub>; rel="hub", <{stage.url(path)}>; rel="self"'
        )


async def test_1_an_archive_names_no_hub(stage):
    await stage.root.put("feed/site/1.atom", b"<feed/>")
    async with stage.http.get(stage.url("feed/site/1.atom")) as answer:
        assert "Link" not in answer.headers


async def test_4_a_callback_with_a_query_of_its_own_is_answered_exactly_202(stage, subscriber):
    assert await stage.ask(subscriber.callback("?id=7"), hub_lease_seconds="7200") == 202


async def test_5_the_callback_keeps_its_own_query_and_is_asked_with_topic_challenge_and_lease(
    stage, subscriber
):
    await stage.subscribe(subscriber.callback("?id=7&x=a%2Fb"), hub_lease_seconds="7200")
    (asked,) = subscriber.asked
    assert asked["id"] == "7"
    assert asked["x"] == "a/b"
    assert asked["hub.topic"] == stage.url()
    assert asked["hub.lease_seconds"] == "7200"
    assert len(asked["hub.challenge"]) > 30


# What a hub owes (6 to 13)


async def test_6_a_subscriber_is_verified_and_gets_what_is_published_without_a_signature(stage, subscriber):
    await stage.subscribe(subscriber.callback())
    assert subscriber.asked[0]["hub.mode"] == "subscribe"
    await stage.publish(b"<feed>new</feed>")
    (sent,) = subscriber.sent
    assert sent.body == b"<feed>new</feed>"
    assert "X-Hub-Signature" not in sent.headers


async def test_7_with_a_secret_the_delivery_is_signed(stage, subscriber):
    await stage.subscribe(subscriber.callback(), hub_secret="s3cret")
    await stage.publish()
    (sent,) = subscriber.sent
    assert sent.headers["X-Hub-Signature"] == signature(sent.body)


async def test_7_the_secret_is_not_readable_in_the_database(stage, subscriber, database_folder):
    await stage.subscribe(subscriber.callback(), hub_secret="s3cret")
    files = await asyncio.to_thread(
        lambda: [path.read_bytes() for path in database_folder.glob("tongfa.db*")]
    )
    assert any(b"/callback" in body for body in files)
    assert not any(b"s3cret" in body for body in files)


async def test_8_parameters_that_nobody_knows_are_passed_over(stage, subscriber):
    await stage.subscribe(subscriber.callback(), foo="1", hub_foo="2")
    assert await stage.publish() == 1


async def test_9_subscribing_again_gives_one_delivery_and_a_new_lease(stage, subscriber):
    await stage.subscribe(subscriber.callback(), hub_lease_seconds="3600")
    stage.now.move(minutes=50)
    await stage.subscribe(subscriber.callback(), hub_lease_seconds="3600")
    stage.now.move(minutes=50)
    await stage.publish()
    assert len(subscriber.sent) == 1


async def test_9_subscribing_again_takes_the_new_secret(stage, subscriber):
    await stage.subscribe(subscriber.callback(), hub_secret="old")
    await stage.subscribe(subscriber.callback(), hub_secret="new")
    await stage.publish()
    (sent,) = subscriber.sent
    assert sent.headers["X-Hub-Signature"] == signature(sent.body, "new")


async def test_10_who_unsubscribes_is_asked_and_gets_nothing_more(stage, subscriber):
    await stage.subscribe(subscriber.callback())
    assert await stage.ask(subscriber.callback(), "unsubscribe") == 202
    await verify_intents(stage.hub)
    assert subscriber.asked[-1]["hub.mode"] == "unsubscribe"
    assert "hub.lease_seconds" not in subscriber.asked[-1]
    await stage.publish()
    assert subscriber.sent == []


async def test_10_nobody_else_can_unsubscribe_a_callback(stage, subscriber):
    await stage.subscribe(subscriber.callback())
    subscriber.agrees = False
    await stage.ask(subscriber.callback(), "unsubscribe")
    await verify_intents(stage.hub)
    await stage.publish()
    assert len(subscriber.sent) == 1


@pytest.mark.parametrize("path", [ATOM, "feed/site.rss", "feed/site.json"])
async def test_11_to_13_a_delivery_has_the_bytes_type_and_links_of_the_feed(stage, subscriber, path):
    await stage.subscribe(subscriber.callback(), topic=path)
    await stage.publish("<feed>示范</feed>".encode(), topic=path)
    async with stage.http.get(stage.url(path)) as answer:
        served, body = answer.headers, await answer.read()
    (sent,) = subscriber.sent
    assert sent.body == body != b""
    assert sent.headers["Content-Type"] == served["Content-Type"]
    assert sent.headers["Link"] == served["Link"]


@pytest.mark.parametrize("name", ["hub_topic", "hub_url"])
async def test_13_the_ping_of_a_publisher_is_taken_for_our_own_feeds_alone(stage, name):
    assert (await stage.post(hub_mode="publish", **{name: stage.url()}))[0] == 202
    status, text = await stage.post(hub_mode="publish", **{name: "https://elsewhere.example/feed"})
    assert (status, text.split(":")[0]) == (400, "topic_unknown")


# The rest of the contract


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"hub_mode": "shout"}, "mode_unknown"),
        ({"hub_topic": "https://elsewhere.example/feed/site.atom"}, "topic_unknown"),
        ({"hub_topic": "{site}/feed/site.atom?page=2"}, "topic_unknown"),
        ({"hub_topic": "{site}/feed/site/1.atom"}, "topic_unknown"),
        ({"hub_topic": "{site}/feed/../feed/site.atom"}, "topic_unknown"),
        ({"hub_topic": "{site}/feed/search.atom"}, "topic_unknown"),
        ({"hub_callback": ""}, "callback_invalid"),
        ({"hub_callback": "ftp://x.example/"}, "callback_invalid"),
        ({"hub_callback": "https:///x"}, "callback_invalid"),
        ({"hub_callback": "https://me:pass@x.example/"}, "callback_invalid"),
        ({"hub_callback": "https://x.example/#here"}, "callback_invalid"),
        ({"hub_callback": "https://x.example/" + "a" * 2000}, "callback_invalid"),
        ({"hub_callback": "https://x.example:99999/"}, "callback_invalid"),
        ({"hub_callback": "https://x.example/\r\nX: 1"}, "callback_invalid"),
        ({"hub_callback": "http://x.example:25/"}, "callback_port"),
        ({"hub_callback": "http://10.0.0.1/"}, "callback_inner"),
        ({"hub_callback": "http://[::1]:8080/"}, "callback_inner"),
        ({"hub_callback": "http://[::ffff:10.0.0.1]/"}, "callback_inner"),
        ({"hub_callback": "http://169.254.169.254/"}, "callback_inner"),
        ({"hub_callback": "http://167772161/"}, "callback_inner"),  # 10.0.0.1 as one number
        ({"hub_secret": "字" * 67}, "secret_too_long"),
        ({"hub_lease_seconds": "for ever"}, "lease_invalid"),
    ],
)
async def test_a_request_that_makes_no_sense_is_refused_with_a_code_and_a_sentence(
    stage, subscriber, form, code
):
    asked = {"hub_mode": "subscribe", "hub_topic": stage.url(), "hub_callback": subscriber.callback()}
    given = {name: value.replace("{site}", stage.site.url) for name, value in form.items()}
    status, text = await stage.post(**{**asked, **given})
    assert (status, text.split(":")[0]) == (400, code)
    assert any("一" <= sign <= "鿿" for sign in text)
    await verify_intents(stage.hub)
    assert subscriber.asked == []


async def test_a_feed_without_content_cannot_be_subscribed_to(stage, subscriber):
    assert await stage.ask(subscriber.callback(), topic="feed/column/zcjd.rss") == 404


async def test_a_secret_of_199_bytes_is_taken(stage, subscriber):
    assert await stage.ask(subscriber.callback(), hub_secret="s" * 199) == 202
    assert await stage.ask(subscriber.callback(), hub_secret="s" * 200) == 400


async def test_a_form_that_is_none_or_too_long_is_refused(stage):
    url = f"{stage.site.url}/hub"
    async with stage.http.post(url, json={"hub.mode": "subscribe"}) as answer:
        assert answer.status == 415
    async with stage.http.post(url, data={"x": "a" * 9000}) as answer:
        assert answer.status == 413
    async with stage.http.get(url) as answer:
        assert (answer.status, answer.headers["Allow"]) == (405, "POST")


async def test_too_many_requests_for_a_host_are_told_to_come_back_later(stage, subscriber):
    stage.allowed = False
    assert await stage.ask(subscriber.callback()) == 429


@pytest.mark.parametrize(
    ("asked", "given"), [("1", "3600"), ("", "864000"), ("999999999", "2592000"), ("7200", "7200")]
)
async def test_a_lease_lies_within_an_hour_and_thirty_days(stage, subscriber, asked, given):
    await stage.subscribe(subscriber.callback(), hub_lease_seconds=asked)
    assert subscriber.asked[0]["hub.lease_seconds"] == given


async def test_a_lease_that_is_over_ends_the_subscription(stage, subscriber):
    await stage.subscribe(subscriber.callback(), hub_lease_seconds="3600")
    stage.now.move(seconds=3601)
    assert await stage.publish() == 0
    assert (subscriber.sent, await subscriptions(stage)) == ([], 0)


@pytest.mark.parametrize(
    "answer", [{"agrees": False}, {"echo": "something else"}, {"echo": ""}, {"verify_status": 302}]
)
async def test_only_a_callback_that_echoes_the_challenge_is_subscribed(stage, subscriber, answer):
    for name, value in answer.items():
        setattr(subscriber, name, value)
    await stage.subscribe(subscriber.callback())
    assert await subscriptions(stage) == 0
    assert len(subscriber.asked) == 1, "a no is no reason to ask again, and no redirect is followed"


async def test_a_challenge_differs_each_time(stage, subscriber):
    await stage.subscribe(subscriber.callback())
    await stage.subscribe(subscriber.callback())
    first, second = (asked["hub.challenge"] for asked in subscriber.asked)
    assert first != second


async def test_a_callback_in_trouble_is_asked_three_times(stage, subscriber):
    subscriber.verify_status = 503
    await stage.subscribe(subscriber.callback())
    for _ in range(5):
        await verify_intents(stage.hub)  # not at once
        stage.now.move(minutes=10)
        await verify_intents(stage.hub)
    assert len(subscriber.asked) == 3


async def test_a_verification_that_fails_leaves_what_stood_before(stage, subscriber):
    await stage.subscribe(subscriber.callback(), hub_secret="s3cret")
    subscriber.agrees = False
    await stage.subscribe(subscriber.callback(), hub_secret="other")
    await stage.publish()
    (sent,) = subscriber.sent
    assert sent.headers["X-Hub-Signature"] == signature(sent.body)


async def test_the_newest_request_counts(stage, subscriber):
    await stage.ask(subscriber.callback())
    await stage.ask(subscriber.callback(), "unsubscribe")
    await verify_intents(stage.hub)
    assert [asked["hub.mode"] for asked in subscriber.asked] == ["unsubscribe"]


async def test_who_cannot_be_taken_any_more_is_told_that_it_is_denied(stage, subscriber, monkeypatch):
    monkeypatch.setattr(hub_verification, "SUBSCRIPTIONS_A_HOST", 1)
    await stage.subscribe(subscriber.callback("?id=1"))
    await stage.subscribe(subscriber.callback("?id=2"))
    denied = subscriber.asked[-1]
    assert (denied["hub.mode"], denied["hub.topic"], denied["id"]) == ("denied", stage.url(), "2")
    assert "hub.challenge" not in denied
    await stage.subscribe(subscriber.callback("?id=1"))  # a renewal takes no further place
    assert subscriber.asked[-1]["hub.mode"] == "subscribe"
    assert await subscriptions(stage) == 1


async def test_a_name_that_leads_inside_later_gets_neither_question_nor_delivery(
    stage, subscriber, store, now, tmp_path
):
    await stage.ask(subscriber.callback())  # allowed while it was asked for
    strict: Hub
    async with open_stage(store, now, tmp_path / "other", inner=()) as strict_stage:
        strict = strict_stage.hub
        await verify_intents(strict)
        assert subscriber.asked == []
        await stage.subscribe(subscriber.callback())
        assert len(subscriber.asked) == 1
        await strict_stage.publish()
    assert subscriber.sent == []
