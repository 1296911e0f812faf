"""The orders of a shop, and what its customers may do with them by themselves. Pure but for its own memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

Json = dict[str, Any]

RETURN_DAYS = 30
UNKNOWN: Json = {"outcome": "unknown_order"}


@dataclass(frozen=True, slots=True)
class Order:
    """`status`: packing, shipped, delivered or cancelled; `day`: how many days from today that was, or will be. `phone`: the owner's, where
    a code may go as well; `total`: what was paid."""

    number: str
    channel: str
    contact: str
    status: str
    day: int
    address: str
    phone: str = ""
    total: str = "24.90 EUR"
    changes: int = 0


ORDERS = (
    Order("A-10342", "email", "mia@customer.example", "shipped", 2, "7 Harbour Street, 20095 Hamburg"),
    Order("A-10343", "email", "mia@customer.example", "delivered", -4, "7 Harbour Street, 20095 Hamburg"),
    Order("A-10344", "email", "mia@customer.example", "packing", 3, "7 Harbour Street, 20095 Hamburg", phone="+12025550144"),
    Order("A-10345", "email", "mia@customer.example", "delivered", -60, "7 Harbour Street, 20095 Hamburg"),
    Order("A-10346", "email", "li@customer.example", "packing", 3, "上海市黄浦区南京东路1号"),
    Order("A-10347", "sms", "+12025550143", "packing", 3, "1 Main Street, Springfield 62701"),
    Order("A-10348", "email", "mia@customer.example", "cancelled", -2, "7 Harbour Street, 20095 Hamburg"),
    # Whoever plays the demo again takes another order: an owner's mailbox then holds the codes of few.
    *(Order(f"A-104{n:02}", "email", f"owner{n:02}@customer.example", "packing", 3, "1 Old Street, 80331 Munich") for n in range(20)),
)


@dataclass
class Orders:
    """`answered`: what was answered to each call, by its id: the same call again does nothing again."""

    today: date
    known: dict[str, Order] = field(default_factory=lambda: {order.number: order for order in ORDERS})
    answered: dict[str, Json] = field(default_factory=dict)

    def handle(self, path: str, key: str, body: Mapping[str, Any]) -> Json | None:
        """The answer to a call; None for a path that the shop does not have."""
        doing = {
            "orders/contact": self.contact,
            "orders/status": self.status,
            "orders/cancel": self.cancel,
            "orders/return": self.take_back,
            "orders/address": self.move,
            "orders/invoice": self.invoice,
        }.get(path)
        if doing is None:
            return None
        if key not in self.answered:
            order = self.known.get(str(body["values"].get("order")))
            self.answered[key] = doing(order, body) if order else UNKNOWN
        return self.answered[key]

    def contact(self, order: Order, _body: Mapping[str, Any]) -> Json:
        others = [{"channel": "sms", "address": order.phone}] if order.phone else None
        return _done(channel=order.channel, address=order.contact, others=others)

    def status(self, order: Order, _body: Mapping[str, Any]) -> Json:
        tracking = f"https://carrier.example/{order.number}" if order.status == "shipped" else None
        day = None if order.status == "cancelled" else self._day(order.day)
        return _done(status=order.status, day=day, tracking=tracking)

    def cancel(self, order: Order, _body: Mapping[str, Any]) -> Json:
        if order.status != "packing":
            return {"outcome": f"already_{order.status}"}
        self.known[order.number] = replace(order, status="cancelled", changes=order.changes + 1)
        return _done(refund=order.total)

    def take_back(self, order: Order, _body: Mapping[str, Any]) -> Json:
        if order.status in ("packing", "cancelled"):
            return {"outcome": "not_shipped" if order.status == "packing" else "already_cancelled"}
        if order.day < -RETURN_DAYS:
            return {"outcome": "too_late"}
        return _done(reference=f"R-{order.number[2:]}", until=self._day(order.day + RETURN_DAYS))

    def move(self, order: Order, body: Mapping[str, Any]) -> Json:
        if order.status != "packing":
            return {"outcome": f"already_{order.status}"}
        self.known[order.number] = replace(order, address=str(body["values"]["address"]), changes=order.changes + 1)
        return _done()

    def invoice(self, order: Order, _body: Mapping[str, Any]) -> Json:
        if order.status in ("packing", "cancelled"):
            return {"outcome": "not_billed" if order.status == "packing" else "already_cancelled"}
        return _done(number=f"2026-{order.number[2:]}")

    def _day(self, away: int) -> str:
        return (self.today + timedelta(days=away)).isoformat()


def _done(**fields: Any) -> Json:
    return {"outcome": "done", "fields": {name: value for name, value in fields.items() if value is not None}}
