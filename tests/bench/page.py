"""How soon what one seat writes is seen in the other: `python -m tests.bench.page`."""

import asyncio
import statistics
from datetime import UTC, datetime

from sandbox.clock import Clock
from sandbox.limits import Rates
from sandbox.server import Sandbox
from sandbox.workspace import Workspace
from tests.sandbox.browsing import DESKTOP, chromium

MESSAGES = 50
_ARRIVED = """text => new Promise((seen) => {
    const log = document.querySelector(".messages");
    const has = () => log.lastElementChild && log.textContent.includes(text);
    const look = () => has() && (watcher.disconnect(), seen(performance.timeOrigin + performance.now()));
    const watcher = new MutationObserver(look);
    watcher.observe(log, { childList: true, subtree: true });
    look();
})"""
_SENDS = """text => {
    const area = document.querySelector(".conversation-panel .composer-area");
    area.value = text;
    area.dispatchEvent(new Event("input", { bubbles: true }));
    const at = performance.timeOrigin + performance.now();
    area.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true }));
    return at;
}"""


async def measured() -> list[float]:
    """Milliseconds from the key in one seat to the message in the other, one for each message."""
    workspace = Workspace(clock=Clock(datetime(2023, 6, 6, 9, tzinfo=UTC)))
    for name in ("ann", "ben"):
        workspace.add_user(name, user_id=f"U{name.upper()}", real_name=name.title())
    workspace.add_channel("general", members=["UANN", "UBEN"], channel_id="CGENERAL")
    async with Sandbox(workspace, rates=Rates.off()) as sandbox, chromium() as browser:
        page = await browser.new_page(**DESKTOP)
        await page.goto(f"{sandbox.url}/two#UANN/CGENERAL|UBEN/CGENERAL")
        ann, ben = page.frame(name="seat-1"), page.frame(name="seat-2")
        if ann is None or ben is None:
            raise RuntimeError("the page has no two seats")
        for seat in (ann, ben):
            await seat.get_by_text("Nothing has been said here yet.").wait_for()
        took_ms = []
        for number in range(MESSAGES):
            arrived = asyncio.ensure_future(ben.evaluate(_ARRIVED, f"message {number}."))
            # The watcher is there before the message is.
            await ben.evaluate("1")
            sent_ms = await ann.evaluate(_SENDS, f"message {number}.")
            took_ms.append(await arrived - sent_ms)
    return took_ms


def main() -> None:
    """Print the times."""
    took_ms = asyncio.run(measured())
    print(f"{MESSAGES} messages from one seat to the other, in ms:", *(round(one) for one in took_ms))
    quantiles = statistics.quantiles(took_ms, n=20)
    typical, most = statistics.median(took_ms), max(took_ms)
    print(f"median {typical:.0f} ms, 95 % within {quantiles[18]:.0f} ms, most {most:.0f} ms")


if __name__ == "__main__":
    main()
