from channels.sandbox.run import Sandbox
from tests.channels.sandbox.conftest import LINK, WeChatCaller, WeiboCaller

SHARE = "/2/statuses/share.json"


async def test_the_state_tells_requests_and_posts(weibo: WeiboCaller):
    await weibo.share("x")
    await weibo.share(f"通知 {LINK}")
    state = (await weibo.get("/_sandbox/state")).json
    assert (state["requests"], [post["links"] for post in state["posts"]]) == ({SHARE: 2}, [[LINK]])


async def test_the_state_of_wechat_tells_drafts_jobs_and_posts(wechat: WeChatCaller, stage: Sandbox):
    stage.wechat.switch(job_seconds=0)
    await wechat.submit(title="甲")
    await wechat.draft(title="乙")
    state = (await wechat.get("/_sandbox/state")).json
    jobs = [(job["publish_status"], job["titles"]) for job in state["jobs"]]
    assert (jobs, state["drafts"], state["posts"][0]["content_source_url"]) == ([(0, ["甲"])], [["乙"]], LINK)


async def test_the_state_tells_no_token(wechat: WeChatCaller, weibo: WeiboCaller):
    texts = [(await caller.get("/_sandbox/state")).text for caller in (wechat, weibo)]
    assert (wechat.token in texts[0], weibo.token in texts[1]) == (False, False)


async def test_a_fault_can_be_queued_over_the_wire(weibo: WeiboCaller):
    await weibo.pull("next", {"path": SHARE, "fault": "502_after", "times": 1})
    assert (await weibo.share(f"通知 {LINK}")).status == 502


async def test_a_fault_that_is_none_is_refused(weibo: WeiboCaller, stage: Sandbox):
    reply = await weibo.pull("next", {"path": SHARE, "fault": "explode"})
    assert (reply.status, stage.weibo.wire.queued()) == (400, ())


async def test_switches_can_be_set_over_the_wire(wechat: WeChatCaller, stage: Sandbox):
    reply = await wechat.pull("switches", {"job_statuses": [1, 4], "account": "unverified"})
    assert (reply.status, stage.wechat.book.switches.job_statuses) == (200, (1, 4))


async def test_an_unknown_switch_is_refused_and_changes_nothing(weibo: WeiboCaller, stage: Sandbox):
    before = stage.weibo.book.switches
    replies = [await weibo.pull("switches", body) for body in ({"rip": "required", "x": 1}, {"rip": "y"}, [])]
    assert ([reply.status for reply in replies], stage.weibo.book.switches) == ([400] * 3, before)


async def test_a_job_without_statuses_is_refused(wechat: WeChatCaller):
    assert (await wechat.pull("switches", {"job_statuses": []})).status == 400


async def test_reset_forgets_posts_counts_faults_and_switches(weibo: WeiboCaller, stage: Sandbox):
    stage.weibo.switch(calls_a_day=1)
    await weibo.share(f"通知 {LINK}")
    stage.weibo.next_call(SHARE, "hang")
    await weibo.pull("reset", {})
    assert (stage.weibo.posts(), stage.weibo.requests(), stage.weibo.wire.queued()) == ((), 0, ())
    assert (await weibo.share(f"通知 {LINK}")).status == 200


async def test_tokens_can_be_ended_over_the_wire(wechat: WeChatCaller, weibo: WeiboCaller):
    await wechat.pull("expire", {})
    await weibo.pull("expire", {})
    codes = (await wechat.look("draft/count"))["errcode"], (await weibo.share("x")).json["error_code"]
    assert codes == (42001, 21327)
