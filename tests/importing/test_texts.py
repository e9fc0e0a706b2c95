"""server/importing/texts.py: what files say, read by a child that takes no more than its share."""

import io
import zipfile

from openpyxl import Workbook
from pypdf import PdfWriter

from server.child import Children
from server.importing.texts import TextReader
from server.importing.texts_child import read
from tests.importing.papers import official, written
from tests.review.subjects import IDENTITY

PAPER = written(official())


def _book() -> bytes:
    book = Workbook()
    book.active.title = "名单"
    book.active.append(["姓名", "电话"])
    book.active.append(["甲某", 13812345678.0])
    hidden = book.create_sheet("底表")
    hidden.sheet_state = "hidden"
    hidden["A1"] = IDENTITY
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


async def test_a_word_file_says_its_words():
    said = await TextReader(Children())(PAPER, "a.docx")
    assert said.state == "read"
    assert "各苏木镇人民政府" in said.pieces[0].text


async def test_a_damaged_file_is_unreadable_and_no_fault():
    assert (await TextReader(Children())(b"PK\x03\x04broken", "a.docx")).state == "unreadable"


async def test_a_file_that_takes_too_long_is_given_up():
    assert (await TextReader(Children(), seconds=0.01)(PAPER, "a.docx")).state == "unreadable"


async def test_a_picture_has_no_words():
    assert (await TextReader(Children())(b"\x89PNG", "a.png")).state == "no_text"


def test_a_workbook_gives_rows_with_whole_numbers_and_hidden_sheets():
    _state, pieces = read(_book(), "xlsx")
    assert pieces[0] == ("工作表“名单”", "姓名\t电话\t\n甲某\t13812345678\t")
    assert pieces[1][0] == "工作表“底表”（隐藏）"


def test_words_that_were_deleted_are_still_said():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
        packed.writestr("word/document.xml", f"<w:p {space}><w:delText>{IDENTITY}</w:delText></w:p>")
    assert read(out.getvalue(), "docx")[1] == [("修订痕迹", IDENTITY)]


def test_a_page_of_pictures_only_has_no_text():
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    out = io.BytesIO()
    writer.write(out)
    assert read(out.getvalue(), "pdf") == ("no_text", [])


def test_a_locked_pdf_is_told():
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    writer.encrypt("secret", algorithm="AES-256")
    out = io.BytesIO()
    writer.write(out)
    assert read(out.getvalue(), "pdf") == ("locked", [])


def test_a_file_of_an_old_form_is_searched_for_runs_of_words():
    body = b"\xd0\xcf\x11\xe0" + b"\x01" * 50 + f"证号{IDENTITY}".encode("utf-16-le") + b"\x02" * 50
    state, pieces = read(body, "doc")
    assert state == "unreadable"
    assert IDENTITY in pieces[0][1]


def test_a_csv_of_a_spreadsheet_is_read_in_its_code_page():
    assert read("姓名,电话\n甲某,1\n".encode("gb18030"), "csv")[1] == [("", "姓名\t电话\t\n甲某\t1\t")]
