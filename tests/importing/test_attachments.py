"""server/importing/attachments.py: files are what they are called, and carry no program."""

import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.core.problems import Problem
from server.importing.attachments import LONGEST_NAME, TYPES, inspect, read_attachment, safe_name, type_of

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 500


def packed(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for name in names:
            file.writestr(name, "x")
    return out.getvalue()


DOCX = packed("[Content_Types].xml", "word/document.xml")


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("a.pdf", b"%PDF-1.4\n"),
        ("a.docx", DOCX),
        ("a.xlsx", packed("[Content_Types].xml", "xl/workbook.xml")),
        ("a.pptx", packed("ppt/presentation.xml")),
        ("a.ofd", packed("OFD.xml", "Doc_0/Document.xml")),
        ("a.zip", packed("附件/表.txt")),
        ("a.doc", OLE),
        ("a.wps", OLE),
        ("a.et", OLE),
        ("a.txt", "通知".encode()),
        ("a.csv", "姓名,金额\n".encode("gb18030")),
    ],
)
def test_a_file_that_is_what_it_is_called_is_taken(name: str, body: bytes):
    inspect(body, name)


@pytest.mark.parametrize(
    ("name", "body", "words"),
    [
        ("a.pdf", DOCX, "扩展名不符"),
        ("a.docx", b"%PDF-1.4", "扩展名不符"),
        ("a.docx", packed("xl/workbook.xml"), "扩展名不符"),
        ("a.ofd", DOCX, "扩展名不符"),
        ("a.docx", DOCX[:-30], "已损坏"),
        ("a.docx", b"PK\x03\x04" + b"x" * 100, "已损坏"),
        ("a.txt", b"MZ\x90\0\x03", "扩展名不符"),
        ("a.csv", b"\xff\xfe\xff\xff", "扩展名不符"),
        ("a.docx", packed("word/document.xml", "word/vbaProject.bin"), "程序或宏"),
        ("a.zip", packed("资料/setup.EXE"), "程序或宏"),
        ("a.zip", packed(*(f"{number}.txt" for number in range(10_001))), "扩展名不符"),
    ],
)
def test_a_file_that_is_not_is_refused(name: str, body: bytes, words: str):
    with pytest.raises(Problem, match=words) as refused:
        inspect(body, name)
    assert (refused.value.code, refused.value.field) == ("unsupported_file", "file")


async def test_a_file_over_its_bound_is_refused_with_the_bound():
    with pytest.raises(Problem, match=r"1\.5 MB") as refused:
        await read_attachment(b"%PDF-" + b" " * 1_572_864, "a.pdf", limit=1_572_864)
    assert refused.value.code == "too_large"


async def test_an_empty_file_is_refused():
    with pytest.raises(Problem, match="空的"):
        await read_attachment(b"", "a.txt", limit=10)


@pytest.mark.parametrize(
    ("given_name", "safe"),
    [
        ("申请表.PDF", "申请表.pdf"),
        ("C:\\Users\\nar\\表.docx", "表.docx"),
        ("../../etc/passwd.txt", "passwd.txt"),
        ('a<b>:"c|d?*.pdf', "a_b___c_d__.pdf"),
        ("报告\u202efdp.txt", "报告fdp.txt"),
        ("a\r\nSet-Cookie: x.pdf", "a__Set-Cookie_ x.pdf"),
        (" . 表.pdf. ", "表.pdf"),
        ("长" * 300 + ".pdf", "长" * (LONGEST_NAME - 4) + ".pdf"),
    ],
)
def test_a_name_becomes_one_that_every_system_can_keep(given_name: str, safe: str):
    assert safe_name(given_name) == safe


@pytest.mark.parametrize(
    "name", ["", "pdf", ".pdf", "表", "表.", "表.exe", "表.pdf.exe", "表.docm", "表.html", "表.svg", "..pdf"]
)
def test_a_name_without_an_allowed_extension_is_refused(name: str):
    with pytest.raises(Problem) as refused:
        safe_name(name)
    assert refused.value.code == "unsupported_file"


@given(st.text(max_size=200), st.sampled_from(sorted(TYPES)))
def test_a_safe_name_is_safe_and_stays_so(stem: str, extension: str):
    try:
        name = safe_name(f"{stem}.{extension}")
    except Problem:
        return
    assert not set(name) & set('<>:"/\\|?*\r\n\t\0')
    assert len(name) <= LONGEST_NAME
    assert safe_name(name) == name
    assert type_of(name) == TYPES[extension]


@given(st.binary(max_size=200), st.sampled_from(sorted(TYPES)))
def test_any_bytes_under_any_name_are_taken_or_refused_and_nothing_else(body: bytes, extension: str):
    assert verdict(body, f"a.{extension}") in ("taken", "unsupported_file")


def verdict(body: bytes, name: str) -> str:
    try:
        inspect(body, name)
    except Problem as refused:
        return refused.code
    return "taken"
