"""server/console/replacing.py: a new item takes an older one's place, until somebody takes that back."""

from tests.console.conftest import ConsoleOffice


async def test_a_new_item_named_by_its_number_takes_the_place_and_gives_it_back(office: ConsoleOffice):
    old, new = await office.item(), await office.item(index_number=None, title="关于防汛工作的新办法")
    path, desk = f"/console/items/{old['id']}/replaced-by", await office.desk("chief")
    seen = await desk.follow(await desk.post(path, {"item": new["index_number"]}))
    assert ("新稿件： 关于防汛工作的新办法" in seen.words, "新稿件还没有公开" in seen.words) == (True, True)
    item = await desk.get(f"/console/items/{old['id']}")
    assert "已被新稿件取代： 关于防汛工作的新办法" in item.words
    assert "这篇稿件取代了" in (await desk.get(f"/console/items/{new['id']}/replaced-by")).words
    back = await desk.follow(await desk.post(f"{path}/back"))
    assert "已被取代" not in back.words


async def test_an_item_cannot_take_its_own_place_and_what_was_typed_stays(office: ConsoleOffice):
    old = await office.item()
    path, desk = f"/console/items/{old['id']}/replaced-by", await office.desk("chief")
    own = await desk.post(path, {"item": f"https://example.invalid/console/items/{old['id']}"})
    assert (own.status, "不能让稿件取代自己" in own.words) == (409, True)
    none = await desk.post(path, {"item": "没有的号"})
    assert (none.status, none.fields["item"], "没有这个索引号的稿件" in none.words) == (422, "没有的号", True)


async def test_an_author_replaces_nothing(office: ConsoleOffice):
    made = await office.item()
    desk = await office.desk("author")
    assert (await desk.post(f"/console/items/{made['id']}/replaced-by", {"item": "x"})).status == 403
