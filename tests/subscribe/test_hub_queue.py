"""The hub's queue on both databases: once for each change, whoever else is slow, gone or killed."""

import asyncio
from datetime import timedelta

from server.store.hub import claim_due, spread_version
from server.subscribe.hub_delivery import tell_changes
from tests.subscribe.hub_stage import ATOM, open_stage
from tests.subscribe.subscriber import Subscriber


async def test_each_change_is_told_once_and_an_equal_feed_is_none(stage, subscriber):
    await stage.subscribe(subscriber.callback())
    assert await tell_changes(stage.hub) == 0
    for body in (b"1", b"2", b"2"):
        await stage.publish(body)
    assert [sent.body for sent in subscriber.sent] == [b"1", b"2"]


async def test_a_feed_of_another_topic_is_not_sent(stage, subscriber):
    await stage.subscribe(subscriber.callback())
    await stage.publish(topic="feed/site.rss")
    assert subscriber.sent == []


async def test_what_failed_is_tried_again_with_growing_pauses_and_tells_the_newest(stage, subscriber):
    await stage.subscribe(subscriber.callback())
    subscriber.take_status = 500
    pauses = []
    await stage.publish(b"1")
    for _ in range(4):
        started, tried = stage.now(), len(subscriber.sent)
        while len(subscriber.sent) == tried:
            stage.now.move(seconds=5)
            await tell_changes(stage.hub)
        pauses.append((stage.now() - started).total_seconds())
    assert pauses == [30.0, 60.0, 120.0, 240.0]
    subscriber.take_status = 204
    await stage.root.put(ATOM, b"2")
    stage.now.move(hours=1)
    await tell_changes(stage.hub)
    await tell_changes(stage.hub)
    assert [sent.body for sent in subscriber.sent] == [b"1"] * 5 + [b"2"]


async def test_a_new_change_does_not_wake_a_subscriber_that_waits_for_its_retry(stage, subscriber):
    await stage.subscribe(subscriber.callback())
    subscriber.take_status = 500
    await stage.publish(b"1")
    await stage.publish(b"2")
    assert len(subscriber.sent) == 1


async def test_410_ends_the_subscription(stage, subscriber):
    await stage.subscribe(subscriber.callback())
    subscriber.take_status = 410
    await stage.publish(b"1")
    subscriber.take_status = 200
    await stage.publish(b"2")
    assert [sent.body for sent in subscriber.sent] == [b"1"]


async def test_a_redirect_is_not_followed(stage, subscriber):
    await stage.subscribe(subscriber.callback())
    subscriber.take_status = 307
    assert await stage.publish() == 1
    assert len(subscriber.sent) == 1


async def test_what_a_killed_process_held_is_sent_by_the_next_one(stage, subscriber):
    await stage.subscribe(subscriber.callback())
    await stage.root.put(ATOM, b"1")
    version = await stage.hub.topics.version(ATOM)
    assert version is not None
    at = stage.now()
    async with stage.hub.store.begin() as tx:  # a process that dies with the claim in its hands
        await spread_version(tx, topic=ATOM, version=version, at=at)
        assert len(await claim_due(tx, at=at, until=at + timedelta(minutes=10), limit=10)) == 1
    assert await tell_changes(stage.hub) == 0
    stage.now.move(minutes=11)
    assert await tell_changes(stage.hub) == 1
    assert [sent.body for sent in subscriber.sent] == [b"1"]


async def test_a_change_while_a_delivery_is_under_way_is_told_after_it(stage, subscriber):
    await stage.subscribe(subscriber.callback())
    subscriber.hold = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        group.create_task(stage.publish(b"1"))
        await subscriber.arrived.wait()
        await stage.root.put(ATOM, b"2")
        version = await stage.hub.topics.version(ATOM)
        assert version is not None
        await stage.hub.store.write(
            lambda tx: spread_version(tx, topic=ATOM, version=version, at=stage.now())
        )
        subscriber.hold.set()
    await tell_changes(stage.hub)
    assert [sent.body for sent in subscriber.sent] == [b"1", b"2"]


async def test_a_renewal_loses_no_delivery_that_waits(stage, subscriber):
    await stage.subscribe(subscriber.callback())
    subscriber.take_status = 503
    await stage.publish(b"1")
    subscriber.take_status = 200
    await stage.subscribe(subscriber.callback())
    stage.now.move(minutes=2)
    await tell_changes(stage.hub)
    assert [sent.body for sent in subscriber.sent] == [b"1", b"1"]


async def test_many_subscribers_are_told_by_few_hands_at_once(stage, subscriber):
    for number in range(40):
        assert await stage.ask(subscriber.callback(f"?id={number}")) == 202
    await stage.subscribe(subscriber.callback("?id=last"))
    assert await stage.publish() == 41
    assert len(subscriber.sent) == 41
    assert subscriber.most_at_once <= 4, "no host gets more than four at once"


async def test_a_host_that_does_not_answer_holds_up_one_hand_and_not_the_others(
    stage, store, now, tmp_path, subscriber
):
    silent = Subscriber(hold=asyncio.Event())
    await silent.start("127.0.0.2")
    for number in range(20):
        await stage.ask(silent.callback(f"?id={number}"))
    await stage.subscribe(subscriber.callback())
    try:
        async with open_stage(store, now, tmp_path / "public", patience=2.0) as hasty:
            assert await hasty.publish() == 21
        assert len(subscriber.sent) == 1
        # Four at once are waited for, and once they have been silent nobody else there is called.
        assert len(silent.sent) == 4
    finally:
        assert silent.hold is not None
        silent.hold.set()
        await silent.close()
