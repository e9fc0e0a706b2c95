from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.sandbox.wechat.keepsake import keep, text_of_html

OWN = "http://mmbiz.qpic.cn/x/key/0"
ARTICLE = "https://mp.weixin.qq.com/s/abc"


def kept(html: str) -> str:
    return keep(html, is_own_picture=lambda url: url == OWN, is_own_link=lambda url: url == ARTICLE)


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        ("<p>一<script>alert(1)</script>二</p>", "<p>一二</p>"),
        ('<p onclick="x()">一</p>', "<p>一</p>"),
        ("<style>p{}</style><p>一</p>", "<p>一</p>"),
        ('<p class="a" id="b" style="color:red">一</p>', '<p style="color:red">一</p>'),
        ('<p style="position: fixed;color:red">一</p>', '<p style="color:red">一</p>'),
        ('<p style="background:url(http://e.cn/x)">一</p>', "<p>一</p>"),
        ('<p style="color:var(--red)">一</p>', "<p>一</p>"),
        ('<code style="color:red">x</code>', "<code>x</code>"),
        ('<img src="http://elsewhere.cn/x.png">', ""),
        (f'<img data-src="{OWN}">', ""),
        (f'<img src="{OWN}" alt="图">', f'<img src="{OWN}" alt="图">'),
        ('<a href="http://elsewhere.cn/">字</a>', "字"),
        ('<a href="#one">字</a>', "字"),
        ('<a href="javascript:x()">字</a>', "字"),
        (f'<a href="{ARTICLE}">字</a>', f'<a href="{ARTICLE}">字</a>'),
        ("<iframe src=x>里</iframe><p>一</p>", "<p>一</p>"),
        ("<form><input value=1><p>一</p></form>", "<p>一</p>"),
        ("<article><p>一</p></article>", "<p>一</p>"),
        ("一<br/>二", "一<br>二"),
        ("<p>一", "<p>一</p>"),
        ("一</p></div>二", "一二"),
        ("<b><i>一</b>二", "<b><i>一</i></b>二"),
        ("&lt;b&gt; &amp;", "&lt;b&gt; &amp;"),
        ("<![if !supportLists]><p>一</p><![endif]>", "<p>一</p>"),
        ("<![x[一", "&lt;![x[一"),
    ],
)
def test_an_article_is_kept_as_the_contract_shows(sent: str, stored: str):
    assert kept(sent) == stored


class Danger(HTMLParser):
    found = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        self.found |= tag in ("script", "iframe", "style") or any(name.startswith("on") for name in names)


MARKUP = st.lists(
    st.sampled_from(
        [
            "<script>",
            "</script>",
            "<p onload=x>",
            "</p>",
            "<",
            ">",
            "<!--",
            "-->",
            "<![",
            "]",
            "<!",
            "<?",
            "/",
            "'",
            '"',
            "<svg/",
            "a",
        ]
    )
)


@given(MARKUP)
def test_nothing_that_runs_survives_whatever_is_sent(pieces: list[str]):
    danger = Danger()
    danger.feed(kept("".join(pieces)))
    assert not danger.found


@given(MARKUP)
def test_keeping_twice_changes_nothing(pieces: list[str]):
    once = kept("".join(pieces))
    assert kept(once) == once


def test_the_bare_text_has_no_markup_and_single_spaces():
    assert text_of_html("<p>一 \n 二</p><p>&lt;三</p>") == "一 二<三"
