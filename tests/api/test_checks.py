"""server/api/checks.py and dictionary.py: findings, waivers of two people, mending, and the word list."""

import json
from typing import Any

import pytest
from aiohttp import FormData

from server.core.problems import Problem, Problems
from server.review.lexicon import read_words
from tests.api.conftest import Office, an_item
from tests.review.subjects import IDENTITY

ITEMS = "/api/v1/items"
PERSONAL = f"<p>甲某，身份证号{IDENTITY}。</p>"


async def checks(office: Office, item_id: str, by: str = "author", query: str = "") -> Any:
    reply = await office.get(f"{ITEMS}/{item_id}/checks{query}", by=by)
    assert reply.status == 200, reply.text
    return reply.json


async def waived(office: Office, item_id: str, by: str = "author") -> Any:
    finding = (await checks(office, item_id))["findings"][0]["key"]
    reason = {"finding": finding, "reason": "依法必须公示的当事人信息"}
    reply = await office.post(f"{ITEMS}/{item_id}/waivers", reason, by=by)
    assert reply.status == 201, reply.text
    return reply.json


async def release(office: Office, item_id: str) -> Any:
    return await office.post(f"{ITEMS}/{item_id}/release", {"accounts": ["website"]}, by="chief")


async def test_a_finding_says_what_where_why_by_which_rule_and_what_to_do(office: Office):
    made = await office.item(body=PERSONAL)
    told = await checks(office, made["id"])
    first = told["findings"][0]
    names = ("rule", "severity", "words", "suggestion", "source", "article")
    assert told["open"] == 1
    assert tuple(first[name] for name in names) == (
        "identity_number", "blocking", "15*************014", "15*************014",
        "《中华人民共和国政府信息公开条例》", "第十五条",
    )  # fmt: skip
    assert IDENTITY not in json.dumps(told)


async def test_an_item_with_an_open_finding_is_not_released(office: Office):
    made = await office.approved(body=PERSONAL)
    refused = await release(office, made["id"])
    assert refused.refusal == (422, "findings_open", "body")
    assert IDENTITY not in refused.text


async def test_a_blocking_finding_that_one_person_answers_for_still_stands_in_the_way(office: Office):
    made = await office.approved(body=PERSONAL)
    assert (await waived(office, made["id"]))["holds"] is False
    assert (await release(office, made["id"])).refusal[1] == "findings_open"


async def test_a_blocking_finding_that_two_people_answer_for_is_released(office: Office):
    made = await office.approved(body=PERSONAL)
    one = await waived(office, made["id"])
    second = await office.post(f"{ITEMS}/{made['id']}/waivers/{one['id']}/second", by="chief")
    assert second.json["holds"] is True
    assert (await release(office, made["id"])).status == 201


async def test_nobody_seconds_his_own_waiver(office: Office):
    made = await office.item(body=PERSONAL)
    one = await waived(office, made["id"], by="chief")
    refused = await office.post(f"{ITEMS}/{made['id']}/waivers/{one['id']}/second", by="chief")
    assert refused.refusal[1] == "own_item"


async def test_a_waiver_falls_with_the_content_it_was_given_for(office: Office):
    made = await office.item(body=PERSONAL)
    one = await waived(office, made["id"])
    await office.post(f"{ITEMS}/{made['id']}/waivers/{one['id']}/second", by="chief")
    await office.call("PUT", f"{ITEMS}/{made['id']}", an_item(body=PERSONAL + "<p>又一段</p>"))
    assert (await checks(office, made["id"]))["open"] == 1


async def test_a_finding_is_waived_once_and_with_a_reason(office: Office):
    made = await office.item(body=PERSONAL)
    await waived(office, made["id"])
    key = (await checks(office, made["id"]))["findings"][0]["key"]
    path = f"{ITEMS}/{made['id']}/waivers"
    assert (await office.post(path, {"finding": key, "reason": "同样的理由"})).refusal[1] == "taken"
    assert (await office.post(path, {"finding": key, "reason": " "})).refusal == (422, "invalid", "reason")
    assert (await office.post(path, {"finding": "0" * 16, "reason": "没有这条"})).refusal[
        1
    ] == "unknown_finding"


async def test_mending_writes_a_version_in_which_the_numbers_are_masked(office: Office):
    made = await office.item(
        body=f"<p>甲某 {IDENTITY}，<strong>电话</strong>13812345678</p>", title="公示 13812345678"
    )
    keys = [one["key"] for one in (await checks(office, made["id"]))["findings"] if one["suggestion"]]
    mended = (await office.post(f"{ITEMS}/{made['id']}/mend", {"findings": keys})).json
    assert mended["body"] == "<p>甲某 15*************014，<strong>电话</strong>138****5678</p>"
    assert (mended["title"], mended["revision"]) == ("公示 138****5678", 2)
    assert (await checks(office, made["id"]))["open"] == 0


async def test_what_is_in_a_file_is_found_and_must_be_mended_there(office: Office):
    stored = (await office.upload("名单.csv", f"姓名,身份证号\n甲某,{IDENTITY}\n".encode())).json
    made = await office.item(attachments=[{"sha256": stored["sha256"], "name": "名单.csv"}])
    (one,) = [f for f in (await checks(office, made["id"]))["findings"] if f["rule"] == "identity_number"]
    assert one["place"]["field"] == "attachments.0"
    refused = await office.post(f"{ITEMS}/{made['id']}/mend", {"findings": [one["key"]]})
    assert refused.refusal == (409, "wrong_state", "findings")


async def test_what_somebody_is_writing_is_checked_without_being_stored(office: Office):
    told = await office.post("/api/v1/checks", an_item(body=PERSONAL))
    assert told.json["findings"][0]["rule"] == "identity_number"
    assert await office.count_items() == 0


async def test_a_channel_says_what_it_cannot_carry_under_its_account(office: Office):
    made = await office.item(title="难" * 100)
    told = await checks(office, made["id"], query="?accounts=weibo")
    assert {one["account"] for one in told["findings"] if one["account"]} <= {"weibo"}
    refused = await office.get(f"{ITEMS}/{made['id']}/checks?accounts=nobody")
    assert refused.refusal == (422, "unknown_account", "accounts")


async def imported(office: Office, text: str, by: str = "chief") -> Any:
    form = FormData()
    form.add_field("file", text.encode(), filename="words.csv")
    return await office.call("POST", "/api/v1/dictionary", by=by, data=form)


async def test_a_word_that_an_office_enters_is_found_and_comes_out_as_it_went_in(office: Office):
    taken = await imported(
        office, "错词,正确形式,语境,级别,位置,类别,说明\n苏木长,苏木达,,须处理,全文,错别字,本地称谓\n"
    )
    assert (taken.status, taken.json["taken"]) == (201, 1)
    made = await office.item(body="<p>苏木长出席</p>")
    first = (await checks(office, made["id"]))["findings"][0]
    assert (first["words"], first["reason"]) == ("苏木长", "本地称谓")
    out = await office.get("/api/v1/dictionary?form=csv", by="chief")
    assert out.content.decode("utf-8-sig").splitlines()[1] == "苏木长,苏木达,,须处理,全文,错别字,本地称谓"


async def test_a_list_with_a_bad_line_is_refused_whole_with_a_sentence_for_each(office: Office):
    text = "错词,正确形式,级别\n苏木长,苏木达,\n一,二,\n两字,两字,\n三个字,好,要命\n苏木长,苏木达,\n"
    refused = await imported(office, text)
    assert [one["detail"][:4] for one in refused.json["errors"]] == [
        "第3行：",
        "第4行：",
        "第5行：",
        "第6行：",
    ]
    assert (await office.get("/api/v1/dictionary", by="chief")).json["words"] == []


def test_a_line_names_all_that_is_wrong_with_it():
    with pytest.raises(Problems) as refused:
        read_words("错词,正确形式,级别,位置,类别\n一,一,要命,背面,外语\n".encode())
    (told,) = refused.value.problems
    faults = ("至少两个字", "与正确形式相同", "没有级别“要命”", "没有位置“背面”", "没有类别“外语”")
    assert [one in told.message for one in faults] == [True] * 5


@pytest.mark.parametrize("text", ["", "甲,乙\n", "错词\n", "\0"])
def test_what_is_no_list_is_refused(text: str):
    with pytest.raises((Problem, Problems)):
        read_words(text.encode())


async def test_only_who_may_manages_the_list(office: Office):
    assert (await imported(office, "错词\n苏木长\n", by="author")).refusal[1] == "forbidden"


async def test_a_line_is_taken_out(office: Office):
    await imported(office, "错词,正确形式\n苏木长,苏木达\n")
    assert (await office.post("/api/v1/dictionary/remove", {"word": "苏木长"}, by="chief")).status == 204
    assert (await office.post("/api/v1/dictionary/remove", {"word": "苏木长"}, by="chief")).refusal[
        2
    ] == "word"


@pytest.mark.parametrize("line", [b"\n", b"a\n"], ids=["empty lines", "lines that are none"])
def test_a_list_of_lines_without_end_is_refused_before_it_costs_anything(line: bytes):
    with pytest.raises(Problem, match="词库最多"):
        read_words(b"word\n" + line * 1_500_000)
