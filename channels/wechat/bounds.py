"""What an article cannot carry, and what it carries otherwise than the page does (§3.1, §4.1, §10)."""

from collections.abc import Iterator
from typing import Final

from channels.characters import one_line
from channels.contract import Finding
from channels.item import Content
from channels.wechat.article import CONTENT, article_html, length_of, shown_pictures, widest_table

TITLE: Final = 32
DIGEST: Final = 120
_CONTENT_BYTES: Final = 1024 * 1024
_WIDEST_TABLE: Final = 8  # beyond that nobody reads a table sideways


def findings_of(content: Content) -> Iterator[Finding]:
    """Give the findings, those that block first."""
    html, title, summary = article_html(content), one_line(content.title), one_line(content.summary)
    if len(title) > TITLE:
        message = f"微信标题不得超过{TITLE}字，现有{len(title)}字"
        yield Finding("title_too_long", "title", message, blocks=True)
    length = length_of(html)
    if length >= CONTENT or len(html.encode()) >= _CONTENT_BYTES:
        message = f"微信正文连同排版不得超过{CONTENT}个字符，现有{length}个：请缩短正文，或者把全文作为附件"
        yield Finding("content_too_long", "body", message, blocks=True)
    if len(summary) > DIGEST:
        message = f"微信摘要只显示前{DIGEST}字，现有{len(summary)}字"
        yield Finding("summary_cut", "summary", message, blocks=False)
    if (columns := widest_table(content)) > _WIDEST_TABLE:
        message = f"正文里有{columns}列的表格，手机上要左右滑动才能看完，建议改为附件或拆成几个表格"
        yield Finding("wide_table", "body", message, blocks=False)
    if any(picture.mime == "image/gif" for picture in shown_pictures(html, content)):
        yield Finding("moving_picture", "body", "动图在微信文章里只显示第一帧", blocks=False)
