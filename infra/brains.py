"""What a bot knows, as the operator's commands ask it: out of a folder of articles, or a stage's."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from chalicelib.bot.answers.context import Brain
from chalicelib.bot.messages import brain
from infra.cloud import Cloud
from infra.stack import output, parameters

DEMO = Path(__file__).parent / "demo" / "knowledge"


def of_folder(folder: Path) -> Brain:
    """What is in a folder of articles with their examples, and the shipped rules."""
    from chalicelib.knowledge.articles import changes
    from chalicelib.knowledge.encoder import encoder, passage_encoder
    from chalicelib.knowledge.index import building
    from chalicelib.knowledge.index import index as indexes
    from infra.articles import read_folder

    base = brain.shipped()
    # As a push would store them: an article's own examples are items beside it, and the bot finds articles by them.
    pushed = changes.between(changes.Known([], []), read_folder(folder, base.queues), "file", "", 0)
    built = building.build([one.article for one in pushed.articles], pushed.new_examples)
    return replace(base, index=indexes.read(built.version, built.files, encoder.load(), passage_encoder.load()))


def of_stage() -> Brain:
    """What the stage's bot knows now; inside its surroundings."""
    brain.forget()
    return brain.load()


def surroundings(cloud: Cloud, stack: str) -> dict[str, str]:
    """What a stage's bot is told of them, for infra/inside.py."""
    bucket, zone = output(cloud, stack, "KnowledgeBucket"), parameters(cloud, stack).get("TimeZone", "")
    return {"KNOWLEDGE_BUCKET": bucket, "TABLE": output(cloud, stack, "Table"), "TIME_ZONE": zone}
