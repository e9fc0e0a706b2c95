import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import lxml.html
import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.item import Attachment, Content, Disclosure, Neighbour, Picture, Related, Site, Twin
from channels.website.marks import read_marks
from channels.website.pages import ListPage, Pages
from tests.channels.memory_shelf import NEWS, POLICIES, a_content, a_site

PAGES = Pages(a_site())
PICTURE = Picture("ab" * 32, "image/jpeg", 1234, 800, 600, "草原")
FORM = Attachment("cd" * 32, "申请表 <1>.pdf", "application/pdf", 230_000)


def page_of(**changes: object) -> lxml.html.HtmlElement:
    return lxml.html.document_fromstring(PAGES.article(a_content(**changes)))


def metas(page: lxml.html.HtmlElement) -> dict[str, str]:
    return {m.get("name") or m.get("property") or "charset": m.get("content", "") for m in page.iter("meta")}


def facts(page: lxml.html.HtmlElement) -> dict[str, str]:
    return {
        dt.text_content(): dt.getnext().text_content() for dt in page.xpath("//section[@class='facts']//dt")
    }


def a_list(*contents: Content, **changes: object) -> ListPage:
    page = ListPage("column/zwdt", "政务动态", "column/zwdt/index.html", contents, None, None, None)
    return replace(page, **changes)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SiteName", "鄂托克旗人民政府"),
        ("SiteDomain", "www.eq.gov.cn"),
        ("SiteIDCode", "1506240001"),
        ("ColumnName", "政务动态"),
        ("ColumnDescription", "旗里的新消息"),
        ("ColumnKeywords", "政务动态"),
        ("ColumnType", "概况信息"),
        ("ArticleTitle", "全旗全域旅游工作推进会召开(i1)"),
        ("PubDate", "2026-03-02 09:00"),
        ("ContentSource", "鄂托克旗人民政府办公室"),
        ("Keywords", "全域旅游,会议"),
        ("Description", "会议对今年的旅游旺季作了安排。"),
        ("Url", "http://127.0.0.1:8080/a/i1.html"),
        ("tongfa-mark", "http://127.0.0.1:8080/a/i1.html"),
        ("og:title", "全旗全域旅游工作推进会召开(i1)"),
        ("og:type", "article"),
    ],
)
def test_the_page_carries_the_tag(name, value):
    assert metas(page_of())[name] == value


def test_a_reprint_names_its_source():
    page = page_of(source="新华社")
    assert metas(page)["ContentSource"] == "新华社"
    assert "来源：新华社" in page.text_content()


def test_the_time_is_shown_in_beijing():
    page = page_of(published_at=datetime(2025, 12, 31, 16, 5, tzinfo=UTC))
    assert page.xpath("string(//article//time)") == "2026-01-01 00:05"


def test_the_page_can_be_found_by_its_marks():
    content = a_content()
    marks = read_marks(PAGES.article(content).encode())
    assert marks.is_of(content.url, content)
    assert marks.lists == ("site", "column/zwdt", "org/01163627X")


def test_a_mark_with_signs_of_html_is_read_back_as_it_was():
    content = a_content(url='http://127.0.0.1:8080/a/i1.html?x="1"&y=<2>')
    assert read_marks(PAGES.article(content).encode()).mark == content.url


def test_every_catalogue_element_stands_in_the_table():
    sheet = Disclosure(
        "01163627X/2026-00012", "鄂旗政发〔2026〕12号", date(2026, 3, 1), "卫生、体育", "通知",
        ("医疗", "救助"), "open", "repealed", "明确救助对象。",
    )  # fmt: skip
    shown = facts(page_of(kind="policy", column=POLICIES, title="关于医疗救助的通知", disclosure=sheet))
    assert shown == {
        "索引号": "01163627X/2026-00012",
        "文号": "鄂旗政发〔2026〕12号",
        "名称": "关于医疗救助的通知",
        "发布机构": "鄂托克旗人民政府办公室",
        "成文日期": "2026-03-01",
        "发布日期": "2026-03-02",
        "主题分类": "卫生、体育",
        "体裁": "通知",
        "公开属性": "主动公开",
        "有效性": "已废止",
        "主题词": "医疗 救助",
        "内容概述": "明确救助对象。",
    }


def test_who_issued_a_document_together_with_its_organ_stands_in_the_table():
    sheet = replace(a_content().disclosure, joint_orgs=("鄂托克旗财政局", "鄂托克旗审计局"))
    shown = facts(page_of(kind="policy", disclosure=sheet))
    assert shown["联合发文机关"] == "鄂托克旗财政局、鄂托克旗审计局"


def test_a_document_that_is_no_longer_in_force_says_so():
    sheet = replace(a_content().disclosure, validity="repealed")
    assert "本文件已废止" in page_of(disclosure=sheet).text_content()


def test_a_document_without_a_number_shows_that_it_has_none():
    assert facts(page_of(kind="policy"))["文号"] == "无"


def test_news_show_no_element_that_they_do_not_have():
    sheet = Disclosure("01163627X/2026-00012", None, None, None, None, (), "open", "valid", "")
    assert facts(page_of(kind="news", disclosure=sheet)).keys() == {
        "索引号", "名称", "发布机构", "发布日期", "公开属性", "有效性",
    }  # fmt: skip


MONGOL = "ᠨᠠᠭᠠᠳᠤᠮ"


def test_a_title_in_mongolian_says_so_wherever_a_page_names_it():
    page = page_of(
        title=MONGOL,
        language="mn-Mong",
        related=tuple(
            Related(role, MONGOL, "http://127.0.0.1:8080/a/i2.html") for role in ("replaced_by", "source")
        ),
        neighbours=(Neighbour("older", MONGOL, "http://127.0.0.1:8080/a/i3.html"),),
    )
    named = [one for one in page.xpath("//main//*") if one.text and MONGOL in one.text]
    assert len(named) == 5  # heading, notice, table, related, neighbour
    assert {one.xpath("string(ancestor-or-self::*[@lang][1]/@lang)") for one in named} == {"mn-Mong"}


@pytest.mark.parametrize(
    ("key", "shown", "named"),
    [
        ("column/zwdt", True, ["column/zwdt", "site"]), ("column/zwdt", False, ["site"]),
        ("site", True, ["site"]), ("site", False, []),
    ],
)  # fmt: skip
def test_a_list_names_its_feed_once_there_is_one(key: str, shown: bool, named: list[str]):
    page = ListPage(key, "名称", "x/index.html", (a_content(),) if shown else (), None, None, None)
    links = lxml.html.document_fromstring(PAGES.listing(page)).xpath(
        "//link[@rel='alternate'][@type='application/rss+xml']/@href"
    )
    assert [link.partition("/feed/")[2].removesuffix(".rss") for link in links] == named


def test_in_a_list_a_link_is_called_what_its_title_says_and_nothing_more():
    shown = (a_content(title="某事", summary="摘要"),)
    page = ListPage("site", "本站", "index.html", shown, None, None, None)
    links = lxml.html.document_fromstring(PAGES.listing(page)).xpath("//li[starts-with(@class, 'card')]//a")
    assert [(link.getparent().tag, link.text_content()) for link in links] == [("h2", "某事")]


def test_a_document_links_to_its_interpretation():
    link = Related("interpretation", "一图读懂", "http://127.0.0.1:8080/a/i2.html")
    anchor = page_of(related=(link,)).xpath("//section[@class='related']//a")[0]
    assert anchor.get("href") == link.url
    assert "政策解读" in anchor.text_content()


def test_an_item_that_was_replaced_says_so_and_leads_to_its_successor():
    link = Related("replaced_by", "新的<办法>", "http://127.0.0.1:8080/a/i2.html")
    page = page_of(related=(link,))
    (notice,) = page.find_class("notice")
    assert notice.text_content() == "已被取代 本稿件已由新的<办法>取代，请以新的稿件为准。"
    assert page.xpath("//main//a[@href=$url]", url=link.url) == notice.xpath(".//a")  # there alone


def test_a_successor_says_whose_place_it_took():
    link = Related("replaces", "旧的办法", "http://127.0.0.1:8080/a/i2.html")
    anchor = page_of(related=(link,)).xpath("//section[@class='related']//a")[0]
    assert anchor.text_content() == "被本稿取代的稿件旧的办法"


def test_a_notice_of_withdrawal_leads_to_what_took_the_place():
    link = Related("replaced_by", "新的办法", "http://127.0.0.1:8080/a/i2.html")
    content = a_content(related=(link,))
    page = lxml.html.document_fromstring(PAGES.gone(content, "内容有误", content.published_at))
    assert link.url in page.xpath("//a/@href")


def test_a_correction_says_what_was_corrected():
    content = a_content()
    later = content.published_at + timedelta(days=1)
    (notice,) = page_of(release=2, updated_at=later, correction="补充<第三条>").find_class("notice")
    assert "更正：补充<第三条>。请以现在的内容为准。" in notice.text_content()


def test_an_attachment_is_named_with_its_kind_and_size():
    anchor = page_of(attachments=(FORM,)).xpath("//section[@class='attached']//a")[0]
    assert anchor.get("href") == f"/m/{'cd' * 16}.pdf"
    assert anchor.get("download") == "申请表 <1>.pdf"
    assert anchor.text_content().split() == ["PDF", "申请表", "<1>.pdf", "225", "KB"]


def test_an_attachment_that_a_browser_would_run_gets_a_harmless_ending():
    page = page_of(attachments=(replace(FORM, name="表.html", mime="text/html"),))
    assert page.xpath("//section[@class='attached']//a/@href") == [f"/m/{'cd' * 16}.bin"]


def test_a_picture_stands_in_its_place_with_its_size():
    body = f'<p><img src="media:{PICTURE.sha256}"></p>'
    image = page_of(body_html=body, pictures=(PICTURE,)).xpath("//div[@class='body']//img")[0]
    wanted = {"src": f"/m/{'ab' * 16}.jpg", "width": "800", "height": "600", "alt": "草原", "loading": "lazy"}
    assert dict(image.attrib) == wanted


def test_a_picture_that_the_body_does_not_show_comes_after_it():
    assert page_of(pictures=(PICTURE,)).xpath("//div[@class='body']/figure//img/@src") == [
        f"/m/{'ab' * 16}.jpg"
    ]


def test_a_wide_table_scrolls_in_a_box_of_its_own():
    page = page_of(body_html="<table><tr><td>1</td></tr></table>")
    assert page.xpath("//div[@class='wide'][@tabindex='0']/table")


@pytest.mark.parametrize(
    "body",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        '<a href="javascript:alert(1)">x</a>',
        '<iframe src="https://example.com"></iframe>',
        '<p style="position:fixed">x</p>',
        '<img src="https://example.com/track.gif">',
        "<svg><script>alert(1)</script></svg>",
        '<math><mtext><table><mglyph><style><img src=x onerror="alert(1)">',
    ],
)
def test_nothing_in_the_body_runs_or_asks_another_host(body):
    article = page_of(body_html=body).xpath("//div[@class='body']")[0]
    html = lxml.html.tostring(article, encoding="unicode")
    assert not any(
        word in html for word in ("<script", "onerror", "javascript:", "<iframe", "style=", "<img")
    )


@given(st.text(max_size=60))
def test_no_title_breaks_out_of_the_page(title):
    html = PAGES.article(a_content(title=title, source=title, summary=title))
    html.encode()
    page = lxml.html.document_fromstring(html)
    assert len(page.xpath("//h1")) == 1
    assert len(page.xpath("//script[not(@src) and not(@type='application/ld+json')] | //iframe")) == 0


def test_the_page_needs_nothing_from_elsewhere():
    page = page_of(pictures=(PICTURE,), attachments=(FORM,))
    wanted = page.xpath("//img/@src | //link[@rel='stylesheet' or @rel='icon']/@href | //script/@src")
    assert all(address.startswith(("/m/", "/static/")) for address in wanted)


def test_the_page_says_its_language_and_lets_the_keyboard_skip_to_the_words():
    page = page_of()
    assert page.get("lang") == "zh-CN"
    assert page.xpath("//body/a[1]/@href") == ["#main"]
    assert page.xpath("//main/@id") == ["main"]


def test_readers_are_told_of_the_columns_feeds_before_the_sites():
    page = page_of()
    links = page.xpath("//link[@rel='alternate']/@href")
    front = a_site().url
    assert links[0] == f"{front}/feed/column/zwdt.rss"
    assert links[3:] == [f"{front}/feed/site.{form}" for form in ("rss", "atom", "json")]


def test_a_line_of_a_list_shows_title_organ_kind_and_time():
    page = lxml.html.document_fromstring(PAGES.listing(a_list(a_content())))
    words = page.xpath("//li[contains(@class,'card')]")[0].text_content()
    for wanted in ("推进会召开(i1)", "鄂托克旗人民政府办公室", "新闻", "2026-03-02 09:00"):
        assert wanted in words


def test_a_list_page_carries_the_columns_tags():
    found = metas(lxml.html.document_fromstring(PAGES.listing(a_list())))
    assert [found[f"Column{name}"] for name in ("Name", "Description", "Type")] == [
        NEWS.name, NEWS.description, NEWS.type,
    ]  # fmt: skip


def test_an_empty_column_says_so():
    assert "本栏目暂无内容" in PAGES.listing(a_list())


def test_the_tab_of_the_column_is_marked():
    page = lxml.html.document_fromstring(PAGES.listing(a_list()))
    assert page.xpath("//nav//a[@aria-current]/text()") == ["政务动态"]


def test_a_notice_of_withdrawal_repeats_nothing_of_the_article():
    content = a_content(title="困难群众名单", summary="张三", body_html="<p>张三</p>")
    page = PAGES.gone(content, "有个人信息", content.published_at + timedelta(days=1))
    assert "有个人信息" in page
    assert "2026-03-03 09:00" in page
    assert content.disclosure.index_number in page
    assert "张三" not in page
    assert "名单" not in page
    assert '<meta name="robots" content="noindex">' in page


def test_a_site_in_a_folder_of_its_host_links_below_that_folder():
    site = a_site("https://www.example.gov.cn/etk")
    content = a_content(url=f"{site.url}/a/i1.html", attachments=(FORM,))
    page = lxml.html.document_fromstring(Pages(site).article(content))
    assert page.xpath("//section[@class='attached']//a/@href") == [f"/etk/m/{'cd' * 16}.pdf"]
    assert page.xpath("//link[@rel='canonical']/@href") == [content.url]


def test_the_same_content_gives_the_same_page():
    content = a_content(pictures=(PICTURE,), attachments=(FORM,))
    assert PAGES.article(content) == Pages(a_site()).article(content)


def test_an_article_points_at_the_one_before_and_the_one_after():
    beside = (
        Neighbour("newer", "后来的", "http://127.0.0.1:8080/a/i3.html"),
        Neighbour("older", "先前的", "http://127.0.0.1:8080/a/i2.html"),
    )
    links = page_of(neighbours=beside).xpath("//nav[@class='beside']//a")
    assert [(a.get("rel"), a.text) for a in links] == [("prev", "先前的"), ("next", "后来的")]


def test_a_corrected_article_says_when():
    page = page_of(release=2, updated_at=datetime(2026, 3, 5, 2, 0, tzinfo=UTC))
    assert "2026-03-05 10:00 更正" in page.text_content()


def test_a_photograph_is_offered_in_other_widths():
    body = f'<p>前<img src="media:{PICTURE.sha256}">后</p>'
    page = page_of(body_html=body, pictures=(PICTURE,))
    assert page.xpath("//div[@class='body']//picture/source/@type") == ["image/webp", "image/jpeg"]
    front = f"/m/{'ab' * 16}"
    widths = [f"{front}-160.webp 160w", f"{front}-320.webp 320w", f"{front}-640.webp 640w"]
    assert page.xpath("//picture/source[1]/@srcset") == [", ".join(widths)]
    assert page.xpath("string(//div[@class='body']/p)") == "前后"


def test_the_code_for_the_camera_is_drawn_in_the_page():
    assert page_of().xpath("//*[local-name()='svg'][@class='qr']/*[local-name()='path']")


def test_a_search_engine_reads_title_and_time_as_data():
    data = json.loads(page_of(title="通知</script>").xpath("string(//script[@type='application/ld+json'])"))
    assert (data["headline"], data["datePublished"]) == ("通知</script>", "2026-03-02T09:00:00+08:00")


def test_a_page_in_mongolian_says_so_and_leads_to_the_chinese_one():
    twin = Twin("zh-CN", "医疗救助办法", "http://127.0.0.1:8080/a/zh.html")
    page = page_of(language="mn-Mong", twin=twin)
    assert page.xpath("//div[@data-read]/@lang") == ["mn-Mong"]
    alternates = {link.get("hreflang"): link.get("href") for link in page.xpath("//head/link[@hreflang]")}
    assert alternates == {"mn-Mong": "http://127.0.0.1:8080/a/i1.html", "zh-CN": twin.url}
    assert page.xpath("//p[@class='twin']/a/text()") == ["汉文版"]


def test_a_page_without_a_twin_names_no_other_language():
    page = page_of()
    assert page.xpath("//link[@hreflang] | //p[@class='twin'] | //div[@data-read][@lang]") == []


def _nested() -> Site:
    """Give the site with policies below the news."""
    columns = tuple(replace(c, parent=NEWS.slug) if c.slug == POLICIES.slug else c for c in a_site().columns)
    return replace(a_site(), columns=columns)


def test_a_column_below_another_is_found_through_it_and_not_in_the_navigation():
    site = _nested()
    pages, below = Pages(site), site.column(POLICIES.slug)
    assert below is not None
    article = lxml.html.document_fromstring(pages.article(a_content(column=below)))
    assert article.xpath("//nav[@class='crumbs']/a/text()") == ["首页", NEWS.name, below.name]
    assert below.name not in article.xpath("//nav[@class='tabs']//a/text()")
    assert article.xpath("//nav[@class='tabs']//a[@aria-current]/text()") == [NEWS.name]
    assert f"column/{NEWS.slug}" in metas(article)["tongfa-lists"].split()
    above = lxml.html.document_fromstring(pages.listing(a_list()))
    assert above.xpath("//nav[@class='below']//a/text()") == [below.name]
    key = f"column/{below.slug}"
    own = lxml.html.document_fromstring(
        pages.listing(a_list(key=key, name=below.name, path=f"{key}/index.html"))
    )
    assert own.xpath("//nav[@class='crumbs']/a/text()") == ["首页", NEWS.name]
