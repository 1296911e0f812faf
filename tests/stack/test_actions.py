"""Self-service on the running stack: a visitor changes an order's address in the demo shop, and proves that it is hers by a code."""

from __future__ import annotations

import re
import secrets
from typing import Any

import httpx

from tests.conftest import Stack
from tests.people import Visitor, eventually

ORDER, OWNER = "A-10344", "mia@customer.example"


def orders(stack: Stack) -> dict[str, dict[str, Any]]:
    shop = stack.addresses.shop.replace("/shop", "/actions/orders")
    return {order["number"]: order for order in httpx.get(shop, timeout=20).raise_for_status().json()}


def codes(stack: Stack) -> list[str]:
    """Those in the owner's mailbox, oldest first."""
    mails = httpx.get(f"{stack.addresses.mailbox}/state", timeout=60).raise_for_status().json()["mails"]
    mine = sorted((m for m in mails if m["direction"] == "out" and OWNER in m["to"]), key=lambda m: m["at"])
    return [found[0] for m in mine if (found := re.search(r"\b\d{6}\b", m["text"]))]


def asked(visitor: Visitor, text: str) -> str:
    visitor.say(text)
    return str(visitor.answer()["text"])


def test_an_address_is_changed_by_its_owner_alone(stack: Stack) -> None:
    visitor, before = stack.visitor(), len(codes(stack))
    street = f"{secrets.randbelow(900) + 100} Green Lane, second courtyard, 10115 Berlin"
    assert "write your order number" in asked(visitor, "I need to change my delivery address")
    assert "m•••@c•••.example" in asked(visitor, ORDER)
    code = eventually(lambda: codes(stack)[before:])[0]
    assert "What is the new delivery address?" in asked(visitor, code)
    assert street in asked(visitor, street)
    assert orders(stack)[ORDER]["address"] != street
    assert asked(visitor, "yes").startswith(f"Done: order {ORDER} now goes to {street}")
    assert orders(stack)[ORDER]["address"] == street


def test_the_day_and_the_tracking_link_take_a_code(stack: Stack) -> None:
    visitor, before = stack.visitor(), len(codes(stack))
    shown = asked(visitor, "Where is my order A-10342?")
    assert 'write "code"' in shown
    assert "carrier.example" not in shown
    assert "m•••@c•••.example" in asked(visitor, "code")
    code = eventually(lambda: codes(stack)[before:])[0]
    assert "https://carrier.example/A-10342" in asked(visitor, code)


def test_an_order_is_looked_up_in_either_language_and_a_broken_shop_is_told_honestly(stack: Stack) -> None:
    assert "A-10342 is on its way" in asked(stack.visitor(), "Where is my order A-10342?")
    assert "A-10343 已送达" in asked(stack.visitor(), "我的订单到哪里了？A-10343")
    visitor = stack.visitor()
    assert asked(visitor, "Where is my order A-50000?").startswith("I am sorry: our order system")
    agent = stack.agent()
    c = agent.claim(visitor.address)
    story = agent.read(c["id"])
    agent.ask("POST", f"conversations/{c['id']}/resolve")
    told = next(e["detail"]["summary"] for e in story["events"] if e["kind"] == "escalated")
    assert "Order number: A-50000" in told
