"""Items in two languages, and the kinds of Art. 20 as a person says them."""

import hashlib
import json

from channels.item import Twin
from server.core.contents import content_of_release, lines_of_releases
from server.core.twins import pair, part
from server.store.items import get_item
from tests.api.conftest import Office
from tests.audited import count_lines
from tests.house import SITE


async def two(office: Office) -> tuple[str, str]:
    """Publish an item in each language; gives their ids."""
    one = await office.house.published(title="医疗救助办法")
    other = await office.house.published(title="ᠡᠮᠨᠡᠯᠭᠡ", language="mn-Mong")
    return one.id, other.id


async def test_two_items_in_two_languages_become_twins(office: Office):
    one, other = await two(office)
    reply = await office.post(f"/api/v1/items/{one}/twin", {"twin_id": other})
    assert (reply.status, reply.json["language"]) == (200, "mn-Mong")
    assert (await office.get(f"/api/v1/items/{other}/twin")).json["twin_id"] == one


async def test_two_items_in_one_language_are_no_twins(office: Office):
    one, other = await office.item(), await office.item()
    reply = await office.post(f"/api/v1/items/{one['id']}/twin", {"twin_id": other["id"]})
    assert reply.status == 422
    assert "文种相同" in reply.text


async def test_an_item_is_not_its_own_twin(office: Office):
    one = await office.item()
    reply = await office.post(f"/api/v1/items/{one['id']}/twin", {"twin_id": one["id"]})
    assert (reply.status, "自己" in reply.text) == (422, True)


async def test_twins_are_parted(office: Office):
    one, other = await two(office)
    await office.post(f"/api/v1/items/{one}/twin", {"twin_id": other})
    assert (await office.call("DELETE", f"/api/v1/items/{other}/twin")).status == 204
    assert (await office.get(f"/api/v1/items/{one}/twin")).json["twin_id"] is None


async def test_a_new_twin_takes_the_place_of_the_old_one(office: Office):
    one, other = await two(office)
    third = await office.house.published(title="新的", language="mn-Mong")
    await office.post(f"/api/v1/items/{one}/twin", {"twin_id": other})
    await office.post(f"/api/v1/items/{one}/twin", {"twin_id": third.id})
    assert (await office.get(f"/api/v1/items/{other}/twin")).json["twin_id"] is None
    assert (await office.get(f"/api/v1/items/{third.id}/twin")).json["twin_id"] == one


async def test_a_page_knows_its_twin_only_while_a_reader_can_open_it(office: Office):
    house = office.house
    one, other = await two(office)
    async with house.store.begin() as tx:
        await pair(tx, one, other, at=house.now())
    release_id = (await house.legs(one))["website"].release_id
    async with house.store.read() as tx:
        found = (await content_of_release(tx, release_id, SITE, at=house.now())).twin
        line = (await lines_of_releases(tx, frozenset({release_id}), SITE))[release_id].twin
    assert found == line == Twin("mn-Mong", "ᠡᠮᠨᠡᠯᠭᠡ", f"{SITE.url}/a/{other}.html")
    await house.withdraw(other)
    await house.run_until_quiet()
    async with house.store.read() as tx:
        assert (await content_of_release(tx, release_id, SITE, at=house.now())).twin is None


async def test_parting_what_has_no_twin_does_nothing(office: Office):
    one = await office.house.item()
    before = await count_lines(office.house.store)
    async with office.house.store.begin() as tx:
        await part(tx, one.id, at=office.house.now())
    assert await count_lines(office.house.store) == before


async def test_a_person_says_to_which_kinds_an_item_belongs_and_words_only_suggest(office: Office):
    silent = await office.item(topic="财政", kind="notice")
    told = await office.item(topic="财政", kind="notice", statutory=[9, 7, 9])
    assert (silent["statutory"], silent["statutory_suggested"]) == ([], [7, 11])
    assert told["statutory"] == [7, 9]


async def test_there_are_fifteen_kinds(office: Office):
    assert (await office.post("/api/v1/items", {"statutory": [16]})).status == 422


async def test_a_new_version_keeps_what_it_does_not_name(office: Office):
    made = await office.house.item(statutory=(3,), language="mn-Mong")
    await office.house.corrected(made.id, title="改过的标题")
    async with office.house.store.read() as tx:
        sheet = (await get_item(tx, made.id)).revision.sheet
    assert (sheet.statutory, sheet.language) == ((3,), "mn-Mong")


async def test_what_is_not_said_leaves_older_seals_as_they_were(office: Office):
    version = (await office.house.item()).revision
    sheet = {
        "column": "zcwj", "source": None, "document_number": "某政办发〔2026〕1号", "formed_on": None,
        "topic": "民政", "genre": "通知", "keywords": ["医疗救助"], "openness": "open", "validity": "valid",
        "overview": "明确救助对象和标准", "pictures": [], "attachments": [],
    }  # fmt: skip
    parts = ["policy", version.title, version.summary, version.body, sheet]
    text = json.dumps(parts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert hashlib.sha256(text.encode()).hexdigest() == version.content_hash
