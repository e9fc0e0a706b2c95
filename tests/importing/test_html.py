"""html.py and shape.py: what is dangerous goes, what is worth reading stays, nothing is glued."""

import re
from html.parser import HTMLParser

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from server.core.problems import Problem
from server.importing.dropped import dropped_from
from server.importing.html import sanitise
from server.importing.shape import INVISIBLE, KEPT_TAGS

PICTURE = "media:" + "a" * 64


@pytest.mark.parametrize(
    ("rough", "clean"),
    [
        ("<div>甲</div><div>乙</div>", "<p>甲</p><p>乙</p>"),
        ("甲<br>乙", "<p>甲<br>乙</p>"),
        ("<b><p>甲</p><p>乙</p></b>", "<p><b>甲</b></p><p><b>乙</b></p>"),
        ("<p></p><p> </p><ul><li></li></ul><p>甲</p>", "<p>甲</p>"),
        ("<h1>题</h1><h6>目</h6>", "<h2>题</h2><h4>目</h4>"),
        ("<td><div>甲</div><div>乙</div>", "<p>甲</p><p>乙</p>"),
        ("<ul><li>甲</li>乙</ul>", "<ul><li>甲</li><li>乙</li></ul>"),
        ("<blockquote>甲<p>乙</p></blockquote>", "<blockquote><p>甲</p><p>乙</p></blockquote>"),
        ("<p><b>甲<i>乙</b>丙</i></p>", "<p><b>甲<i>乙</i></b>丙</p>"),
        ("<p>1 &lt; 2 &amp; 3</p>", "<p>1 &lt; 2 &amp; 3</p>"),
        ('<p style="color:red" class="x" id="y">甲</p>', "<p>甲</p>"),
        ("<del>旧</del><ins>新</ins>", "<p><s>旧</s><u>新</u></p>"),
        ("<p>甲\u200b\u202e乙\x07</p>", "<p>甲乙</p>"),
        ("<p>甲</p><!-- 注 --><?php echo 1 ?>", "<p>甲</p>"),
        ('<ol start="3"><li>甲</li></ol>', '<ol start="3"><li>甲</li></ol>'),
    ],
)
def test_what_comes_from_word_and_the_web_gets_one_shape(rough: str, clean: str):
    assert sanitise(rough).html == clean


def test_paragraphs_in_a_cell_stay_apart():
    body = sanitise("<table><tr><td><div>甲</div><div>乙</div></td><td></td></tr></table>")
    assert body.html == "<table><tbody><tr><td>甲<br>乙</td><td></td></tr></tbody></table>"


def test_a_cell_keeps_how_far_it_spans():
    body = sanitise('<table><tr><td colspan="2" rowspan="x" onclick="y">甲</td></tr></table>')
    assert '<td colspan="2">甲</td>' in body.html


def test_the_text_has_a_line_for_each_paragraph():
    assert sanitise("<h2>题</h2><p>甲 <b>乙</b></p><ul><li>丙<li>丁</ul>").text == "题\n甲 乙\n丙\n丁"


@pytest.mark.parametrize(
    "href", ["https://www.gov.cn/a?b=1&c=2", "http://a.example", "mailto:a@b.example", "tel:04776210000"]
)
def test_a_good_link_stays(href: str):
    body = sanitise(f'<a href="{href.replace("&", "&amp;")}">甲</a>')
    assert body.html == f'<p><a href="{href.replace("&", "&amp;")}">甲</a></p>'


@pytest.mark.parametrize(
    "href",
    [
        "javascript:alert(1)", "JaVaScRiPt:alert(1)", " javascript:alert(1)", "java\tscript:alert(1)",
        "data:text/html,<script>", "vbscript:x", "file:///etc/passwd", "/relative", "#top", "//host/x", "https://",
        "http://user:pass@host/", "media:" + "a" * 64, "http://[", "",
    ],
)  # fmt: skip
def test_a_bad_link_leaves_its_text(href: str):
    assert sanitise(f'<p><a href="{href}">甲</a></p>').html == "<p>甲</p>"


def test_a_link_in_a_link_is_two_links():
    body = sanitise('<a href="http://a.example">甲<a href="http://b.example">乙</a></a>')
    assert body.html == '<p><a href="http://a.example">甲</a><a href="http://b.example">乙</a></p>'


@pytest.mark.parametrize(
    "gone",
    [
        "<script>甲</script>", "<style>甲</style>", "<iframe>甲</iframe>", "<svg><text>甲</text></svg>",
        "<noscript><b>甲</b></noscript>", "<template>甲</template>",
        "<textarea>甲</textarea>", "<math><mtext>甲</mtext></math>", "<object>甲</object>",
    ],
)  # fmt: skip
def test_what_is_no_text_for_a_reader_is_gone_with_its_content(gone: str):
    assert sanitise(f"<p>乙</p>{gone}").text == "乙"


@pytest.mark.parametrize(
    "empty", ["", " ", "<p></p>", "<script>alert(1)</script>", "<p>&nbsp;</p>", "<br><hr>", "\u200b"]
)
def test_a_body_that_says_nothing_is_refused(empty: str):
    with pytest.raises(Problem) as refused:
        sanitise(empty)
    assert (refused.value.code, refused.value.field) == ("invalid", "body")


def test_pictures_are_told_in_their_order_each_once():
    other = "media:" + "b" * 64
    body = sanitise(f'<img src="{PICTURE}" alt="草原">甲<img src="{other}"><img src="{PICTURE}" alt="又">')
    assert [(picture.sha256[0], picture.alt) for picture in body.pictures] == [("a", "草原"), ("b", "")]


def test_a_picture_alone_is_a_body():
    assert sanitise(f'<img src="{PICTURE}">').html == f'<p><img src="{PICTURE}" alt=""></p>'


@pytest.mark.parametrize(
    ("src", "words"),
    [
        ("data:image/png;base64,AAAA", "直接嵌入"),
        ("https://a.example/x.png", "外部图片"),
        ("file:///C:/word/image001.png", "失效"),
        ("media:xyz", "失效"),
        ("blob:https://a.example/1", "失效"),
        ("x.png", "失效"),
        ("", "失效"),
    ],
)
def test_a_picture_that_was_not_uploaded_is_refused_in_words(src: str, words: str):
    with pytest.raises(Problem, match=words):
        sanitise(f'<p>甲<img src="{src}"></p>')


def test_tags_beyond_counting_are_refused():
    with pytest.raises(Problem, match="标签太多"):
        sanitise("<p>甲</p>" * 20_000)


@pytest.mark.parametrize("tag", ["b", "ul><li", "blockquote", "i"])
def test_tags_that_nest_without_end_are_refused(tag: str):
    with pytest.raises(Problem, match="嵌套过深"):
        sanitise(f"<{tag}>" * 100 + "甲")


def test_formatting_that_html_would_open_again_in_every_paragraph_does_not_grow():
    opened = "".join(f"<b title={number}>" for number in range(40))
    rough = f"<p>{opened}甲" + "<p>乙" * 5_000
    assert len(sanitise(rough).html) < len(rough) * 3


WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("Cs",)), max_size=8)
TAGS = st.sampled_from(
    [
        "p", "div", "b", "i", "a", "ul", "ol", "li", "table", "tr", "td", "th", "caption", "h1", "h2",
        "span", "br", "hr", "figure", "figcaption", "script", "style", "svg", "math", "pre", "font", "x-b",
        "select", "option", "form", "dl", "dd", "section", "strike", "noscript", "plaintext", "xmp",
        "title", "frameset", "body", "blockquote",
    ]
)  # fmt: skip
PIECES = st.one_of(
    WORDS,
    TAGS.map(lambda tag: f"<{tag}>"),
    TAGS.map(lambda tag: f"</{tag}>"),
    st.sampled_from(
        [
            '<a href="https://a.example/?x=1&y=2">', '<a href="javascript:x">',
            f'<img src="{PICTURE}" alt="a&quot;>b">',
            "<!--", "-->", "<![CDATA[", "]]>", "&lt;", "&amp;lt;", "&#0;", "&nbsp;", "<p onclick=x",
            "<", ">", '"', "\0",
        ]
    ),
)  # fmt: skip
ROUGH = st.lists(PIECES, max_size=25).map("".join)


def cleaned(rough: str) -> str | None:
    try:
        return sanitise(rough).html
    except Problem:
        return None


class Balance(HTMLParser):
    """Checks that every tag is known, closed in order, and carries nothing but what it may."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in KEPT_TAGS
        allowed = {
            "a": {"href"},
            "img": {"src", "alt"},
            "td": {"colspan", "rowspan"},
            "th": {"colspan", "rowspan"},
        }
        assert not any((value or "").startswith("javascript") for _, value in attrs)
        assert {name for name, _ in attrs} <= allowed.get(tag, {"start"} if tag == "ol" else set())
        if tag not in ("br", "hr", "img"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)

    handle_decl = handle_pi = unknown_decl = handle_comment


@given(ROUGH)
@settings(max_examples=400, deadline=None)
@example("<p>a<table><b><tr><td>x</table>y")
@example("<svg><p><style><img src=x onerror=alert(1)>")
@example("<ul>a<b><li>c</b>d")
def test_whatever_comes_in_only_known_tags_in_order_come_out(rough: str):
    clean = cleaned(rough)
    if clean is not None:
        balance = Balance()
        balance.feed(clean)
        balance.close()
        assert balance.open == []
        assert not INVISIBLE.search(clean)


@given(ROUGH)
@settings(max_examples=400, deadline=None)
@example("<ul>a<b><li>c</b>d")
@example("<figure>甲<p>乙</p>丙</figure>")
@example("<h1><a><h1>甲")
@example("<li><h1><li>甲")
@example("甲<li><hr>")
@example("甲<s>\x1f")
def test_sanitising_twice_changes_nothing_more(rough: str):
    clean = cleaned(rough)
    if clean is not None:
        assert cleaned(clean) == clean


@given(st.lists(st.text("甲乙丙丁 ab<&>", min_size=1, max_size=10).filter(str.strip), min_size=1, max_size=6))
def test_no_word_of_a_paragraph_is_lost(paragraphs: list[str]):
    escape = lambda text: text.replace("&", "&amp;").replace("<", "&lt;")  # noqa: E731
    body = sanitise("".join(f"<div>{escape(text)}</div>" for text in paragraphs))
    assert body.text.split("\n") == [re.sub(r" +", " ", text).strip() for text in paragraphs]


def test_a_picture_may_be_marked_as_decorative_when_it_says_nothing():
    src = f'src="media:{"a" * 64}"'
    assert sanitise(f'<p>甲<img {src} role="presentation"></p>').html == (
        f'<p>甲<img {src} alt="" role="presentation"></p>'
    )
    assert "role" not in sanitise(f'<p>甲<img {src} alt="会议" role="presentation"></p>').html
    assert "role" not in sanitise(f'<p>甲<img {src} role="button"></p>').html


@pytest.mark.parametrize(
    ("tag", "code"),
    [
        ("svg", "svg"), ("iframe", "frame"), ("embed", "frame"), ("object", "frame"), ("video", "video"),
        ("audio", "audio"), ("math", "math"), ("canvas", "canvas"), ("input", "form"), ("select", "form"),
        ("script", "script"), ("style", "style"),
    ],
)  # fmt: skip
def test_each_kind_that_falls_away_is_told_of(tag: str, code: str):
    assert [one.code for one in sanitise(f"<p>甲</p><{tag} class=a></{tag}><{tag}>").dropped] == [code]


@pytest.mark.parametrize(
    "html", ["<p>甲</p>", "<p>&lt;svg&gt;</p>", "<p>甲<!-- <svg> --></p>", "<!--<svg>", "<svgx>"]
)
def test_nothing_is_told_of_what_is_not_there(html: str):
    assert dropped_from(html) == ()


def test_a_long_row_of_comments_that_never_end_is_read_once():
    assert dropped_from("<!--" * 500_000) == ()
