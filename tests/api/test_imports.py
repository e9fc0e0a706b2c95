"""server/api/imports.py: each file stands or falls alone."""

from typing import Any

import pytest
from aiohttp import FormData

from tests.api.conftest import NEIGHBOUR, Office
from tests.house import CODE
from tests.importing.papers import NUMBER, official, written

PAPER = written(official())
ORDER = f"?org={CODE}&column=zcwj&kind=policy&openness=open"


async def taken_in(office: Office, *files: tuple[str, bytes], query: str = "", by: str = "author") -> Any:
    form = FormData()
    for name, body in files:
        form.add_field("file", body, filename=name)
    return await office.call("POST", f"/api/v1/imports{query}", by=by, data=form)


async def test_a_file_gives_a_proposal_and_nothing_is_written(office: Office):
    told = (await taken_in(office, ("通知.docx", PAPER))).json["files"][0]
    assert told["result"] == "proposed"
    assert told["proposal"]["document_number"] == NUMBER
    assert {"title", "issuer", "formed_on"} <= {mark["part"] for mark in told["proposal"]["marks"]}
    assert await office.count_items() == 0


async def test_drafts_are_made_of_the_good_files_and_the_bad_ones_are_named(office: Office):
    good, bad = ("通知.docx", PAPER), ("旧.doc", b"\xd0\xcf\x11\xe0")
    told = (
        await taken_in(office, good, bad, ("页.html", "<h1>题目</h1><p>正文在此</p>".encode()), query=ORDER)
    ).json
    assert [one["result"] for one in told["files"]] == ["created", "refused", "created"]
    assert (told["taken"], told["refused"], await office.count_items()) == (2, 1, 2)
    item = (await office.get(f"/api/v1/items/{told['files'][0]['item_id']}")).json
    assert (item["document_number"], item["formed_on"], item["state"]) == (NUMBER, "2026-03-08", "draft")


async def test_a_file_over_the_limit_is_refused_and_the_next_one_taken(office: Office):
    told = (await taken_in(office, ("大.html", b"x" * 150_000), ("小.md", b"# T\n\ntext\n"))).json
    assert [one["code"] for one in told["files"]] == ["too_large", ""]


async def test_half_an_order_is_refused(office: Office):
    refused = await taken_in(office, ("a.md", b"# T\n\ntext"), query=f"?org={CODE}")
    assert refused.refusal == (422, "invalid", "org")


async def test_drafts_are_made_only_where_one_may_write(office: Office):
    query = ORDER.replace(CODE, NEIGHBOUR)
    assert (await taken_in(office, ("a.md", b"# T\n\ntext"), query=query)).refusal[1] == "forbidden"


async def test_no_file_at_all_is_refused(office: Office):
    assert (await office.post("/api/v1/imports", {})).refusal == (422, "invalid", "file")


@pytest.mark.slow
async def test_three_hundred_files_are_taken_in_one_go(office: Office):
    told = (await taken_in(office, *((f"通知{n}.docx", PAPER) for n in range(300)), query=ORDER)).json
    assert told["taken"] == 300
