"""How the page reads mrkdwn and wall times, asked of its own modules in headless Chromium."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest_asyncio
from playwright.async_api import Page

from sandbox.clock import Clock
from sandbox.server import Sandbox
from sandbox.workspace import Workspace
from tests.sandbox.browsing import IN_CHROMIUM, chromium

pytestmark = IN_CHROMIUM

NOW = datetime(2023, 6, 7, 12, tzinfo=UTC)
RENDER = """async ([texts, now]) => {
    const { mrkdwn } = await import("/page/mrkdwn.js");
    const context = {
        me: "UANN", tz: "Europe/Rome", nowMs: () => now, onChannel() {},
        users: new Map([["UANN", { id: "UANN", real_name: "Ann" }]]),
        groups: new Map([["S1", { id: "S1", handle: "coaches" }]]),
        channels: new Map([["C1", { id: "C1", name: "general" }]]),
    };
    return texts.map((text) => {
        const holder = document.createElement("div");
        holder.append(...mrkdwn(text, context));
        for (const node of holder.querySelectorAll("*")) {
            for (const { name } of [...node.attributes]) if (name !== "href") node.removeAttribute(name);
        }
        return holder.innerHTML;
    });
}"""

CASES = {
    "*bold* _italic_ ~struck~ `code`": (
        "<strong>bold</strong> <em>italic</em> <s>struck</s> <code>code</code>"
    ),
    "*_both_*": "<strong><em>both</em></strong>",
    "2*3*4 snake_case_name * not * _ nor _": "2*3*4 snake_case_name * not * _ nor _",
    "*not\nbold*": "*not<br>bold*",
    "`*as is* <https://a.example/|b>`": '<code>*as is* <a href="https://a.example/">b</a></code>',
    "(*edge*), “_edge_”": "(<strong>edge</strong>), “<em>edge</em>”",
    "&lt;b&gt; &amp;lt; &amp;amp;": "&lt;b&gt; &amp;lt; &amp;amp;",
    "<https://a.example/?a=1&amp;b=2|a *b* c>": '<a href="https://a.example/?a=1&amp;b=2">a *b* c</a>',
    "<https://a.example/_x_y_>": '<a href="https://a.example/_x_y_">https://a.example/_x_y_</a>',
    "<mailto:a@b.example|write>": '<a href="mailto:a@b.example">write</a>',
    "<javascript:alert(1)|click>": "<span>click</span>",
    "<@UANN> <@UNONE|zed> <!subteam^S1> <!here>": (
        "<button>@Ann</button> <span>@zed</span> <span>@coaches</span> <span>@here</span>"
    ),
    "<#C1> <#C9|old>": "<button>#general</button> <span>#old</span>",
    ":tada: :no_such_one: 10:30:45": "<span>🎉</span> :no_such_one: 10:30:45",
    "<!date^1686128400^{date_num} {time}|x>": "<time>2023-06-07 11:00</time>",
    "<!date^1686128400^{date_short_pretty} at {time}^https://a.example/|x>": (
        '<a href="https://a.example/"><time>Today at 11:00</time></a>'
    ),
    "<!date^1686045600^{date_pretty}|x> <!date^1686218400^{date_long_pretty}|x>": (
        "<time>Yesterday</time> <time>Tomorrow</time>"
    ),
    "<!date^1687521600^{date}, {date_short}, {date_long}|x>": (
        "<time>23 June 2023, 23 Jun 2023, Friday 23 June 2023</time>"
    ),
    "<!date^soon^{date}|the fallback>": "the fallback",
    "*due <!date^1686128400^{time}|x>*": "<strong>due <time>11:00</time></strong>",
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def page() -> AsyncIterator[Page]:
    """A page of an empty workspace, in which its modules can be imported."""
    async with Sandbox(Workspace(clock=Clock())) as sandbox, chromium() as browser:
        page = await browser.new_page()
        await page.goto(sandbox.url)
        yield page
        await page.close()


async def rendered(page: Page, *texts: str) -> Any:
    """The markup that each text becomes, without its attributes but `href`."""
    return await page.evaluate(RENDER, [list(texts), NOW.timestamp() * 1000])


async def test_mrkdwn_is_read_as_slack_reads_it(page: Page) -> None:
    drawn = await rendered(page, *CASES)

    assert dict(zip(CASES, drawn, strict=True)) == {
        text: f"<div>{markup}</div>" for text, markup in CASES.items()
    }


async def test_quotes_and_code_blocks_stand_by_themselves(page: Page) -> None:
    drawn = await rendered(page, "a\n&gt; b\n&gt; *c*\nd", "x ```*y*\n&gt; z``` w", "&gt;&gt;&gt; a\nb")

    assert drawn == [
        "<div>a</div><blockquote>b<br><strong>c</strong></blockquote><div>d</div>",
        "<div>x </div><pre>*y*\n&gt; z</pre><div> w</div>",
        "<blockquote>a<br>b</blockquote>",
    ]


async def test_a_text_full_of_signs_is_drawn_quickly(page: Page) -> None:
    texts = ["*" * 3000, "_a" * 1500, "<" * 3000, "`" * 2999, "*_~`" * 750, ":" * 3000, "> " * 1500]

    started = await page.evaluate("performance.now()")
    await rendered(page, *texts)

    assert await page.evaluate("performance.now()") - started < 1500


async def test_wall_times_become_the_right_instants_in_every_zone_over_clock_changes(page: Page) -> None:
    zones = [
        "Europe/Rome",
        "America/New_York",
        "Asia/Kolkata",
        "Australia/Lord_Howe",
        "Pacific/Apia",
        "Pacific/Kiritimati",
        "America/St_Johns",
        "Africa/Casablanca",
    ]
    asked = [
        (zone, instant)
        for zone in zones
        for start in (datetime(2023, 3, 10, tzinfo=UTC), datetime(2023, 9, 23, tzinfo=UTC))
        for instant in (start + timedelta(hours=5 * step, minutes=30) for step in range(200))
    ]
    walls = [f"{instant.astimezone(ZoneInfo(zone)):%Y-%m-%dT%H:%M}" for zone, instant in asked]
    expected = [
        datetime.fromisoformat(wall).replace(tzinfo=ZoneInfo(zone), fold=0).timestamp() * 1000
        for (zone, _), wall in zip(asked, walls, strict=True)
    ]

    found = await page.evaluate(
        """async (asked) => {
            const { instantAt } = await import("/page/time.js");
            return asked.map(([zone, wall]) => instantAt(zone, wall));
        }""",
        [[zone, wall] for (zone, _), wall in zip(asked, walls, strict=True)],
    )

    assert found == expected
