import json
from dataclasses import replace

import lxml.html
import pytest

from channels.item import Column, Theme
from channels.website.assets import assets_of, manifest, worker
from channels.website.frame import FRAME, frame_files
from tests.channels.memory_shelf import a_site

SITE = a_site("https://www.example.gov.cn")
REPORTS = Column("nb", "年报", "信息公开年报", "")


def page(path: str, site: object = SITE) -> lxml.html.HtmlElement:
    return lxml.html.document_fromstring(frame_files(site)[path].decode())


def test_equal_sites_give_equal_frames():
    assert frame_files(SITE) == frame_files(replace(SITE, name=SITE.name))


def test_the_last_file_is_another_one_when_anything_changes():
    changed = replace(SITE, theme=Theme(contact="电话 0477-6210000"))
    assert frame_files(SITE)[FRAME] != frame_files(changed)[FRAME]
    assert list(frame_files(SITE))[-1] == FRAME


def test_the_section_has_its_four_parts():
    words = page("gk/index.html").text_content()
    for part in ("政府信息公开指南", "政府信息公开制度", "法定主动公开内容", "政府信息公开年报"):
        assert part in words


def test_a_part_leads_to_the_column_of_its_type():
    site = replace(SITE, columns=(*SITE.columns, REPORTS))
    assert "/column/nb/index.html".removesuffix("index.html") in page("gk/index.html", site).xpath(
        "//ul[@class='parts']//a/@href"
    )


def test_the_section_sends_nobody_to_a_guide_that_the_office_has_not_set():
    told = page("gk/index.html").xpath("//p[@class='about']")[0]
    assert "公开指南" not in told.text_content()
    site = replace(SITE, columns=(*SITE.columns, Column("zn", "公开指南", "政府信息公开指南", "")))
    assert "/column/zn/" in page("gk/index.html", site).xpath("//p[@class='about']//a/@href")


def test_a_column_of_the_section_is_no_tab_of_its_own():
    site = replace(SITE, columns=(*SITE.columns, REPORTS))
    assert page("404.html", site).xpath("//nav[@class='tabs']//a/text()")[-2:] == ["政务动态", "政府信息公开"]


def test_the_content_to_be_published_by_law_has_fifteen_kinds():
    links = page("gk/content.html").xpath("//ol//a/@href")
    assert links == [f"/catalogue?statutory={number}" for number in range(1, 16)]


def test_robots_are_told_of_the_sitemap():
    assert b"Sitemap: https://www.example.gov.cn/sitemap.xml" in frame_files(SITE)["robots.txt"]


def test_the_manifest_names_icons_that_are_there():
    told = json.loads(manifest(SITE))
    assert {icon["src"].removeprefix("/") for icon in told["icons"]} <= set(frame_files(SITE))
    assert {icon["sizes"] for icon in told["icons"]} == {"192x192", "512x512"}
    assert {icon["purpose"] for icon in told["icons"]} == {"any", "maskable"}


def test_the_worker_is_another_one_when_the_style_is():
    assert worker(SITE) != worker(replace(SITE, theme=Theme(main="#00508c")))


def test_the_worker_keeps_what_an_offline_page_needs():
    text = worker(SITE).decode()
    for path in ("offline.html", assets_of(SITE).style, assets_of(SITE).script):
        assert f'"/{path}"' in text


@pytest.mark.parametrize(
    ("theme", "wanted"),
    [
        (Theme(contact="地址：乌兰镇"), "地址：乌兰镇"),
        (Theme(police_record="蒙公网安备1号"), "蒙公网安备1号"),
        (Theme(foot=("政务服务热线 12345",)), "政务服务热线 12345"),
    ],
)
def test_the_foot_carries_what_the_theme_says(theme, wanted):
    assert wanted in page("404.html", replace(SITE, theme=theme)).xpath("string(//footer)")


def test_the_theme_colours_the_style():
    files = assets_of(replace(SITE, theme=Theme(main="#00508c")))
    assert b"--theme:#00508c" in files.files[files.style]


def test_a_seal_takes_the_place_of_our_mark():
    files = assets_of(replace(SITE, theme=Theme(seal="<svg xmlns='http://www.w3.org/2000/svg'/>")))
    assert files.files[files.mark].startswith(b"<svg xmlns='")


@pytest.mark.parametrize("path", ["404.html", "offline.html", "accessibility.html", "gk/index.html"])
def test_no_page_has_anything_inline_that_runs_or_paints(path):
    found = page(path)
    assert found.xpath("//script[not(@src)] | //style | //@style | //@onclick | //@onload") == []
