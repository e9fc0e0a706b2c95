"""The values a channel may see: one piece of content, what belongs to it, and the site it stands on.

Nothing here can change, nothing here does I/O, and nothing here knows a database, a clock or a platform.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final, Literal

PRACTICE_FOLDER: Final = "practice"
"""Where the practice site stands, below the real one."""

PRACTICE_MARK: Final = "【演练】"

Kind = Literal["policy", "interpretation", "news", "notice", "response"]
"""文件, 解读, 新闻, 公告, 回应."""

Openness = Literal["open", "on_request", "closed"]
"""公开属性: 主动公开, 依申请公开, 不予公开 (国办发〔2016〕80号: decided when the document is drafted)."""

Validity = Literal["valid", "amended", "repealed", "lapsed"]
"""有效性: 有效, 已修改, 已废止, 已失效."""

Language = Literal["zh-CN", "mn-Mong"]
"""Chinese, or Mongolian in its traditional script, which runs in columns."""

LANGUAGE_NAMES: Mapping[Language, str] = {"zh-CN": "汉文", "mn-Mong": "蒙古文"}
KIND_NAMES: Mapping[Kind, str] = {
    "policy": "文件",
    "interpretation": "解读",
    "news": "新闻",
    "notice": "公告",
    "response": "回应",
}
OPENNESS_NAMES: Mapping[Openness, str] = {
    "open": "主动公开",
    "on_request": "依申请公开",
    "closed": "不予公开",
}
VALIDITY_NAMES: Mapping[Validity, str] = {
    "valid": "有效",
    "amended": "已修改",
    "repealed": "已废止",
    "lapsed": "已失效",
}


@dataclass(frozen=True, slots=True)
class Org:
    """发布机构: the organ that publishes."""

    id: str
    code: str  # nine characters of GB 11714, the front part of an index number
    name: str


@dataclass(frozen=True, slots=True)
class JointOrg:
    """联合发文机关: an organ that issued a document together with the lead one, by the name that it signed.

    `code` is that of an organ of ours; None of any other.
    """

    name: str
    code: str | None


@dataclass(frozen=True, slots=True)
class Column:
    """栏目 of the website; `type` is one of the ColumnType words of 国办发〔2017〕47号.

    `slug` is what it is known by for ever: in items, lists, feeds and their ids. Only its page may move.
    """

    slug: str
    name: str
    type: str
    description: str
    address: str = ""  # the folder of its page; "" the slug
    is_open: bool = True  # whether it takes new items
    in_menu: bool = True  # whether the navigation of every page names it
    absorbed: tuple[tuple[str, str], ...] = ()  # slug and name of the columns that were merged into it
    parent: str = ""  # the slug of the column that it stands below; there are two levels, no more

    @property
    def slugs(self) -> tuple[str, ...]:
        """Give the slugs under which its items were filed: its own and those of what was merged into it."""
        return (self.slug, *(slug for slug, _name in self.absorbed))

    @property
    def folder(self) -> str:
        """Give the folder of its page."""
        return self.address or self.slug


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture in the body, referred to there as `<img src="media:SHA256">`; width and height in pixels."""

    sha256: str
    mime: str
    size: int
    width: int
    height: int
    alt: str


@dataclass(frozen=True, slots=True)
class Attachment:
    """附件: a file a reader can fetch; `size` in bytes."""

    sha256: str
    name: str
    mime: str
    size: int


@dataclass(frozen=True, slots=True)
class Override:
    """What one channel, or one account of it (by slug), says instead; None keeps the item's own.

    Only where an item is told of, never on its own page: that is the information disclosed.
    """

    channel: Literal["weibo", "wechat"]
    account: str | None = None
    title: str | None = None
    summary: str | None = None
    cover: Picture | None = None


@dataclass(frozen=True, slots=True)
class Disclosure:
    """The catalogue elements of 《政府信息公开目录系统实施指引(试行)》 part two (see RULES.md)."""

    index_number: str
    document_number: str | None  # 文号
    formed_on: date | None  # 成文日期
    topic: str | None  # 主题分类
    genre: str | None  # 体裁
    keywords: tuple[str, ...]  # 主题词
    openness: Openness
    validity: Validity
    overview: str  # 内容概述
    joint_orgs: tuple[str, ...] = ()  # 联合发文机关, by name, without the lead


Role = Literal["source", "interpretation", "replaced_by", "replaces"]
"""The document that is interpreted, its interpretation, what took this item's place, whose place it took."""

ROLE_NAMES: Mapping[Role, str] = {
    "source": "解读的文件",
    "interpretation": "政策解读",
    "replaced_by": "取代本稿的稿件",
    "replaces": "被本稿取代的稿件",
}


@dataclass(frozen=True, slots=True)
class Related:
    """A link to an item that belongs to this one; `role` says what stands at `url`."""

    role: Role
    title: str
    url: str


@dataclass(frozen=True, slots=True)
class Neighbour:
    """The item before or after one in its column; `role` says which of the two stands at `url`."""

    role: Literal["older", "newer"]
    title: str
    url: str


@dataclass(frozen=True, slots=True)
class Twin:
    """The same item in the other language, whose page stands at `url`."""

    language: Language
    title: str
    url: str


@dataclass(frozen=True, slots=True)
class Content:
    """One revision of one item as every channel sees it.

    `body_html` is sanitised; its pictures are `media:SHA256` references. `url` is the permanent link
    and the mark. Times are aware and in UTC; a channel shows them in Asia/Shanghai.
    """

    item_id: str
    release: int
    kind: Kind
    title: str
    summary: str
    body_html: str
    pictures: tuple[Picture, ...]
    attachments: tuple[Attachment, ...]
    disclosure: Disclosure
    org: Org
    column: Column
    source: str | None  # 来源, mandatory for a reprint
    url: str
    published_at: datetime
    updated_at: datetime
    related: tuple[Related, ...]
    content_hash: str
    neighbours: tuple[Neighbour, ...] = ()
    overrides: tuple[Override, ...] = ()
    cover: Picture | None = None  # goes before the pictures of the body where a channel shows one first

    @property
    def pictures_by_rank(self) -> tuple[Picture, ...]:
        """Give the pictures, the one to be shown first in front."""
        if self.cover is None:
            return self.pictures
        return (self.cover, *(one for one in self.pictures if one.sha256 != self.cover.sha256))

    def marked(self, title: str) -> str:
        """Give a title with the mark of practice where that is what it is."""
        return f"{PRACTICE_MARK}{title}" if self.practice else title

    def told_on(self, channel: str, account: str) -> "Content":
        """Give the content as a channel's account tells it: its own words go before those of its channel."""
        mine = [one for one in self.overrides if one.channel == channel and one.account in (None, account)]
        told = self
        for one in sorted(mine, key=lambda one: one.account is not None):
            told = replace(
                told,
                title=told.title if one.title is None else self.marked(one.title),
                summary=told.summary if one.summary is None else one.summary,
                cover=one.cover or told.cover,
            )
        return told

    correction: str = ""  # what readers are told of the newest major correction
    language: Language = "zh-CN"
    twin: Twin | None = None
    ended_at: datetime | None = None  # 公示期: when the notice had been shown long enough
    statutory: tuple[int, ...] = ()  # the kinds of Art. 20 that people put it into
    practice: bool = False  # 演练: says so wherever it is shown


@dataclass(frozen=True, slots=True)
class Theme:
    """How a site looks and what its foot says: what an office changes in its theme file."""

    main: str = "#a61b1b"  # the main colour on paper, and below it in the dark (six hex digits)
    main_dark: str = "#f0948c"
    seal: str = ""  # an SVG drawing that takes the place of our own mark
    seal_picture: bytes = b""  # the same as a square PNG, for phones and feed readers, which take no drawing
    contact: str = ""  # address and telephone of the disclosure office
    police_record: str = ""  # 公安备案号
    foot: tuple[str, ...] = ()  # further lines
    wechat: str = ""  # the name of the office's WeChat account
    wechat_picture: bytes = b""  # its QR code, as PNG


@dataclass(frozen=True, slots=True)
class Site:
    """The website and its feeds as a whole. `url` has no trailing slash."""

    name: str
    url: str
    domain: str  # for tag: URIs; never changes, even when `url` does
    since: int  # the year in tag: URIs
    id_code: str  # 网站标识码
    record_number: str  # 备案号
    organiser: str  # 主办单位
    columns: tuple[Column, ...]
    theme: Theme = Theme()
    has_hub: bool = False  # whether the feeds name our hub
    push_key: str = ""  # by which browsers know us, when they are told of what is new
    practice: bool = False  # 演练: the site on which practice items stand, and nothing else

    def column(self, slug: str) -> Column | None:
        """Give the column of a slug, its own or that of one which was merged into it."""
        return next((column for column in self.columns if slug in column.slugs), None)

    def column_now(self, slug: str | None) -> str | None:
        """Give the slug of the column that one was merged into; every other slug as it is."""
        column = None if slug is None else self.column(slug)
        return slug if column is None else column.slug

    def above(self, column: Column) -> Column | None:
        """Give the column that one stands below."""
        return self.column(column.parent) if column.parent else None

    def below(self, slug: str) -> tuple[Column, ...]:
        """Give the columns that stand below one, in their order."""
        return tuple(column for column in self.columns if column.parent == slug)

    def with_below(self, slug: str) -> tuple[str, ...]:
        """Give the slugs under which what a column shows is filed: its own, and those of what is below it."""
        now = self.column_now(slug) or slug
        return (now, *(column.slug for column in self.below(now)))

    def column_path(self, column: Column) -> str:
        """Give the name of a column behind that of the one above it."""
        above = self.above(column)
        return column.name if above is None else f"{above.name} › {column.name}"

    def column_name(self, slug: str) -> str:
        """Give the name of a column, with what became of one that was merged; the slug of an unknown one."""
        column = self.column(slug)
        if column is None or column.slug == slug:
            return slug if column is None else self.column_path(column)
        return f"{dict(column.absorbed)[slug]}（已并入“{column.name}”）"

    def world(self, practice: bool) -> "Site":  # noqa: FBT001 -- the mark of an item or an account
        """Give the site on which items of one world stand: this one, or the one for practice.

        The latter has its own address, its own ids in feeds, and neither hub nor push.
        """
        if practice == self.practice:
            return self
        return replace(
            self,
            name=f"{PRACTICE_MARK}{self.name}",
            url=f"{self.url}/{PRACTICE_FOLDER}",
            domain=f"{PRACTICE_FOLDER}.{self.domain}",
            has_hub=False,
            push_key="",
            practice=True,
        )


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of a list page or a feed: the content, and whether a reader can see its page already."""

    content: Content
    ordinal: int  # place in its list, counted from the oldest = 1; never given twice
    is_live: bool


@dataclass(frozen=True, slots=True)
class Account:
    """账号: an org's presence on a channel. `secret` never leaves the adapter."""

    id: str
    channel: str
    slug: str
    name: str
    org: Org
    settings: Mapping[str, str]
    secret: Mapping[str, str]

    def __repr__(self) -> str:
        """Leave the secret out: accounts get into logs and tracebacks."""
        return f"Account({self.slug!r}, channel={self.channel!r})"
