"""A provider accepts and never answers, or many consoles listen: no customer's chat waits for that."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Event, Thread

import pytest
from websockets.sync.client import ClientConnection, connect

from infra.local.aws import session
from tests.conftest import Stack
from tests.people import Phone

pytestmark = pytest.mark.slow
QUESTION = "How long does shipping take?"
CONSOLES, HAND_OVERS = 200, 100


class Silent(StreamRequestHandler):
    """Takes what comes, and says nothing until the test is over."""

    over = Event()

    def handle(self) -> None:
        self.over.wait()


@contextmanager
def ses_hangs(stack: Stack) -> Iterator[None]:
    """The function that sends finds a server in SES's place that accepts and never answers."""
    functions, name = session().client("lambda", endpoint_url=stack.addresses.aws), stack.addresses.outputs["SendName"]
    known = functions.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
    with ThreadingTCPServer(("127.0.0.1", 0), Silent) as server:
        server.daemon_threads = True
        Thread(target=server.serve_forever, daemon=True).start()
        place = {"AWS_ENDPOINT_URL_SESV2": f"http://127.0.0.1:{server.server_address[1]}"}
        functions.update_function_configuration(FunctionName=name, Environment={"Variables": known | place})
        yield
        functions.update_function_configuration(FunctionName=name, Environment={"Variables": known})
        Silent.over.set()
        server.shutdown()


def answers(stack: Stack, many: int) -> list[float]:
    """Seconds from a question in the chat to the bot's answer, one after the other, each by a new visitor."""
    took = []
    for _ in range(many):
        visitor = stack.visitor()
        visitor.connect()
        start = time.monotonic()
        visitor.say(QUESTION)
        visitor.answer()
        took.append(time.monotonic() - start)
        visitor.disconnect()
    return took


def told(name: str, took: list[float]) -> str:
    return f"{name}: median {statistics.median(took):.2f} s, longest {max(took):.2f} s of {len(took)}"


def test_the_chat_does_not_wait_for_providers_that_hang(stack: Stack) -> None:
    answers(stack, 3)  # warm
    with ses_hangs(stack):
        for n in range(6):
            Phone(stack.addresses.phone, f"+1500555311{n}").send(QUESTION)
            stack.mailer().send("Shipping", QUESTION)
        took = answers(stack, 40)
    print(f"\n{told('chat while Twilio and SES hang', took)}")
    assert max(took) < 1.0


@contextmanager
def consoles(stack: Stack, many: int) -> Iterator[list[ClientConnection]]:
    """Open consoles of one agent, each on a connection of its own."""
    agent = stack.agent()

    def one(_: int) -> ClientConnection:
        address = agent.call("POST", "agents/socket").json()["socket"]
        return connect(address, open_timeout=60, close_timeout=1, ping_interval=None, max_queue=None)

    with ExitStack() as opened, ThreadPoolExecutor(8) as pool:
        yield [opened.enter_context(connection) for connection in pool.map(one, range(many))]


def test_consoles_that_listen_do_not_slow_a_customers_answer(stack: Stack) -> None:
    """Beside as many hand-overs with no console open: those take this machine's two processors, too, which on AWS are others'."""
    answers(stack, 5)
    alone = beside_hand_overs(stack)
    with consoles(stack, CONSOLES) as listening:
        beside = beside_hand_overs(stack)
        heard = [connection.recv(timeout=60) for connection in listening]
    ratio = statistics.median(beside) / statistics.median(alone)
    print(f"\n{told(f'{HAND_OVERS} hand-overs', alone)}; {told(f'and {CONSOLES} consoles', beside)}; {ratio:.2f} x")
    assert len(heard) == CONSOLES
    assert ratio <= 1.2


def beside_hand_overs(stack: Stack) -> list[float]:
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(lambda: [hand_over(stack) for _ in range(HAND_OVERS)])
        took = answers(stack, 80)
        asked.result()
    return took


def hand_over(stack: Stack) -> None:
    visitor = stack.visitor()
    visitor.say("I want to talk to a person")
    visitor.answer()
    visitor.disconnect()
