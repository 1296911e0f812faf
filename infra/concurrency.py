"""How many of the functions that nobody waits for may run at once: chosen by what the account allows.

A new account may run ten functions at once and can reserve none; AWS itself keeps 100 unreserved. We keep half of the limit.
docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html
"""

from __future__ import annotations

from collections.abc import Mapping

from infra.cloud import Cloud
from infra.stack import parameters
from infra.template.functions import RESERVED

UNRESERVED = 100


def chosen(cloud: Cloud, stack: str) -> dict[str, str]:
    """The template's parameters."""
    account = cloud.client("lambda").get_account_settings()["AccountLimit"]
    known = parameters(cloud, stack)
    ours = sum(int(known.get(f"{name}Concurrency", 0)) for name in RESERVED)
    numbers = choose(account["ConcurrentExecutions"], account["UnreservedConcurrentExecutions"] + ours)
    return {f"{name}Concurrency": str(number) for name, number in numbers.items()}


def choose(limit: int, free: int) -> Mapping[str, int]:
    """By function; 0 for all if too little would stay for the others. `limit`: the account's; `free`: what nobody else has reserved."""
    wanted = {name: int(limit * share) for name, share in RESERVED.items()}
    enough = free - sum(wanted.values()) >= max(UNRESERVED, limit // 2) and all(wanted.values())
    return wanted if enough else dict.fromkeys(RESERVED, 0)
