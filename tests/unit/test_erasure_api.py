"""Copies and erasures by API and by command: who may, what is told, and where the copy is fetched."""

from __future__ import annotations

import io
import json
import zipfile
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
import requests
from click.testing import CliRunner

import app
from chalicelib.aws import functions
from chalicelib.conversations import table
from chalicelib.customers.erasure import jobs, work
from infra import customer as commands
from infra.operate.customer import command
from tests.unit.conftest import T0
from tests.unit.erasure_world import World, make_world, tell
from tests.unit.test_api import Api, api, code

__all__ = ["api", "make_world"]

SUE = {"sub": "agent-sue", "email": "sue@shop.example", "cognito:groups": "supervisors"}
ADA = {"sub": "agent-ada", "email": "ada@shop.example", "cognito:groups": "admins"}
NOWHERE = ("--stage", "test", "--region", "eu-central-1", "--endpoint-url", "http://127.0.0.1:9")


@pytest.fixture(autouse=True)
def started(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, dict[str, Any]]]:
    taken: list[tuple[str, dict[str, Any]]] = []
    monkeypatch.setenv("CUSTOMER_JOBS_FUNCTION", "customer-jobs")
    monkeypatch.setattr(functions, "start", lambda what, function, order: taken.append((function, dict(order))))
    return taken


def allow(api: Api) -> None:
    """An admin gives a supervisor the right."""
    api.claims = dict(SUE)
    api("GET", "/me")
    api.claims = dict(ADA)
    status, changed = api("PUT", "/agents/agent-sue", {"privacy": True})
    assert (status, changed["privacy"]) == (200, True)
    api.claims = dict(SUE)


def test_only_supervisors_with_the_right_may_and_only_admins_give_it(api: Api, world: World) -> None:
    world.mail("a")
    customer = world.customer("a")
    calls = [
        ("POST", f"/customers/{customer}/export", None),
        ("POST", f"/customers/{customer}/erase", {"customer": customer}),
        ("GET", "/customer-jobs", None),
        ("GET", "/customer-jobs/1", None),
    ]
    assert [code(api(*call)) for call in calls] == [(403, "forbidden")] * 4
    api.claims = dict(SUE)
    assert [code(api(*call)) for call in calls] == [(403, "forbidden")] * 4
    assert code(api("PUT", "/agents/agent-sue", {"privacy": True})) == (403, "forbidden")
    assert jobs.latest() == []
    allow(api)
    assert api("GET", "/customer-jobs") == (200, {"jobs": []})
    api.claims = dict(SUE) | {"cognito:groups": "agents"}
    assert code(api("GET", "/customer-jobs")) == (403, "forbidden"), "the right alone makes nobody a supervisor"


def test_a_copy_is_ordered_followed_and_fetched(api: Api, world: World, started: list[Any]) -> None:
    world.mail("a")
    allow(api)
    status, ordered = api("POST", f"/customers/{world.customer('a')}/export")
    assert (status, ordered["state"], ordered["by"]) == (202, "ordered", "agent-sue")
    assert started == [("customer-jobs", {"job": ordered["id"]})]
    assert api("GET", f"/customer-jobs/{ordered['id']}")[1]["url"] == ""
    assert code(api("POST", f"/customers/{world.customer('a')}/export")) == (409, "conflict")
    world.through(jobs.get(ordered["id"]))
    done = api("GET", f"/customer-jobs/{ordered['id']}")[1]
    assert (done["state"], done["found"]["mails"], done["certificate"]) == ("done", 1, None)
    with zipfile.ZipFile(io.BytesIO(requests.get(done["url"], timeout=5).content)) as archive:
        names = archive.namelist()
    assert {name.rpartition("/")[2] for name in names} >= {"README.txt", "customer.json", "messages.jsonl", "conversations.jsonl"}
    assert [name for name in names if name.endswith(".eml")]


def test_an_erasure_asks_for_the_id_twice_and_ends_with_a_certificate(api: Api, world: World) -> None:
    world.mail("a", ask=False)
    allow(api)
    customer = world.customer("a")
    path = f"/customers/{customer}/erase"
    assert code(api("POST", path, {"customer": "c-other"})) == (400, "bad_request")
    assert code(api("POST", path, {"customer": customer})) == (409, "conflict")
    assert code(api("POST", "/customers/c-none/erase", {"customer": "c-none"})) == (404, "not_found")
    status, ordered = api("POST", path, {"customer": customer, "force": True})
    assert status == 202
    world.through(jobs.get(ordered["id"]))
    told = api("GET", f"/customer-jobs/{ordered['id']}")[1]
    assert (told["state"], told["certificate"]["left"], told["certificate"]["by"]) == ("done", 0, "agent-sue")
    assert "Certificate of erasure" in told["certificate"]["text"]["en"]
    assert [(job["do"], job["by"]) for job in api("GET", "/customer-jobs")[1]["jobs"]] == [("erase", "agent-sue")]
    assert tell(world, "a") == {}
    assert api("GET", f"/customers/{customer}")[0] == 404


def test_the_function_works_at_it_until_a_minute_before_its_time_is_over(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.mail("a")
    job = work.order("erase", world.customer("a"), "agent-sue", T0)
    asked: list[tuple[str, int]] = []
    monkeypatch.setattr(app, "now", lambda: T0)
    monkeypatch.setattr(work, "attempt", lambda job_id, house, until: asked.append((job_id, until)) or "settling")

    class Context:
        def get_remaining_time_in_millis(self) -> int:
            return 900_000

    assert app.customer_jobs({"job": job.id}, Context()) == "settling"
    assert asked == [(job.id, T0 + 840_000)]


@pytest.fixture
def at_the_terminal(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """The commands work with the stores of the test; the minute is over at once."""
    monkeypatch.setattr(commands, "at", lambda *_: nullcontext())
    monkeypatch.setattr(commands, "now", lambda: world.at)
    monkeypatch.setattr(commands.time, "sleep", lambda seconds: setattr(world, "at", world.at + int(seconds * 1000) + 1))
    return world


def run(*words: str, typed: str = "") -> Any:
    return CliRunner().invoke(command, [*words, *NOWHERE], input=typed)


def test_the_command_exports_and_erases_and_lists(at_the_terminal: World, tmp_path: Path) -> None:
    world = at_the_terminal
    world.mail("a")
    done = run("export", "zq9amail@zq9amail.example", "--to", str(tmp_path / "a.zip"))
    assert done.exit_code == 0, done.output
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        assert "customer.json" in archive.namelist()
    refused = run("erase", "zq9amail@zq9amail.example", typed="n\n")
    assert (refused.exit_code, bool(tell(world, "a"))) == (1, True)
    done = run("erase", world.customer("a"), "--yes", "--certificate", str(tmp_path / "certificate.json"))
    assert done.exit_code == 0, done.output
    assert "Certificate of erasure" in done.output
    assert json.loads((tmp_path / "certificate.json").read_text("utf-8"))["left"] == 0
    assert tell(world, "a") == {}
    listed = run("list")
    assert listed.output.count("operator") == 2


def test_after_a_restore_whoever_came_back_is_erased_again(at_the_terminal: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world = at_the_terminal
    world.mail("a")
    world.mail("b")
    backup = world.store.items()
    world.erase("a")
    for item in backup:
        table.clients.client("dynamodb").put_item(TableName="conversations", Item=item)
    assert tell(world, "a")
    monkeypatch.setattr("infra.cloud.Cloud.client", lambda _, service: table.clients._session().create_client(service))
    done = run("replay", "--yes")
    assert done.exit_code == 0, done.output
    assert tell(world, "a") == {}
    assert tell(world, "b")
    assert "nobody came back" in run("replay").output
