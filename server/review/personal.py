"""Personal data in a text: numbers that a check digit or their surroundings prove, and addresses of homes.

False alarms are faults too: no index number, amount, 文号 or switchboard of an office is any of these.
"""

import re
from collections.abc import Iterator
from datetime import date
from typing import Final

from stdnum import luhn
from stdnum.iso7064 import mod_11_2

from server.review import masks
from server.review.findings import Finding, Severity, Source
from server.review.sources import LEAST, PRIVACY, SENSITIVE
from server.review.subject import Passage
from server.review.tabular import Columns, grids_of

# Figures are 0 to 9 (re.ASCII): other scripts have figures of their own, which no check digit knows.
# GB/T 2260: the provinces, by the two figures a resident number begins with.
_PROVINCES: Final = frozenset({
    "11", "12", "13", "14", "15", "21", "22", "23", "31", "32", "33", "34", "35", "36", "37", "41", "42",
    "43", "44", "45", "46", "50", "51", "52", "53", "54", "61", "62", "63", "64", "65", "71", "81",
    "82", "83",
})  # fmt: skip
_IDENTITY: Final = re.compile(
    r"(?<![\dA-Za-z./-])(\d{6})[ -]?(\d{4})(\d{2})(\d{2})[ -]?(\d{3}[\dXx])(?![\dA-Za-z/])", re.ASCII
)
_OLD_IDENTITY: Final = re.compile(
    r"(?<![\dA-Za-z./-])(\d{6})(\d{2})(\d{2})(\d{2})\d{3}(?![\dA-Za-z/])", re.ASCII
)
_MOBILE: Final = re.compile(
    r"(?<![\dA-Za-z./_〔-])(?:\+?86[ -]?)?1[3-9]\d([ -]?)\d{4}\1\d{4}(?![\dA-Za-z/_.]\d|[\dA-Za-z_])",
    re.ASCII,
)
_CARD: Final = re.compile(r"(?<![\dA-Za-z./-])\d{4}([ -]?)(?:\d{4}\1){2,3}\d{1,4}(?![\dA-Za-z/])", re.ASCII)
_PASSPORT: Final = re.compile(
    r"(?<![0-9A-Za-z])(?:[EGPDS]\d{8}|E[A-HJ-NP-Z]\d{7}|(?:DE|SE|PE)\d{7})(?![0-9A-Za-z])", re.ASCII
)
# UnionPay 62; ICBC 9558; Bank of China 601382; Visa 4, Mastercard 51–55 and 2221–2720, JCB 35 (16 figures).
_CARD_FRONT: Final = re.compile(r"62|9558|601382")
_CARD_16: Final = re.compile(r"4|5[1-5]|35|2(?:22[1-9]|2[3-9]|[3-6]|7[01]|720)")

_SAYS_IDENTITY: Final = re.compile(r"身份证|居民证|证件号|公民身份|身份号|身份证明")
_SAYS_CREDIT_CODE: Final = re.compile(r"信用代码|组织机构|税号|纳税人|登记号|注册号")
_SAYS_NUMBER: Final = re.compile(
    r"编号|编码|代码|流水|单号|文号|索引号|档案号|许可证|序列|条码|批号|标识|备案号|证书号|发票|ID[:：]?$"
)
_SAYS_OFFICE: Final = re.compile(r"值班|举报|监督|咨询|服务热线|热线|投诉|办公|传真|客服|报名|联系|受理")
_HEADS_PEOPLE: Final = re.compile(r"姓\s*名|户主|申请人|当事人|监护人|患者|享受对象|救助对象|家长|学生")
_HEADS_OFFICES: Final = re.compile(r"单位|部门|职务|科室|机构|窗口|岗位|职责|企业|公司|站所|律师|公证")
_SAYS_CARD: Final = re.compile(r"卡号|银行卡|账号|帐号|账户|帐户|开户|一卡通|社保卡|存折|惠农卡")
_SAYS_PASSPORT: Final = re.compile(r"护照|通行证|旅行证|证件号")
_HOME_LABEL: Final = re.compile(
    r"(?:家庭住址|现住址|住址|住所地?|户籍地址|户籍地|户口所在地|居住地址|居住地|居住在|家住|现住)[:：\s为在于是]{0,3}"
    r"|(?<=[,，;；])住在?(?![房宅院户建宿所址])"
)
_HOME_COLUMN: Final = re.compile(r"住址|住所|户籍|户口|家庭地址|居住地")
_UNIT_BEHIND: Final = re.compile(
    r"^\s*(?:元|万|亿|吨|千|公里|平方|亩|米|人次|次|个|条|件|株|头|只|度|瓦|%|％|\.\d)"
)
_HOME: Final = re.compile(
    r"[\u4e00-\u9fffA-Za-z·]{2,30}?(?:\d{1,4}|[一二三四五六七八九十]{1,3})(?:号楼|号|栋|幢|组|社|户|单元|室)"
    r"(?:[\d\-]{0,4}(?:号楼|号|栋|幢|组|社|户|单元|室|院)){0,3}"
    r"|[\u4e00-\u9fff]{1,24}?(?:镇|乡|苏木|街道)[\u4e00-\u9fff]{1,10}?(?:村|嘎查|社区)",
    re.ASCII,
)
_NEAR: Final = 16
_FIGURES: Final = re.compile(r"[ \-]")


_RULES: Final[dict[str, tuple[Severity, str, Source]]] = {
    "identity_number": ("blocking", "公民身份号码（校验码正确）不得完整公开", PRIVACY),
    "identity_number_doubtful": (
        "warning", "像公民身份号码，但校验码不对：请核对是否笔误；公开时应遮盖", PRIVACY,
    ),
    "identity_number_old": ("blocking", "像十五位的旧公民身份号码，公开时应遮盖", PRIVACY),
    "mobile_number": ("blocking", "个人手机号码不得完整公开", PRIVACY),
    "mobile_contact": (
        "warning", "手机号码：如是对外公布的联系电话，请说明后保留；如是个人号码应遮盖", LEAST,
    ),
    "bank_card": ("blocking", "银行卡号（校验码正确）属于金融账户信息，不得完整公开", SENSITIVE),
    "bank_card_doubtful": ("warning", "像银行卡号（校验码正确），如是个人账号应遮盖", SENSITIVE),
    "passport": ("blocking", "护照或通行证号码不得完整公开", PRIVACY),
    "home_address": ("warning", "个人住址只公开到乡镇、街道或苏木", LEAST),
}  # fmt: skip


def personal_data(passage: Passage, *, today: date) -> Iterator[Finding]:
    """Give every piece of personal data in a passage, each once, under its surest name."""
    columns = Columns(passage.text)
    taken: list[tuple[int, int]] = []
    for rule in (_identities, _old_identities, _cards, _mobiles, _passports, _homes):
        for begin, end, finding in rule(passage, columns, today):
            if all(end <= first or begin >= last for first, last in taken):
                taken.append((begin, end))
                yield finding


_Found = Iterator[tuple[int, int, Finding]]


def _identities(passage: Passage, columns: Columns, today: date) -> _Found:
    for match in _IDENTITY.finditer(passage.text):
        number = "".join(match.groups()).upper()
        before = columns.before(match.start(), _NEAR)
        is_born = number[:2] in _PROVINCES and _is_birthday(match[2], match[3], match[4], today)
        if _SAYS_CREDIT_CODE.search(before) or not is_born:
            continue
        if mod_11_2.is_valid(number):
            yield _found(passage, match, "identity_number", masks.mask_identity(number))
        elif _SAYS_IDENTITY.search(before):
            yield _found(passage, match, "identity_number_doubtful", masks.mask_identity(number))


def _old_identities(passage: Passage, columns: Columns, today: date) -> _Found:
    for match in _OLD_IDENTITY.finditer(passage.text):
        is_born = match[1][:2] in _PROVINCES and _is_birthday(f"19{match[2]}", match[3], match[4], today)
        if is_born and _SAYS_IDENTITY.search(columns.before(match.start(), _NEAR)):
            yield _found(passage, match, "identity_number_old", masks.mask_identity(match.group()))


def _is_birthday(year: str, month: str, day: str, today: date) -> bool:
    try:
        return date(1880, 1, 1) <= date(int(year), int(month), int(day)) <= today
    except ValueError:
        return False


def _mobiles(passage: Passage, columns: Columns, _today: date) -> _Found:
    for match in _MOBILE.finditer(passage.text):
        before = columns.before(match.start(), _NEAR)
        if _SAYS_NUMBER.search(before) or _UNIT_BEHIND.match(columns.after(match.end(), 6)):
            continue
        is_office = _SAYS_OFFICE.search(before) and not _is_of_people(columns.heads_over(match.start()))
        rule = "mobile_contact" if is_office else "mobile_number"
        yield _found(passage, match, rule, masks.mask_mobile(match.group()))


def _is_of_people(heads: tuple[str, ...]) -> bool:
    """Say whether a table lists private persons: with their names, and without the offices they hold."""
    told = " ".join(heads)
    return bool(_HEADS_PEOPLE.search(told)) and not _HEADS_OFFICES.search(told)


def _cards(passage: Passage, columns: Columns, _today: date) -> _Found:
    for match in _CARD.finditer(passage.text):
        number = _FIGURES.sub("", match.group())
        is_known = _CARD_FRONT.match(number) or (len(number) == 16 and _CARD_16.match(number))
        if not is_known or len(number) not in range(16, 20) or not luhn.is_valid(number):
            continue
        before = columns.before(match.start(), 30)
        if _SAYS_CARD.search(before):
            yield _found(passage, match, "bank_card", masks.mask_card(number))
        elif not _SAYS_NUMBER.search(before):
            yield _found(passage, match, "bank_card_doubtful", masks.mask_card(number))


def _passports(passage: Passage, columns: Columns, _today: date) -> _Found:
    for match in _PASSPORT.finditer(passage.text):
        if _SAYS_PASSPORT.search(columns.before(match.start(), _NEAR)):
            yield _found(passage, match, "passport", masks.mask_passport(match.group()))


def _homes(passage: Passage, _columns: Columns, _today: date) -> _Found:
    """Give addresses of homes: behind a word that says so, or in a column that does."""
    for label in _HOME_LABEL.finditer(passage.text):
        match = _HOME.match(passage.text, label.end())
        if match is not None:
            yield _found(passage, match, "home_address", masks.mask_address(match.group()))
    for grid in grids_of(passage.text):
        columns = [n for n, cell in enumerate(grid.head.cells) if _HOME_COLUMN.search(cell)]
        for row in grid.rows if columns else ():
            for column in columns:
                begin = row.begin + sum(len(cell) + 1 for cell in row.cells[:column])
                match = _HOME.match(passage.text, begin) if column < len(row.cells) else None
                if match is not None:
                    yield _found(passage, match, "home_address", masks.mask_address(match.group()))


def _found(passage: Passage, match: re.Match[str], rule: str, mask: str) -> tuple[int, int, Finding]:
    place = passage.place(match.start(), match.end() - match.start())
    severity, reason, source = _RULES[rule]
    return match.start(), match.end(), Finding(rule, severity, place, mask, reason, source, mask)
