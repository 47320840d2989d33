"""A Chromium for workloads that measure pages; the network is refused."""

import atexit
from functools import cache
from pathlib import Path
from typing import Any

from benchmarks.interface import MissingError

CHROMIUM = Path("/usr/bin/chromium")
# A message sent while a frame is made is heard once it is painted.
PAINTED = """() => new Promise(done => requestAnimationFrame(() => {
    const channel = new MessageChannel();
    channel.port1.onmessage = () => done();
    channel.port2.postMessage(0);
}))"""


def need_chromium() -> None:
    """Say that the workload can't be done where there is none."""
    if not CHROMIUM.exists():
        raise MissingError(str(CHROMIUM))


@cache
def chromium() -> Any:  # noqa: ANN401  (playwright's browser)
    """A browser for the life of this process."""
    from playwright.sync_api import sync_playwright

    playwright = sync_playwright().start()
    browser = playwright.chromium.launch(
        executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
    )
    atexit.register(lambda: (browser.close(), playwright.stop()))
    return browser


def opened(page: Path) -> Any:  # noqa: ANN401  (playwright's tab)
    """A tab with this page, painted."""
    tab = chromium().new_page(viewport={"width": 1280, "height": 800})
    tab.set_default_timeout(120_000)
    tab.context.set_offline(True)
    tab.goto(page.as_uri())
    tab.evaluate(PAINTED)
    return tab
