"""server/console/ticked.py: the accounts that a kind of item goes to, and why a release leaves one out."""

from server.store.templates import Reach, list_templates
from tests.api.conftest import DEPARTMENT
from tests.console.conftest import ConsoleOffice, Desk, Seen
from tests.house import CODE

PATH = "/console/templates"


async def tick(desk: Desk, *slugs: str, org: str = CODE, kind: str = "any") -> Seen:
    return await desk.post(PATH, [("org", org), ("kind", kind), *(("accounts", slug) for slug in slugs)])


def ticked(seen: Seen) -> list[str]:
    return [str(told["value"]) for tag, told in seen.tags if tag == "input" and "checked" in told
            and told.get("name") == "accounts"]  # fmt: skip


async def test_a_template_is_set_and_said_to_hold_below_its_organ(office: ConsoleOffice):
    desk = await office.desk("admin")
    assert ticked(await desk.follow(await tick(desk, "website", "weibo"))) == ["website", "weibo"]
    below = await desk.get(f"{PATH}?org={DEPARTMENT}")
    assert (ticked(below), "的“所有种类”：" in below.words) == ([], True)


async def test_a_set_that_no_release_could_take_is_refused_and_stays_ticked(office: ConsoleOffice):
    seen = await tick(await office.desk("admin"), "weibo")
    assert (seen.status, ticked(seen), "请同时选择网站账号" in seen.words) == (422, ["weibo"], True)


async def test_an_author_sets_no_template(office: ConsoleOffice):
    assert (await tick(await office.desk("author"), "website")).status == 403


async def test_a_release_begins_with_the_template_and_wants_a_reason_for_what_it_leaves_out(
    office: ConsoleOffice,
):
    await tick(await office.desk("admin"), "website", "weibo")
    path = f"/console/items/{(await office.approved())['id']}/release"
    desk = await office.desk("chief")
    assert ticked(await desk.get(path)) == ["website", "weibo"]
    only = [("accounts", "website"), ("left_out.weibo", " ")]
    refused = await desk.post(path, only)
    assert (refused.status, "不发到这里要写明原因" in refused.words) == (422, True)
    made = await desk.follow(await desk.post(path, [*only[:1], ("left_out.weibo", "不宜在微博发布")]))
    assert "不宜在微博发布" in made.words


async def test_the_narrower_template_holds_and_the_release_says_which(office: ConsoleOffice):
    admin = await office.desk("admin")
    await tick(admin, "website", "weibo", kind="policy")
    item_id = (await office.approved(column="zcwj"))["id"]
    chief = await office.desk("chief")
    path = f"/console/items/{item_id}/release"
    wide = await chief.get(path)
    assert (ticked(wide), "所有栏目，文件" in wide.words) == (["website", "weibo"], True)
    own = [("org", CODE), ("kind", "any"), ("column", "zcwj"), ("accounts", "website")]
    shown = await admin.follow(await admin.post(PATH, own))
    assert "栏目“政策文件”" in shown.words
    narrow = await chief.get(path)
    assert (ticked(narrow), "栏目“政策文件”，所有种类" in narrow.words) == (["website"], True)
    await admin.post(PATH, own[:3])  # nothing ticked: the wider one holds again
    assert ticked(await chief.get(path)) == ["website", "weibo"]


async def test_the_template_of_a_merged_column_is_cleared_and_leaves_that_of_the_other_alone(
    office: ConsoleOffice,
):
    admin = await office.desk("admin")
    for column in ("zcwj", "zcjd"):
        await admin.post(PATH, [("org", CODE), ("kind", "any"), ("column", column), ("accounts", "website")])
    await admin.post("/console/columns/zcwj/merge", {"version": "0", "into": "zcjd"})
    cleared = await admin.follow(await admin.post(PATH, [("org", CODE), ("kind", "any"), ("column", "zcwj")]))
    assert cleared.status == 200
    async with office.house.store.read() as tx:
        assert await list_templates(tx, office.house.org.id) == {Reach("zcjd", "any"): ("website",)}
