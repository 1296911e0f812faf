"""What supervisors do with gaps: edit a draft, make it an article, say which article it belongs to, or reject it.

Nothing of a gap is seen by customers before that. An approved draft is an article like any other: it is published as usual.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from chalicelib.errors import BadRequest, Conflict
from chalicelib.governance import queue_names
from chalicelib.governance.roster import Agent
from chalicelib.knowledge.articles import store
from chalicelib.knowledge.articles.example import example
from chalicelib.knowledge.articles.writing import article_of, checked
from chalicelib.knowledge.learning import gap as gap_of
from chalicelib.knowledge.learning import gaps, taught
from chalicelib.knowledge.learning.gap import Gap
from chalicelib.knowledge.learning.masking import masked
from chalicelib.teaching import teaching

_SHOWN = 100
LONGEST_TITLE, LONGEST_BODY = 200, 20_000


def listed(state: str = "open") -> dict[str, Any]:
    """The gaps of a state ("" for all), what is asked most first. Those asked only once are counted, and shown if they are few."""
    known = [gap for gap in gaps.everything() if not state or gap.state == state]
    often = [gap for gap in known if gap.count > 1 or gap.edited or gap.state != "open"]
    once = [gap for gap in known if gap not in often]
    return {"gaps": (*often, *once)[:_SHOWN], "once": len(once), "more": max(0, len(known) - _SHOWN)}


def edit(agent: Agent, gap_id: str, title: str, body: str, language: str) -> Gap:
    """Keeps a supervisor's words; from then on nothing is drafted over them. Raises NotFound, BadRequest, Conflict."""
    gap = gaps.get(gap_id)
    if len(title) > LONGEST_TITLE or len(body) > LONGEST_BODY:
        raise BadRequest(f"a title may have {LONGEST_TITLE} characters, a body {LONGEST_BODY}")
    return gaps.save(replace(gap, title=title.strip(), body=body.strip(), language=language, edited=agent.id))


def approve(agent: Agent, gap_id: str, article: dict[str, Any], wordings: Sequence[str], now: int) -> Gap:
    """The draft becomes an article that is not published yet, and the wordings that the supervisor left its examples.

    `article`: {"id", "language", "title", "body"} and what else an article may have. Raises BadRequest, Conflict (an article has
    this id already), NotFound.
    """
    gap = gaps.get(gap_id)
    made = checked(article_of(article), queue_names.known())
    if store.versions_of(made.id):
        raise Conflict("there is an article with this id already: choose another one, or assign the gap to that article")
    store.put_article(made, 0, agent.id, now)
    teaching.forget()
    return _taught(gap_of.decided(gap, "approved", agent.id, now, made.id), wordings)


def assign(agent: Agent, gap_id: str, article: str, wordings: Sequence[str], now: int) -> Gap:
    """An article answers it already: the wordings become its examples, and the bot knows them at once. Raises BadRequest, NotFound."""
    gap = gaps.get(gap_id)
    return _taught(gap_of.decided(gap, "assigned", agent.id, now, teaching.known_article(article)), wordings)


def reject(agent: Agent, gap_id: str, now: int) -> Gap:
    """It stays away until it is asked twice as often, and ten times more. Raises NotFound."""
    return gaps.save(gap_of.decided(gaps.get(gap_id), "rejected", agent.id, now))


def _taught(gap: Gap, wordings: Sequence[str]) -> Gap:
    """Examples first: whoever is interrupted does it again, and it does no harm."""
    known = {str(sample["text"]): (str(sample["language"]), str(sample["conversation"])) for sample in gap.samples}
    by, at = gap.decided_by, gap.decided_at
    for place, wording in enumerate(dict.fromkeys(masked(text) for text in wordings[: gap_of.SAMPLES])):
        if wording:
            language, asked_in = known.get(wording, (gap.language or "en", ""))
            taught.teach(example(wording, gap.article, language, source="agent", by=by, at=at, conversation=asked_in, place=place))
    return gaps.save(gap)
