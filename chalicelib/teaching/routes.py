"""The part of the agents' API by which people teach the bot: verdicts, reviews, gaps, what was learned."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chalicelib import teaching
from chalicelib.errors import BadArticle, Conflict
from chalicelib.governance.endpoints import Endpoints
from chalicelib.observability import now
from chalicelib.teaching import schemas

if TYPE_CHECKING:
    from chalicelib.governance.roster import Agent

api = Endpoints(__name__)


@api.post("/conversations/{conversation_id}/messages/{message_id}/verdict", body=schemas.VerdictRequest, response=schemas.VerdictTaken)
def verdict(agent: Agent, conversation_id: str, message_id: str, body: schemas.VerdictRequest) -> Any:
    """Judge an answer of the bot; the last verdict counts. 400 for what is no answer out of an article."""
    return teaching.teaching.verdict(agent, conversation_id, message_id, body, now())


@api.get("/conversations/{conversation_id}/articles", query=schemas.SearchQuery, response=schemas.ArticleChoices)
def articles_to_choose(agent: Agent, conversation_id: str, query: schemas.SearchQuery) -> Any:
    """Articles that may answer what was asked here. 400 for a message that is no answer out of an article."""
    return teaching.teaching.offer(conversation_id, query.q, query.message)


@api.get("/reviews", response=schemas.Reviews)
def reviews(agent: Agent) -> Any:
    """Answers that are to be judged."""
    return teaching.reviews.listed(now())


@api.get("/gaps", who="supervisor", query=schemas.GapsQuery, response=schemas.Gaps)
def gaps(agent: Agent, query: schemas.GapsQuery) -> Any:
    """Questions that keep coming and that no article answers."""
    return teaching.gaps.listed(query.state)


@api.put("/gaps/{gap_id}", who="supervisor", body=schemas.GapChange, response=schemas.Gap, errors=(Conflict,))
def edit_gap(agent: Agent, gap_id: str, body: schemas.GapChange) -> Any:
    """Edit the draft."""
    return teaching.gaps.edit(agent, gap_id, body.title, body.body, body.language)


@api.post("/gaps/{gap_id}/approve", who="supervisor", body=schemas.GapApproval, response=schemas.Gap, errors=(Conflict, BadArticle))
def approve_gap(agent: Agent, gap_id: str, body: schemas.GapApproval) -> Any:
    """The draft becomes an article, which waits to be published. 409: there is one with this id."""
    return teaching.gaps.approve(agent, gap_id, body.article, body.examples, now())


@api.post("/gaps/{gap_id}/assign", who="supervisor", body=schemas.GapAssignment, response=schemas.Gap, errors=(Conflict,))
def assign_gap(agent: Agent, gap_id: str, body: schemas.GapAssignment) -> Any:
    """An article answers it already: the wordings become its examples."""
    return teaching.gaps.assign(agent, gap_id, body.article, body.examples, now())


@api.post("/gaps/{gap_id}/reject", who="supervisor", response=schemas.Gap, errors=(Conflict,))
def reject_gap(agent: Agent, gap_id: str) -> Any:
    """It stays away until it is asked much more often."""
    return teaching.gaps.reject(agent, gap_id, now())


@api.post("/learning", who="supervisor", response=schemas.LearningOrdered, status=202)
def learn(agent: Agent) -> Any:
    """The bot learns now."""
    return teaching.learned.order(agent, now())


@api.get("/learning", who="supervisor", response=schemas.Lessons)
def what_was_learned(agent: Agent) -> Any:
    """Reports of what was learned."""
    return teaching.learned.listed()


@api.get("/learning/{report_id}", who="supervisor", response=schemas.Lesson)
def open_what_was_learned(agent: Agent, report_id: str) -> Any:
    """One report, with all that it lists."""
    return teaching.learned.report(report_id)
