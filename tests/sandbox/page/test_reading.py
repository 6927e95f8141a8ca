"""Reading and writing on the page: what is unread, completion, emoji, cards, colours, the keyboard."""

import re

from playwright.async_api import Browser, expect

from sandbox.server import Sandbox
from tests.sandbox.browsing import IN_CHROMIUM, composer, rows, sit_down

pytestmark = IN_CHROMIUM


async def test_what_is_unread_is_counted_marked_and_read_in_every_window(
    browser: Browser, sandbox: Sandbox
) -> None:
    sandbox.workspace.post("CGENERAL", {"user": "UBEN", "text": "old"})
    sandbox.workspace.mark_read("CGENERAL", "UANN")
    page = await sit_down(browser, sandbox, "UANN/CQUIET")
    twice = await sit_down(browser, sandbox, "UANN/CQUIET")
    general = page.get_by_role("button", name="general")
    await expect(composer(page, "Message #quiet")).to_be_visible()
    sandbox.workspace.post("CGENERAL", {"user": "UBEN", "text": "new"})
    sandbox.workspace.post("CGENERAL", {"user": "UBEN", "text": "<@UANN>, yours"})
    await expect(general.get_by_role("img", name="2 unread, 1 mention")).to_have_text("@2")
    await page.reload()
    await expect(general.get_by_role("img", name="2 unread, 1 mention")).to_be_visible()

    await general.click()

    await expect(page.locator(".message, .new-line")).to_have_text(
        [re.compile("old"), "New", re.compile("new"), re.compile("yours")]
    )
    await expect(general.get_by_role("img")).to_have_count(0)
    await expect(twice.get_by_role("button", name="general").get_by_role("img")).to_have_count(0)
    sandbox.workspace.post("CGENERAL", {"user": "UBEN", "text": "seen at once"})
    await expect(rows(page)).to_have_count(4)
    await page.get_by_role("button", name="quiet").click()
    await general.click()
    await expect(page.locator(".new-line")).to_have_count(0)
    await expect(twice.get_by_role("button", name="general").get_by_role("img")).to_have_count(0)


async def test_replies_in_ones_threads_are_new_until_the_thread_is_read(
    browser: Browser, sandbox: Sandbox
) -> None:
    root = sandbox.workspace.post("CGENERAL", {"user": "UANN", "text": "Who brings tea?"})
    sandbox.workspace.mark_read("CGENERAL", "UANN")
    page = await sit_down(browser, sandbox, "UANN/CQUIET")
    twice = await sit_down(browser, sandbox, "UANN/CGENERAL")
    threads = page.get_by_role("button", name="Threads")
    await expect(rows(twice)).to_have_count(1)
    await expect(composer(page, "Message #quiet")).to_be_visible()
    await expect(threads).to_have_count(0)

    for text in ("I do", "<@UANN>, and cake?"):
        sandbox.workspace.post("CGENERAL", {"user": "UBEN", "text": text, "thread_ts": root["ts"]})

    await expect(threads.get_by_role("img", name="2 unread, 1 mention")).to_have_text("@2")
    await expect(rows(twice).locator(".replies")).to_contain_text(re.compile("2 replies.*2 new"))
    await expect(page.get_by_role("button", name="general").get_by_role("img")).to_have_count(0)
    await page.reload()
    await threads.press("Enter")
    await expect(page.get_by_role("menuitem")).to_have_text(
        re.compile(r"Who brings tea\?\s*#general · 2 new")
    )
    await page.keyboard.press("Enter")

    thread = page.get_by_role("log", name="Thread").locator(".message")
    await expect(thread).to_have_count(3)
    await expect(threads.get_by_role("img")).to_have_count(0)
    await expect(rows(twice).locator(".replies-new")).to_have_text("")
    sandbox.workspace.post("CGENERAL", {"user": "UBEN", "text": "seen at once", "thread_ts": root["ts"]})
    await expect(thread).to_have_count(4)
    await expect(twice.get_by_role("button", name="Threads").get_by_role("img")).to_have_count(0)


async def test_people_channels_and_emoji_are_completed_by_keyboard(
    browser: Browser, sandbox: Sandbox
) -> None:
    page = await sit_down(browser, sandbox, "UANN/CGENERAL")
    box = composer(page)
    await box.focus()

    for typed in ("@be", "#qui", ":tad"):
        await page.keyboard.type(typed)
        await expect(page.get_by_role("option").first).to_be_visible()
        await page.keyboard.press("Tab")
    await expect(box).to_have_value("@ben #quiet :tada: ")
    await page.keyboard.press("Enter")

    await expect(rows(page).last.locator(".text")).to_have_text("@Ben Example #quiet 🎉")
    assert sandbox.workspace.channel("CGENERAL").messages[-1]["text"] == "<@UBEN> <#CQUIET|quiet> :tada: "


async def test_a_reaction_is_found_by_name_and_the_focus_stays(browser: Browser, sandbox: Sandbox) -> None:
    message = sandbox.workspace.post("CGENERAL", {"user": "UBEN", "text": "Done"})
    page = await sit_down(browser, sandbox, "UANN/CGENERAL")
    await page.get_by_role("log", name="Messages").focus()
    await page.keyboard.press("ArrowUp")
    await expect(rows(page).last).to_be_focused()

    await rows(page).last.get_by_role("button", name="Add reaction").press("Enter")
    await page.get_by_role("searchbox", name="Search emoji").fill("rocket")
    await page.keyboard.press("Enter")
    reaction = rows(page).last.get_by_role("button", name=":rocket: 1")
    await expect(reaction).to_have_attribute("aria-pressed", "true")
    await reaction.press("Enter")

    await expect(page.locator(".reaction")).to_have_count(0)
    await expect(rows(page).last).to_be_focused()
    assert "reactions" not in message


async def test_a_name_opens_the_card_with_the_time_there(browser: Browser, sandbox: Sandbox) -> None:
    sandbox.workspace.change_user("UCLEO", title="Coach")
    sandbox.workspace.post("CGENERAL", {"user": "UBEN", "text": "Ask <@UCLEO>"})
    page = await sit_down(browser, sandbox, "UANN/CGENERAL")

    await page.get_by_role("button", name="@Cleo Example").click()
    card = page.get_by_role("dialog", name="Cleo Example")
    await expect(card).to_contain_text("@cleo")
    await expect(card).to_contain_text("Coach")
    await expect(card).to_contain_text("14:30 on Tue 6 Jun 2023 in Asia/Kolkata, 3 h 30 min ahead of you")
    await card.get_by_role("button", name="Message").click()

    await expect(composer(page, "Message Cleo Example")).to_be_visible()


async def test_a_search_leads_to_a_reply_in_its_thread(browser: Browser, sandbox: Sandbox) -> None:
    root = sandbox.workspace.post("CGENERAL", {"user": "UBEN", "text": "Who brings tea?"})
    sandbox.workspace.post("CGENERAL", {"user": "UCLEO", "text": "A whole samovar", "thread_ts": root["ts"]})
    sandbox.workspace.post("CCOUNCIL", {"user": "UANN", "text": "no samovar please"})
    page = await sit_down(browser, sandbox, "UDINA/CQUIET")

    await page.get_by_role("button", name="Search messages").click()
    await page.get_by_role("searchbox", name="Search messages").fill("samovar")
    hits = page.get_by_role("list", name="Found").get_by_role("button")
    await expect(hits).to_have_count(1)
    await expect(hits).to_contain_text("#general, in a thread")
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")

    await expect(page.get_by_role("log", name="Thread").locator(".text")).to_have_text(
        ["Who brings tea?", "A whole samovar"]
    )
    await expect(page.locator(".message.found").first).to_contain_text("Who brings tea?")


async def test_colours_are_chosen_and_kept_in_this_browser(browser: Browser, sandbox: Sandbox) -> None:
    page = await sit_down(browser, sandbox, "UANN/CGENERAL")
    ground = "getComputedStyle(document.body).backgroundColor"
    await expect(composer(page)).to_be_visible()
    light = await page.evaluate(ground)

    await page.get_by_role("button", name="Dark colours").click()
    dark = await page.evaluate(ground)
    await page.reload()
    await expect(page.get_by_role("button", name="Light colours")).to_be_visible()

    assert (light, dark, await page.evaluate(ground)) == (
        "rgb(255, 255, 255)",
        "rgb(23, 25, 28)",
        "rgb(23, 25, 28)",
    )
