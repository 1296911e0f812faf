"""A real browser as tests want it: a language, a width, light or dark, the network cut off, and what axe finds."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.wait import WebDriverWait

PATIENCE = 60  # seconds; the first call of a function includes its cold start, and machines are busy
AXE = Path(__file__).parent / "vendor" / "axe.min.js"
SHOTS = Path(__file__).parent.parent.parent / "build" / "screenshots"
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
# Whatever has a place of its own on the console, and every page as a whole.
WIDTHS = """
return [document.documentElement, ...document.querySelectorAll(".timeline, .details, .lists, dialog, .composer")]
  .filter((e) => e.scrollWidth > e.clientWidth + 1 || e === document.documentElement && e.scrollHeight > innerHeight + 1)
  .map((e) => `${e.className || e.tagName} ${e.scrollWidth} > ${e.clientWidth}, ${e.scrollHeight} high`);
"""
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
LANGUAGES = {"en": "en-US,en", "zh": "zh-CN,zh"}
SIZES = {"phone": (390, 844), "desktop": (1280, 800)}


class Browser:
    """One browser with a profile of its own: another person, or the same one in several tabs."""

    def __init__(self, language: str = "en", size: str = "desktop", dark: bool = False, flags: tuple[str, ...] = ()) -> None:
        self.name = f"{language}-{size}{'-dark' if dark else ''}"
        self.profile = tempfile.mkdtemp(prefix="baton-browser-")
        options = webdriver.ChromeOptions()
        options.binary_location = _program("chromium")
        for flag in (*FLAGS, *flags, f"--user-data-dir={self.profile}"):
            options.add_argument(flag)
        options.add_experimental_option("prefs", {"intl.accept_languages": LANGUAGES[language]})
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        self.driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(_program("chromedriver")))
        width, height = SIZES[size]
        self.command("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=size == "phone")
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.command("Emulation.setEmulatedMedia", features=[scheme])

    def quit(self) -> None:
        self.driver.quit()
        shutil.rmtree(self.profile, ignore_errors=True)

    def command(self, name: str, **arguments: Any) -> Any:
        return self.driver.execute_cdp_cmd(name, arguments)

    def open(self, address: str) -> None:
        self.driver.get(address)

    def all(self, selector: str) -> list[WebElement]:
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def find(self, selector: str) -> WebElement:
        """Waits until it is there."""
        self.until(lambda: self.all(selector), f"nothing matches {selector}")
        return self.all(selector)[0]

    def click(self, selector: str) -> None:
        self.until(lambda: [e for e in self.all(selector) if e.is_displayed() and e.is_enabled()], f"nothing to click: {selector}")
        next(e for e in self.all(selector) if e.is_displayed()).click()

    def type(self, selector: str, *keys: str) -> None:
        self.find(selector).send_keys(*keys)

    def texts(self, selector: str) -> list[str]:
        """What is in the document, whether or not it is scrolled into sight."""
        script = "return [...document.querySelectorAll(arguments[0])].map((e) => e.textContent)"
        found: list[str] = self.driver.execute_script(script, selector)
        return found

    def sees(self, text: str, selector: str = "body") -> None:
        """Waits until the text is there."""
        self.until(lambda: any(text in t for t in self.texts(selector)), f"{text!r} does not appear in {selector}")

    def until(self, holds: Callable[[], Any], otherwise: str, patience: float = PATIENCE) -> None:
        WebDriverWait(self.driver, patience, poll_frequency=0.1).until(lambda _: holds(), otherwise)

    def cut_off(self, offline: bool = True) -> None:
        """The network of this tab; open WebSockets die with it."""
        self.command("Network.enable")
        self.command("Network.emulateNetworkConditions", offline=offline, latency=0, downloadThroughput=-1, uploadThroughput=-1)

    def new_tab(self, address: str) -> str:
        self.driver.switch_to.new_window("tab")
        self.open(address)
        return self.driver.current_window_handle

    def go_to(self, tab: str) -> None:
        self.driver.switch_to.window(tab)

    def shot(self, name: str) -> None:
        SHOTS.mkdir(parents=True, exist_ok=True)
        self.driver.save_screenshot(str(SHOTS / f"{name}-{self.name}.png"))

    def axe(self) -> list[str]:
        """What keeps people from using the page, in axe's words."""
        # As a debugger would: the page's own policy lets no foreign script in.
        self.command("Runtime.evaluate", expression=AXE.read_text(encoding="utf-8"))
        options = json.dumps({"runOnly": RULES})
        run = f"axe.run(document, {options}).then((r) => JSON.stringify(r.violations))"
        found = self.command("Runtime.evaluate", expression=run, awaitPromise=True, returnByValue=True)
        violations = json.loads(found["result"]["value"])
        return [f"{v['id']}: {v['help']}: {[n['html'][:160] for n in v['nodes']]}" for v in violations]

    def bursts(self) -> list[str]:
        """What is wider than its place, and a page that is higher than the screen."""
        found: list[str] = self.driver.execute_script(WIDTHS)
        return found

    def faults(self) -> list[str]:
        """All that is wrong with the page as it is now."""
        return [*self.axe(), *self.complaints(), *self.bursts()]

    def strangers(self, hosts: set[str]) -> list[str]:
        """Addresses of any other host that were asked for since the last call."""
        logged = [json.loads(e["message"])["message"] for e in self.driver.get_log("performance")]
        asked = [m["params"]["request"]["url"] for m in logged if m["method"] == "Network.requestWillBeSent"]
        asked += [m["params"]["url"] for m in logged if m["method"] == "Network.webSocketCreated"]
        return [a for a in asked if urlsplit(a).scheme in ("http", "https", "ws", "wss") and urlsplit(a).netloc not in hosts]

    def complaints(self) -> list[str]:
        """What the browser itself complained about since the last call: errors of scripts, refused by the policy."""
        logged = self.driver.get_log("browser")
        return [e["message"] for e in logged if e["level"] == "SEVERE" and e["source"] != "network"]


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise RuntimeError(f"{name} is not installed: apt-get install chromium chromium-driver")
    return found
