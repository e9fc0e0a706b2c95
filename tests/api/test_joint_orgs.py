"""Who issued an item together: from the form and from a Word file to the page, and to the figures of each."""

from docx import Document

from tests.api.conftest import DEPARTMENT, Office
from tests.api.test_imports import ORDER, taken_in
from tests.house import CODE
from tests.importing.papers import CENTER, RIGHT, line, written

OTHERS = ["某旗民政局", "市发展和改革委员会"]
SEEN = [{"name": "某旗民政局", "code": DEPARTMENT}, {"name": "市发展和改革委员会", "code": None}]


def signed_by_three() -> bytes:
    paper = Document()
    line(paper, "关于印发办法的通知", size=22, align=CENTER)
    line(paper, "现印发给你们。")
    line(paper, "某旗人民政府办公室　　某旗民政局", align=RIGHT)
    line(paper, "市发展和改革委员会", align=RIGHT)
    line(paper, "2026年3月8日", align=RIGHT)
    return written(paper)


PAPER = signed_by_three()


async def test_a_joint_release_counts_once_and_its_organs_see_it_beside_their_own(office: Office):
    item = await office.approved(joint_orgs=OTHERS)
    await office.post(f"/api/v1/items/{item['id']}/release", {"accounts": ["website"]}, by="chief")
    await office.house.run_until_quiet()
    channels, rows = "/api/v1/statistics/channels?year=2026", "/api/v1/statistics/rows?year=2026"
    told = (await office.get(f"{channels}&group_by=org", by="reporter")).json
    assert (told["items"], told["joint"]) == (1, {"led": 1, "joined": 0})
    assert {row["org"]: (row["items"], row["joint"]) for row in told["rows"]} == {
        CODE: (1, {"led": 1, "joined": 0}), DEPARTMENT: (0, {"led": 0, "joined": 1}),
    }  # fmt: skip
    joined = (await office.get(f"{rows}&org={DEPARTMENT}&subtree=false&joint=joined", by="reporter")).json
    assert [row["item"] for row in joined["rows"]] == [item["id"]]
    assert (await office.get(f"{rows}&joint=alone", by="reporter")).status == 422
    sheet = await office.get(f"{channels}&group_by=org&format=csv", by="reporter")
    head, *lines = sheet.text.splitlines()
    assert head.endswith("其中：牵头联合发文,另：参与联合发文（计入牵头机构）")
    assert [one.rsplit(",", 2)[1:] for one in lines] == [["1", "0"], ["0", "1"], ["1", "0"]]


async def test_those_who_issued_it_stay_with_its_next_version_until_it_says_otherwise(office: Office):
    item = await office.item(joint_orgs=["某旗人民政府办公室", *OTHERS, OTHERS[0]])  # the lead is left out
    assert item["joint_orgs"] == SEEN
    address = f"/api/v1/items/{item['id']}"
    value = {"title": "改过的标题", "body": "<p>正文</p>"}
    kept = (await office.call("PUT", address, a_version(item, **value))).json
    assert kept["joint_orgs"] == SEEN
    alone = (await office.call("PUT", address, a_version(item, **value, joint_orgs=[]))).json
    assert alone["joint_orgs"] == []
    refused = await office.post("/api/v1/items", a_version(item, joint_orgs=["甲局、乙局"]))
    assert refused.refusal == (422, "invalid", "joint_orgs.0"), refused.text


async def test_whoever_signed_a_word_file_with_the_lead_issued_it_together(office: Office):
    told = (await taken_in(office, ("联合通知.docx", PAPER), query=ORDER)).json
    item = (await office.get(f"/api/v1/items/{told['files'][0]['item_id']}")).json
    assert item["joint_orgs"] == SEEN


def a_version(item, **changes):
    names = ("kind", "title", "summary", "body", "column", "openness")
    return {**{name: item[name] for name in names}, "org": item["org"]["code"], **changes}
