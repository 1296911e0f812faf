"""What a visitor, all visitors of one network, and an agent may do: buckets in this container's memory, and counters that all share.

Memory costs nothing, but a flood spreads over many containers. So whoever passes what people do (`free`) is counted in the
table, too, and held to `most` in a minute by all containers together. Nobody who writes as people do costs a write here.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

from chalicelib import settings, tokens
from chalicelib.conversations import counters
from chalicelib.errors import TooMany, Unavailable
from chalicelib.governance import token_bucket
from chalicelib.governance.token_bucket import Rule

MINUTE = 60_000
REMEMBERED = 20_000  # names; the one unseen for longest is forgotten first


@dataclass(frozen=True, slots=True)
class Limit:
    """`rule` in one container; beyond `free`, `most` a minute in all of them together (without `free`: not counted together)."""

    name: str
    rule: Rule
    free: Rule | None = None
    most: int = 0


# A person sends a message every few seconds at most; a network (an office, a carrier's shared addresses) may hold hundreds.
MESSAGES = Limit("message", Rule(burst=20, every=1_000), free=Rule(burst=10, every=10_000), most=80)
FRAMES = Limit("frame", Rule(burst=80, every=500))
CONNECTIONS = Limit("connection", Rule(burst=40, every=1_500))
OF_NETWORK = Limit("network", Rule(burst=400, every=50), free=Rule(burst=200, every=200), most=1_600)
# Frames without a visitor: pings, and what is no frame or is refused. A page pings every five minutes.
ODD_FRAMES = Limit("odd", Rule(burst=40, every=3_000))
# Attempts to sign in: to one account from one network, to one account from anywhere, from one network to anything.
SIGN_INS = Limit("sign-in", Rule(burst=5, every=12_000), free=Rule(burst=2, every=30_000), most=5)
SIGN_INS_OF_ACCOUNT = Limit("sign-in of account", Rule(burst=60, every=1_000), free=Rule(burst=20, every=3_000), most=60)
SIGN_INS_OF_NETWORK = Limit("sign-in of network", Rule(burst=30, every=2_000), free=Rule(burst=10, every=6_000), most=30)
NEW_VISITORS = Limit("visitor", Rule(burst=60, every=1_000), free=Rule(burst=30, every=5_000), most=120)

_busy: OrderedDict[tuple[str, str], int] = OrderedDict()


def spend(limit: Limit, who: str, now: int) -> None:
    """Raises TooMany with the seconds to wait. Nobody (`who` is empty) is not limited."""
    if not who:
        return
    _wait(_take(limit.name, who, limit.rule, now))
    if limit.free and _take(f"{limit.name}, uncounted", who, limit.free, now):
        _count(limit, who, now)


def sign_in(email: str, network: str, now: int) -> None:
    """One more attempt. Whoever guesses is stopped soon; the account's owner, who is in another network, is not. Not from this machine
    itself, where the gateway shows none. Raises TooMany."""
    if not network:
        return
    account = tokens.sign("sign-in", email.strip().lower())[:16]
    spend(SIGN_INS, f"{account} {network}", now)
    spend(SIGN_INS_OF_ACCOUNT, account, now)
    spend(SIGN_INS_OF_NETWORK, network, now)


def left(limit: Limit, who: str, now: int) -> tuple[int, int]:
    """How many more this container would take at once, and in how many seconds all of them again."""
    busy = max(0, _busy.get((limit.name, who), 0) - now)
    return max(0, limit.rule.burst - -(-busy // limit.rule.every)), -(-busy // 1000)


def network(address: str) -> str:
    """The /24 (IPv4) or /64 (IPv6) of an address: what one customer of a carrier can change within. Empty for this machine
    itself, where only tests and tools come from: the gateway never shows such an address."""
    if ":" not in address:
        return "" if address.startswith("127.") else address.rpartition(".")[0]
    from ipaddress import IPv6Address

    try:
        parsed = IPv6Address(address)
    except ValueError:
        return ""
    if parsed.ipv4_mapped:
        return network(str(parsed.ipv4_mapped))
    return "" if parsed.is_loopback else parsed.exploded[:19]


def mark(name: str, now: int) -> str:
    """A network by a name that nobody can read, and that is another one every day; "" for none."""
    return tokens.sign("network", f"{now // settings.DAY}\n{name}")[:12] if name else ""


def _take(name: str, who: str, rule: Rule, now: int) -> int:
    """Milliseconds to wait."""
    key = (name, who)
    _busy[key], wait = token_bucket.take(_busy.get(key, 0), rule, now)
    _busy.move_to_end(key)
    if len(_busy) > REMEMBERED:
        _busy.popitem(last=False)
    return wait


def _count(limit: Limit, who: str, now: int) -> None:
    """Whoever is over the limit is kept busy here until the minute ends, so that a flood costs no more writes than `most`."""
    minute, passed = divmod(now, MINUTE)
    try:
        seen = counters.add(limit.name, who, minute, 1)
    except Unavailable:
        return  # better a flood than an honest customer turned away
    if seen > limit.most:
        end = now - passed + MINUTE
        _busy[(limit.name, who)] = end + (limit.rule.burst - 1) * limit.rule.every
        _wait(end - now)


def _wait(milliseconds: int) -> None:
    if milliseconds > 0:
        raise TooMany("too much in a short time: wait a moment", retry_after=-(-milliseconds // 1000))
