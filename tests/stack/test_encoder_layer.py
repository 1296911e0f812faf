"""The layer on the running stack: who has it, and that a function with it understands sentences."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest

from infra.local.aws import session
from infra.package import ARCHIVE, build
from tests.conftest import Stack

pytestmark = pytest.mark.stack

PROBE = """
import sys
from chalicelib.knowledge.encoder import encoder


def handler(event, context):
    found = encoder.load()
    english, chinese, other = found.embed(event["texts"])
    return {"name": found.name, "near": float(english @ chinese), "far": float(english @ other), "numpy": sys.modules["numpy"].__file__}
"""


@pytest.fixture
def functions(stack: Stack) -> Any:
    return session().client("lambda", endpoint_url=stack.addresses.aws)


@pytest.fixture
def probe(stack: Stack, functions: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A function of the same code and layer as the bot's, with a handler that tells of the encoder."""
    bot = functions.get_function_configuration(FunctionName=stack.addresses.outputs["BotAnswerName"])
    code = io.BytesIO(build("local", "local", tmp_path_factory.mktemp("package")).archives[ARCHIVE].read_bytes())
    with zipfile.ZipFile(code, "a") as archive:
        archive.writestr("probe.py", PROBE)
    functions.create_function(
        FunctionName="encoder-probe",
        Runtime=bot["Runtime"],
        Handler="probe.handler",
        Role=bot["Role"],
        Code={"ZipFile": code.getvalue()},
        Layers=[layer["Arn"] for layer in bot["Layers"]],
        Timeout=30,
        MemorySize=512,
    )
    yield "encoder-probe"
    functions.delete_function(FunctionName="encoder-probe")


def test_only_the_bot_and_what_teaches_it_have_the_layer(stack: Stack, functions: Any) -> None:
    names = {key.removesuffix("Name"): name for key, name in stack.addresses.outputs.items() if key.endswith("Name")}
    having = {key for key, name in names.items() if functions.get_function_configuration(FunctionName=name).get("Layers")}
    assert having == {"BotAnswer", "Learn"}


def test_a_function_with_the_layer_understands_a_question_in_another_language(probe: str, functions: Any) -> None:
    texts = ["Where is my order?", "我的订单在哪里？", "I forgot my password"]
    answer = functions.invoke(FunctionName=probe, Payload=json.dumps({"texts": texts}))
    told = json.loads(answer["Payload"].read())
    assert told["name"] == "use-multilingual-3"
    assert told["near"] > 0.7 > 0.5 > told["far"]
    assert "layer" in told["numpy"]
