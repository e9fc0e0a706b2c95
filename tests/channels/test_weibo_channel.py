"""What becomes of a share on the pretended Weibo, over a real socket."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.contract import (
    CouldNotLook,
    Finding,
    NeedsAuthorisation,
    NotAccepted,
    OutcomeUnknown,
    Receipt,
    Refused,
    Removed,
    Withdrawal,
    WithdrawByHand,
    Withdrawn,
)
from channels.item import Account, Picture
from channels.sandbox.weibo.counting import has_topic, is_under, length_of, links_in
from channels.weibo.channel import Weibo
from channels.weibo.length import LIMIT, count, links_of
from tests.channels.memory_shelf import ORG, a_content
from tests.channels.weibo_account import (
    DESTROY,
    SHARE,
    SHOW,
    WeiboAccount,
    a_weibo_account,
    receipt_of,
    with_text,
)
from tests.conftest import Hand

SETTINGS = {"base_url": "https://w.invalid", "uid": "1", "safe_domains": "example.gov.cn, eq.gov.cn"}
LINK = "https://www.example.gov.cn/a/i1.html"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(8) + b"IHDR" + (4).to_bytes(4) + (4).to_bytes(4) + bytes(9)


class NoTools:
    """Tools that a pure call must not touch."""

    http = media = None


def pure(**changes: str) -> Weibo:
    account = Account("w", "weibo", "weibo", "微博", ORG, SETTINGS | changes, {"access_token": "t"})
    return Weibo.open(account, NoTools())


@pytest.fixture
async def weibo(now: Hand) -> AsyncIterator[WeiboAccount]:
    async with a_weibo_account(now) as account:
        yield account


# --- what a status says ---


def test_a_status_is_title_summary_and_link_with_a_space_before_it():
    post = pure().render(a_content(title="停水通知", summary="周五检修管道。", url=LINK))
    assert post.text == f"停水通知 周五检修管道。 {LINK}"


def test_a_summary_that_repeats_the_title_is_said_once():
    assert pure().render(a_content(title="停水通知", summary="停水通知", url=LINK)).text == f"停水通知 {LINK}"


def test_the_mark_is_the_permanent_link():
    assert pure().render(a_content(url=LINK)).mark == LINK


def test_a_long_summary_is_cut_with_an_ellipsis_and_the_link_stays_whole():
    post = pure().render(a_content(title="通知", summary="检修" * 200, url=LINK))
    assert post.text.startswith("通知 检修")
    assert post.text.endswith(f"修… {LINK}")


def test_a_cut_uses_all_the_room_there_is():
    assert count(pure().render(a_content(title="通知", summary="检" * 400, url=LINK)).text) == LIMIT


def test_a_cut_never_goes_through_a_family():
    family = "👨‍👩‍👧"
    text = pure().render(a_content(title="通知", summary=family * 60, url=LINK)).text
    assert set(text.split()[1].removesuffix("…").split(family)) == {""}


def test_a_cut_never_goes_through_a_link_in_the_summary():
    summary = "检" * 110 + " https://www.example.gov.cn/about/very/long/address.html 咨询"
    text = pure().render(a_content(title="通知", summary=summary, url=LINK)).text
    assert links_of(text) == {LINK.removeprefix("https://")}


def test_two_hashes_make_no_topic():
    text = pure().render(a_content(title="#旅游#推进会", summary="第#1场", url=f"{LINK}#top")).text
    assert text == f"＃旅游＃推进会 第＃1场 {LINK}#top"


@given(
    st.text(min_size=1, max_size=120),
    st.text(max_size=600),
    st.sampled_from([LINK, "http://eq.gov.cn/a/1.html", LINK + "?" + "x" * 180]),
)
def test_whatever_passes_the_check_fits_and_ends_with_its_link(title: str, summary: str, url: str):
    content, weibo = a_content(title=title, summary=summary, url=url), pure()
    if not any(finding.blocks for finding in weibo.check(content)):
        text = weibo.render(content).text
        assert count(text) <= LIMIT
        assert text.endswith(f" {url}")


@given(st.text(min_size=1, max_size=90), st.text(max_size=400))
def test_whatever_passes_the_check_is_taken_by_the_rules_of_the_pretended_platform(title: str, summary: str):
    content, weibo = a_content(title=title, summary=summary, url=LINK), pure()
    if not any(finding.blocks for finding in weibo.check(content)):
        text = weibo.render(content).text
        under = any(is_under(link, "example.gov.cn") for link in links_in(text))
        assert (length_of(text) <= LIMIT, has_topic(text), under) == (True, False, True)


# --- what is said before anything is sent ---


def rules(findings: tuple[Finding, ...]) -> list[tuple[str, str, bool]]:
    return [(one.rule, one.field, one.blocks) for one in findings]


def test_a_plain_content_has_nothing_against_it():
    assert pure().check(a_content(url=LINK)) == ()


@pytest.mark.parametrize("host", ["example.gov.cn", "www.EXAMPLE.gov.cn", "a.b.eq.gov.cn:8080"])
def test_a_host_at_or_below_a_safe_domain_passes(host: str):
    assert pure().check(a_content(url=f"https://{host}/a/1.html")) == ()


@pytest.mark.parametrize("host", ["evilexample.gov.cn", "example.gov.cn.evil.com", "gov.cn"])
def test_another_host_is_refused_before_sending(host: str):
    findings = pure().check(a_content(url=f"https://{host}/a/1.html"))
    assert rules(findings) == [("not_a_safe_domain", "url", True)]


def test_a_title_that_leaves_no_room_for_the_link_is_refused_before_sending():
    room = LIMIT - count(f" {LINK}")
    assert pure().check(a_content(title="通" * room, url=LINK)) == ()
    findings = pure().check(a_content(title="通" * (room + 1), url=LINK))
    assert rules(findings) == [("title_too_long", "title", True)]


def test_pictures_that_no_status_can_carry_are_told_and_left_out():
    content = a_content(url=LINK, pictures=(Picture("a" * 64, "image/svg+xml", 10, 4, 4, ""),))
    assert rules(pure().check(content)) == [("no_fitting_picture", "pictures", False)]
    assert pure().render(content).pictures == ()


def test_the_first_picture_that_can_be_shown_goes_along():
    drawing = Picture("a" * 64, "image/svg+xml", 10, 4, 4, "")
    photo = replace(drawing, sha256="b" * 64, mime="image/webp", size=9 * 1024 * 1024)
    assert pure().render(a_content(url=LINK, pictures=(drawing, photo, photo))).pictures == (photo,)


@pytest.mark.parametrize("name", sorted(SETTINGS))
def test_a_missing_setting_is_named(name: str):
    account = Account("w", "weibo", "weibo", "微博", ORG, SETTINGS, {"access_token": "t"})
    left = {key: value for key, value in SETTINGS.items() if key != name}
    with pytest.raises(ValueError, match=name):
        Weibo.open(replace(account, settings=left), NoTools())


def test_the_token_stands_in_no_repr():
    account = Account("w", "weibo", "weibo", "微博", ORG, SETTINGS, {"access_token": "geheim"})
    assert "geheim" not in repr(Weibo.open(account, NoTools()))


# --- a share that goes well ---


async def test_a_share_gives_the_id_as_a_string_the_link_and_the_time(weibo: WeiboAccount):
    receipt = receipt_of(await weibo.publish())
    (status,) = weibo.platform.posts()
    assert (receipt.platform_id, receipt.live_at) == (str(status.id), weibo.now())
    assert receipt.link is not None
    assert receipt.link.startswith(f"https://weibo.com/{weibo.sandbox.credentials()['weibo']['uid']}/")


async def test_the_link_of_the_receipt_opens_the_post(weibo: WeiboAccount):
    base = weibo.sandbox.weibo_url
    channel = weibo.channel(web_url=base)
    receipt = receipt_of(await channel.publish(weibo.post(), weibo.journal, at=weibo.now()))
    async with weibo.session.get(receipt.link or "") as answer:
        assert (answer.status, "全域旅游工作推进会" in await answer.text()) == (200, True)


async def test_the_text_arrives_encoded_once(weibo: WeiboAccount):
    post = with_text(weibo.post(), f"中 + & % 😀 {LINK}")
    await weibo.publish(post)
    assert weibo.platform.posts()[0].said == post.text


async def test_a_picture_goes_along_byte_for_byte(weibo: WeiboAccount):
    picture = weibo.media.picture(PNG, width=4, height=4, alt="会场", mime="image/png")
    receipt_of(await weibo.publish(weibo.post(pictures=(picture,))))
    (status,) = weibo.platform.posts()
    async with weibo.session.get(f"{weibo.sandbox.weibo_url}/large/{status.picture}") as answer:
        assert await answer.read() == PNG


async def test_one_share_is_one_call(weibo: WeiboAccount):
    await weibo.publish()
    assert (weibo.platform.requests(), weibo.platform.requests(SHARE)) == (1, 1)


async def test_the_address_of_the_person_goes_along_where_it_is_set(weibo: WeiboAccount):
    weibo.platform.switch(rip="required")
    refused = await weibo.publish()
    taken = await weibo.channel(rip="203.0.113.7").publish(weibo.post(), weibo.journal, at=weibo.now())
    assert isinstance(refused, Refused)
    assert isinstance(taken, Receipt)


async def test_a_status_is_live_as_soon_as_it_has_an_id(weibo: WeiboAccount):
    receipt = receipt_of(await weibo.publish())
    assert await weibo.channel().confirm(receipt, weibo.post(), at=weibo.now()) == receipt


# --- a share that goes wrong ---


async def test_a_refused_connection_was_surely_not_accepted(weibo: WeiboAccount):
    channel = weibo.channel(base_url="http://127.0.0.1:1")
    outcome = await channel.publish(weibo.post(), weibo.journal, at=weibo.now())
    assert isinstance(outcome, NotAccepted)


async def test_a_name_that_leads_nowhere_was_surely_not_accepted(weibo: WeiboAccount):
    channel = weibo.channel(base_url="http://nowhere.invalid")
    assert isinstance(await channel.publish(weibo.post(), weibo.journal, at=weibo.now()), NotAccepted)


@pytest.mark.parametrize(
    ("fault", "standing"),
    [
        ("drop_after", 1),
        ("502_after", 1),
        ("hang", 1),
        ("truncated", 1),
        ("drop_before", 0),
        ("502_before", 0),
        ("hang_before", 0),
    ],
)
async def test_whatever_happens_after_the_bytes_left_is_unknown(
    weibo: WeiboAccount, fault: str, standing: int
):
    if fault.startswith("hang"):
        weibo.seconds = 0.5
    weibo.platform.next_call(SHARE, fault)
    outcome = await weibo.publish()
    assert isinstance(outcome, OutcomeUnknown)
    assert weibo.standing() == standing


async def test_nothing_is_repeated_inside_the_channel(weibo: WeiboAccount):
    weibo.platform.next_call(SHARE, "drop_after", times=5)
    await weibo.publish()
    assert (weibo.platform.requests(SHARE), weibo.standing()) == (1, 1)


async def test_a_success_that_is_none_of_theirs_is_unknown(weibo: WeiboAccount):
    weibo.platform.next_call(SHARE, "error", status=200, body="<html>maintenance</html>")
    assert isinstance(await weibo.publish(), OutcomeUnknown)


async def test_an_error_under_status_200_is_an_error(weibo: WeiboAccount):
    weibo.say(20021, status=200)
    assert isinstance(await weibo.publish(), Refused)


@pytest.mark.parametrize(("code", "status"), [(21327, 400), (21332, 403), (10006, 400)])
async def test_a_dead_token_asks_for_authorisation(weibo: WeiboAccount, code: int, status: int):
    weibo.say(code, status=status)
    assert isinstance(await weibo.publish(), NeedsAuthorisation)


async def test_an_expired_token_of_the_platform_asks_for_authorisation(weibo: WeiboAccount):
    weibo.platform.expire_tokens()
    assert isinstance(await weibo.publish(), NeedsAuthorisation)


async def test_a_refused_wording_goes_back_to_the_editor(weibo: WeiboAccount):
    weibo.platform.switch(refused_words=["推进会"])
    outcome = await weibo.publish()
    assert isinstance(outcome, Refused)
    assert outcome.who_acts == "editor"


async def test_a_domain_that_was_not_audited_goes_to_the_operator(weibo: WeiboAccount):
    weibo.platform.switch(domain_audited=False)
    outcome = await weibo.publish()
    assert isinstance(outcome, Refused)
    assert (outcome.who_acts, "安全域名" in outcome.reason) == ("operator", True)


async def test_the_thirty_first_post_of_an_hour_waits(weibo: WeiboAccount):
    weibo.platform.switch(posts_an_hour=1)
    await weibo.publish()
    assert isinstance(await weibo.publish(weibo.post("i2")), NotAccepted)


async def test_a_used_up_day_waits_until_the_platform_gives_new_calls(weibo: WeiboAccount):
    weibo.platform.switch(calls_a_day=0)
    outcome = await weibo.publish()
    assert isinstance(outcome, NotAccepted)
    assert outcome.after == timedelta(hours=14).total_seconds()  # 10:00 in Beijing


async def test_a_used_up_day_waits_an_hour_where_nobody_tells_when_it_ends(weibo: WeiboAccount):
    weibo.platform.switch(calls_a_day=0)
    weibo.platform.next_call("/2/account/rate_limit_status.json", "502_before")
    outcome = await weibo.publish()
    assert isinstance(outcome, NotAccepted)
    assert outcome.after == 3600


@pytest.mark.parametrize("code", [20017, 20019, 20032])
async def test_what_the_platform_owns_up_to_is_unknown_and_noted(weibo: WeiboAccount, code: int):
    weibo.say(code)
    assert isinstance(await weibo.publish(), OutcomeUnknown)
    assert list(weibo.journal.notes.values()) == [str(code)]


async def test_a_picture_that_is_gone_sends_nothing(weibo: WeiboAccount):
    picture = weibo.media.picture(PNG, width=4, height=4, alt="会场", mime="image/png")
    weibo.media.files.clear()
    outcome = await weibo.publish(weibo.post(pictures=(picture,)))
    assert isinstance(outcome, Refused)
    assert (outcome.who_acts, weibo.platform.requests()) == ("editor", 0)


async def test_a_picture_that_cannot_be_read_sends_nothing(weibo: WeiboAccount):
    picture = weibo.media.picture(b"no picture", width=4, height=4, alt="会场", mime="image/webp")
    outcome = await weibo.publish(weibo.post(pictures=(picture,)))
    assert isinstance(outcome, Refused)
    assert (outcome.code, weibo.platform.requests()) == ("media_broken", 0)


# --- whether it still stands ---


async def watch(weibo: WeiboAccount, receipt: Receipt) -> object:
    return await weibo.channel().watch(receipt, weibo.post())


async def test_a_status_that_stands_is_seen(weibo: WeiboAccount):
    receipt = receipt_of(await weibo.publish())
    assert await watch(weibo, receipt) == receipt


async def test_a_status_that_somebody_removed_is_told(weibo: WeiboAccount):
    receipt = receipt_of(await weibo.publish())
    weibo.platform.remove(weibo.platform.posts()[0])
    assert isinstance(await watch(weibo, receipt), Removed)


@pytest.mark.parametrize("body", [{"idstr": "7"}, {}, [], "x"])
async def test_an_answer_about_something_else_says_nothing(weibo: WeiboAccount, body: object):
    receipt = receipt_of(await weibo.publish())
    weibo.platform.next_call(SHOW, "error", status=200, body=body)
    assert isinstance(await watch(weibo, receipt), CouldNotLook)


async def test_a_deleted_mark_is_told(weibo: WeiboAccount):
    receipt = receipt_of(await weibo.publish())
    weibo.platform.next_call(SHOW, "error", status=200, body={"idstr": receipt.platform_id, "deleted": "1"})
    assert isinstance(await watch(weibo, receipt), Removed)


@pytest.mark.parametrize("code", [20112, 21327, 10001])
async def test_a_refused_question_says_nothing(weibo: WeiboAccount, code: int):
    receipt = receipt_of(await weibo.publish())
    weibo.say(code, path=SHOW)
    assert isinstance(await watch(weibo, receipt), CouldNotLook)


async def test_half_the_calls_of_a_day_are_left_to_publishing(weibo: WeiboAccount):
    receipt = receipt_of(await weibo.publish())
    weibo.platform.book.calls = {"2026-11-25": 51}
    assert isinstance(await watch(weibo, receipt), CouldNotLook)
    assert weibo.platform.requests(SHOW) == 0


async def test_what_a_person_found_is_not_asked_for(weibo: WeiboAccount):
    found = Receipt("person:1", "https://weibo.com/1/z", weibo.now())
    assert isinstance(await watch(weibo, found), CouldNotLook)
    assert weibo.platform.requests() == 0


# --- taking it back ---


async def take_back(weibo: WeiboAccount, receipt: Receipt | None = None) -> Withdrawal:
    given = receipt or receipt_of(await weibo.publish())
    return await weibo.channel().withdraw(given, weibo.post(), reason="内容有误", at=weibo.now())


async def test_an_application_with_the_right_takes_its_status_down(weibo: WeiboAccount):
    weibo.platform.switch(may_delete=True)
    assert (await take_back(weibo), weibo.standing()) == (Withdrawn(), 0)


async def test_taking_down_twice_is_harmless(weibo: WeiboAccount):
    weibo.platform.switch(may_delete=True)
    receipt = receipt_of(await weibo.publish())
    assert [await take_back(weibo, receipt) for _ in range(2)] == [Withdrawn(), Withdrawn()]


async def test_an_ordinary_application_hands_the_task_to_a_person_with_the_link(weibo: WeiboAccount):
    receipt = receipt_of(await weibo.publish())
    task = await take_back(weibo, receipt)
    assert isinstance(task, WithdrawByHand)
    assert str(receipt.link) in task.reason


async def test_a_status_of_somebody_else_is_not_taken_for_gone(weibo: WeiboAccount):
    weibo.say(20102, path=DESTROY)
    assert isinstance(await take_back(weibo), WithdrawByHand)


@pytest.mark.parametrize("code", [10023, 10001])
async def test_taking_down_is_tried_again_later(weibo: WeiboAccount, code: int):
    weibo.say(code, path=DESTROY)
    assert isinstance(await take_back(weibo), NotAccepted)


@pytest.mark.parametrize("fault", ["drop_after", "502_before"])
async def test_an_unclear_answer_to_taking_down_is_tried_again(weibo: WeiboAccount, fault: str):
    weibo.platform.next_call(DESTROY, fault)
    assert isinstance(await take_back(weibo), NotAccepted)


async def test_what_a_person_found_is_taken_down_by_a_person(weibo: WeiboAccount):
    receipt = Receipt("person:1", "https://weibo.com/1/z", weibo.now())
    assert isinstance(await take_back(weibo, receipt), WithdrawByHand)
    assert weibo.platform.requests(DESTROY) == 0
