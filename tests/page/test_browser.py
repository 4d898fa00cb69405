"""The live page in a real Chromium: it can be read, filtered and used by keyboard, and no article can harm it."""

from __future__ import annotations

import asyncio
import os
import shutil
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web
from playwright.async_api import async_playwright, expect

from service.page.figures import Figures
from service.page.publications import Deletion
from service.page.recent_records import RecentRecords
from service.page.server import mount
from service.settings import Settings
from service.views import html
from tests.page.publishing import published

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from playwright.async_api import Browser, Page

    from service.contract.enriched_article import EnrichedArticle

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
expect.set_options(timeout=30_000)  # milliseconds; a loaded machine is slow
pytestmark = pytest.mark.skipif(not CHROMIUM, reason="needs a Chromium (Debian: chromium)")


class Live:
    """The live page, served and opened."""

    def __init__(self, page: Page, recent: RecentRecords) -> None:
        self.page = page
        self.recent = recent
        self.complaints: list[str] = []
        page.on("console", lambda message: self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def publish(self, record: EnrichedArticle, **changes: Any) -> None:
        """Publish *record* with *changes*."""
        self.recent.add(published(record, **changes))

    async def shown(self) -> list[str]:
        """Return the headlines that are shown, in order."""
        return await self.page.locator(".record:not([hidden]) .headline").all_inner_texts()


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """Start the machine's Chromium."""
    async with async_playwright() as playwright:
        arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
        started = await playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield started
        await started.close()


@pytest.fixture
async def live(browser: Browser) -> AsyncIterator[Live]:
    """Serve the page and open it; at the end, check that the browser reported no problem."""
    recent = RecentRecords()
    app = web.Application()
    mount(app, Settings(), recent, Figures(reading=True))
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    opened = Live(await browser.new_page(), recent)
    await opened.page.goto(f"http://127.0.0.1:{runner.addresses[0][1]}/")
    await expect(opened.page.locator("#state")).to_have_text("live")
    yield opened
    assert opened.complaints == []
    await opened.page.close()
    await runner.cleanup()


async def test_a_record_appears(live: Live, record: EnrichedArticle) -> None:
    """A published record appears within seconds; when opened, it shows its marked text and its places on the map."""
    live.publish(record)
    await live.page.locator(".record summary").click()

    await expect(live.page.locator(".record .text mark.trigger")).to_have_text("marched")
    await expect(live.page.locator("#dots circle")).to_have_count(2)
    west, north, width, height = map(float, (await live.page.get_attribute("#map", "viewBox") or "").split())
    assert west < 23.6 < west + width
    assert north < -46.77 < north + height
    assert width < 60


async def test_a_later_version_takes_its_place(live: Live, record: EnrichedArticle) -> None:
    """A correction replaces the record that it corrects, and stays open if that was open."""
    live.publish(record)
    await live.page.locator(".record summary").click()
    live.publish(record, headline="Teachers march in Cluj, corrected")

    await expect(live.page.locator(".record")).to_have_count(1)
    await expect(live.page.locator(".record[open] .headline")).to_have_text("Teachers march in Cluj, corrected")


async def test_a_deleted_article_disappears(live: Live, record: EnrichedArticle) -> None:
    """A tombstone removes the article from the page, even while it is paused."""
    live.publish(record)
    live.publish(record, id="b")
    await expect(live.page.locator(".record")).to_have_count(2)
    await live.page.keyboard.press("p")
    live.recent.add(Deletion("cluj-1", timestamp=0))

    await expect(live.page.locator(".record")).to_have_count(1)


async def test_after_an_outage_only_what_is_left_is_shown(live: Live, record: EnrichedArticle) -> None:
    """When the records were read again, the page drops those that are gone and keeps open what was open."""
    live.publish(record)
    live.publish(record, id="b")
    await expect(live.page.locator(".record")).to_have_count(2)
    await live.page.locator(".record summary").first.click()
    live.recent.reset([published(record, id="b", headline="Read again")])

    await expect(live.page.locator(".record")).to_have_count(1)
    await expect(live.page.locator(".record[open] .headline")).to_have_text("Read again")


async def test_a_retraction_hides_the_text_while_paused(live: Live, record: EnrichedArticle) -> None:
    """A retraction replaces the text at once, even while the page is paused."""
    live.publish(record)
    await live.page.locator(".record summary").click()
    await live.page.keyboard.press("p")
    live.publish(record, status="retracted", headline="")

    await expect(live.page.locator(".record .chip.status")).to_have_text("retracted")
    assert await live.page.get_by_text("Thousands of teachers").count() == 0


async def test_filters(live: Live, record: EnrichedArticle) -> None:
    """Records can be filtered by words, country, tag and watched countries; only values that occur are offered."""
    hungary = record.countries[0].model_copy(update={"code": "HU"})
    live.publish(record)
    live.publish(record, id="b", headline="Vote in Budapest", countries=[hungary], watched=["HU"], tags=[])
    live.publish(record, id="c", headline="Nothing near", countries=[], watched=[], tags=[])
    await expect(live.page.locator(".record")).to_have_count(3)

    assert await live.page.locator("#country option").all_inner_texts() == ["all", "Hungary (HU)", "Romania (RO)"]
    await live.page.select_option("#country", "HU")
    assert await live.shown() == ["Vote in Budapest"]
    await live.page.select_option("#country", "")
    await live.page.select_option("#tag", "protest")
    assert await live.shown() == ["Teachers march in Cluj"]
    await live.page.select_option("#tag", "")
    await live.page.check("#watched")
    assert await live.shown() == ["Vote in Budapest", "Teachers march in Cluj"]
    await live.page.fill("#words", "vote BUDAPEST")
    assert await live.shown() == ["Vote in Budapest"]
    await live.page.fill("#words", "no such word")
    await expect(live.page.locator("#empty")).to_have_text("No record passes the filters.")
    await live.page.keyboard.press("Escape")
    await expect(live.page.locator(".record:not([hidden])")).to_have_count(3)


async def test_keys(live: Live, record: EnrichedArticle) -> None:
    """Everything can be done without a mouse: move through the records, open one, pause, type into the filter."""
    for number in range(3):
        live.publish(record, id=str(number), headline=f"Headline {number}")
    await expect(live.page.locator(".record")).to_have_count(3)

    for key in ("j", "j", "k", "j", "Enter"):
        await live.page.keyboard.press(key)
    assert await live.page.locator(".record[open] .headline").all_inner_texts() == ["Headline 1"]
    await live.page.keyboard.press("p")
    live.publish(record, id="late", headline="Late")
    await expect(live.page.locator("#pause")).to_have_text("Go on (1)")
    await expect(live.page.locator(".record")).to_have_count(3)
    await live.page.keyboard.press("p")
    await expect(live.page.locator(".record")).to_have_count(4)
    await live.page.keyboard.press("/")
    await live.page.keyboard.type("jp")
    await expect(live.page.locator("#words")).to_have_value("jp")


async def test_no_article_can_harm_the_page(live: Live, hostile: EnrichedArticle) -> None:
    """Markup and script in every field are shown as text: nothing runs, nothing is loaded, nothing is a link."""
    asked: list[str] = []
    live.page.on("request", lambda request: asked.append(request.url))
    live.publish(hostile)
    await live.page.locator(".record summary").click()
    for mark in await live.page.locator(".record mark").all():
        await mark.hover()

    assert await live.page.evaluate("window.harmed") is None
    assert await live.page.locator(".record script, .record img, .record iframe, .record a").count() == 0
    assert asked == []
    await expect(live.page.locator(".record .text")).to_contain_text("<script>window.harmed = 1</script>")


async def test_the_policy_stops_injected_scripts(live: Live) -> None:
    """Even if escaping failed, the browser itself would stop a script: the policy does not depend on our escaping."""
    inject = """() => {
        const script = document.createElement("script");
        try { script.text = "window.harmed = 1"; document.body.append(script); } catch (error) { return error.name; }
    }"""

    assert await live.page.evaluate(inject) == "TypeError"
    assert await live.page.evaluate("window.harmed") is None
    assert any("TrustedScript" in complaint for complaint in live.complaints)
    live.complaints.clear()


@pytest.mark.parametrize("width", [320, 768, 1280])
async def test_it_fits_any_screen(live: Live, record: EnrichedArticle, hostile: EnrichedArticle, width: int) -> None:
    """Nothing makes the page scroll sideways, down to the narrowest phone."""
    await live.page.set_viewport_size({"width": width, "height": 700})
    live.publish(record)
    live.publish(hostile, headline="x" * 300)
    await expect(live.page.locator(".record")).to_have_count(2)
    for summary in await live.page.locator(".record summary").all():
        await summary.click()

    assert await live.page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_words_can_be_read(live: Live, record: EnrichedArticle, scheme: Any) -> None:
    """Text and marks have a contrast of 4.5:1 or more, in light and dark mode (WCAG 2.2, 1.4.3)."""
    await live.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    live.publish(record)
    await live.page.locator(".record summary").click()

    low = await live.page.evaluate(CONTRAST)

    assert low == []


async def test_a_lost_connection_is_reported(live: Live, record: EnrichedArticle) -> None:
    """When the connection is lost the page says so, and keeps its records."""
    live.publish(record)
    await expect(live.page.locator(".record")).to_have_count(1)
    live.recent.close()

    await expect(live.page.locator("#state")).to_contain_text("no connection")
    await expect(live.page.locator(".record")).to_have_count(1)
    await asyncio.sleep(0)
    live.complaints.clear()  # the browser's own report of the lost connection


@pytest.mark.parametrize("javascript", [True, False])
async def test_a_file_is_the_same_view(
    browser: Browser, record: EnrichedArticle, hostile: EnrichedArticle, tmp_path: Path, javascript: bool
) -> None:
    """A record as a file opens from the disk with its style and its map, and a hostile one does no harm."""
    context = await browser.new_context(java_script_enabled=javascript)
    page = await context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    for name, content in (("harm.html", hostile), ("good.html", record)):
        (tmp_path / name).write_text(html.document(content))
        await page.goto((tmp_path / name).as_uri())

    await expect(page.locator("h1")).to_have_text("Teachers march in Cluj")
    await expect(page.locator("svg circle")).to_have_count(2)
    await expect(page.locator("mark.place").first).to_have_css("border-radius", "2px")
    assert complaints == []
    await context.close()


CONTRAST = """() => {
    const luminance = ([r, g, b]) => [r, g, b].map((part) => {
        part /= 255;
        return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    }).reduce((sum, part, index) => sum + part * [0.2126, 0.7152, 0.0722][index], 0);
    const colour = (text) => text.match(/[\\d.]+/g).map(Number);
    const ground = (element) => {
        for (let at = element; at; at = at.parentElement) {
            const found = colour(getComputedStyle(at).backgroundColor);
            if (found.length < 4 || found[3] > 0) return found;
        }
        return [255, 255, 255];
    };
    const low = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const element = walker.currentNode.parentElement;
        if (!walker.currentNode.data.trim() || !element.checkVisibility()) continue;
        const pair = [colour(getComputedStyle(element).color), ground(element)].map(luminance).sort((a, b) => a - b);
        const ratio = (pair[1] + 0.05) / (pair[0] + 0.05);
        if (ratio < 4.5) low.push(`${element.className || element.tagName}: ${ratio.toFixed(2)}`);
    }
    return [...new Set(low)];
}"""
