"""server/api/media.py: files go in bounded and cleaned, and come out as nobody's page."""

import hashlib
import io
from typing import Any

import pytest
from aiohttp import FormData
from PIL import Image

from tests.api.conftest import BOUNDS, DEPARTMENT, NEIGHBOUR, Office, an_item

MEDIA = "/api/v1/media"
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF"


def a_photo(**saved: Any) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "teal").save(out, "JPEG", **saved)
    return out.getvalue()


async def test_a_picture_goes_into_a_body_by_its_reference(office: Office):
    stored = (await office.upload("照片.jpg", a_photo())).json
    item = await office.item(body=f'<p>甲<img src="{stored["reference"]}" alt="草原"></p>')
    assert item["pictures"] == [
        {
            "sha256": stored["sha256"], "mime": "image/jpeg", "size": len(a_photo()),
            "width": 40, "height": 30, "alt": "草原",
        }
    ]  # fmt: skip


async def test_an_attachment_goes_with_an_item_under_its_name(office: Office):
    stored = (await office.upload("申请表.PDF", PDF)).json
    item = await office.item(attachments=[{"sha256": stored["sha256"], "name": stored["name"]}])
    [attached] = item["attachments"]
    assert (attached["name"], attached["mime"]) == ("申请表.pdf", "application/pdf")


async def test_a_file_comes_back_as_a_file_and_never_as_a_page(office: Office):
    stored = (await office.upload("a.pdf", PDF)).json
    back = await office.get(f"{MEDIA}/{stored['sha256']}")
    assert (back.content, back.headers["Content-Type"]) == (PDF, "application/pdf")
    assert "sandbox" in back.headers["Content-Security-Policy"]
    assert back.headers["X-Content-Type-Options"] == "nosniff"


async def test_what_the_camera_wrote_is_taken_out(office: Office):
    exif = Image.Exif()
    exif[0x010F] = "Camera of Naran"
    stored = (await office.upload("a.jpg", a_photo(exif=exif))).json
    back = await office.get(f"{MEDIA}/{stored['sha256']}")
    assert b"Naran" not in back.content
    assert hashlib.sha256(back.content).hexdigest() == stored["sha256"]


async def test_the_same_file_twice_is_one_file(office: Office):
    first, second = await office.upload("a.pdf", PDF), await office.upload("b.pdf", PDF)
    assert first.json["sha256"] == second.json["sha256"]


@pytest.mark.parametrize(
    ("name", "content", "status", "code"),
    [
        ("a.pdf", b"%PDF-1.7" + b" " * BOUNDS.attachment_bytes, 413, "too_large"),
        ("a.jpg", a_photo() + b" " * BOUNDS.picture_bytes, 413, "too_large"),
        ("a.exe", b"MZ", 415, "unsupported_file"),
        ("a.pdf", b"MZ\0\0", 415, "unsupported_file"),
        ("a.pdf", a_photo(), 415, "unsupported_file"),
        ("a.jpg", PDF, 415, "unsupported_file"),
        ("a.jpg", a_photo()[:200], 415, "unsupported_file"),
        ("a.html", b"<script>", 415, "unsupported_file"),
        ("a.svg", b"<svg/>", 415, "unsupported_file"),
        ("a.txt", b"", 415, "unsupported_file"),
    ],
)
async def test_a_file_that_may_not_be_is_refused(
    office: Office, name: str, content: bytes, status: int, code: str
):
    assert (await office.upload(name, content)).refusal == (status, code, "file")


async def test_whoever_brings_a_file_that_says_who_made_it_is_told_and_so_are_the_checks(office: Office):
    stored = (await office.upload("名单.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600)).json
    silent = (await office.upload("名单.csv", b"a,b")).json
    assert (stored["warning"], silent["warning"]) == (
        "没能去掉文件里的作者、单位等信息，请另存为 docx、xlsx 或 PDF 再传", None,
    )  # fmt: skip
    attached = [{"sha256": stored["sha256"], "name": "名单.doc"}]
    found = await office.post("/api/v1/checks", an_item(attachments=attached), by="author")
    assert "attachment_makers_kept" in {one["rule"] for one in found.json["findings"]}


async def test_an_upload_without_a_file_is_refused(office: Office):
    form = FormData()
    form.add_field("document", PDF, filename="a.pdf")
    assert (await office.call("POST", MEDIA, data=form)).refusal == (422, "invalid", "file")
    assert (await office.post(MEDIA, {"file": "x"})).refusal == (422, "invalid", "file")


async def test_a_form_that_breaks_off_is_refused(office: Office):
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    body = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n%PDF-1.7'
    refused = await office.call("POST", MEDIA, data=body, headers=headers)
    assert refused.refusal == (422, "invalid", "file")


@pytest.mark.parametrize(
    "head",
    [
        f'Content-Disposition: form-data; name="file"; filename="{"长" * 9000}.pdf"',
        "no head at all",
        "X: y\r\n" * 600,
    ],
    ids=["too long", "none", "too many"],
)
@pytest.mark.parametrize("path", [MEDIA, "/api/v1/imports"])
async def test_a_part_with_a_head_that_is_none_is_refused(office: Office, path: str, head: str):
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    body = f"--x\r\n{head}\r\n\r\n%PDF-1.7\r\n--x--\r\n".encode()
    assert (await office.call("POST", path, data=body, headers=headers)).refusal == (422, "invalid", "file")


async def test_a_form_without_a_boundary_is_refused(office: Office):
    refused = await office.call("POST", MEDIA, data=b"x", headers={"Content-Type": "multipart/form-data"})
    assert refused.refusal == (422, "invalid", "file")


async def test_a_picture_is_not_attached_as_a_document(office: Office):
    stored = (await office.upload("a.jpg", a_photo())).json
    refused = await office.post(
        "/api/v1/items",
        {
            "kind": "news", "org": "000000019", "title": "t", "body": "<p>x</p>", "column": "tzgg",
            "openness": "open", "attachments": [{"sha256": stored["sha256"], "name": "a.pdf"}],
        },
    )  # fmt: skip
    assert refused.refusal == (415, "unsupported_file", "attachments.0.name")


@pytest.mark.parametrize("name", ["a" * 64, "nothing", "..%2F..%2Fetc%2Fpasswd"])
async def test_a_file_that_is_not_there_is_a_404(office: Office, name: str):
    assert (await office.get(f"{MEDIA}/{name}")).status == 404


@pytest.mark.parametrize("login", ["reviewer", "reporter"])
async def test_who_writes_nothing_uploads_nothing(office: Office, login: str):
    assert (await office.upload("a.pdf", PDF, by=login)).refusal == (403, "forbidden", "")


@pytest.mark.parametrize("login", ["clerk", "stranger"])
async def test_a_hash_alone_gives_nobody_the_unpublished_file_of_an_organ_that_he_may_not_read(
    office: Office, login: str
):
    photo, paper = (await office.upload("a.jpg", a_photo())).json, (await office.upload("a.pdf", PDF)).json
    await office.item(
        body=f'<p>甲<img src="{photo["reference"]}" alt="图"></p>',
        attachments=[{"sha256": paper["sha256"], "name": "a.pdf"}],
    )
    org = {"clerk": DEPARTMENT, "stranger": NEIGHBOUR}[login]
    for told in (photo, paper):
        read = await office.get(f"{MEDIA}/{told['sha256']}", by=login)
        assert read.refusal == (404, "unknown_media", "")
    for field, changes in (
        ("body", {"body": f'<p>甲<img src="{photo["reference"]}" alt="图"></p>'}),
        ("attachments.0.sha256", {"attachments": [{"sha256": paper["sha256"], "name": "a.pdf"}]}),
        ("overrides.0.cover", {"overrides": [{"channel": "wechat", "cover": photo["sha256"]}]}),
    ):
        taken = await office.post("/api/v1/items", an_item(org=org, **changes), by=login)
        assert taken.refusal == (422, "unknown_media", field)


async def test_a_file_in_use_is_there_for_whoever_reads_its_item_and_its_bytes_for_whoever_has_them(
    office: Office,
):
    told = (await office.upload("a.pdf", PDF)).json
    address = f"{MEDIA}/{told['sha256']}"
    assert (await office.get(address, by="reviewer")).status == 404  # nobody has shown it to him yet
    await office.item(attachments=[{"sha256": told["sha256"], "name": "a.pdf"}])
    assert (await office.get(address, by="reviewer")).content == PDF
    await office.upload("b.pdf", PDF, by="stranger")
    assert (await office.get(address, by="stranger")).content == PDF
