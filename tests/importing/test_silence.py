"""server/importing/silence.py: a published file says nothing of its makers and still opens."""

import io
import zipfile

import pytest
from docx import Document as Paper
from openpyxl import Workbook, load_workbook
from PIL import Image
from pypdf import PdfReader, PdfWriter

from server.core.problems import Problem
from server.importing.silence import silence, silenced
from tests.importing.papers import official, written

MAKER = "某某软件公司甲某某"


def _docx() -> bytes:
    paper = official()
    paper.core_properties.author = paper.core_properties.last_modified_by = MAKER
    paper.core_properties.comments = MAKER
    photo = io.BytesIO()
    exif = Image.Exif()
    exif[0x013B] = "MAKER-OF-PHOTO"
    Image.new("RGB", (8, 8)).save(photo, "JPEG", exif=exif)
    paper.add_picture(photo)
    return written(paper)


def _xlsx() -> bytes:
    book = Workbook()
    book.properties.creator = MAKER
    book.active["A1"] = "内容"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _pdf() -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    writer.add_metadata({"/Author": "Maker", "/Producer": "Maker"})
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _unpacked(body: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(body)) as packed:
        return b"".join(packed.read(name) for name in packed.namelist())


def test_a_word_file_keeps_its_words_and_loses_its_makers():
    before, after = _docx(), silenced(_docx(), "docx")
    assert MAKER.encode() in _unpacked(before)
    assert b"MAKER-OF-PHOTO" in _unpacked(before)
    assert MAKER.encode() not in _unpacked(after)
    assert b"MAKER-OF-PHOTO" not in _unpacked(after)
    words = [p.text for p in Paper(io.BytesIO(before)).paragraphs]
    assert [p.text for p in Paper(io.BytesIO(after)).paragraphs] == words


def test_a_workbook_keeps_its_cells_and_loses_its_makers():
    after = silenced(_xlsx(), "xlsx")
    assert MAKER.encode() not in _unpacked(after)
    assert load_workbook(io.BytesIO(after)).active["A1"].value == "内容"


def test_names_of_revisers_go():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("word/comments.xml", f'<w:c w:id="1" w:author="{MAKER}" w:initials="JM">话</w:c>')
    after = _unpacked(silenced(out.getvalue(), "docx")).decode()
    assert after == '<w:c w:id="1" w:author="" w:initials="">话</w:c>'


def test_a_pdf_loses_its_particulars():
    after = PdfReader(io.BytesIO(silenced(_pdf(), "pdf")))
    assert len(after.pages) == 1
    assert "/Author" not in (after.metadata or {})


def test_a_signed_pdf_is_left_as_it_is():
    signed = _pdf() + b"\n<< /Type /Sig /ByteRange [0 1 2 3] >>"
    assert silenced(signed, "pdf") == signed


@pytest.mark.parametrize("ending", ["docx", "xlsx", "pdf"])
def test_what_cannot_be_opened_comes_back_as_it_is(ending: str):
    assert silenced(b"PK\x03\x04 broken %PDF-", ending) == b"PK\x03\x04 broken %PDF-"


async def test_other_kinds_are_not_touched():
    assert await silence(b"a,b", "a.csv") == b"a,b"


async def test_a_pdf_is_taken_in_by_a_child():
    after = PdfReader(io.BytesIO(await silence(_pdf(), "a.pdf")))
    assert "/Author" not in (after.metadata or {})


def test_pictures_that_take_minutes_to_decode_are_refused_by_their_heads():
    large = io.BytesIO()
    Image.new("1", (7000, 7000)).save(large, "PNG")
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for number in range(31):
            packed.writestr(f"word/media/image{number}.png", large.getvalue())
    with pytest.raises(Problem, match="压缩图片"):
        silenced(out.getvalue(), "docx")
