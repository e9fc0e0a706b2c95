"""server/importing/documents.py and pages.py: HTML and Markdown come in, other kinds are told what to do."""

import base64

import pytest

from server.core.problems import Problem
from server.importing.documents import read_document
from server.importing.html import sanitise
from tests.importing.papers import png

LIMIT = 5_000_000
PAGE = """<html><head><meta charset="utf-8"><title>某旗政府网</title>
<meta name="ArticleTitle" content="关于供热的公告"></head>
<body><nav>首页</nav><div id="zoom"><p>自十月一日起供热，请居民做好准备，保持室内畅通。</p>
<script>x()</script>
<p>2026年9月1日</p></div><footer>版权</footer></body></html>"""


async def read(body: str | bytes, name: str):
    return await read_document(body.encode() if isinstance(body, str) else body, name, limit=LIMIT)


async def test_a_page_gives_its_article_without_what_stands_around_it():
    document = await read(PAGE, "a.html")
    assert (document.title, str(document.formed_on)) == ("关于供热的公告", "2026-09-01")
    text = sanitise(document.body).text
    assert "供热" in text
    assert not any(word in text for word in ("首页", "版权", "x()"))


async def test_a_drawing_and_a_film_in_the_text_of_a_page_are_told_of_and_its_scripts_are_not():
    body = PAGE.replace("<script>", "<svg></svg><video></video><svg></svg><script>")
    assert [one[:21] for one in (await read(body, "a.html")).warnings] == [
        "正文里有内容没有保留：svg 是矢量图，微",
        "正文里有内容没有保留：视频不能放在正文里：",
    ]


async def test_a_page_in_an_old_code_page_is_read():
    old = PAGE.replace("utf-8", "gb2312").encode("gb18030")
    assert (await read(old, "a.htm")).title == "关于供热的公告"


async def test_markdown_gives_headings_lists_and_tables():
    document = await read("# 办事指南\n\n## 材料\n\n- 申请表\n\n|甲|乙|\n|-|-|\n|1|2|\n", "a.md")
    assert document.title == "办事指南"
    body = sanitise(document.body).html
    assert "<h2>材料</h2>" in body
    assert "<li>申请表</li>" in body
    assert "<td>2</td>" in body
    assert "办事指南" not in body


async def test_html_in_markdown_is_text():
    document = await read("# 题\n\n<script>alert(1)</script>正文\n", "a.md")
    assert "<script>" not in document.body


async def test_pictures_within_a_page_are_kept_and_those_elsewhere_are_told():
    inner = base64.b64encode(png()).decode()
    document = await read(
        f'<h1>题</h1><p>图<img src="data:image/png;base64,{inner}"><img src="https://x.test/a.png">',
        "a.html",
    )
    assert len(document.pictures) == 1
    assert any("外部图片" in one for one in document.warnings)
    assert len(sanitise(document.body).pictures) == 1


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("旧.doc", "另存为"), ("旧.wps", "另存为"), ("扫描.pdf", "原稿"), ("图.jpg", "原稿"), ("表.xlsx", "附件"),  # noqa: E501
        ("包.zip", "解压"), ("怪.exe", "可导入"), ("没有扩展名", "可导入"),
    ],
)  # fmt: skip
async def test_a_kind_that_is_not_read_says_what_to_do(name: str, words: str):
    with pytest.raises(Problem, match=words) as refused:
        await read(b"x", name)
    assert name in refused.value.message


async def test_a_locked_docx_is_told_apart_from_a_damaged_one():
    with pytest.raises(Problem, match="密码"):
        await read(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 500, "a.docx")
    with pytest.raises(Problem, match="打不开"):
        await read(b"PK\x03\x04broken", "a.docx")


@pytest.mark.parametrize("body", ["", "<html></html>", "<!-- -->"])
async def test_a_page_that_says_nothing_is_refused(body: str):
    with pytest.raises(Problem):
        await read(body, "a.html")
