"""A word list as a file: CSV in and out, each line judged, with a sentence for each bad one."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Final, cast, get_args

from server.core.problems import Problem, Problems
from server.core.spreadsheets import as_text
from server.store.dictionary import MOST_WORDS, WordKind, WordPlace, WordRow, WordSeverity

MOST_BYTES: Final = 4_000_000
_MOST_LINES: Final = MOST_WORDS + 5000  # empty ones between
_HEADS: Final = {
    "错词": "word", "词": "word", "word": "word", "正确形式": "right", "正确": "right", "right": "right",
    "语境": "context", "context": "context", "级别": "severity", "severity": "severity", "位置": "place",
    "place": "place", "类别": "kind", "kind": "kind", "说明": "note", "note": "note",
}  # fmt: skip
_COLUMNS: Final = ("word", "right", "context", "severity", "place", "kind", "note")
_CHINESE: Final = ("错词", "正确形式", "语境", "级别", "位置", "类别", "说明")
_SEVERITIES: Final = {"须处理": "blocking", "请核对": "warning", "提示": "note"}
_PLACES: Final = {"全文": "any", "标题": "title", "": "any"}
_KINDS: Final = {
    "错别字": "misspelling", "国家机构名称": "state_name", "领导": "leader", "法律名称": "law",
    "敏感表述": "sensitive", "办公电话": "office_phone", "": "misspelling",
}  # fmt: skip
_LENGTHS: Final = {"word": 60, "right": 120, "context": 300, "note": 200}
_MOST_COMPLAINTS: Final = 50


def read_words(body: bytes) -> tuple[WordRow, ...]:
    """Read a word list; refuses the whole of it with a sentence for each line that is wrong."""
    rows = _rows(body)
    heads = [_HEADS.get(cell.strip().lower(), "") for cell in next(rows, [])]
    if "word" not in heads:
        names = "、".join(_CHINESE)
        raise Problem("invalid", f"第1行应是表头：{names}（至少要有“错词”）", field="file")
    found: list[WordRow] = []
    complaints: list[str] = []
    known: dict[tuple[str, str], int] = {}
    for number, cells in enumerate(rows, 2):
        if not any(cell.strip() for cell in cells):
            continue
        given = {head: cell.strip() for head, cell in zip(heads, cells, strict=False) if head}
        row, wrong = _row_of(given)
        if row.word and (before := known.setdefault((row.word, row.place), number)) != number:
            wrong.append(f"与第{before}行重复")
        if wrong:
            complaints.append(f"第{number}行：{'；'.join(wrong)}")
        else:
            found.append(row)
    if not found and not complaints:
        complaints.append("文件里没有词条")
    if len(found) > MOST_WORDS:
        complaints.append(f"词条超过{MOST_WORDS}条")
    if complaints:
        more = len(complaints) - _MOST_COMPLAINTS
        told = complaints[:_MOST_COMPLAINTS] + ([f"另有{more}行也有问题"] if more > 0 else [])
        raise Problems(tuple(Problem("invalid", one, field="file") for one in told))
    return tuple(found)


def write_words(rows: Iterable[WordRow]) -> bytes:
    """Give a word list as CSV that a spreadsheet opens as it is."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(_CHINESE)
    severities = {word: name for name, word in _SEVERITIES.items()}
    places = {"any": "全文", "title": "标题"}
    kinds = {word: name for name, word in _KINDS.items() if name}
    for row in rows:
        cells = (
            row.word,
            row.right,
            row.context,
            severities[row.severity],
            places[row.place],
            kinds[row.kind],
            row.note,
        )
        writer.writerow(as_text(cell) for cell in cells)  # reading takes the apostrophe off again
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _rows(body: bytes) -> Iterator[list[str]]:
    if len(body) > MOST_BYTES:
        raise Problem("too_large", f"词库文件超过 {MOST_BYTES / 1_000_000:g} MB 的上限", field="file")
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = body.decode("gb18030")
        except UnicodeDecodeError:
            raise Problem("invalid", "文件不是文本：请另存为 CSV（UTF-8）", field="file") from None
    if "\0" in text:
        raise Problem("invalid", "文件不是文本：请另存为 CSV（UTF-8）", field="file")
    try:
        rows = list(islice(csv.reader(io.StringIO(text, newline="")), _MOST_LINES + 1))
    except csv.Error as error:
        raise Problem("invalid", f"CSV 读不了：{error}", field="file") from None
    if len(rows) > _MOST_LINES:
        raise Problem("too_large", f"文件超过{_MOST_LINES}行，词库最多 {MOST_WORDS} 条", field="file")
    return iter(rows)


def _row_of(given: dict[str, str]) -> tuple[WordRow, list[str]]:
    """Give a line as a value, and all that is wrong with it: a person corrects a sheet once."""
    cells = {name: given.get(name, "").removeprefix("'") for name in _COLUMNS}
    severity = _SEVERITIES.get(cells["severity"], cells["severity"] or "warning")
    place = _PLACES.get(cells["place"], cells["place"])
    kind = _KINDS.get(cells["kind"], cells["kind"])
    row = WordRow(
        cells["word"], cells["right"], cells["context"], cast("WordSeverity", severity),
        cast("WordPlace", place), cast("WordKind", kind), cells["note"],
    )  # fmt: skip
    return row, list(_complaints(row, cells))


def _complaints(row: WordRow, cells: dict[str, str]) -> Iterator[str]:
    names = dict(zip(_COLUMNS, _CHINESE, strict=True))
    wrongs = (
        *((len(cells[name]) > most, f"“{names[name]}”超过{most}个字") for name, most in _LENGTHS.items()),
        (len(row.word) < 2, "错词至少两个字，一个字会到处误报"),
        (row.word == row.right, "错词与正确形式相同"),
        (row.severity not in get_args(WordSeverity), _unknown("级别", cells["severity"], _SEVERITIES)),
        (row.place not in get_args(WordPlace), _unknown("位置", cells["place"], _PLACES)),
        (row.kind not in get_args(WordKind), _unknown("类别", cells["kind"], _KINDS)),
        (row.kind == "leader" and not row.right, "领导词条要在“正确形式”里写职务，多个职务用顿号分开"),
    )
    return (sentence for is_wrong, sentence in wrongs if is_wrong)


def _unknown(noun: str, given: str, known: Mapping[str, str]) -> str:
    return f"没有{noun}“{given}”：可用 {'、'.join(name for name in known if name)}"
