from channels.wechat.identity import job_key
from server.core.uploads import StoreUploads
from server.store.followings import list_followed
from tests.subscribe.conftest import Followed, JobEnded, Left, Reader, Wrote


async def followed(reader: Reader, openid: str = "o1") -> tuple[str, ...]:
    async with reader.house.store.read() as tx:
        return await list_followed(tx, reader.account.id, openid)


async def test_a_new_follower_is_welcomed_and_told_how_to_ask(reader: Reader):
    reply = (await reader.push(Followed())).reply
    assert reply is not None
    assert ("感谢关注" in reply.text, "订阅 栏目名" in reply.text) == (True, True)


async def test_following_a_column_is_kept(reader: Reader):
    await reader.write("订阅 政策文件")
    assert await followed(reader) == ("zcwj",)


async def test_a_repeated_push_is_answered_again_and_acted_upon_once(reader: Reader):
    first = await reader.write("订阅 政策文件", key="k")
    await reader.write("退订 政策文件")
    again = await reader.write("订阅 政策文件", key="k")
    assert (first == again, await followed(reader)) == (True, ())


async def test_the_same_key_on_another_account_is_another_push(reader: Reader):
    heard = await reader.push(Wrote("订阅 政策文件"), key="k", openid="o2")
    await reader.write("订阅 政策文件", key="o1 k")
    assert (heard.reply is not None, await followed(reader)) == (True, ("zcwj",))


async def test_nothing_is_kept_of_who_leaves(reader: Reader):
    await reader.write("订阅 政策文件")
    assert (await reader.push(Left())).reply is None
    assert await followed(reader) == ()


async def test_one_who_leaves_takes_nobody_along(reader: Reader):
    for openid in ("o1", "o2"):
        await reader.write("订阅 政策文件", openid=openid)
    await reader.push(Left())
    assert await followed(reader, "o2") == ("zcwj",)


async def held(reader: Reader) -> tuple[str, str]:
    """Publish on WeChat and let the platform hold it; give the item and the platform's id."""
    reader.house.platform.next_call("ok", "hold")
    made = await reader.house.item()
    await reader.house.release(made.id, ("website", "wechat"))
    await reader.house.run_until_quiet()
    leg = (await reader.house.legs(made.id))["wechat"]
    assert leg.state == "accepted"
    return made.id, leg.platform_id or ""


async def test_the_end_of_a_job_lets_its_delivery_be_looked_at_now(reader: Reader):
    item_id, platform_id = await held(reader)
    reader.house.platform.held.clear()
    heard = await reader.push(JobEnded(platform_id))
    await reader.house.run_until_quiet()
    assert (heard.wakes, (await reader.house.states(item_id))["wechat"]) == (True, "live")


async def test_the_job_of_an_article_is_remembered_for_its_permanent_link(reader: Reader):
    await reader.push(JobEnded("7", "A-_"))
    uploads = StoreUploads(reader.house.store, reader.house.now)
    assert await uploads.find(reader.account.id, job_key("A-_")) == "7"


async def test_an_event_alone_makes_nothing_live(reader: Reader):
    item_id, platform_id = await held(reader)
    await reader.push(JobEnded(platform_id))
    await reader.house.run_until_quiet()
    assert (await reader.house.states(item_id))["wechat"] == "accepted"


async def test_the_end_of_a_job_that_nobody_knows_wakes_nothing(reader: Reader):
    await held(reader)
    assert not (await reader.push(JobEnded("999"))).wakes


async def test_a_repeated_end_of_a_job_wakes_nothing(reader: Reader):
    _, platform_id = await held(reader)
    heard = [await reader.push(JobEnded(platform_id), key="k") for _ in range(2)]
    assert [one.wakes for one in heard] == [True, False]
