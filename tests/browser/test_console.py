"""The console and the chat page together: live in both directions, and notes stay inside."""

from __future__ import annotations

from uuid import uuid4

import pytest
from selenium.webdriver.common.keys import Keys

from infra.cloud import Cloud
from infra.local.aws import session
from tests.browser.conftest import NewBrowser
from tests.browser.driver import Browser
from tests.browser.people import ASK_FOR_A_PERSON, claim, say, sign_in, visit, write
from tests.conftest import Stack
from tests.people import Agent

pytestmark = pytest.mark.browser


@pytest.fixture
def handed_over(stack: Stack, browser: NewBrowser, supervisor: Agent) -> tuple[Browser, Browser, str]:
    """A visitor's page and a console in which their conversation was just claimed; and the visitor's own word."""
    visitor, console, word = browser(), browser(), f"case {uuid4().hex[:8]}"
    visit(visitor, stack.addresses.site)
    say(visitor, f"{ASK_FOR_A_PERSON} It is about {word}.")
    visitor.sees("Waiting for a colleague", ".outlook")
    sign_in(console, stack.addresses.console, supervisor)
    claim(console, word)
    return visitor, console, word


def test_the_baton_passes_live_in_both_directions(handed_over: tuple[Browser, Browser, str]) -> None:
    visitor, console, word = handed_over
    console.sees("Handed over by the bot", ".escalated")
    write(console, f"I look after {word}.")
    visitor.sees(f"I look after {word}.", ".message.agent")
    visitor.until(lambda: not visitor.all(".outlook"), "the visitor is still told to wait")
    say(visitor, f"Thanks for {word}.")
    console.sees(f"Thanks for {word}.", ".timeline .message.customer")
    console.until(lambda: "sent" in console.texts(".message.agent .state")[-1], "the reply is not shown as sent")
    ids = [e.get_attribute("data-id") for e in console.all(".timeline [data-id]")]
    assert len(ids) == len(set(ids))
    assert visitor.complaints() == console.complaints() == []


def test_a_supervisor_marks_a_vip(handed_over: tuple[Browser, Browser, str]) -> None:
    _, console, _ = handed_over
    console.all(".details .tier")[0].click()
    console.sees("VIP", ".details dd")
    console.sees("standing", ".timeline")
    assert console.texts(".details .tier") == ["No longer a VIP"]


def test_a_note_never_reaches_the_visitor(handed_over: tuple[Browser, Browser, str], stack: Stack) -> None:
    visitor, console, word = handed_over
    write(console, f"Secret of {word}.", "note")
    write(console, "Hello.")
    visitor.sees("Hello.", ".message.agent")
    assert "Secret" not in visitor.driver.page_source
    visit(visitor, stack.addresses.site)
    visitor.sees("Hello.", ".message.agent")
    assert "Secret" not in visitor.driver.page_source


def test_a_reply_written_without_network_is_sent_once(handed_over: tuple[Browser, Browser, str]) -> None:
    visitor, console, word = handed_over
    console.cut_off()
    console.type("#text", f"Delayed {word}.", Keys.CONTROL + Keys.ENTER)
    console.sees("Not sent.", ".unsent .state")
    say(visitor, f"Still there, {word}?")
    console.cut_off(False)
    console.sees(f"Still there, {word}?", ".timeline .message.customer")
    console.click(".unsent .plain")
    console.until(lambda: not console.all(".unsent"), "the reply stays unsent")
    visitor.sees(f"Delayed {word}.", ".message.agent")
    assert sum("Delayed" in t for t in visitor.texts(".message.agent")) == 1
    assert sum("Delayed" in t for t in console.texts(".timeline .message")) == 1


def test_a_reload_keeps_session_conversation_and_draft(handed_over: tuple[Browser, Browser, str]) -> None:
    _, console, word = handed_over
    console.type("#text", "Half a reply")
    console.driver.refresh()
    console.sees(word, ".timeline .message.customer")
    console.until(lambda: console.find("#text").get_attribute("value") == "Half a reply", "the draft is gone")


def test_an_unread_message_is_marked_until_it_is_seen(handed_over: tuple[Browser, Browser, str]) -> None:
    visitor, console, _ = handed_over
    write(console, "One moment.")
    visitor.sees("One moment.", ".message.agent")
    console.driver.execute_script("location.hash = '#/'")
    say(visitor, "Of course.")
    console.find(".card.unread")
    assert console.driver.title.startswith("(1)")
    console.click(".card.unread")
    console.until(lambda: not console.all(".card.unread"), "it stays unread")


def test_transfer_and_resolve_end_what_the_agent_may_do(handed_over: tuple[Browser, Browser, str]) -> None:
    visitor, console, word = handed_over
    console.type("body", Keys.ALT + "t")
    console.find("dialog select[name=queue] option[value=technical]").click()
    console.type("dialog textarea", f"Please look at {word}.")
    console.click("dialog .primary")
    console.sees("Passed on.", ".notice")
    claim(console, word)
    console.sees(f"Please look at {word}.", ".timeline .note")
    console.sees("technical", ".timeline .event")
    console.click(".actions .strong")
    console.sees("Resolved", ".head-who")
    assert console.all(".actions") == []
    say(visitor, "How do I return a product?")
    visitor.sees("30 days", ".message.bot")


def test_a_wrong_password_is_refused_in_words(stack: Stack, browser: NewBrowser, supervisor: Agent) -> None:
    console = browser()
    console.open(stack.addresses.console)
    console.type("[name=email]", supervisor.email)
    console.type("[name=password]", "wrong", Keys.ENTER)
    console.sees("E-mail address or password is wrong.", "[role=alert]")


def test_a_first_sign_in_replaces_the_temporary_password(stack: Stack, browser: NewBrowser) -> None:
    email, temporary = f"new-{uuid4().hex[:8]}@demo.example", "Only-for-once-1"
    users = Cloud(session(), stack.addresses.aws).client("cognito-idp")
    user = {"UserPoolId": stack.addresses.outputs["UserPool"], "Username": email}
    users.admin_create_user(
        **user, TemporaryPassword=temporary, MessageAction="SUPPRESS", UserAttributes=[{"Name": "email", "Value": email}]
    )
    users.admin_add_user_to_group(**user, GroupName="agents")
    console = browser()
    console.open(stack.addresses.console)
    console.type("[name=email]", email)
    console.type("[name=password]", temporary, Keys.ENTER)
    console.find("[name=again]")
    assert console.axe() == []
    console.type("[name=password]", "My-own-words-22")
    console.type("[name=again]", "My-own-words-23", Keys.ENTER)
    console.sees("The two passwords are not the same.", "[role=alert]")
    console.type("[name=again]", Keys.BACKSPACE, "2", Keys.ENTER)
    console.find("#claim")


def test_signing_out_ends_the_session(stack: Stack, browser: NewBrowser, supervisor: Agent) -> None:
    console = browser()
    sign_in(console, stack.addresses.console, supervisor)
    console.click(".top button:last-child")
    console.find("[name=password]")
    console.driver.refresh()
    console.find("[name=password]")


def test_a_supervisor_makes_and_opens_a_report(stack: Stack, browser: NewBrowser, supervisor: Agent) -> None:
    console = browser()
    sign_in(console, stack.addresses.console, supervisor)
    console.click(".top .quiet")
    console.click(".make-report .primary")
    console.click(".reports button")
    console.find(".reports .links a")
    links = [a.get_attribute("href") for a in console.all(".reports .links a")]
    assert len(links) == 3
    assert all(link.startswith("http") for link in links)
