"""The parts of an official document in the order in which 《党政机关公文格式》 (GB/T 9704-2012) puts them.

It knows blocks, no file format. What it takes for a part it marks with the words, their place and how sure it
is; what belongs on paper only (red header, page numbers, imprint) leaves the body, and is marked as well.
"""

import html
import re
from dataclasses import dataclass, field
from datetime import date
from itertools import takewhile
from typing import Final

from server.importing.attached import list_attachments
from server.importing.dates import read_date
from server.importing.found import Mark, Part
from server.importing.word_blocks import Block

_NUMBER: Final = re.compile(
    r"(?P<body>[\u4e00-\u9fff]{2,14})\s*[\[［【「(（〔﹝]\s*(?P<year>[12１２][09０９][0-9０-９]{2})\s*[\]］】」)）〕﹞]"
    r"\s*+第?\s*+(?P<number>[0-9０-９]{1,4})\s*号"
)
_RIGHT_NUMBER: Final = re.compile(r"[\u4e00-\u9fff]{2,14}〔(?:19|20)[0-9]{2}〕[1-9][0-9]{0,3}号")
# What minutes carry, and documents of a series: the organ's sign is not in it.
_SHORT_NUMBER: Final = re.compile(r"〔(?P<year>(?:19|20)[0-9]{2})〕\s*第?(?P<number>[0-9]{1,4})\s*[号期]")
_ORDER: Final = re.compile(r"(?P<organ>[\u4e00-\u9fff]{2,30})令第[0-9一二三四五六七八九十百]{1,4}号")
_SIGNER: Final = re.compile(r"签\s*发\s*人\s*[:：]\s*(?P<name>[\u4e00-\u9fff·\s]{2,20})")
_COPY: Final = re.compile(r"(?:№\s*)?[0-9]{6}")
_SECRECY: Final = re.compile(r"(?:绝密|机密|秘密)(?:\s*[★☆]\s*\S{0,8})?")
_URGENCY: Final = re.compile(r"特\s*急|加\s*急|平\s*急")
_SIMPLE: Final[tuple[tuple[Part, re.Pattern[str]], ...]] = (
    ("copy_number", _COPY), ("secrecy", _SECRECY), ("urgency", _URGENCY),
)  # fmt: skip
_PAGE_NUMBER: Final = re.compile(r"[-—–－\s]*[0-9]{1,4}[-—–－\s]*")
_DASHED: Final = re.compile(r"[-—–－]\s*[0-9]{1,4}\s*[-—–－]")
_KINDS: Final = re.compile(
    r"(?:决议|决定|命令|公报|公告|通告|意见|通知|通报|报告|请示|批复|议案|函|纪要|办法|规定|细则|方案|规划|计划|制度|预案|公示|名单|解读)"
    r"(?:[（(].{1,12}[）)])?$"
)
_LETTERHEAD: Final = re.compile(
    r"(?:文\s*件|人\s*民\s*政\s*府|委\s*员\s*会|办\s*公\s*[室厅]|[局厅部院会]|纪\s*要)$"
)
_ADDRESSEE: Final = re.compile(r"[^。；;]{2,300}[:：]")
_SAYS_ORGAN: Final = re.compile(r"政府|委员会|办公|局|部门|单位|各|厅|院|公司|学校|中心|社区|嘎查|村")
_IMPRINT: Final = re.compile(r"^\s*(?:抄\s*送|主题词)\s*[:：]|印\s*发\s*$")
_ORGAN: Final = re.compile(
    r"[\u4e00-\u9fff（）()\s、]{2,40}(?:政\s*府|委\s*员\s*会|办\s*公\s*[室厅]|局|厅|部|院|会|中心|公司|小组|指挥部|法院|检察院|大队|支队|站|所)"
)
_SUBTITLE: Final = re.compile(r"[（(].{2,80}[）)]")
_NUMBERED: Final = re.compile(
    r"[一二三四五六七八九十]{1,3}、|[（(][一二三四五六七八九十]{1,3}[）)]|第[一二三四五六七八九十]{1,3}[编章节条]"
)
_RUNNING: Final = ("。", "：", ":")  # no title ends so
_TOP: Final = 14  # blocks in which a header may stand
_FULL_WIDTH: Final = {ord("０") + n: str(n) for n in range(10)}


@dataclass(slots=True)
class Parts:
    """The parts found, and what is left for the body."""

    marks: list[Mark] = field(default_factory=list)
    body: list[Block] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    title: str = ""
    document_number: str | None = None
    formed_on: date | None = None
    issuer: str | None = None
    attachments: tuple[str, ...] = ()

    def mark(
        self, part: Part, value: str, block: Block, confidence: float, *, is_dropped: bool = False
    ) -> None:
        """Note a part that stands in a block."""
        words = " ".join(block.text.split())[:200]
        self.marks.append(Mark(part, value, words, block.place, confidence, is_dropped))


def find_parts(blocks: list[Block], file_name: str) -> Parts:
    """Find the parts of a document; `file_name` is its title when nothing else is."""
    parts = Parts()
    rest = [block for block in _spread(blocks) if not _is_page_number(block, parts)]
    rest = _take_header(rest, parts)
    rest = _take_title(rest, parts, file_name)
    rest = _take_subtitle(rest, parts)
    _find_addressee(rest, parts)
    rest = _take_imprint(rest, parts)
    _find_attachments(rest, parts)
    rest = _find_signature(rest, parts)
    parts.body = rest
    return parts


def _spread(blocks: list[Block]) -> list[Block]:
    """Turn a table that only places the header into the paragraphs that stand in its cells."""
    spread: list[Block] = []
    for number, block in enumerate(blocks):
        cells = [cell.strip() for row in block.rows for cell in row if cell.strip()]
        is_header = any(_NUMBER.search(cell) or _LETTERHEAD.search(cell) for cell in cells)
        if (
            block.kind == "table"
            and number < 4
            and 0 < len(cells) <= 6
            and is_header
            and len(block.rows) <= 4
        ):
            spread += [
                Block(
                    "text", cell, html.escape(cell, quote=False), align="center", in_box=True, place="表格1"
                )
                for cell in cells
            ]
        else:
            spread.append(block)
    return spread


def _is_page_number(block: Block, parts: Parts) -> bool:
    text = block.text.strip()
    is_one = bool(_DASHED.fullmatch(text)) or (
        block.in_box and bool(_PAGE_NUMBER.fullmatch(text)) and text != ""
    )
    if is_one and block.kind == "text" and not _COPY.fullmatch(text):
        parts.mark("page_number", text, block, 0.9, is_dropped=True)
        return True
    return False


def _take_header(blocks: list[Block], parts: Parts) -> list[Block]:
    """Take what stands above the title: copy number, secrecy, urgency, letterhead, number and signer."""
    number_at = next((n for n, b in enumerate(blocks[:_TOP]) if _take_number(b, parts)), None)
    # The signer may stand right under the number; without a number only what stands at the very top counts.
    end = number_at + 2 if number_at is not None else _leading(blocks)
    kept: list[Block] = []
    for at, block in enumerate(blocks):
        simple = _simple_part(block) if at <= end else None
        if simple is not None:
            parts.mark(simple[0], simple[1], block, 0.9, is_dropped=True)
            if simple[0] == "secrecy":
                parts.warnings.append(f"文件标有密级“{simple[1]}”：涉密文件不得公开，请先确认已经解密")
        elif number_at is not None and at < number_at and _is_plain_head(block):
            parts.mark("letterhead", "".join(block.text.split()), block, 0.8, is_dropped=True)
        elif block.kind == "picture" and number_at is not None and at < number_at:
            parts.warnings.append("红头里的图片没有导入")
        elif at != number_at:
            kept.append(block)
    return kept


def _leading(blocks: list[Block]) -> int:
    """Give the place of the last of the parts that stand at the very top."""
    return next((n for n, block in enumerate(blocks) if _simple_part(block) is None), len(blocks)) - 1


def _simple_part(block: Block) -> tuple[Part, str] | None:
    """Give the part that a block of the header is by its words alone."""
    if block.kind != "text":
        return None
    text = " ".join(block.text.split())
    for part, form in _SIMPLE:
        if form.fullmatch(text):
            return part, text
    signer = _SIGNER.fullmatch(text)
    if signer:
        return "signer", " ".join(signer["name"].split())
    is_head = block.is_red or block.in_box or block.points >= 26
    if is_head and _LETTERHEAD.search(text) and not _NUMBER.search(text) and len(text) <= 40:
        return "letterhead", text.replace(" ", "")
    return None


def _is_plain_head(block: Block) -> bool:
    """Say whether a line above the number is a letterhead that lost its looks."""
    text = "".join(block.text.split())
    return block.kind == "text" and text.endswith("文件") and len(text) <= 40 and "关于" not in text


def _take_number(block: Block, parts: Parts) -> bool:
    text = " ".join(block.text.split())
    short = _SHORT_NUMBER.fullmatch(text) if block.kind == "text" else None
    if short is not None:
        parts.document_number = text.replace(" ", "")
        parts.mark("document_number", parts.document_number, block, 0.6, is_dropped=True)
        return True
    found = _NUMBER.search(text) if block.kind == "text" else None
    # A number within a sentence is cited; the document's own stands by itself, at most beside its signer.
    if found is None or len(_SIGNER.sub("", text).strip()) - len(found.group()) > 6:
        return False
    plain = found.group()
    is_right = bool(_RIGHT_NUMBER.fullmatch(plain))
    number = f"{found['body']}〔{found['year'].translate(_FULL_WIDTH)}〕{int(found['number'])}号"
    parts.document_number = number
    parts.mark("document_number", number, block, 0.95 if is_right else 0.7, is_dropped=True)
    if not is_right:
        parts.warnings.append(f"文号“{plain}”的写法不规范，已改为“{number}”，请核对")
    signer = _SIGNER.search(text)
    if signer:
        parts.mark("signer", " ".join(signer["name"].split()), block, 0.9, is_dropped=True)
    return True


def _take_title(blocks: list[Block], parts: Parts, file_name: str) -> list[Block]:
    lines: list[Block] = []
    # Below the first running line what was pushed to the right by spaces is a signature.
    head = takewhile(lambda one: not one.text.strip().endswith(_RUNNING), blocks[:_TOP])
    start = next((n for n, b in enumerate(head) if b.kind == "text" and _looks_like_title(b)), None)
    if start is not None:
        for block in blocks[start : start + 6]:
            if (
                block.kind != "text"
                or not _looks_like_title(block)
                or _SUBTITLE.fullmatch(block.text.strip())
                or (lines and _is_heading_below(block, lines[0]))
            ):
                break
            lines.append(block)
            if _KINDS.search(_joined(lines)):
                break
    if lines and start is not None:
        title = _joined(lines)
        parts.title = title[:200]
        order = _ORDER.fullmatch(title)
        if order is not None and parts.document_number is None:
            parts.document_number, parts.issuer = title, order["organ"]
            parts.mark("document_number", title, lines[-1], 0.7)
        parts.mark("title", parts.title, lines[0], 0.95 if _KINDS.search(title) else 0.75, is_dropped=True)
        return blocks[:start] + blocks[start + len(lines) :]
    return _title_of_first(blocks, parts, file_name)


def _title_of_first(blocks: list[Block], parts: Parts, file_name: str) -> list[Block]:
    first = next((b for b in blocks if b.kind == "text"), None)
    if first is not None and 4 <= len(first.text.strip()) <= 80 and not first.text.strip().endswith(_RUNNING):
        parts.title = _joined([first])
        parts.mark("title", parts.title, first, 0.5 if _KINDS.search(parts.title) else 0.3, is_dropped=True)
        return [block for block in blocks if block is not first]
    parts.title = file_name.rpartition(".")[0] or file_name
    parts.marks.append(Mark("title", parts.title, file_name, "文件名", 0.2))
    parts.warnings.append("没有找到标题，暂用文件名，请核对")
    return blocks


def _looks_like_title(block: Block) -> bool:
    text = block.text
    is_centred = block.align == "center" or (text.startswith(("      ", "\u3000\u3000\u3000\u3000")))
    is_head = block.outline == 0 or block.points >= 18
    too_long = len(text.strip()) > 120 or text.strip().endswith(_RUNNING)
    return (
        (is_centred or is_head)
        and not too_long
        and bool(text.strip())
        and not _NUMBER.fullmatch(text.strip())
    )


def _is_heading_below(block: Block, title: Block) -> bool:
    """Say that a block is a heading of the text, however large it is set, and no line of the title."""
    return block.outline != title.outline or bool(_NUMBERED.match(block.text.strip()))


def _joined(lines: list[Block]) -> str:
    """Give a title that was broken for its looks as one line."""
    text = "".join(block.text for block in lines)
    return re.sub(r"(?<=[^\x00-\x7f])\s+|\s+(?=[^\x00-\x7f])", "", re.sub(r"\s+", " ", text).strip())


def _take_subtitle(blocks: list[Block], parts: Parts) -> list[Block]:
    """Mark what stands in brackets under the title; with a date it tells when the document was adopted."""
    first = blocks[0] if blocks else None
    if first is None or first.kind != "text" or not _SUBTITLE.fullmatch(first.text.strip()):
        return blocks
    parts.mark("subtitle", first.text.strip(), first, 0.8)
    found = read_date(first.text)
    if found is not None:
        parts.formed_on = found
        parts.mark("formed_on", found.isoformat(), first, 0.6)
    return blocks


def _find_addressee(blocks: list[Block], parts: Parts) -> None:
    for block in blocks[:3]:
        text = block.text.strip()
        if block.kind == "text" and _ADDRESSEE.fullmatch(text) and _SAYS_ORGAN.search(text):
            parts.mark("addressee", text[:-1], block, 0.9)
            return


def _take_imprint(blocks: list[Block], parts: Parts) -> list[Block]:
    """Take the imprint on the last page: who else got it, and who printed it when."""
    start = max(0, len(blocks) - 8)
    kept = blocks[:start]
    for block in blocks[start:]:
        if _IMPRINT.search(block.text.strip()) and len(block.text) < 400:
            parts.mark("imprint", " ".join(block.text.split())[:200], block, 0.85, is_dropped=True)
        else:
            kept.append(block)
    return kept


def _find_attachments(blocks: list[Block], parts: Parts) -> None:
    found = list_attachments(blocks)
    if found is not None:
        parts.attachments = found.names
        parts.mark("attachments", "；".join(found.names), found.block, found.sureness)


def _find_signature(blocks: list[Block], parts: Parts) -> list[Block]:
    """Find who signed and when: the last date that stands by itself before the attachments' own pages."""
    end = next((n for n, block in enumerate(blocks) if block.begins_page and n > 2), len(blocks))
    for at in range(end - 1, max(-1, end - 14), -1):
        block = blocks[at]
        text = " ".join(block.text.split())
        found = (
            read_date(text)
            if block.kind == "text" and len(text) <= 60 and not _IMPRINT.search(text)
            else None
        )
        if found is None:
            continue
        organ = _organ_before(blocks, at, text)
        if organ is None and not re.fullmatch(
            r"\S{0,4}?[0-9〇○OＯ零一二三四五六七八九十０-９\s]+年.{1,14}[日号]", text
        ):
            continue
        parts.formed_on = found
        parts.mark("formed_on", found.isoformat(), block, 0.95 if organ else 0.75)
        if organ:
            parts.issuer = organ[0]
            parts.mark("issuer", organ[0], organ[1], 0.9)
        return _without_seals(blocks, at, parts)
    if parts.issuer is None:
        _issuer_of_letterhead(parts)
    return blocks


def _organ_before(blocks: list[Block], at: int, text: str) -> tuple[str, Block] | None:
    """Give who signed above the day, all of them when several issued it together."""
    same = _ORGAN.match(text)
    if same and len(same.group()) < len(text):
        return same.group().strip().replace(" ", ""), blocks[at]
    found: list[str] = []
    last: Block | None = None
    for block in reversed(blocks[max(0, at - 10) : at]):
        organs = _organs_in(block.text) if block.kind == "text" else ()
        if organs:
            found[:0], last = organs, last or block
        elif found or block.text.strip():
            break
    return ("、".join(found), last) if last is not None else None


def _organs_in(text: str) -> tuple[str, ...]:
    """Give the organs that a line names and nothing else; () when it says more."""
    if not _ORGAN.fullmatch(text.strip()):
        return ()
    several = [one for one in re.split(r"\s{2,}|[\u3000\t、]+|(?<=[局厅部院会室府])\s", text.strip()) if one]
    if len(several) > 1 and all(len(one) > 3 and _ORGAN.fullmatch(one) for one in several):
        return tuple("".join(one.split()) for one in several)
    return ("".join(text.split()),)


def _without_seals(blocks: list[Block], at: int, parts: Parts) -> list[Block]:
    """Take floating pictures over the signature out: a seal is not published as a picture."""
    near = {id(b) for b in blocks[max(0, at - 4) : at + 3] if b.kind == "picture" and b.is_floating}
    near = {key for key in near if any(id(b) == key and 0.6 < b.aspect < 1.7 for b in blocks)}
    if near:
        parts.warnings.append("落款处的图片疑似印章，没有导入")
    return [block for block in blocks if id(block) not in near]


def _issuer_of_letterhead(parts: Parts) -> None:
    head = next((mark for mark in parts.marks if mark.part == "letterhead"), None)
    if head is not None:
        name = head.value.removesuffix("文件")
        parts.issuer = name
        parts.marks.append(Mark("issuer", name, head.words, head.place, 0.6))
