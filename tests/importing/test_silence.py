"""server/importing/silence.py: a published file says nothing of its makers and still opens."""

import io
import zipfile

import pytest
from docx import Document as Paper
from openpyxl import Workbook, load_workbook
from PIL import Image
from pypdf import PdfReader, PdfWriter

from server.child import Children
from server.core.problems import Problem
from server.importing.silence import Silenced, silence, silenced
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
    before, after = _docx(), silenced(_docx(), "docx").body
    assert MAKER.encode() in _unpacked(before)
    assert b"MAKER-OF-PHOTO" in _unpacked(before)
    assert MAKER.encode() not in _unpacked(after)
    assert b"MAKER-OF-PHOTO" not in _unpacked(after)
    words = [p.text for p in Paper(io.BytesIO(before)).paragraphs]
    assert [p.text for p in Paper(io.BytesIO(after)).paragraphs] == words


def test_a_workbook_keeps_its_cells_and_loses_its_makers():
    after = silenced(_xlsx(), "xlsx").body
    assert MAKER.encode() not in _unpacked(after)
    assert load_workbook(io.BytesIO(after)).active["A1"].value == "内容"


def test_names_of_revisers_go():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("word/comments.xml", f'<w:c w:id="1" w:author="{MAKER}" w:initials="JM">话</w:c>')
    after = _unpacked(silenced(out.getvalue(), "docx").body).decode()
    assert after == '<w:c w:id="1" w:author="" w:initials="">话</w:c>'


def test_a_pdf_loses_its_particulars():
    after = PdfReader(io.BytesIO(silenced(_pdf(), "pdf").body))
    assert len(after.pages) == 1
    assert "/Author" not in (after.metadata or {})


def test_a_signed_pdf_is_left_as_it_is():
    signed = _pdf() + b"\n<< /Type /Sig /ByteRange [0 1 2 3] >>"
    assert silenced(signed, "pdf") == Silenced(signed, "signed")


@pytest.mark.parametrize("ending", ["docx", "xlsx", "pdf"])
def test_what_cannot_be_opened_comes_back_as_it_is(ending: str):
    broken = b"PK\x03\x04 broken %PDF-"
    assert silenced(broken, ending) == Silenced(broken, "kept")


@pytest.mark.parametrize(
    ("name", "makers"),
    [("a.csv", None), ("a.txt", None), ("a.doc", "kept"), ("a.ofd", "kept"), ("a.zip", "packed")],
)  # fmt: skip
async def test_other_kinds_are_not_touched_and_what_they_still_say_is_known(name: str, makers: str | None):
    assert await silence(b"a,b", name, Children()) == Silenced(b"a,b", makers)


async def test_a_locked_pdf_still_says_who_made_it_and_the_child_tells_so():
    writer = PdfWriter(clone_from=io.BytesIO(_pdf()))
    writer.encrypt("secret", algorithm="AES-256")
    out = io.BytesIO()
    writer.write(out)
    assert await silence(out.getvalue(), "a.pdf", Children()) == Silenced(out.getvalue(), "kept")


async def test_a_pdf_for_which_there_is_no_place_is_refused_with_a_sentence():
    with pytest.raises(Problem, match="过一分钟再传"):
        await silence(_pdf(), "a.pdf", Children(places=0, patience=0))


async def test_a_pdf_is_taken_in_by_a_child():
    after = PdfReader(io.BytesIO((await silence(_pdf(), "a.pdf", Children())).body))
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
