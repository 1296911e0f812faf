"""One message with all that was found out about it: what the bot's decision is made of, and its words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from chalicelib.bot.answers import wording
from chalicelib.bot.answers.context import Brain, Context
from chalicelib.bot.interpretation import language as languages
from chalicelib.bot.interpretation.contextual.scope import Meaning
from chalicelib.bot.interpretation.orthography.dialect import as_written
from chalicelib.bot.interpretation.retrieval import Hit
from chalicelib.bot.rules.facts import Asked, Facts, MessageSignals
from chalicelib.business.opening_hours import HoursStatus
from chalicelib.conversations.model import Answer
from chalicelib.knowledge.articles.article import Article, version_for


@dataclass(frozen=True, slots=True)
class Case:
    """`day`: today as an ISO date, in the business's time zone."""

    question: str
    context: Context
    brain: Brain
    day: str
    opening: HoursStatus
    heard: MessageSignals
    meant: Meaning
    facts: Facts
    asked: Asked

    @property
    def hits(self) -> Sequence[Hit]:
        return self.meant.hits

    @property
    def language(self) -> str:
        """In which the bot answers."""
        return self.facts.language

    def shown(self, hit: Hit) -> Article:
        """An article in the customer's language; in her script, too, where the article has only the other one."""
        article = version_for(hit.versions, self.language, self.day, self.context.tier)
        if (self.language, article.language) != ("zh-Hant", "zh"):
            return article
        title, text, short = map(self.in_script, (article.title, article.text, article.short))
        return replace(article, language="zh-Hant", title=title, text=text, short=short)

    def in_script(self, text: str) -> str:
        """Simplified Chinese in the customer's script and region's words."""
        if self.language != "zh-Hant":
            return text
        from chalicelib.bot.interpretation.traditional import traditional

        return traditional(text, languages.region(f"{self.question} {self.context.last_question}"))

    def name(self, sentence: str) -> str:
        """The variant of a sentence that she has heard least lately."""
        return wording.variant(self.brain.rules, sentence, self.context.told)

    def said(self, sentence: str, **values: str) -> str:
        """A sentence of the rule table in her language, with its placeholders filled in; her own words stand in it as she wrote them."""
        hers = {name: as_written(value, self.question) for name, value in values.items()}
        return wording.sentence(self.brain.rules, sentence, self.language, self.context, self.opening, **hers)

    def sentence(
        self, name: str, outcome: str, *, confidence: float = 1.0, asking: str = "", choices: Sequence[str] = (), **values: str
    ) -> Answer:
        """A sentence of the bot's own as an answer. What was asked and offered before stays what she may go on with: "thanks" is no
        question."""
        spoken = self.name(name)
        return Answer(
            text=self.said(spoken, **values),
            article="",
            confidence=confidence,
            language=self.language,
            offered=self.context.offered,
            asked=self.context.last_question,
            choices=tuple(choices) if self.context.taps else (),
            outcome=outcome,
            told=(name,),
            asking=asking,
        )
