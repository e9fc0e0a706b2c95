"""What anybody's program may read: lists, whole items, changes with tombstones, search."""

import gzip
import json

import jsonschema
import pytest

from server.api.openapi import openapi_document
from server.api.reading import ROUTES
from server.core.catalogue import read_changes
from tests.api.conftest import Office

FRONT = "/api/v1/public"


async def publish(office: Office, **changes: object) -> str:
    office.house.now.move(minutes=2)
    made = await office.house.published(**changes)
    await read_changes(office.house.place)
    return made.id


async def read(office: Office, path: str) -> object:
    reply = await office.get(f"{FRONT}/{path}", by=None)
    assert reply.status == 200, reply.text
    return reply.json


async def withdraw(office: Office, item_id: str) -> None:
    office.house.now.move(minutes=2)
    await office.house.withdraw(item_id)
    await office.house.run_until_quiet()
    await read_changes(office.house.place)


async def test_nobody_needs_to_sign_in(office):
    assert [c["slug"] for c in (await read(office, "columns"))["columns"]] == ["zcwj", "zcjd", "tzgg"]


async def test_a_column_names_its_feeds(office):
    column = (await read(office, "columns"))["columns"][0]
    assert column["feeds"]["rss"] == "http://site.invalid/feed/column/zcwj.rss"


async def test_a_list_is_read_page_by_page_while_others_are_published(office):
    ids = [await publish(office, title=f"第{n}篇") for n in range(5)]
    first = await read(office, "items?limit=2")
    await publish(office, title="新来的")
    second = await read(office, f"items?limit=2&cursor={first['next']}")
    third = await read(office, f"items?limit=2&cursor={second['next']}")
    seen = [line["id"] for page in (first, second, third) for line in page["items"]]
    assert (seen, third["next"]) == (ids[::-1], None)


@pytest.mark.parametrize(("query", "count"), [("column=tzgg", 1), ("kind=policy", 2), ("year=2020", 0)])
async def test_a_list_is_narrowed(office, query, count):
    await publish(office)
    await publish(office, column="tzgg")
    assert len((await read(office, f"items?{query}"))["items"]) == count


async def test_a_line_is_small(office):
    await publish(office, title="关于做好医疗救助工作的通知" * 2, summary="明确救助对象和标准。" * 40)
    reply = await office.get(f"{FRONT}/items", by=None)
    assert len(reply.content) < 1000
    assert len(reply.json["items"][0]["summary"]) <= 120


async def test_an_item_is_given_whole(office):
    item_id = await publish(office, body_html="<p>正文<strong>要点</strong></p>")
    told = await read(office, f"items/{item_id}")
    assert (told["html"], told["text"]) == ("<p>正文<strong>要点</strong></p>", "正文要点")
    assert told["index_number"].endswith("/2026-00001")


async def test_a_draft_is_unknown(office):
    made = await office.house.item()
    assert (await office.get(f"{FRONT}/items/{made.id}", by=None)).status == 404


async def test_a_withdrawn_item_is_gone(office):
    item_id = await publish(office)
    await withdraw(office, item_id)
    reply = await office.get(f"{FRONT}/items/{item_id}", by=None)
    assert (reply.status, reply.json["code"]) == (410, "gone")
    assert reply.headers["Cache-Control"] == "no-store"


async def test_changes_tell_what_is_new_since_a_token(office):
    await publish(office, title="旧")
    office.house.now.move(minutes=5)
    token = (await read(office, "changes"))["next_token"]
    await publish(office, title="新")
    told = await read(office, f"changes?since={token}")
    assert [line["title"] for line in told["items"]] == ["新"]


async def test_changes_tell_what_was_taken_back_and_nothing_else_of_it(office):
    item_id = await publish(office, title="名单")
    await withdraw(office, item_id)
    told = await read(office, "changes")
    assert [line["id"] for line in told["deleted"]] == [item_id]
    assert told["items"] == []
    assert "名单" not in str(told)


async def test_who_begins_now_is_told_nothing_of_the_past_and_everything_from_now_on(office):
    await withdraw(office, await publish(office, title="旧"))
    office.house.now.move(minutes=5)
    begun = await read(office, "changes?since=now")
    gone = await publish(office, title="新")
    await withdraw(office, gone)
    told = await read(office, f"changes?since={begun['next_token']}")
    assert (begun["items"], begun["deleted"], [line["id"] for line in told["deleted"]]) == ([], [], [gone])


async def test_who_asks_only_for_what_is_gone_gets_no_items(office):
    gone = await publish(office, title="会撤回的")
    await publish(office, title="留着的")
    await withdraw(office, gone)
    told = await read(office, "changes?only=deleted")
    assert (told["items"], [line["id"] for line in told["deleted"]]) == ([], [gone])


async def test_who_keeps_pages_is_told_where_they_stand_and_when_they_changed(office):
    gone, kept = await publish(office, title="会撤回的"), await publish(office, title="留着的")
    await withdraw(office, gone)
    told = await read(office, "changes?only=pages")
    assert (told["items"], [line["id"] for line in told["deleted"]]) == ([], [gone])
    assert [(line["id"], line["url"]) for line in told["changed"]] == [
        (kept, f"http://site.invalid/a/{kept}.html")
    ]
    assert told["changed"][0]["changed_at"] <= office.house.now().isoformat()
    assert (await read(office, "changes"))["changed"] == []


async def test_what_never_was_public_is_no_change(office):
    source, reading = await office.house.item(), await office.house.item(kind="interpretation")
    await office.post(f"/api/v1/items/{reading.id}/follows", {"source_id": source.id, "rule": "same_moment"})
    told = await read(office, "changes")
    assert (told["items"], told["deleted"]) == ([], [])


async def test_the_last_minute_is_told_again(office):
    await publish(office, title="刚刚")
    token = (await read(office, "changes"))["next_token"]
    query = f"changes?since={token}" if token else "changes"
    assert [line["title"] for line in (await read(office, query))["items"]] == ["刚刚"]


async def test_many_changes_come_page_by_page(office):
    ids = [await publish(office, title=f"第{n}篇") for n in range(5)]
    seen, token = [], ""
    while True:
        told = await read(office, f"changes?limit=2&since={token}")
        seen += [line["id"] for line in told["items"]]
        token = told["next_token"]
        if not told["has_more"]:
            break
    assert seen == ids


async def test_a_search_shows_where_it_found_the_words(office):
    await publish(office, title="低保标准", body_html="<p>参保居民的医保待遇不变。</p>")
    told = await read(office, "search?q=医保")
    assert told["total"] == 1
    assert [p["text"] for p in told["items"][0]["excerpt"] if p["hit"]] == ["医保"]


async def test_a_hit_in_the_title_comes_first(office):
    titled = await publish(office, title="医保缴费")
    await publish(office, title="另一件事", body_html="<p>说到医保。</p>")
    assert (await read(office, "search?q=医保"))["items"][0]["id"] == titled


@pytest.mark.parametrize("query", ["items?cursor=x", "items?cursor=", "changes?since=AAAA", "items?limit=0"])
async def test_what_is_not_ours_is_refused_or_passed_over(office, query):
    reply = await office.get(f"{FRONT}/{query}", by=None)
    assert reply.status == (200 if query.endswith("=") else 422)


async def test_words_that_an_app_hangs_on_are_passed_over(office):
    assert (await office.get(f"{FRONT}/items?from=groupmessage", by=None)).status == 200


async def test_an_answer_may_be_kept_and_is_not_sent_again(office):
    await publish(office)
    first = await office.get(f"{FRONT}/items", by=None)
    assert first.headers["Cache-Control"] == "public, max-age=60, stale-while-revalidate=600"
    again = await office.call(
        "GET", f"{FRONT}/items", by=None, headers={"If-None-Match": f'W/"x", {first.headers["ETag"]}'}
    )
    assert (again.status, again.content) == (304, b"")


async def test_an_answer_is_packed_as_the_client_likes(office):
    for number in range(5):
        await publish(office, title=f"第{number}篇")
    plain = await office.call("GET", f"{FRONT}/items", by=None, headers={"Accept-Encoding": "identity"})
    packed = await office.call("GET", f"{FRONT}/items", by=None, headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert plain.headers["ETag"] != packed.headers["ETag"]
    assert plain.content == packed.content == gzip.decompress(gzip.compress(plain.content))


async def test_a_head_has_the_headers_of_a_get(office):
    head = await office.call("HEAD", f"{FRONT}/columns", by=None)
    get = await office.call("GET", f"{FRONT}/columns", by=None)
    assert (head.status, head.headers["ETag"]) == (200, get.headers["ETag"])


async def test_every_answer_and_every_refusal_is_what_the_document_says(office):
    document = json.loads(openapi_document(ROUTES))
    shown, gone = await publish(office), await publish(office, title="将被撤回")
    await withdraw(office, gone)
    asked = {
        "columns": ("",),
        "items": ("", "?limit=1", "?year=1999", "?limit=51", "?cursor=x", "?kind=x"),
        "items/{item_id}": (f"/{shown}", f"/{gone}", "/nobody"),
        "changes": ("", "?only=pages", "?since=now", "?since=x", "?only=x"),
        "search": ("?q=医疗", "?q=没有这个词", "", f"?q={'字' * 61}", "?q=x&page=0"),
    }
    assert {f"{FRONT}/{path}" for path in asked} == document["paths"].keys()
    for path, questions in asked.items():
        told = document["paths"][f"{FRONT}/{path}"]["get"]["responses"]
        seen = {}
        for question in questions:
            reply = await office.get(f"{FRONT}/{path.partition('/')[0]}{question}", by=None)
            seen[question] = reply.status
            said = told.get(str(reply.status)) or told[f"{reply.status // 100}XX"]
            content = said["content"][reply.headers["Content-Type"].partition(";")[0]]
            jsonschema.validate(reply.json, {**content["schema"], "components": document["components"]})
        assert 200 in seen.values(), seen
