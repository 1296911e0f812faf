"""Where a message is looked for: the knowledge as this customer may see it today, and what was said in her conversation. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from chalicelib.bot.answers.context import Context
from chalicelib.bot.interpretation import retrieval
from chalicelib.bot.interpretation.retrieval import Hit
from chalicelib.knowledge.articles.article import Article, version_for
from chalicelib.knowledge.index.index import Index

Reply = Literal["", "yes", "no", "which", "again"]


@dataclass(frozen=True, slots=True)
class Bands:
    """The least confidences for answering and for offering."""

    sure: float
    offer: float


@dataclass(frozen=True, slots=True)
class Meaning:
    """`asked`: the whole question, if the message is only part of it. `reply`: yes or no to what the bot said last; "which": yes to
    several, `hits` are these; "again": she wants to hear the last answer once more. `picks`: so many of the hits are what she chose.
    `passages`: what of the first one's text may answer her; `doubtful`: it may well not, and `beside` is then a passage of the second one
    that may as well; `unlikely`: it hardly does. `fits`: what of the first one fits, where that is no more than a guess. `instead`: what
    she asks in place of what was talked about, which she turns away from."""

    hits: list[Hit] = field(default_factory=list)
    asked: str = ""
    reply: Reply = ""
    picks: int = 0
    passages: tuple[str, ...] = ()
    doubtful: bool = False
    unlikely: bool = False
    beside: str = ""
    fits: tuple[str, ...] = ()
    instead: str = ""

    @property
    def confidence(self) -> float:
        return self.hits[0].confidence if self.hits else 0.0

    @property
    def passage(self) -> str:
        return "\n".join(self.passages)


@dataclass(frozen=True, slots=True)
class Scope:
    """`day`: today as an ISO date."""

    index: Index
    context: Context
    day: str

    def search(self, text: str, limit: int = 3) -> list[Hit]:
        return retrieval.search(self.index, text, self.day, limit, self.context.tier)

    def hits(self, articles: Iterable[str], confidence: float) -> list[Hit]:
        """Those of the articles that she may still see."""
        found = ((name, self.index.articles.get(name, {})) for name in articles)
        return [
            Hit(name, confidence, known) for name, known in found if any(one.valid(self.day, self.context.tier) for one in known.values())
        ]

    def shown(self, hit: Hit) -> Article:
        """The version that she gets."""
        return version_for(hit.versions, self.context.language, self.day, self.context.tier)

    def key(self, hit: Hit) -> tuple[str, str]:
        """Of that version, among the passages."""
        shown = self.shown(hit)
        return shown.id, shown.language

    def title(self, article: str) -> str:
        """ "" for an article that is gone."""
        known = self.index.articles.get(article)
        return version_for(known, self.context.language, self.day, self.context.tier).title if known else ""
