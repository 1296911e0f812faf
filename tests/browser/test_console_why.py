"""Why the bot handed over, in the agent's language: the reason, and folded away the rule and what decided; what the customer wishes."""

from __future__ import annotations

import copy
from collections.abc import Iterator

import pytest

from chalicelib.bot.answers.answer import Context, answer
from chalicelib.bot.messages import brain
from chalicelib.conversations import model
from tests.browser.conftest import NewBrowser
from tests.browser.desk import Desk, desk
from tests.browser.test_console_states import LOOKS, NOW, conversation, message, story
from tests.unit.lantern import OPEN

pytestmark = pytest.mark.browser

# What the bot really stores.
SAID = answer("A human please, 2,900 € are gone", Context("webchat", OPEN, tier="vip", waiting=3), brain.shipped())
assert isinstance(SAID, model.Escalation)
DECIDED = model.hand_over_event(SAID, NOW - 20_000)
WAITS = story(
    conversation("why.1", channel="webchat", name="Mia", subject="Refund", owner="queue", agent="", contact_request="call +4915123456789"),
    message("m1", "A human please, 2,900 € are gone", channel="webchat"),
    events=[
        {"kind": "escalated", "at": DECIDED.at, "by": "bot", "detail": DECIDED.detail},
        {"kind": "contact_requested", "at": NOW, "by": "customer", "detail": {"contact_request": "call +4915123456789"}},
    ],
)
SEEN = {
    "en": (
        *("VIP asked for a person", 'asked_for_person and tier == "vip"', "asked for a person yes", "tier VIP", "currency EUR"),
        "Wishes to be called at +4915123456789 · as the customer wrote it",
    ),
    "zh": (
        *("贵宾客户要求人工", 'asked_for_person and tier == "vip"', "要求人工 是", "客户级别 贵宾", "货币 EUR"),
        "希望致电 +4915123456789 · 客户自行填写",
    ),
}


@pytest.fixture
def place() -> Iterator[Desk]:
    with desk() as made:
        made.stories = {"why.1": copy.deepcopy(WAITS)}
        yield made


@pytest.mark.parametrize(("language", "size", "dark"), LOOKS)
def test_the_agent_reads_why_and_what_is_wished(browser: NewBrowser, place: Desk, language: str, size: str, dark: bool) -> None:
    page = browser(language, size, dark)
    page.open(f"{place.site}console#/c/why.1")
    page.find(".escalated")
    page.click(".escalated summary")
    for text in SEEN[language]:
        page.sees(text)
    page.shot("console-why")
    assert page.faults() == []
