"""Teaches the passage encoder: `python -m tests.bench.train_passages`, with requirements-train.txt installed; 12 minutes on two cores.

Of what customers ask 48 invented businesses (tests/fixtures/shops): each question shall lie nearest to the passage that answers it, of all
passages of that business (softmax over their cosines). One more business (tests/fixtures/follow_ups) is never learnt from: how often its
right passage is first is printed before and after. Writes infra/passage_adapter.safetensors.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import utils

from chalicelib.bot.interpretation.contextual.completion import in_context
from chalicelib.bot.interpretation.orthography.dialect import mainland
from chalicelib.knowledge.articles.plain_text import plain_text
from chalicelib.knowledge.index import arrays
from chalicelib.knowledge.index.passages import split
from infra.passage_model import ADAPTER
from tests.bench.passage_network import Network

FIXTURES = Path(__file__).parents[1] / "fixtures"
EPOCHS, FASTEST, TEMPERATURE, PARTS_OF_SHOP = 3, 4e-4, 0.05, 2
ALONE = 0.2  # of the questions are heard without what they go on with
SEED = 20261129


@dataclass(frozen=True, slots=True)
class Question:
    """What is said, alone and with what it goes on with; `right`: the places of the passages that answer it."""

    said: str
    whole: str
    right: list[int]


@dataclass(frozen=True, slots=True)
class Shop:
    """`passages`: as they are embedded, with their title; `articles`: which article each belongs to."""

    name: str
    passages: list[str]
    articles: list[str]
    asked: list[Question]


def shops(articles: Path, asked: Sequence[Path]) -> list[Shop]:
    """By business and language; questions that nothing answers are left out."""
    found: dict[str, Shop] = {}
    for one in _lines(articles):
        shop = found.setdefault(_name(one), Shop(_name(one), [], [], []))
        title = mainland(one["title"])
        pieces = split(plain_text(mainland(one["body"])))
        shop.passages.extend(f"{title}: {piece}" for piece in pieces)
        shop.articles.extend([one["id"]] * len(pieces))
    for path in asked:
        for one in _lines(path):
            shop = found[_name(one | {"language": one.get("language", path.stem)})]
            right = [
                place for place, name in enumerate(shop.articles) if name == one["article"] and _says(shop.passages[place], one["passage"])
            ]
            if right:
                shop.asked.append(Question(mainland(one["say"]), _in_context(one, shop), right))
    return list(found.values())


def _in_context(one: dict[str, str], shop: Shop) -> str:
    """As the bot asks for it (contextual/meaning.py): behind the title of what was told, and the question before."""
    last = next((shop.passages[place].partition(": ")[0] for place, name in enumerate(shop.articles) if name == one["last"]), "")
    return in_context(last, mainland(one["before"]), mainland(one["say"]))


def _lines(path: Path) -> Iterator[dict[str, str]]:
    return map(json.loads, path.read_text("utf-8").splitlines())


def _name(one: dict[str, str]) -> str:
    return f"{one.get('shop', 'other')} {one['language']}"


def _says(passage: str, marked: str) -> bool:
    """Is the marked sentence in it, or the other way round, marks aside?"""
    mine, right = (re.sub(r"[\W_]+", "", plain_text(mainland(text))).lower() for text in (passage.partition(": ")[2], marked))
    return bool(mine) and (mine in right or right in mine)


def nearness(network: Network, shop: Shop, asked: Sequence[str]) -> Tensor:
    """Of questions (rows) to all passages of their shop."""
    with torch.autocast("cpu", dtype=torch.bfloat16):
        passages, questions = network.vectors(shop.passages, "passage"), network.vectors(asked, "question")
    return questions.float() @ passages.float().T


def _heard(one: Question) -> str:
    """Mostly with its context; the bot looks for the message alone, too."""
    return one.said if random.random() < ALONE else one.whole


def loss(near: Tensor, asked: Sequence[Question]) -> Tensor:
    right = torch.zeros_like(near, dtype=torch.bool)
    for row, one in enumerate(asked):
        right[row, one.right] = True
    scores = near / TEMPERATURE
    return (scores.logsumexp(1) - scores.masked_fill(~right, -1e9).logsumexp(1)).mean()


def first_right(network: Network, shop: Shop) -> str:
    with torch.no_grad():
        best = nearness(network, shop, [one.whole for one in shop.asked]).argmax(1).tolist()
    passage = sum(place in one.right for place, one in zip(best, shop.asked, strict=True))
    article = sum(shop.articles[place] == shop.articles[one.right[0]] for place, one in zip(best, shop.asked, strict=True))
    return f"{shop.name}: right article first {article}, right passage {passage} of {len(shop.asked)}"


def teach(network: Network, taught: Sequence[Shop]) -> None:
    learning = [weights for weights in network.parameters() if weights.requires_grad]
    steps = EPOCHS * PARTS_OF_SHOP * len(taught)
    optimizer = torch.optim.AdamW(learning, lr=FASTEST, weight_decay=0.01)
    pace = torch.optim.lr_scheduler.OneCycleLR(optimizer, FASTEST, total_steps=steps, pct_start=0.1)
    for epoch in range(EPOCHS):
        parts = [(shop, part) for shop in taught for part in _parts(shop)]
        random.shuffle(parts)
        total = 0.0
        for shop, asked in parts:
            wrong = loss(nearness(network, shop, [_heard(one) for one in asked]), asked)
            optimizer.zero_grad()
            wrong.backward()
            utils.clip_grad_norm_(learning, 1.0)
            optimizer.step()
            pace.step()
            total += wrong.item()
        print(f"epoch {epoch + 1}: loss {total / len(parts):.3f}", flush=True)


def _parts(shop: Shop) -> list[list[Question]]:
    mixed = random.sample(shop.asked, len(shop.asked))
    return [mixed[start::PARTS_OF_SHOP] for start in range(PARTS_OF_SHOP)]


def main() -> None:
    random.seed(SEED)
    torch.manual_seed(SEED)
    network = Network()
    taught = shops(FIXTURES / "shops" / "articles.jsonl", [FIXTURES / "shops" / "asked.jsonl"])
    other = shops(FIXTURES / "follow_ups" / "articles.jsonl", [FIXTURES / "follow_ups" / f"{name}.jsonl" for name in ("en", "zh")])
    for shop in other:
        print("before,", first_right(network, shop), flush=True)
    teach(network, taught)
    for shop in other:
        print("after,", first_right(network, shop), flush=True)
    ADAPTER.write_bytes(arrays.packed(network.adapter()))


if __name__ == "__main__":
    main()
