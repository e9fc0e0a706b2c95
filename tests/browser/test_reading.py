"""What a reader does on the public site, on a phone and at a desk."""

import asyncio
import io
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio
from PIL import Image
from playwright.async_api import Browser, Page, expect

from tests.browser.office import Office, an_item
from tests.browser.window import BROWSER, PHONE, Window, open_window

pytestmark = BROWSER

TABLE = (
    "<table><thead><tr><th>对象</th><th>比例</th><th>年度限额</th><th>办理地点</th></tr></thead>"
    "<tbody><tr><td>特困人员</td><td>100%</td><td>50000元</td><td>各苏木镇便民服务中心</td></tr></tbody></table>"
)
BODY = (
    "<h2>一、总则</h2><p>为了保障困难群众的基本医疗，根据上级规定制定本办法。</p>"
    f"<h2>二、救助标准</h2><p>低保对象按下表救助。</p>{TABLE}<ol><li>申请</li><li>审核</li></ol>"
)


@dataclass(frozen=True)
class Shelf:
    """What the office has published for these tests."""

    policy: dict[str, Any]
    reading: dict[str, Any]
    news: dict[str, Any]
    notice: dict[str, Any]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def shelf(office: Office) -> Shelf:
    drawn = io.BytesIO()
    Image.new("RGB", (1200, 800), "#7a9a52").save(drawn, "JPEG")
    picture = await office.picture("hill.jpg", drawn.getvalue())
    form = await office.author.upload("/api/v1/media", "表.txt", "text/plain", "姓名：".encode())
    policy, news, notice = await asyncio.gather(
        office.publish(
            kind="policy", title="困难群众医疗救助实施办法", body=BODY, column="zcwj", topic="社会保障",
            document_number="某政发〔2026〕12号", keywords=["医保"], genre="办法",
            attachments=[{"sha256": form["sha256"], "name": "申请表.txt"}],
        ),
        office.publish(
            kind="news", title="秋色入镜来", column="ywdt", source="某旗融媒体中心",
            body=f'<p>草原金黄。</p><p><img src="{picture}" alt="山坡上的草场"></p>',
        ),
        office.publish(title="关于停水的公告", body="<p>明天停水检修，请提前储水。</p>"),
    )  # fmt: skip
    interpretation = await _interpret(office, policy["id"])
    await office.until_found("低保", 2)
    await office.until_shown(path_of(policy), path_of(interpretation))
    return Shelf(policy, interpretation, news, notice)


async def _interpret(office: Office, policy_id: str) -> dict[str, Any]:
    written = await office.author.post(
        "/api/v1/items",
        an_item(
            kind="interpretation", title="医疗救助办法解读", column="zcjd", body="<p>低保对象怎么办理？</p>"
        ),
    )
    path = f"/api/v1/items/{written['id']}"
    await office.author.post(f"{path}/follow", {"source_id": policy_id, "rule": "same_moment"})
    await office.author.post(f"{path}/submit")
    await office.chief.post(f"{path}/approve")
    await office.chief.post(f"{path}/release", {"accounts": ["site", "feed"]})
    await office.until(written["id"], "live", ("site", "feed"))
    return dict(await office.author.get(path))


def path_of(item: dict[str, Any]) -> str:
    return f"/a/{item['id']}.html"


PAGES = {
    "home": "/",
    "column": "/column/zcwj/",
    "numbered page": "/p1.html",
    "columns": "/column/",
    "organs": "/org/",
    "section": "/gk/",
    "fifteen kinds": "/gk/content.html",
    "catalogue": "/catalogue?statutory=1",
    "empty catalogue": "/catalogue?year=1999",
    "search": "/search?q=医保",
    "search without a result": "/search?q=没有这个词",
    "subscribe": "/subscribe.html",
    "accessibility": "/accessibility.html",
    "offline": "/offline.html",
    "document": "policy",
    "interpretation": "reading",
    "news": "news",
}


def _address(shelf: Shelf, name: str) -> str:
    return PAGES[name] if PAGES[name].startswith("/") else path_of(getattr(shelf, PAGES[name]))


async def test_from_home_to_a_column_to_an_article_and_back(window: Window, shelf: Shelf):
    page = await window.go("/")
    await page.get_by_role("navigation", name="栏目").get_by_role("link", name="政策文件").click()
    await page.get_by_role("link", name="困难群众医疗救助实施办法").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text(shelf.policy["title"])
    await page.go_back()
    await page.go_back()
    await expect(page).to_have_url(f"{window.office.base_url}/")


async def test_document_and_interpretation_lead_to_each_other(window: Window, shelf: Shelf):
    page = await window.go(path_of(shelf.policy))
    await page.get_by_role("link", name="政策解读 医疗救助办法解读").click()
    await expect(page).to_have_url(f"{window.office.base_url}{path_of(shelf.reading)}")
    await page.get_by_role("link", name="解读的文件 困难群众医疗救助实施办法").click()
    await expect(page).to_have_url(f"{window.office.base_url}{path_of(shelf.policy)}")


async def test_a_word_of_two_characters_is_found_and_marked(window: Window, shelf: Shelf):
    page = await window.go("/")
    await page.get_by_role("banner").get_by_role("searchbox").fill("低保")
    await page.get_by_role("banner").get_by_role("button", name="搜索").click()
    hits = page.locator("ul.hits > li")
    await expect(hits).to_have_count(2)
    await expect(page.get_by_role("contentinfo")).to_be_attached()  # the whole page has come
    assert sorted(await hits.locator("h2").all_inner_texts()) == [
        "医疗救助办法解读",
        "困难群众医疗救助实施办法",
    ]
    assert set(await hits.locator("mark").all_inner_texts()) == {"低保"}


async def test_large_print_grows_every_page_from_then_on_and_nothing_is_cut_off(window: Window, shelf: Shelf):
    page = await window.go("/")
    usual = await _letter(page)
    await page.get_by_text("大字", exact=True).click()
    await window.go(path_of(shelf.policy))
    assert await _letter(page) >= 1.3 * usual
    assert await window.overflow() == 0


async def test_large_print_needs_no_script(browser: Browser, office: Office, axe: str):
    async with open_window(browser, office, axe, **PHONE, java_script_enabled=False) as window:
        page = await window.go("/")
        await page.get_by_text("大字", exact=True).click()
        large = await page.locator(".card time").first.bounding_box()
        await page.get_by_text("大字", exact=True).click()
        usual = await page.locator(".card time").first.bounding_box()
        assert large is not None
        assert usual is not None
        assert large["height"] > 1.3 * usual["height"]


async def test_every_kind_of_page_keeps_the_rules_of_accessibility_and_fits_a_phone(
    small: Window, shelf: Shelf
):
    broken = []
    for name in PAGES:
        await small.go(_address(shelf, name))
        broken += [f"{name}: {one}" for one in await small.violations()]
        broken += [f"{name} is too wide by {by}" for by in (await small.overflow(),) if by > 0]
    assert broken == []


@pytest.mark.slow
async def test_so_do_the_pages_at_a_desk(desk: Window, shelf: Shelf):
    broken = []
    for name in ("home", "document", "catalogue"):
        await desk.go(_address(shelf, name))
        broken += [f"{name}: {one}" for one in await desk.violations()]
    assert broken == []


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["dark", "contrast"])
async def test_so_do_the_other_colours(small: Window, shelf: Shelf, mode: str):
    if mode == "dark":
        await small.page.emulate_media(color_scheme="dark")
    else:
        await small.go("/accessibility.html")
        await small.page.get_by_text("高对比度", exact=True).click()
    broken = []
    for name in ("home", "document", "search"):
        await small.go(_address(shelf, name))
        broken += [f"{name}: {one}" for one in await small.violations()]
    assert broken == []


@pytest.mark.slow
async def test_whoever_reads_in_contrast_prints_black_on_white(small: Window, shelf: Shelf):
    await small.go("/accessibility.html")
    await small.page.get_by_text("高对比度", exact=True).click()
    await small.go(path_of(shelf.policy))
    await small.page.emulate_media(media="print")
    assert await small.violations() == []
    await expect(small.page.locator("body")).to_have_css("background-color", "rgb(255, 255, 255)")
    await expect(small.page.locator("h1")).to_have_css("color", "rgb(0, 0, 0)")


@pytest.mark.slow
async def test_the_widest_table_of_the_form_loses_no_column_on_paper(small: Window, shelf: Shelf):
    heads = "".join(
        f"<th>{head}</th>" for head in ("结果维持", "结果纠正", "其他结果", "尚未审结", "总计") * 3
    )
    rows = f"<table><tr>{heads}</tr><tr>{'<td>10</td>' * 15}</tr></table>"
    await small.go(path_of(shelf.policy))
    page = small.page
    await page.set_viewport_size({"width": 650, "height": 900})  # an A4 page between its margins
    await page.emulate_media(media="print")
    wide = await page.locator(".body").evaluate_handle(
        "(body, rows) => { body.innerHTML = `<div class=wide>${rows}</div>`; return body.firstChild; }", rows
    )
    assert await wide.evaluate("one => one.scrollWidth - one.clientWidth") <= 0


@pytest.mark.slow
async def test_only_the_open_tab_is_underlined_in_the_colours_of_the_system(small: Window, shelf: Shelf):
    await small.page.emulate_media(forced_colors="active")
    await small.go(path_of(shelf.policy))
    lines = "all => all.map(one => getComputedStyle(one).borderBottomColor)"
    here = await small.page.locator(".tabs [aria-current]").evaluate_all(lines)
    others = await small.page.locator(".tabs a:not([aria-current])").evaluate_all(lines)
    assert len(here) == 1
    assert here[0] not in others


async def test_the_keyboard_reaches_everything_in_the_order_of_the_page(desk: Window, shelf: Shelf):
    page = await desk.go(path_of(shelf.policy))
    wanted = await page.evaluate(_STOPS)
    reached = []
    for _stop in range(len(wanted)):
        await page.keyboard.press("Tab")
        reached.append(await page.evaluate(f"{_NAME}(document.activeElement)"))
    assert reached == wanted


async def test_the_first_stop_of_the_keyboard_leads_to_the_text(desk: Window, shelf: Shelf):
    page = await desk.go(path_of(shelf.policy))
    await page.keyboard.press("Tab")
    assert await page.evaluate("document.activeElement.textContent") == "跳到正文"
    await page.keyboard.press("Enter")
    await expect(page.locator("#main")).to_be_focused()


async def test_the_stop_of_the_keyboard_is_seen(desk: Window, shelf: Shelf):
    page = await desk.go("/")
    unseen = []
    for _stop in range(12):
        await page.keyboard.press("Tab")
        if not await page.evaluate(_IS_OUTLINED):
            unseen.append(await page.evaluate("document.activeElement.outerHTML"))
    assert unseen == []


async def _letter(page: Page) -> float:
    size = await page.evaluate("getComputedStyle(document.querySelector('main')).fontSize")
    return float(size.removesuffix("px"))


_NAME = "(e => `${e.tagName} ${e.id} ${(e.getAttribute('aria-label') || e.textContent).trim()}`)"
_STOPS = f"""() => [...document.querySelectorAll(
    "a[href], button, input, select, summary, [tabindex='0']"
)].filter(e => e.getClientRects().length && e.checkVisibility({{visibilityProperty: true}})).map({_NAME})"""
_IS_OUTLINED = """() => {
    const here = document.activeElement, style = e => getComputedStyle(e);
    const shown = here.classList.contains("unseen") ? document.querySelector(`label[for=${here.id}]`) : here;
    // Of a card the whole is outlined, by what its link spreads over it.
    return [style(shown), getComputedStyle(shown, "::after")].some(
        one => one.content !== "none" && one.outlineStyle !== "none" && parseFloat(one.outlineWidth) >= 2);
}"""
