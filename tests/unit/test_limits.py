"""What a thousand messages a second cost against AWS's quotas, reckoned from the code's own numbers; docs/limits.md repeats it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from chalicelib.aws import dynamodb
from chalicelib.conversations import history, keys
from infra.template import events
from infra.template.functions import RESERVED
from tests.bench.cost import BILLED_SECONDS, CHANNELS

PAGE = (Path(__file__).parents[2] / "docs" / "limits.md").read_text("utf-8")
RATE = 1_000  # messages a second
ANSWER_SECONDS = 0.03  # of the bot's function for a message that it answers, network included (docs/bot.md: 5 to 30 ms of processor)

# As AWS's pages of quotas tell them: Lambda's, DynamoDB's on-demand mode and partitions, API Gateway's, Step Functions'.
AT_ONCE = 1_000  # functions of an account that has grown
NEW_TABLE = 4_000  # write units a second
OF_A_PARTITION = 1_000  # write units a second, of an index's as well
REST, EXPRESS = 10_000, 6_000  # requests, and workflows begun, a second
BATCH_KEYS = 100


def partitions(written: float) -> int:
    """Of the table when it takes so much: as many shards has its stream."""
    return max(NEW_TABLE // OF_A_PARTITION, -(-int(RATE * written) // OF_A_PARTITION))


@pytest.mark.parametrize("channel", CHANNELS)
def test_the_table_takes_it_when_it_is_warm(channel: str) -> None:
    """A new one takes fewer at once: what is beyond is tried again, and `--warm-writes` is for known peaks."""
    written = CHANNELS[channel].exchange.written
    assert f"| {channel} | {written:g} | {RATE * written:,.0f} | {NEW_TABLE / written:,.0f} |" in PAGE


@pytest.mark.parametrize("channel", CHANNELS)
def test_the_functions_fit_into_an_account(channel: str) -> None:
    """Intake by its rate; the stream's two functions as many as shards let; those that wait for others by their reservation."""
    exchange = CHANNELS[channel].exchange
    intake = RATE * BILLED_SECONDS
    of_stream = 2 * partitions(exchange.written) * events.stream("BotAnswer")["ParallelizationFactor"]
    assert intake + of_stream + AT_ONCE * sum(RESERVED.values()) <= AT_ONCE / 2


def test_the_bot_keeps_up() -> None:
    """Each shard is worked off by ten at once."""
    workers = partitions(CHANNELS["web chat"].exchange.written) * events.stream("BotAnswer")["ParallelizationFactor"]
    assert workers / ANSWER_SECONDS >= RATE


def test_no_index_has_a_partition_that_everybody_writes_to() -> None:
    assert keys.LINE_SHARDS * OF_A_PARTITION >= RATE, "all of them want a person, in one queue of one urgency"
    assert keys.SHARDS * OF_A_PARTITION >= 2 * RATE, "all of them open conversations; each piece comes and goes"


def test_what_is_called_for_each_message_may_be_called_so_often() -> None:
    assert RATE <= REST
    assert RATE <= EXPRESS


def test_a_page_of_a_thread_is_one_batch() -> None:
    """A customer's message counts twice, and is asked for with the two answers that it may have."""
    assert history.PAGE // 2 * 3 <= dynamodb.MOST_KEYS == BATCH_KEYS


def test_every_test_that_the_page_names_is_there() -> None:
    tests = Path(__file__).parents[1]
    there = {path.name for path in tests.rglob("test_*.py")}
    named = set(re.findall(r"\btest_\w+\.py", PAGE))
    assert len(named) > 30
    assert named <= there, named - there
