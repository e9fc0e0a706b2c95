import pytest

from channels.sandbox.run import Sandbox
from channels.sandbox.weibo.book import UID, mid62
from tests.channels.sandbox.conftest import LINK, WeChatCaller, WeiboCaller, png

EVIL = '<script>alert("x")</script>'


async def test_the_time_line_shows_a_post_and_leads_to_it(weibo: WeiboCaller):
    status = (await weibo.share(f"医疗救助 {LINK}")).json
    address = f"/{UID}/{mid62(status['id'])}"
    home, post = await weibo.get("/"), await weibo.get(address)
    assert (address in home.text, post.status, "医疗救助" in post.text) == (True, 200, True)


async def test_a_link_of_a_post_leads_to_the_page_itself(weibo: WeiboCaller):
    await weibo.share(f"医疗救助 {LINK}")
    assert f'href="{LINK}"' in (await weibo.get("/")).text


async def test_what_a_post_says_never_becomes_markup(weibo: WeiboCaller):
    await weibo.share(f"{EVIL} {LINK}?<em>")
    page = (await weibo.get("/")).text
    assert ("<script" in page, "<em>" in page) == (False, False)


async def test_a_removed_post_is_gone_for_readers(weibo: WeiboCaller, stage: Sandbox):
    status = (await weibo.share(f"通知 {LINK}")).json
    stage.weibo.remove(stage.weibo.posts()[0])
    assert (await weibo.get(f"/{UID}/{mid62(status['id'])}")).status == 404


async def test_the_picture_of_a_post_is_shown(weibo: WeiboCaller, stage: Sandbox):
    await weibo.share_picture(f"通知 {LINK}", png(4, 4))
    name = stage.weibo.posts()[0].picture
    assert ((await weibo.get(f"/large/{name}")).body, f"/large/{name}" in (await weibo.get("/")).text) == (
        png(4, 4),
        True,
    )


async def test_a_file_that_is_no_picture_of_a_post_is_not_shown(weibo: WeiboCaller):
    assert (await weibo.get("/large/..%2Fweibo.json")).status == 404


async def test_the_account_shows_what_was_published(wechat: WeChatCaller, stage: Sandbox):
    stage.wechat.switch(job_seconds=0)
    await wechat.submit(title="全域旅游实施意见", digest="一句话")
    page = (await wechat.get("/")).text
    assert ("全域旅游实施意见" in page, "一句话" in page, "/mmbiz/" in page) == (True, True, True)


async def test_an_article_shows_its_pictures_from_here_and_its_source(wechat: WeChatCaller, stage: Sandbox):
    stage.wechat.switch(job_seconds=0)
    url = (await wechat.upload("media/uploadimg", png(10, 10)))["url"]
    await wechat.submit(content=f'<img src="{url}">')
    key = next(iter(stage.wechat.book.jobs.values())).keys[0]
    page = (await wechat.get(f"/s/{key}")).text
    assert ("mmbiz.qpic.cn" in page, 'src="/mmbiz/' in page, f'href="{LINK}"' in page) == (False, True, True)


async def test_title_and_author_of_an_article_never_become_markup(wechat: WeChatCaller, stage: Sandbox):
    stage.wechat.switch(job_seconds=0, title_limit=64)
    await wechat.submit(title=EVIL, author="<em>", digest=EVIL, content=f"<p>一{EVIL}</p>")
    key = next(iter(stage.wechat.book.jobs.values())).keys[0]
    pages = (await wechat.get("/")).text + (await wechat.get(f"/s/{key}")).text
    assert ("<script" in pages, "<em>" in pages) == (False, False)


@pytest.mark.parametrize("path", ["/", "/s/none", "/s/preview/none"])
async def test_every_wechat_page_says_that_it_is_a_rehearsal(wechat: WeChatCaller, path: str):
    assert "演练环境" in (await wechat.get(path)).text


@pytest.mark.parametrize("path", ["/", "/1/none"])
async def test_every_weibo_page_says_that_it_is_a_rehearsal(weibo: WeiboCaller, path: str):
    assert "演练环境" in (await weibo.get(path)).text


async def test_pages_run_no_script_and_fetch_nothing_from_elsewhere(weibo: WeiboCaller):
    policy = (await weibo.get("/")).headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; img-src 'self'; style-src 'unsafe-inline'")


async def test_a_follower_does_not_see_what_an_unaudited_application_posted(
    weibo: WeiboCaller, stage: Sandbox
):
    stage.weibo.switch(app_audited=False)
    status = (await weibo.share(f"医疗救助 {LINK}")).json
    home, post = await weibo.get("/"), await weibo.get(f"/{UID}/{mid62(status['id'])}")
    assert ("医疗救助" in home.text, "另有 1 条" in home.text, post.status) == (False, True, 404)
