"""What leaves for an article (channels/wechat/CONTRACT.md §10): complete, fit for a phone, harmless."""

from dataclasses import replace
from datetime import date
from html.parser import HTMLParser

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from channels.item import Attachment, Content, Disclosure, Picture, Related
from channels.sandbox.wechat.keepsake import keep, text_of_html
from channels.wechat.article import CONTENT, article_html, length_of, place_pictures, shown_pictures
from channels.wechat.bounds import findings_of
from tests.channels.memory_shelf import a_content

SHA = "a" * 64
PICTURE = Picture(SHA, "image/jpeg", 10, 40, 30, "会场")
ADDRESS = "http://mmbiz.qpic.cn/mmbiz_jpg/KEY/0?wx_fmt=jpeg"


class Tags(HTMLParser):
    """Every tag of a text with its attributes, as a parser of its own sees them."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.seen: list[tuple[str, dict[str, str]]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, {name: value or "" for name, value in attrs}))

    def of(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.seen if name == tag]


def body(html: str, **changes: object) -> Content:
    return a_content(body_html=html, **changes)


def sheet(**changes: object) -> Disclosure:
    return replace(a_content().disclosure, **changes)


def stored(content: Content) -> str:
    """Give what the pretended platform keeps of an article."""
    html = place_pictures(article_html(content), {p.sha256: ADDRESS for p in content.pictures})
    return keep(
        html,
        is_own_picture=lambda url: url == ADDRESS,
        is_own_link=lambda url: url.startswith("https://mp.weixin.qq.com/s"),
    )


def table(columns: int, rows: int = 2) -> str:
    row = "<tr>" + "".join(f"<td>格{number}</td>" for number in range(columns)) + "</tr>"
    return f"<table><tbody>{row * rows}</tbody></table>"


def test_paragraphs_are_indented_by_two_characters():
    html = article_html(body("<p>正文</p>"))
    assert Tags(html).of("section")[0]["style"].split(";").count("text-indent:2em") == 1


@pytest.mark.parametrize("tag", ["h2", "h3", "h4", "ul", "table"])
def test_what_is_no_paragraph_is_not_indented(tag: str):
    inner = {"ul": "<ul><li>一</li></ul>", "table": table(2)}.get(tag, f"<{tag}>一、总则</{tag}>")
    assert "text-indent:0" in Tags(article_html(body(inner))).of(tag)[0]["style"]


def test_every_style_stands_on_its_element():
    html = article_html(body(f"<h2>一</h2><p>二</p>{table(2)}<ul><li>三</li></ul>"))
    assert [tag for tag, attributes in Tags(html).seen if "class" in attributes or tag == "style"] == []
    assert all("style" in attributes for attributes in Tags(html).of("td"))


def test_the_structure_rules_of_the_platform_are_kept():
    html = article_html(
        body(f"<p>一</p>{table(6)}<figure><img src='media:{SHA}'></figure>", pictures=(PICTURE,))
    )
    for forbidden in (
        "font-family",
        "!important",
        "background",
        "position",
        "url(",
        "opacity",
        "text-align:start",
    ):
        assert forbidden not in html


def test_a_document_shows_its_number_and_its_day():
    content = body("<p>一</p>", kind="policy", disclosure=sheet(document_number="鄂政发〔2026〕1号"))
    text = text_of_html(article_html(content))
    assert text.startswith("鄂政发〔2026〕1号")
    assert "成文日期：2026年3月1日" in text


def test_news_show_no_day_of_a_document():
    assert "成文日期" not in article_html(body("<p>一</p>", disclosure=sheet(formed_on=date(2026, 3, 1))))


def test_a_repealed_document_says_so_at_its_head():
    html = article_html(body("<p>正文</p>", disclosure=sheet(validity="repealed")))
    assert html.index("有效性：已废止") < html.index("正文")


LETTER = "<p>各苏木镇人民政府：</p><p>现通知如下。</p><p>鄂托克旗人民政府办公室</p><p>2026年3月1日</p>"


def styles(html: str, kind: str = "policy") -> list[str]:
    """Give the styles of the paragraphs of the text."""
    whole = article_html(body(html, kind=kind))
    frame = whole[whole.index("<section") :]
    return [attributes["style"] for attributes in Tags(frame[: frame.index("</section>")]).of("p")]


def test_an_addressee_stands_at_the_margin_and_a_signature_at_the_right():
    to, text, name, day = styles(LETTER)
    assert ("text-indent:0" in to, "right" in to, "right" in text) == (True, False, False)
    assert ("text-align:right" in name, "text-align:right" in day) == (True, True)


@pytest.mark.parametrize(
    "html",
    [
        "<p>通知如下：请遵照执行。</p><p>2026年3月1日起施行。</p><p>完</p>",
        f"<p>{'各部门' * 50}：</p><p>正文</p>",
        "<p>为方便群众就近办事，现将有关事项公告如下：</p><p>正文</p>",
        "<p>根据国务院办公厅通知，2026年元旦放假安排如下：</p><p>正文</p>",
        "<p>正文</p><p>截至2026年3月1日</p>",
    ],
)
def test_what_only_resembles_a_letter_is_left_alone(html: str):
    assert set(styles(html)) == {"margin:0 0 16px"}


def test_a_sentence_before_the_day_signs_nothing():
    _text, before, day = styles("<p>一</p><p>特此通知。</p><p>2026年3月1日</p>")
    assert ("right" in before, "right" in day) == (False, True)


def test_news_are_no_letters():
    assert set(styles(LETTER, "news")) == {"margin:0 0 16px"}


def test_the_source_is_named():
    assert "来源：新华社" in article_html(body("<p>一</p>", source="新华社"))


def test_an_attachment_is_named_and_leads_to_the_page():
    content = body("<p>一</p>", attachments=(Attachment("b" * 64, "申请表.docx", "x", 2048),))
    text = text_of_html(article_html(content))
    assert (
        f"附件：《申请表.docx》（2 KB） 附件请点击文末“阅读原文”，在网站页面下载：{content.url}"
        in text.replace("）附", "） 附")
    )


def test_an_interpretation_names_its_document_with_its_address():
    related = Related("source", "原文件", "http://www.example.gov.cn/a/2.html")
    assert "原文：原文件 http://www.example.gov.cn/a/2.html" in article_html(
        body("<p>一</p>", related=(related,))
    )


def test_a_link_elsewhere_becomes_a_number_with_its_visible_address():
    html = article_html(body('<p>见<a href="https://www.gov.cn/a?b=1&amp;c=2">国务院</a>网站</p>'))
    text = text_of_html(html)
    assert ("见国务院[1]网站" in text, "[1] https://www.gov.cn/a?b=1&c=2" in text, Tags(html).of("a")) == (
        True,
        True,
        [],
    )


def test_the_same_address_has_one_number():
    link = '<a href="https://www.gov.cn/a">甲</a>'
    text = text_of_html(article_html(body(f"<p>{link}{link}</p>")))
    assert ("甲[1]甲[1]" in text, text.count("https://www.gov.cn/a")) == (True, 1)


def test_an_address_that_is_its_own_text_is_not_repeated():
    text = text_of_html(article_html(body('<p><a href="https://www.gov.cn/a">https://www.gov.cn/a</a></p>')))
    assert (text.count("https://www.gov.cn/a"), "[1]" in text) == (1, False)


def test_a_number_stands_behind_words_in_bold():
    text = text_of_html(article_html(body('<p><a href="https://www.gov.cn/a">甲<b>乙</b></a>丙</p>')))
    assert "甲乙[1]丙" in text


def test_a_link_to_an_article_stays_a_link():
    html = article_html(body('<p><a href="https://mp.weixin.qq.com/s/abc">上一篇</a></p>'))
    assert Tags(html).of("a")[0]["href"] == "https://mp.weixin.qq.com/s/abc"


@pytest.mark.parametrize(
    "address",
    [
        "https://mp.weixin.qq.com/mp/profile_ext?action=home",
        "https://mp.weixin.qq.com.example.cn/s/abc",
        "https://example.cn/#https://mp.weixin.qq.com/s/abc",
    ],
)
def test_what_only_looks_like_an_article_is_no_link(address: str):
    assert Tags(article_html(body(f'<p><a href="{address}">甲</a></p>'))).of("a") == []


@pytest.mark.parametrize(
    "target", ["#top", "mailto:a@example.cn", "tel:0477-1234567", "http://[", "javascript:x", ""]
)
def test_where_no_reader_can_go_only_the_words_stay(target: str):
    text = text_of_html(article_html(body(f'<p>见<a href="{target}">附录</a></p>')))
    assert ("见附录" in text, "[1]" in text) == (True, False)


def test_pictures_of_the_text_stay_in_their_place():
    html = article_html(
        body(f'<p>前</p><figure><img src="media:{SHA}"></figure><p>后</p>', pictures=(PICTURE,))
    )
    assert html.index("前") < html.index(f'src="media:{SHA}"') < html.index("后")
    assert Tags(html).of("img")[0]["alt"] == "会场"


def test_pictures_that_the_text_does_not_show_stand_below_it():
    html = article_html(body("<p>正文</p>", pictures=(PICTURE,)))
    assert html.index("正文") < html.index(f'src="media:{SHA}"')
    assert shown_pictures(html, body("", pictures=(PICTURE,))) == (PICTURE,)


@pytest.mark.parametrize(
    "image",
    [
        '<img src="http://127.0.0.1/a.png">',
        '<img src="https://other.example.cn/a.jpg">',
        '<img src="data:image/png;base64,AAAA">',
        f'<img data-src="media:{SHA}">',
        f'<img src="media:{"b" * 64}">',
        '<img src="file:///etc/passwd">',
    ],
)
def test_a_picture_that_is_not_the_items_own_does_not_leave(image: str):
    html = article_html(body(f"<p>一{image}二</p>"))
    assert (Tags(html).of("img"), "一二" in html) == ([], True)


def test_figures_become_sections_and_their_names_lines():
    html = article_html(
        body(f'<figure><img src="media:{SHA}"><figcaption>会场</figcaption></figure>', pictures=(PICTURE,))
    )
    assert (Tags(html).of("figure"), Tags(html).of("figcaption"), "会场</p>" in html) == ([], [], True)


@pytest.mark.parametrize("columns", [1, 4])
def test_a_narrow_table_fills_the_phone(columns: int):
    assert "width:100%" in Tags(article_html(body(table(columns)))).of("table")[0]["style"]


def test_a_table_in_a_cell_counts_and_is_named_for_itself():
    inner = table(2).replace("<table>", "<table><caption>里面的</caption>")
    outer = f"<table><caption>外面的</caption><tbody><tr><td>一</td><td>{inner}</td></tr></tbody></table>"
    html = article_html(body(outer))
    assert [one["style"].partition(";")[0] for one in Tags(html).of("table")] == ["width:100%"] * 2
    assert html.index("外面的") < html.index("<table") < html.index("里面的") < html.rindex("<table")


@pytest.mark.parametrize("columns", [5, 12])
def test_a_wide_table_moves_sideways(columns: int):
    html = article_html(body(f"<p>前</p>{table(columns)}<p>后</p>"))
    frames = [one["style"] for one in Tags(html).of("section") if "overflow-x:auto" in one["style"]]
    assert (len(frames), f"min-width:{columns * 88}px" in html, html.index("后") > html.index("格0")) == (
        1,
        True,
        True,
    )


def test_merged_cells_count_as_columns():
    html = article_html(body('<table><tr><td colspan="6">一</td></tr><tr><td>二</td></tr></table>'))
    assert "min-width:528px" in html


def test_the_name_of_a_table_stands_before_it():
    html = article_html(body(f"{table(2).replace('<tbody>', '<caption>经费表</caption><tbody>')}"))
    assert (Tags(html).of("caption"), html.index("经费表") < html.index("<table")) == ([], True)


def test_a_list_goes_on_counting_where_it_left_off():
    assert Tags(article_html(body('<ol start="4"><li>四</li></ol>'))).of("ol")[0]["start"] == "4"


def test_a_long_text_goes_without_the_styles_of_every_paragraph():
    content = body("<p>全旗各苏木镇</p>" * 550)
    html = article_html(content)
    assert (length_of(html) < CONTENT, "<p>全旗" in html, list(findings_of(content))) == (True, True, [])


def test_a_text_that_is_too_long_all_the_same_is_told():
    findings = list(findings_of(body(f"<p>{'全' * 20_000}</p>")))
    assert [(one.rule, one.blocks) for one in findings] == [("content_too_long", True)]


def test_addresses_of_pictures_count_before_they_are_known():
    many = tuple(replace(PICTURE, sha256=f"{number:064x}") for number in range(95))
    findings = list(findings_of(body("<p>一</p>", pictures=many)))
    assert [one.rule for one in findings] == ["content_too_long"]


def test_a_title_of_32_characters_passes_and_one_of_33_does_not():
    assert list(findings_of(a_content(title="字" * 32))) == []
    assert [one.rule for one in findings_of(a_content(title="字" * 33))] == ["title_too_long"]


def test_a_summary_that_will_be_cut_is_told_and_does_not_block():
    assert [(one.rule, one.blocks) for one in findings_of(a_content(summary="字" * 121))] == [
        ("summary_cut", False)
    ]


def test_a_moving_picture_is_told():
    moving = replace(PICTURE, mime="image/gif")
    assert [one.rule for one in findings_of(body("<p>一</p>", pictures=(moving,)))] == ["moving_picture"]


def test_a_table_that_nobody_can_read_sideways_is_told():
    assert [one.rule for one in findings_of(body(table(9)))] == ["wide_table"]


ALLOWED = {
    "section": {"style"},
    "p": {"style"},
    "br": set(),
    "img": {"src", "alt", "style"},
    "a": {"href", "style"},
    "table": {"style", "border", "cellpadding"},
    "td": {"style", "colspan", "rowspan"},
    "th": {"style", "colspan", "rowspan"},
    "ol": {"start", "style"},
} | {
    tag: {"style"}
    for tag in (
        *("h2", "h3", "h4", "blockquote", "strong", "b", "em", "i", "u", "s", "sub", "sup", "ul", "li", "hr"),
        *("thead", "tbody", "tfoot", "tr"),
    )
}
PIECES = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        [
            *(
                "<p>",
                "</p>",
                "<b>",
                "</b>",
                "<table>",
                "<tr>",
                "<td>",
                "</td>",
                "</table>",
                "<ul><li>",
                "</ul>",
            ),
            *(
                "<script>alert(1)</script>",
                "<img src=x onerror=alert(1)>",
                "<svg onload=alert(1)>",
                "<style>p{}",
            ),
            *(
                '<a href="javascript:alert(1)">',
                '<a href="https://evil.example.cn/x">',
                "</a>",
                "<iframe src=//x>",
            ),
            *(f'<img src="media:{SHA}">', f'<img data-src="media:{SHA}">', "<!--", "-->", "<![CDATA[", "]]>"),
            *(
                '<p style="position:fixed;background:url(x)" class=a id=b>',
                "<form><input>",
                "&lt;script&gt;",
                "\x00",
            ),
            *(
                "<figure>",
                "</figure>",
                "<figcaption>",
                "<caption>",
                "</caption>",
                "<h2>",
                "</h2>",
                "<math><mi>",
            ),
            *(
                '<a href="https://mp.weixin.qq.com/s/x" onclick="x()">',
                '<td colspan="99">',
                "<video src=x>",
                "'\">",
            ),
        ]
    ),
)
TEXTS = st.lists(PIECES, max_size=25).map("".join)


@given(TEXTS)
@example('<table><caption>a<a href="https://x.cn">b</a></caption><tr><td>')
@example(f'<a href="https://x.cn"><img src="media:{SHA}"></a>')
def test_nothing_forbidden_ever_leaves(html: str):
    seen = Tags(article_html(body(html, pictures=(PICTURE,)))).seen
    for tag, attributes in seen:
        assert tag in ALLOWED
        assert set(attributes) <= ALLOWED[tag]
        assert attributes.get("src", "media:").startswith("media:")
        assert attributes.get("href", "https://mp.weixin.qq.com/s").startswith("https://mp.weixin.qq.com/s")
        style = attributes.get("style", "")
        assert not any(
            word in style for word in ("url(", "position", "expression", "!important", "font-family")
        )


@given(TEXTS)
@example("&#1")
def test_the_platform_keeps_everything_that_leaves(html: str):
    content = body(html, pictures=(PICTURE,))
    sent = place_pictures(article_html(content), {SHA: ADDRESS})
    kept = stored(content)
    assert text_of_html(kept) == text_of_html(sent)
    for tag in ("img", "table", "tr", "td", "th", "a", "li"):
        assert len(Tags(kept).of(tag)) == len(Tags(sent).of(tag))


@given(TEXTS)
def test_the_same_content_gives_the_same_article(html: str):
    assert article_html(body(html)) == article_html(body(html))
