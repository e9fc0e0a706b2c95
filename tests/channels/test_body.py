import re
from dataclasses import replace

import lxml.html
import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.body import Source, body_html, body_text, loose_pictures
from channels.item import Picture
from tests.channels.memory_shelf import a_content

FRONT = "https://www.eq.gov.cn"
PICTURE = Picture("b" * 64, "image/jpeg", 1000, 640, 480, "草原秋色")
PIECES = st.sampled_from(
    [
        *("<p>", "</p>", "<b>", "文", "<!--", "-->", "]]>", "\x00", "<table><td>", "&lt;script&gt;", "</a>"),
        *("<script>", "</script>", "<style>*{}</style>", "<iframe src=//e>", "<base href=//e>"),
        *("<img src=x onerror=alert(1)>", "<svg onload=alert(1)>", "<math><mtext>"),
        *("<a href='javascript:alert(1)'>", "<a href='data:text/html,x'>", "<form action=//e><input name=p>"),
        "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    ]
)
RUNS = re.compile(r"^(on.*|style|srcdoc|formaction|action|background)$")


def shown(html: str, **changes: object) -> str:
    return body_html(a_content(body_html=html, **changes), front=FRONT)


@given(st.lists(PIECES, max_size=12).map("".join))
def test_nothing_that_runs_leaves(html):
    tree = lxml.html.fragment_fromstring(shown(html), create_parent="div")
    tags = {node.tag for node in tree.iter() if isinstance(node.tag, str)}
    assert not tags & {
        "script",
        "style",
        "iframe",
        "svg",
        "math",
        "form",
        "input",
        "base",
        "object",
        "noscript",
    }
    for node in tree.iter():
        assert not [name for name in node.attrib if RUNS.match(name)]
        assert not re.match(
            r"\s*(javascript|data|vbscript):", node.get("href") or node.get("src") or "", re.IGNORECASE
        )


@given(st.lists(PIECES, max_size=12).map("".join))
def test_what_left_once_is_not_changed_by_leaving_again(html):
    once = shown(html)
    assert shown(once) == once


@given(st.text(max_size=100))
def test_the_words_are_those_that_a_reader_sees(text):
    assert isinstance(body_text(a_content(body_html=text)), str)
    assert "\x00" not in body_text(a_content(body_html=text))


def test_a_picture_of_the_article_goes_by_its_public_address_with_its_size():
    html = shown(f'<p><img src="media:{PICTURE.sha256}"></p>', pictures=(PICTURE,))
    (image,) = lxml.html.fromstring(html).iter("img")
    assert image.get("src") == f"{FRONT}/m/{'b' * 32}.jpg"
    assert (image.get("width"), image.get("height"), image.get("alt")) == ("640", "480", "草原秋色")


def test_words_of_the_editor_for_a_picture_win_over_the_stored_ones():
    html = shown(f'<p><img alt="会场" src="media:{PICTURE.sha256}"></p>', pictures=(PICTURE,))
    assert 'alt="会场"' in html


@pytest.mark.parametrize(
    "source", [f"media:{'c' * 64}", "https://elsewhere.cn/x.jpg", "//elsewhere.cn/x.jpg", ""]
)
def test_a_picture_that_is_not_the_articles_own_is_left_out(source):
    assert "<img" not in shown(f'<p>文<img src="{source}">字</p>', pictures=(PICTURE,))


def test_the_words_around_a_picture_that_is_left_out_stay():
    assert shown('<p>文<img src="x">字</p>') == "<p>文字</p>"


def test_other_widths_are_offered_where_they_are_named():
    content = a_content(body_html=f'<p><img src="media:{PICTURE.sha256}">后</p>', pictures=(PICTURE,))
    html = body_html(
        content, front=FRONT, sources=lambda _p: (Source("image/webp", "/m/x.webp 320w", "100vw"),)
    )
    assert re.search(r'<p><picture><source type="image/webp".*?><img .*?></picture>后</p>', html)


@pytest.mark.parametrize(
    ("href", "aimed"),
    [
        ("/a/i2.html", f"{FRONT}/a/i2.html"),
        ("//elsewhere.cn/x", "https://elsewhere.cn/x"),
        ("https://elsewhere.cn/x", "https://elsewhere.cn/x"),
        ("mailto:zwgk@eq.gov.cn", "mailto:zwgk@eq.gov.cn"),
        ("tel:0477-6212345", "tel:0477-6212345"),
        ("#fu", "#fu"),
        ("javascript:alert(1)", None),
        ("JAVA\tSCRIPT:alert(1)", None),
        ("data:text/html,x", None),
        ("media:" + "b" * 64, None),
        ("../x.html", None),
    ],
)
def test_a_link_leads_where_it_should_or_nowhere(href, aimed):
    (anchor,) = lxml.html.fragment_fromstring(shown(f'<p><a href="{href}">这里</a></p>')).iter("a")
    assert anchor.get("href") == aimed


def test_a_link_that_leaves_the_site_does_not_hand_over_the_window():
    assert 'rel="noopener noreferrer"' in shown('<p><a href="https://elsewhere.cn">x</a></p>')


def test_headings_go_down_one_step_at_a_time_below_the_title():
    html = shown("<h1>一</h1><h4>二</h4><h6>三</h6><h2>四</h2>")
    assert re.findall(r"<(h\d)>", html) == ["h2", "h3", "h4", "h2"]


def test_a_picture_that_the_body_does_not_show_is_loose():
    other = replace(PICTURE, sha256="d" * 64)
    content = a_content(body_html=f'<p><img src="media:{PICTURE.sha256}"></p>', pictures=(PICTURE, other))
    assert loose_pictures(content) == (other,)


def test_a_table_keeps_its_joined_cells():
    assert '<td colspan="2">' in shown("<table><tr><td colspan='2' style='color:red'>合计</td></tr></table>")


def test_a_body_of_nothing_but_script_is_empty():
    assert shown("<script>alert(1)</script>").strip() == ""
