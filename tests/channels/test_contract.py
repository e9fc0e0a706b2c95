"""What every channel of the registry promises to the publishing core (channels/contract.py)."""

import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from channels.contract import (
    Absent,
    Channel,
    CouldNotLook,
    KnowsHosts,
    NotAccepted,
    OutcomeUnknown,
    Receipt,
    Refused,
    Withdrawn,
    Withdraws,
)
from channels.hosts import host_of, is_below
from channels.registry import CHANNELS, open_channel
from tests.channels.contract_cases import CASES, Notes, Rehearsal, only_the_mark, rehearse
from tests.conftest import Hand

MACHINES = [kind for kind, case in CASES.items() if not case.by_hand]
WIRES = [kind for kind, case in CASES.items() if case.call]
BY_HAND = [kind for kind, case in CASES.items() if case.by_hand]
SECRETIVE = ["weibo", "wechat"]
SECRET = "a-secret-that-must-not-show"
INPUT_OUTPUT = ("open", "socket.", "os.", "subprocess.", "sqlite3.", "shutil.", "tempfile.", "urllib.")

_touched: ContextVar[list[str] | None] = ContextVar("touched", default=None)


def _watch(event: str, args: tuple[Any, ...]) -> None:
    seen = _touched.get()
    if seen is not None and event.startswith(INPUT_OUTPUT):
        seen.append(f"{event} {args[:1]}")


sys.addaudithook(_watch)  # the interpreter tells every file and socket that is opened; a hook stays for good


@contextmanager
def watching() -> Iterator[list[str]]:
    seen: list[str] = []
    token = _touched.set(seen)
    try:
        yield seen
    finally:
        _touched.reset(token)


def cases(kinds: list[str]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("kind", kinds)


every = cases(list(CHANNELS))
machine = cases(MACHINES)
wire = cases(WIRES)
by_hand = cases(BY_HAND)


@pytest.fixture
async def stage(kind: str, tmp_path: Path, now: Hand) -> AsyncIterator[Rehearsal]:
    async with rehearse(kind, tmp_path / "public", now) as made:
        yield made


def test_every_channel_of_the_registry_has_a_case():
    assert set(CASES) == set(CHANNELS)


@every
def test_a_channel_stands_under_its_own_kind(kind):
    assert CHANNELS[kind].kind == kind


# --- the look -----------------------------------------------------------------------------------------


@machine
async def test_a_published_post_is_found_by_its_mark_alone(stage):
    content, before = stage.place(), stage.now()
    await stage.publish_until_live(content)
    channel = stage.channel()
    post = only_the_mark(channel.render(content))
    found = await channel.find(post, since=before, notes={})
    assert isinstance(found, Receipt)


@machine
async def test_the_look_gives_the_link_that_the_publication_gave_or_none(stage):
    content, before = stage.place(), stage.now()
    receipt = await stage.publish_until_live(content)
    channel = stage.channel()
    found = await channel.find(channel.render(content), since=before, notes={})
    assert isinstance(found, Receipt)
    assert found.link in (receipt.link, None)  # never another one: WeChat lists addresses that expire (§5.5)


@machine
async def test_a_post_stands_on_a_host_that_the_channel_knows(stage):
    receipt, channel = await stage.publish_until_live(stage.place()), stage.channel()
    assert isinstance(channel, KnowsHosts)
    assert is_below(host_of(receipt.link), channel.hosts)


@machine
async def test_a_post_that_was_never_published_is_absent_beside_one_that_was(stage):
    before = stage.now()
    await stage.publish_until_live(stage.place("i1"))
    channel = stage.channel()
    post = channel.render(stage.place("i2"))
    assert await channel.find(post, since=before, notes={}) == Absent()


@machine
async def test_nothing_is_found_where_nothing_was_ever_published(stage):
    channel = stage.channel()
    assert await channel.find(channel.render(stage.place()), since=stage.now(), notes={}) == Absent()


@machine
async def test_looking_publishes_nothing(stage):
    content, before = stage.place(), stage.now()
    channel = stage.channel()
    for _ in range(2):
        assert await channel.find(channel.render(content), since=before, notes={}) == Absent()


@by_hand
async def test_a_way_by_hand_refuses_to_be_published_by_a_machine(stage):
    outcome = await stage.publish(stage.place())
    assert isinstance(outcome, Refused)
    assert outcome.who_acts == "operator"


@by_hand
async def test_a_way_by_hand_never_says_absent(stage):
    channel = stage.channel()
    sighting = await channel.find(channel.render(stage.place()), since=stage.now(), notes={})
    assert isinstance(sighting, CouldNotLook)


# --- a delivery cannot lie ----------------------------------------------------------------------------


@wire
@pytest.mark.parametrize("fault", ["drop_before", "drop_after", "502_before", "502_after", "truncated"])
async def test_a_lost_answer_is_unknown(stage, fault):
    platform = stage.sandbox.weibo if stage.kind == "weibo" else stage.sandbox.wechat
    platform.next_call(stage.case.call, fault)
    assert isinstance(await stage.publish(stage.place()), OutcomeUnknown)


@wire
@pytest.mark.parametrize("fault", ["drop_before", "drop_after", "502_before", "502_after", "truncated"])
async def test_after_a_lost_answer_the_look_says_what_stands_there(stage, fault):
    platform = stage.sandbox.weibo if stage.kind == "weibo" else stage.sandbox.wechat
    platform.next_call(stage.case.call, fault)
    content, before = stage.place(), stage.now()
    await stage.publish(content)
    stage.now.move(seconds=stage.channel().limits.settle_after)
    channel = stage.channel()
    found = await channel.find(channel.render(content), since=before, notes={})
    assert (stage.standing(content), isinstance(found, Receipt)) in [(0, False), (1, True)]
    assert isinstance(found, Receipt | Absent)


@wire
async def test_a_refused_connection_is_surely_not_accepted(stage):
    await stage.sandbox.close()
    assert isinstance(await stage.publish(stage.place()), NotAccepted)


@wire
async def test_a_look_without_an_answer_proves_nothing(stage):
    await stage.sandbox.close()
    channel = stage.channel()
    sighting = await channel.find(channel.render(stage.place()), since=stage.now(), notes={})
    assert isinstance(sighting, CouldNotLook)


@machine
async def test_what_was_taken_down_is_not_found_any_more(stage):
    channel: Channel = stage.channel()
    if not isinstance(channel, Withdraws):
        pytest.fail("every machine channel takes down, or says that a person must")
    content, before = stage.place(), stage.now()
    receipt = await stage.publish_until_live(content)
    if stage.kind == "weibo":
        stage.sandbox.weibo.switch(may_delete=True)
    stage.site.shelf.withdraw(content.item_id, stage.now())
    post = channel.render(content)
    assert await channel.withdraw(receipt, post, reason="内容有误", at=stage.now()) == Withdrawn()
    assert await channel.find(post, since=before, notes={}) == Absent()


# --- check and render ---------------------------------------------------------------------------------


@every
async def test_check_and_render_touch_no_file_and_no_socket(stage):
    form = stage.site.media.attachment("表.pdf", b"%PDF")
    content = stage.place(attachments=(form,))
    channel = stage.channel()
    with watching() as touched:
        channel.check(content)
        channel.render(content)
    assert touched == []


def test_the_guard_sees_a_file_that_is_opened(tmp_path):
    (tmp_path / "one").write_text("x")
    with watching() as touched:
        (tmp_path / "one").read_text()
    assert touched != []


@every
async def test_the_same_content_gives_the_same_post(stage):
    content = stage.place()
    assert stage.channel().render(content) == stage.channel().render(content)


@every
async def test_another_item_has_another_mark(stage):
    assert stage.mark_of(stage.place("i1")) != stage.mark_of(stage.place("i2"))


@every
async def test_check_finds_nothing_in_a_sound_content(stage):
    assert stage.channel().check(stage.place()) == ()


@every
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(title=st.text(max_size=300), summary=st.text(max_size=400), body=st.text(max_size=400))
async def test_no_text_makes_check_or_render_raise(stage, title, summary, body):
    content = replace(stage.site.content(), title=title, summary=summary, body_html=body)
    assert stage.channel().check(content) == stage.channel().check(content)
    assert stage.channel().render(content).mark


# --- limits -------------------------------------------------------------------------------------------


@every
def test_limits_are_sane(kind):
    limits = CHANNELS[kind].limits
    counted = (limits.title, limits.text, limits.pictures, limits.picture_bytes, limits.calls_a_day)
    assert all(value is None or value > 0 for value in counted)
    assert limits.settle_after_loss >= limits.settle_after >= 0
    assert all(pause > 0 for pause in limits.confirm_after)
    assert limits.concurrency >= 1


@every
async def test_a_title_over_the_limit_is_found_and_one_at_the_limit_is_not(stage):
    limit = stage.channel().limits.title
    if limit is None:
        assert stage.channel().check(stage.place(title="字" * 60)) == ()
        return
    assert stage.channel().check(stage.place(title="字" * limit)) == ()
    (finding,) = stage.channel().check(stage.place(title="字" * (limit + 1)))
    assert (finding.rule, finding.field, finding.blocks) == ("title_too_long", "title", True)


@every
async def test_a_long_summary_is_brought_within_the_limit_of_the_text(stage):
    limit = stage.channel().limits.text
    content = stage.place(summary="全旗旅游工作推进会召开。" * 60)
    assert not any(finding.blocks for finding in stage.channel().check(content))
    text = stage.channel().render(content).text
    # A shortened link counts ten characters at most platforms; the words alone must fit in any case.
    assert limit is None or len(text.replace(content.url, "")) <= limit


@every
async def test_no_more_pictures_are_sent_than_the_platform_takes(stage):
    picture = stage.site.media.picture(b"\xff\xd8", width=10, height=10, alt="")
    huge = replace(picture, sha256="f" * 64, size=60_000_000)
    limits, post = stage.channel().limits, stage.channel().render(stage.place(pictures=(huge, picture) * 10))
    assert limits.pictures is None or len(post.pictures) <= limits.pictures
    assert limits.picture_bytes is None or all(p.size <= limits.picture_bytes for p in post.pictures)


# --- secrets and settings -----------------------------------------------------------------------------


def everything_of(thing: object, seen: set[int] | None = None) -> Iterator[str]:
    """Give the repr of an object and of every part that hangs on it and is one of ours."""
    seen = set() if seen is None else seen
    if id(thing) in seen or not type(thing).__module__.startswith("channels"):
        return
    seen.add(id(thing))
    yield repr(thing)
    for part in getattr(thing, "__dict__", {}).values():
        yield from everything_of(part, seen)


@every
async def test_no_secret_shows_in_the_repr_of_a_channel_or_its_account(stage):
    account = replace(stage.account, secret=dict.fromkeys((*stage.account.secret, "spare"), SECRET))
    channel = open_channel(account, stage.tools)
    assert SECRET not in "".join((repr(account), str(account), *everything_of(channel)))


@cases(SECRETIVE)
async def test_no_secret_shows_in_what_comes_of_a_wrong_one(stage):
    wrong = replace(stage.account, secret=dict.fromkeys(stage.account.secret, SECRET))
    channel = open_channel(wrong, stage.tools)
    outcome = await channel.publish(channel.render(stage.place()), Notes(), at=stage.now())
    assert not isinstance(outcome, Receipt)
    assert SECRET not in repr(outcome)


@every
async def test_a_missing_setting_is_named_and_nothing_else_is_told(stage):
    for part in ("settings", "secret"):
        for name in getattr(stage.account, part):
            left = {key: value for key, value in getattr(stage.account, part).items() if key != name}
            with pytest.raises(ValueError, match=name) as raised:
                open_channel(replace(stage.account, **{part: left}), stage.tools)
            assert not [v for v in stage.account.secret.values() if v in str(raised.value)]
