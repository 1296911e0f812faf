"""Who is at once: many threads against a table whose conditions and transactions hold as DynamoDB's do."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from chalicelib.conversations import table
from chalicelib.customers import identities
from chalicelib.desk import replies, workspace
from chalicelib.errors import Conflict, NotOwner
from chalicelib.governance import roster
from tests import threads
from tests.unit.conftest import T0, incoming
from tests.unit.test_workspace import wait

pytestmark = pytest.mark.usefixtures("quiet_table")


def agents(count: int) -> list[roster.Agent]:
    return [roster.enrol(f"agent-{n}", f"a{n}@shop.example", f"A{n}", "agent") for n in range(count)]


def test_each_conversation_goes_to_one_of_many_agents() -> None:
    """Six agents press the button at the same moment, four customers wait."""
    many = agents(6)
    for n in range(4):
        wait(f"w{n}")
    with ThreadPoolExecutor(6) as pool:
        got = [c for c in pool.map(lambda a: workspace.claim(a, T0 + 10_000), many) if c]
    for agent in many:  # whoever looked while a colleague was deciding looks again
        found = workspace.claim(roster.find(agent.id), T0 + 11_000)
        got += [found] if found else []
    assert sorted(c.thread for c in got) == ["w0", "w1", "w2", "w3"]
    assert sum(a.held for a in roster.everyone()) == 4
    assert {c.id: c.agent for c in got} == {c.id: table.conversation(c.id).agent for c in got}


def test_one_conversation_and_ten_agents_twenty_times() -> None:
    many = agents(10)
    for n in range(20):
        wait(f"w{n}")
        with ThreadPoolExecutor(10) as pool:
            winners = [c.agent for c in pool.map(lambda a: workspace.claim(roster.find(a.id), T0 + 10_000), many) if c]
        assert len(winners) == 1
        workspace.resolve(roster.find(winners[0]), f"w{n}.1", T0 + 20_000)


def test_ten_agents_without_a_ticket_share_the_first_of_the_line() -> None:
    """SQS has nothing for them: all come by the index at the same moment."""
    many = agents(10)
    for n in range(40):
        wait(f"w{n:02d}", since=T0 + n, ticket=False)
    with ThreadPoolExecutor(10) as pool:
        got = [c for c in pool.map(lambda a: workspace.claim(a, T0 + 10_000), many) if c]
    assert len({c.id for c in got}) == len(got) == 10
    assert max(c.thread for c in got) < "w32", "all of them are among the first"


def test_twenty_clicks_on_send_are_one_reply() -> None:
    [ann] = agents(1)
    wait("a")
    assert workspace.claim(ann, T0 + 10_000)

    def click(_: int) -> str:
        try:
            return replies.reply(ann, "a.1", "id-00000001", "Hello", T0 + 20_000)[0].id
        except NotOwner:
            raise
        except Conflict:
            return "r+id-00000001"  # told to try again, which the console does

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(click, range(20))) == {"r+id-00000001"}
    assert table.conversation("a.1").replies == 1
    assert [m.text for m in threads.whole("a").messages if m.direction == "outgoing"] == ["Hello"]


def test_fifty_copies_of_a_message_are_one() -> None:
    with ThreadPoolExecutor(16) as pool:
        new = list(pool.map(lambda n: table.record(incoming(at=T0 + n)), range(50)))
    assert new.count(True) == 1


def test_two_first_messages_at_once_belong_to_one_customer() -> None:
    with ThreadPoolExecutor(16) as pool:
        assert len(set(pool.map(lambda _: identities.whose(incoming()), range(32)))) == 1
