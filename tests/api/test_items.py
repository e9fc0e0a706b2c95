"""server/api/items.py: items go in, come out, and every bad one is refused by name."""

import json
from typing import Any

import pytest

from tests.api.conftest import DEPARTMENT, NEIGHBOUR, Office, an_item
from tests.house import CODE

ITEMS = "/api/v1/items"


async def test_an_item_comes_out_as_it_went_in(office: Office):
    made = await office.item(title="  关于做好\n医疗救助工作的通知 ", source="旗民政局")
    seen = (await office.get(f"{ITEMS}/{made['id']}")).json
    told = {name: seen[name] for name in ("title", "state", "document_number", "formed_on", "source")}
    assert told == {
        "title": "关于做好 医疗救助工作的通知",
        "state": "draft",
        "document_number": "某政办发〔2026〕1号",
        "formed_on": "2026-11-20",
        "source": "旗民政局",
    }


async def test_an_index_number_is_made_of_the_organ_the_year_and_a_serial(office: Office):
    numbers = [(await office.item())["index_number"] for _ in range(2)]
    assert numbers == [f"{CODE}/2026-00001", f"{CODE}/2026-00002"]


async def test_an_imported_item_keeps_its_index_number(office: Office):
    made = await office.item(index_number="000014349IHA001/2018-00549")
    found = (await office.get(f"{ITEMS}?index_number=000014349IHA001/2018-00549")).json["items"]
    assert [one["id"] for one in found] == [made["id"]]


async def test_the_body_is_sanitised_on_the_way_in(office: Office):
    made = await office.item(body='<p onclick="x()">甲<script>alert(1)</script></p>')
    assert made["body"] == "<p>甲</p>"


async def test_what_no_channel_carries_is_told_of_once_by_the_call_that_lost_it(office: Office):
    body = '<p>甲</p><svg><text>乙</text></svg><SVG/><iframe src="https://a.cn"></iframe><!-- <video> -->'
    made = await office.item(body=body)
    assert [one["code"] for one in made["dropped"]] == ["svg", "frame"]
    assert "另存为" in made["dropped"][0]["message"]
    assert (await office.get(f"{ITEMS}/{made['id']}")).json["dropped"] == []


async def test_chinese_is_not_escaped_in_an_answer(office: Office):
    made = await office.post(ITEMS, an_item())
    assert "医疗救助" in made.content.decode()


async def test_answers_are_kept_by_nobody(office: Office):
    made = await office.post(ITEMS, an_item())
    assert made.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"kind": "poem"}, "kind", "种类"),
        ({"kind": None}, "kind", "缺少“种类”"),
        ({"openness": None}, "openness", "缺少“公开属性”"),
        ({"openness": "secret"}, "openness", "“公开属性”只能是 open、on_request 或 closed"),
        ({"title": ""}, "title", "“标题”不能为空"),
        ({"title": " \n\u200b "}, "title", "“标题”不能为空"),
        ({"title": "长" * 201}, "title", "“标题”最多 200 个字符"),
        ({"title": 7}, "title", "“标题”应是文字"),
        ({"body": ""}, "body", "“正文”不能为空"),
        ({"body": "<script>alert(1)</script>"}, "body", "正文没有内容"),
        ({"body": "<p>  &nbsp; <br></p>"}, "body", "正文没有内容"),
        ({"body": '<p>甲<img src="data:image/png;base64,AAAA"></p>'}, "body", "先上传图片"),
        ({"body": '<p>甲<img src="https://a.example/x.png"></p>'}, "body", "先上传图片"),
        ({"formed_on": "2017-02-29"}, "formed_on", "不是存在的日期"),
        ({"formed_on": "2017-13-01"}, "formed_on", "不是存在的日期"),
        ({"formed_on": "2017年3月28日"}, "formed_on", "2017-03-28"),
        ({"formed_on": "1500000000"}, "formed_on", "2017-03-28"),
        ({"formed_on": 1500000000}, "formed_on", "日期"),
        ({"column": "nowhere"}, "column", "没有栏目"),
        ({"index_number": "<b>"}, "index_number", "“索引号”的写法不对"),
        ({"keywords": ["词"] * 21}, "keywords", "“主题词”最多 20 项"),
        ({"keywords": ["长" * 31]}, "keywords.0", "最多 30 个字符"),
        ({"keywords": "词"}, "keywords", "应是一个列表"),
        ({"colour": "red"}, "colour", "没有“colour”这个字段"),
        ({"attachments": [{"sha256": "x", "name": "a.pdf"}]}, "attachments.0.sha256", "文件编号"),
    ],
)
async def test_what_does_not_fit_the_form_is_refused_by_field_and_changes_nothing(
    office: Office, changes: dict[str, Any], field: str, words: str
):
    refused = await office.post(ITEMS, an_item(**changes))
    assert refused.refusal == (422, "invalid", field)
    assert words in refused.json["detail"]
    assert await office.count_items() == 0


async def test_every_mistake_of_a_form_is_told_at_once(office: Office):
    refused = await office.post(ITEMS, an_item(title="", openness=None, kind="poem"))
    assert sorted(one["field"] for one in refused.json["errors"]) == ["kind", "openness", "title"]


@pytest.mark.parametrize(
    "body", [b"not json", b"{", b"\xff\xfe", b'{"kind": "policy",}', b'"\\ud800"', b"[" * 9999]
)
async def test_json_that_is_not_json_is_refused(office: Office, body: bytes):
    refused = await office.call("POST", ITEMS, data=body)
    assert refused.refusal in ((400, "invalid_json", ""), (422, "invalid", ""))


async def test_json_that_is_no_object_is_refused(office: Office):
    refused = await office.call("POST", ITEMS, data=b"[1, 2]")
    assert refused.refusal == (422, "invalid", "")


async def test_a_body_over_the_bound_is_refused(office: Office):
    refused = await office.post(ITEMS, an_item(body="<p>" + "字" * 5_000_000 + "</p>"))
    assert refused.refusal == (413, "too_large", "body")
    assert await office.count_items() == 0


async def test_a_body_over_the_bound_is_refused_though_its_length_is_not_told(office: Office):
    async def pieces():
        for _ in range(50):
            yield b" " * 10_000

    refused = await office.call("POST", ITEMS, data=pieces())
    assert refused.refusal == (413, "too_large", "body")


async def test_an_index_number_given_twice_is_refused(office: Office):
    await office.item(index_number="000014349/2018-00549")
    refused = await office.post(ITEMS, an_item(index_number="000014349/2018-00549"))
    assert refused.refusal == (409, "index_number_taken", "index_number")
    assert await office.count_items() == 1


async def test_a_picture_that_was_never_uploaded_is_refused(office: Office):
    refused = await office.post(ITEMS, an_item(body=f'<p><img src="media:{"a" * 64}"></p>'))
    assert refused.refusal == (422, "unknown_media", "body")


async def test_an_attachment_that_was_never_uploaded_is_refused(office: Office):
    refused = await office.post(ITEMS, an_item(attachments=[{"sha256": "a" * 64, "name": "附件.pdf"}]))
    assert refused.refusal == (422, "unknown_media", "attachments.0.sha256")


async def test_an_organ_that_nobody_knows_is_refused(office: Office):
    refused = await office.post(ITEMS, an_item(org="999999999"))
    assert refused.refusal == (422, "unknown_org", "org")


async def test_an_item_that_is_not_there_is_a_404(office: Office):
    assert (await office.get(f"{ITEMS}/nothing")).refusal == (404, "unknown_item", "")


async def test_an_author_writes_for_the_departments_below_his_organ(office: Office):
    assert (await office.post(ITEMS, an_item(org=DEPARTMENT))).status == 201


async def test_an_author_of_a_department_does_not_write_for_the_organ_above(office: Office):
    assert (await office.post(ITEMS, an_item(), by="clerk")).refusal == (403, "forbidden", "")


async def test_an_author_does_not_write_for_a_neighbour(office: Office):
    assert (await office.post(ITEMS, an_item(org=NEIGHBOUR))).refusal == (403, "forbidden", "")


async def test_a_neighbour_sees_nothing_of_an_item(office: Office):
    made = await office.item()
    assert (await office.get(f"{ITEMS}/{made['id']}", by="stranger")).status == 403
    assert (await office.get(ITEMS, by="stranger")).json["items"] == []


async def test_a_reporter_sees_no_items(office: Office):
    assert (await office.get(ITEMS, by="reporter")).refusal == (403, "forbidden", "")


async def test_a_new_revision_takes_the_place_of_the_draft(office: Office):
    made = await office.item()
    revised = await office.call("PUT", f"{ITEMS}/{made['id']}", an_item(title="新标题"))
    assert (revised.status, revised.json["revision"], revised.json["title"]) == (200, 2, "新标题")


async def test_a_revision_keeps_its_organ(office: Office):
    made = await office.item()
    refused = await office.call("PUT", f"{ITEMS}/{made['id']}", an_item(org=DEPARTMENT))
    assert refused.refusal == (409, "wrong_state", "org")


async def test_nobody_approves_what_he_wrote(office: Office):
    await office.person("both", office.house.org.id, "admin")
    made = (await office.post(ITEMS, an_item(), by="both")).json
    await office.post(f"{ITEMS}/{made['id']}/submit", by="both")
    refused = await office.post(f"{ITEMS}/{made['id']}/approve", by="both")
    assert refused.refusal == (403, "own_item", "")
    assert (await office.get(f"{ITEMS}/{made['id']}")).json["state"] == "submitted"


async def test_a_draft_is_not_approved_before_it_is_submitted(office: Office):
    made = await office.item()
    assert (await office.post(f"{ITEMS}/{made['id']}/approve", by="chief")).refusal[:2] == (
        409,
        "wrong_state",
    )


async def test_a_return_needs_a_reason(office: Office):
    made = await office.item()
    await office.post(f"{ITEMS}/{made['id']}/submit")
    refused = await office.post(f"{ITEMS}/{made['id']}/return", by="reviewer")
    assert refused.refusal == (422, "invalid", "reason")


async def test_a_returned_item_goes_back_to_its_author(office: Office):
    made = await office.item()
    await office.post(f"{ITEMS}/{made['id']}/submit")
    returned = await office.post(f"{ITEMS}/{made['id']}/return", {"reason": "缺附件"}, by="reviewer")
    assert returned.json["state"] == "returned"


async def test_a_list_goes_on_where_its_page_ends(office: Office):
    made = []
    for _ in range(3):
        made.append((await office.item())["id"])
        office.house.now.move(seconds=1)
    first = (await office.get(f"{ITEMS}?limit=2")).json
    rest = (await office.call("GET", ITEMS, params={"limit": "2", "before": first["next"]})).json
    assert [one["id"] for one in first["items"] + rest["items"]] == made[::-1]
    assert rest["next"] is None


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"),
        ("limit=x", "limit"),
        ("limit=1&limit=2", "limit"),
        ("page=2", "page"),
        ("before=x", "before"),
    ],
)
async def test_a_list_refuses_a_question_it_does_not_understand(office: Office, query: str, field: str):
    assert (await office.get(f"{ITEMS}?{query}")).refusal == (422, "invalid", field)


async def test_an_item_in_json_carries_no_secret_of_the_office(office: Office):
    made = await office.item()
    assert "password" not in json.dumps(made)
    assert office.tokens["author"] not in json.dumps(made)


async def test_a_channels_own_words_come_out_as_they_went_in_and_stay(office: Office):
    words = [{"channel": "weibo", "account": None, "title": "微博标题", "summary": None, "cover": None}]
    made = await office.item(overrides=words)
    assert made["overrides"] == words
    again = await office.call("PUT", f"{ITEMS}/{made['id']}", an_item(title="改过"))
    assert again.json["overrides"] == words
    gone = await office.call("PUT", f"{ITEMS}/{made['id']}", an_item(overrides=[]))
    assert gone.json["overrides"] == []


@pytest.mark.parametrize(
    ("overrides", "field"),
    [
        ([{"channel": "website", "title": "x"}], "overrides.0.channel"),
        ([{"channel": "weibo", "title": "x"}, {"channel": "weibo", "title": "y"}], "overrides"),
        ([{"channel": "weibo", "cover": "a" * 64}], "overrides.0.cover"),
    ],
)
async def test_a_channels_own_words_must_make_sense(office: Office, overrides: Any, field: str):
    refused = await office.post(ITEMS, an_item(overrides=overrides))
    assert (refused.status, refused.json["field"]) == (422, field)
