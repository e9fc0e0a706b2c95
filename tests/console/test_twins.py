"""server/console/twins.py: an item and the one that says the same in the other language."""

from tests.console.conftest import XSS, ConsoleOffice
from tests.console.test_writing import NEW, a_form


async def _written(office: ConsoleOffice, **changes: str) -> str:
    made = await (await office.desk("author")).post(NEW, a_form(**changes))
    assert made.status == 303, made.words
    return made.location.split("/")[3]


async def test_two_items_are_paired_by_the_number_of_one_and_parted_again(office: ConsoleOffice):
    desk = await office.desk("author")
    chinese = await _written(office)
    mongolian = await _written(office, title="ᠦᠶᠡᠷ", language="mn-Mong")
    number = (await desk.get(f"/console/items/{mongolian}")).words.partition("索引号 ")[2].split()[0]
    done = await desk.post(f"/console/items/{chinese}/twin", {"twin": f" {number} "})
    assert done.status == 303
    assert f"/console/items/{chinese}" in (await desk.get(f"/console/items/{mongolian}")).links
    assert (await desk.post(f"/console/items/{chinese}/twin/part")).status == 303
    assert f"/console/items/{chinese}" not in (await desk.get(f"/console/items/{mongolian}")).links


async def test_an_item_is_paired_by_the_address_of_the_other(office: ConsoleOffice):
    desk = await office.desk("author")
    chinese, mongolian = await _written(office), await _written(office, language="mn-Mong")
    told = {"twin": f"https://demo.example/console/items/{mongolian}/edit?done=saved"}
    assert (await desk.post(f"/console/items/{chinese}/twin", told)).status == 303
    assert f"/console/items/{mongolian}" in (await desk.get(f"/console/items/{chinese}")).links


async def test_what_cannot_be_a_twin_is_refused_with_a_sentence(office: ConsoleOffice):
    desk = await office.desk("author")
    one, other = await _written(office), await _written(office, title="另一篇，也是汉文")
    seen = await desk.post(f"/console/items/{one}/twin", {"twin": other})
    assert "两篇稿件文种相同" in seen.words
    seen = await desk.post(f"/console/items/{one}/twin", {"twin": XSS})
    assert ("没有这个索引号的稿件" in seen.words, "<script>alert" in seen.html) == (True, False)


async def test_nobody_pairs_an_item_that_is_not_his(office: ConsoleOffice):
    one, other = await _written(office), await _written(office, language="mn-Mong")
    seen = await (await office.desk("clerk")).post(f"/console/items/{one}/twin", {"twin": other})
    assert seen.status == 403
