"""server/ephemeral/presence.py: who has an item open, and an honest answer when nobody can know."""

from server.ephemeral.presence import LASTS, Presence
from tests.conftest import Hand
from tests.ephemeral.conftest import House


async def test_others_who_have_the_item_open_are_told_since_when(house: House, now: Hand):
    presence = Presence(house.redis, now=now)
    assert await presence.tell("1", "a", "甲") == ()
    begun = now()
    now.move(seconds=20)
    (one,) = await presence.tell("1", "b", "乙") or ()
    assert (one.name, one.since) == ("甲", begun)


async def test_who_was_not_heard_of_for_a_while_has_left(house: House, now: Hand):
    presence = Presence(house.redis, now=now)
    await presence.tell("1", "a", "甲")
    now.move(seconds=LASTS + 1)
    assert await presence.tell("1", "b", "乙") == ()


async def test_since_does_not_move_while_somebody_stays(house: House, now: Hand):
    presence = Presence(house.redis, now=now)
    begun = now()
    for _ in range(4):
        await presence.tell("1", "a", "甲")
        now.move(seconds=15)
    (one,) = await presence.tell("1", "b", "乙") or ()
    assert one.since == begun


async def test_who_closes_the_item_is_gone_at_once(house: House, now: Hand):
    presence = Presence(house.redis, now=now)
    await presence.tell("1", "a", "甲")
    await presence.leave("1", "a")
    assert await presence.tell("1", "b", "乙") == ()


async def test_items_are_told_apart(house: House, now: Hand):
    presence = Presence(house.redis, now=now)
    await presence.tell("1", "a", "甲")
    assert await presence.tell("2", "b", "乙") == ()


async def test_without_redis_nobody_claims_to_know(house: House, now: Hand):
    presence = Presence(house.redis, now=now)
    await house.kill()
    assert await presence.tell("1", "a", "甲") is None
    await presence.leave("1", "a")
