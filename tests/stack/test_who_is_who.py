"""One customer on three channels: proves an address in the chat, leaves, is answered by mail, and goes on with the same agent."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from chalicelib.conversations import baton, table
from chalicelib.customers import customer as customers
from chalicelib.customers import identities, merging, proofs
from infra.local.aws import session
from tests.conftest import Stack
from tests.people import Agent, Mailer, Visitor, eventually
from tests.stack.test_units import counted
from tests.unit.conftest import T0, incoming

PERSON = "I want to talk to a person, please"
BACK = 3 * 60_000


@pytest.fixture(scope="module")
def agent(stack: Stack) -> Agent:
    return stack.agent()


@pytest.fixture(autouse=True)
def free_hands(agent: Agent) -> None:
    agent.resolve_all()


def proves(visitor: Visitor, address: str, read_code: Any) -> None:
    visitor.tell({"action": "contact", "id": "contact-01", "address": address, "language": "en"})
    assert visitor.hear(lambda f: f["type"] in ("contact", "error"))["type"] == "contact"
    code = eventually(read_code)
    visitor.tell({"action": "prove", "id": "prove-0001", "address": address, "code": code})
    assert visitor.hear(lambda f: f["type"] in ("proven", "error"))["address"] == address


def code_in(texts: list[str]) -> str:
    found = re.search(r"\b\d{6}\b", texts[-1]) if texts else None
    return found[0] if found else ""


def by_mail(visitor: Visitor, mailer: Mailer) -> None:
    proves(visitor, mailer.address, lambda: code_in([m["text"] for m in mailer.inbox()]))


def later(stack: Stack, conversation: str, message: str) -> None:
    """Three minutes pass in this thread, and the clock brings the message again."""
    addresses, thread = stack.addresses, conversation.rpartition(".")[0]
    client = {name: session().client(name, endpoint_url=addresses.aws) for name in ("dynamodb", "lambda")}
    table = {"TableName": addresses.outputs["Table"]}
    values = {":pk": {"S": f"T#{thread}"}}
    rows = client["dynamodb"].query(**table, KeyConditionExpression="pk = :pk", ExpressionAttributeValues=values)["Items"]
    for row in rows:
        for name in {"at", "time", "opened_at"} & row.keys():
            client["dynamodb"].update_item(
                **table,
                Key={"pk": row["pk"], "sk": row["sk"]},
                UpdateExpression="ADD #when :back",
                ExpressionAttributeNames={"#when": name},
                ExpressionAttributeValues={":back": {"N": str(-BACK)}},
            )
    key = {"pk": {"S": f"T#{thread}"}, "sk": {"S": f"M#{message}"}}
    images = {"Keys": key, "NewImage": client["dynamodb"].get_item(**table, Key=key)["Item"], "SequenceNumber": "1"}
    event = {"Records": [{"eventName": "INSERT", "eventSource": "baton:replay", "dynamodb": images}]}
    answer = client["lambda"].invoke(FunctionName=addresses.outputs["DeliverName"], Payload=json.dumps(event).encode())
    assert json.loads(answer["Payload"].read()) == {"batchItemFailures": []}


def waits_for_a_person(visitor: Visitor, agent: Agent) -> dict[str, Any]:
    visitor.say(PERSON)
    visitor.answer()
    return agent.claim(visitor.address)


def test_who_leaves_the_chat_is_answered_by_mail_and_goes_on_with_the_same_agent(stack: Stack, agent: Agent) -> None:
    visitor, mailer = stack.visitor(), stack.mailer()
    c = waits_for_a_person(visitor, agent)
    by_mail(visitor, mailer)
    eventually(lambda: agent.read(c["id"])["contact"] == {"blocked": "", "proven": True})
    stack.closed(visitor)

    reply = agent.reply(c["id"], "We send you a new pot.")
    later(stack, c["id"], reply["id"])
    mail = eventually(lambda: [m for m in mailer.inbox() if "a new pot" in m["text"]])[0]
    shown = {m["id"]: m for m in agent.read(c["id"])["messages"]}
    assert (shown[reply["id"]]["state"], shown[reply["id"]]["detail"]) == ("sent", "followed by e-mail")
    assert shown["f+" + reply["id"]]["channel"] == "email"

    mailer.reply(mail, "Thank you, and the lid?")
    eventually(lambda: any("the lid" in m["text"] for m in agent.read(c["id"])["messages"]))
    read = agent.read(c["id"])
    assert (read["conversation"]["owner"], read["conversation"]["agent"]) == ("agent", agent.me["id"])
    assert [(m["direction"], m["channel"]) for m in read["messages"]][-1] == ("incoming", "email")

    agent.reply(c["id"], "The lid is with it.")  # her last word came by mail, and no page of hers is open
    eventually(lambda: [m for m in mailer.inbox() if "The lid is with it" in m["text"]])

    visitor.connect()
    texts = [m["text"] for m in visitor.replay()]
    assert [texts.count(t) for t in ("We send you a new pot.", "Thank you, and the lid?", "The lid is with it.")] == [1, 1, 1]
    agent.reply(c["id"], "Welcome back.")
    assert visitor.answer()["text"] == "Welcome back."


def test_one_customer_on_two_channels_is_parted_and_joined_by_supervisors_only(stack: Stack, agent: Agent) -> None:
    visitor, mailer, supervisor = stack.visitor(), stack.mailer(), stack.agent("supervisor")
    mailer.send("An earlier question", "How long does shipping take?")
    eventually(mailer.inbox)
    c = waits_for_a_person(visitor, agent)
    by_mail(visitor, mailer)
    read = eventually(lambda: (r := agent.read(c["id"]))["others"] and r)
    assert [o["channel"] for o in read["others"]] == ["email"]
    assert {"proven", "merged"} <= {e["kind"] for e in read["events"]}

    customer = agent.ask("GET", f"customers/{read['conversation']['customer']}")
    assert {(i["channel"], i["address"]) for i in customer["identities"]} == {("email", mailer.address), ("webchat", visitor.address)}
    assert [x["channel"] for x in customer["conversations"]] == ["webchat", "email"]
    path, mine = f"customers/{customer['customer']}", {"channel": "webchat", "address": visitor.address}
    assert agent.call("POST", f"{path}/split", mine).status_code == 403
    alone = supervisor.ask("POST", f"{path}/split", mine)
    assert [i["channel"] for i in alone["identities"]] == ["email"]
    apart = agent.read(c["id"])
    assert apart["others"] == []
    assert [e["kind"] for e in apart["events"]][-1] == "split"

    other = {"other": apart["conversation"]["customer"]}
    assert agent.call("POST", f"{path}/merge", other).status_code == 403
    assert len(supervisor.ask("POST", f"{path}/merge", other)["identities"]) == 2
    assert supervisor.call("POST", f"{path}/merge", {"other": "nobody"}).status_code == 404
    assert [e["kind"] for e in agent.read(c["id"])["events"]][-1] == "merged"


def test_who_said_stop_gets_no_text_and_reads_it_in_the_chat(stack: Stack, agent: Agent) -> None:
    visitor, phone = stack.visitor(), stack.phone()
    c = waits_for_a_person(visitor, agent)
    proves(visitor, phone.number, lambda: code_in(phone.inbox()))
    stack.closed(visitor)
    first = agent.reply(c["id"], "Your parcel is on its way.")
    later(stack, c["id"], first["id"])
    follows = eventually(lambda: [m for m in agent.read(c["id"])["messages"] if m["id"] == "f+" + first["id"]])
    assert [(m["channel"], m["text"].splitlines()[0]) for m in follows] == [("sms", "Your parcel is on its way.")]
    assert follows[0]["state"] != "failed"  # at night it waits until the morning

    phone.send("STOP")
    eventually(lambda: [t for t in phone.inbox() if "START" in t])
    second = agent.reply(c["id"], "It was delivered.")
    later(stack, c["id"], second["id"])
    shown = {m["id"]: m["state"] for m in agent.read(c["id"])["messages"]}
    assert shown[second["id"]] == "pending"
    assert not [t for t in phone.inbox() if "It was delivered" in t]
    visitor.connect()
    assert visitor.replay()[-1]["text"] == "It was delivered."


@pytest.mark.usefixtures("quiet_table")
def test_a_customer_with_all_channels_is_one_query_and_one_batch() -> None:
    """Ten conversations, two identities and a merge: half a unit for the index; DynamoDB bills half a unit for each item, too,
    which the local AWS does not count."""
    phone = identities.prove("sms", "+12025550143", "carrier", T0)
    for n in range(10):
        channel, address = ("sms", "+12025550143") if n else ("webchat", "w1")
        known = identities.ensure(channel, address, T0 + n)
        table.save(baton.opened(incoming(thread=f"t{n}", channel=channel, address=address, at=T0 + n), known.customer))
    visitor = identities.ensure("webchat", "w1", T0)
    move = merging.merge(customers.exactly(phone.customer), customers.exactly(visitor.customer), "agent-sue", "by hand", T0 + 20)
    merging.carry_out(move)
    with counted() as units:
        found = customers.of(move.target)
    assert (len(found.conversations), len(found.identities), len(found.moves)) == (10, 2, 1)
    assert units.calls == {"Query": 1, "BatchGetItem": 1}
    assert (units.written, units.read) == (0, 0.5), units


@pytest.mark.usefixtures("quiet_table")
def test_a_proof_costs_the_chat_one_write_and_no_read() -> None:
    with counted() as units:
        assert proofs.prove("w1", "email", "ann@customer.example", "code", T0)
    assert (units.written, units.read) == (1, 0), units
