"""What a message means in its conversation: a pick from what was offered, a yes or a no, or a question. Pure."""

from __future__ import annotations

from dataclasses import replace

from chalicelib.bot.answers.context import Context
from chalicelib.bot.interpretation import missed
from chalicelib.bot.interpretation.choices.assent import agrees, refusal
from chalicelib.bot.interpretation.choices.picks import Picked, is_bare, picked
from chalicelib.bot.interpretation.contextual import meaning as contextual
from chalicelib.bot.interpretation.contextual.completion import asks_something
from chalicelib.bot.interpretation.contextual.scope import Bands, Meaning, Scope
from chalicelib.bot.interpretation.courtesies import parting as partings
from chalicelib.bot.interpretation.courtesies.politeness import core
from chalicelib.bot.interpretation.orthography.dialect import mainland
from chalicelib.bot.interpretation.reaction import reaction
from chalicelib.knowledge.index.index import Index

_WORTH = 0.25  # confidence: she was misunderstood once, and what is less likely than that is not told instead
ACTED = "action"  # in Conversation.told: an action spoke last, and what was offered before it is no longer what a "yes" answers


def meaning(question: str, context: Context, index: Index, day: str, bands: Bands | None) -> Meaning:
    """`bands`: None for small talk, which is not looked for. `day`: today as an ISO date."""
    scope = Scope(index, context, day)
    if context.settled:
        return Meaning(scope.hits([context.settled], 1.0), context.last_question)
    if bands and (said := asked_instead(question, context)):
        return _instead(mainland(said), scope, bands)
    reply = _reply(question, scope) if context.offered or context.last_article or context.asking else None
    if isinstance(reply, Meaning):
        return reply
    if bands is None:
        return Meaning()
    if reply is None and is_bare(question) and not context.under_way:  # of no list that she sees: a number is never searched
        return Meaning(scope.hits(context.offered, 0.0), context.last_question, "which")
    if reply:  # what she asks instead of what was offered has nothing to do with the question before
        scope = replace(scope, context=replace(context, last_question=""))
    return contextual.meant(mainland(reply or question), scope, bands)


def asked_instead(question: str, context: Context) -> str:
    """What she asks beside the word that what was said missed it; "" if nothing, or if nothing was said that could have."""
    is_later = context.last_article or context.last_question or context.offered or context.told
    return missed.asks(question) if is_later and not (context.under_way or context.settled) else ""


def _instead(said: str, scope: Scope, bands: Bands) -> Meaning:
    """The answer missed it, or she drops its subject: what was told last comes second, unless nothing else is likely or it surely answers
    this, too."""
    context = scope.context
    last = context.last_article
    found = contextual.meant(core(said), replace(scope, context=replace(context, last_question="", offered=())), bands)
    others = [hit for hit in found.hits if hit.article != last]
    if last and found.confidence < bands.offer:
        again = contextual.meant(core(said), scope, bands)
        return replace(again if again.passages else found, asked=said, instead=said)
    if not last and found.confidence < bands.sure and context.offered:  # it is none of those
        return Meaning([hit for hit in others if hit.article not in context.offered and hit.confidence >= _WORTH], said, instead=said)
    if not last or found.hits[0].article != last:
        return replace(found, asked=said, instead=said)
    if found.confidence < bands.sure and others and others[0].confidence >= _WORTH:
        return Meaning(others, said, instead=said)
    return replace(contextual.meant(core(said), scope, bands), instead=said)


def parting(question: str, context: Context, index: Index, day: str) -> str:
    """ "thanks" or "goodbye" with other words around, to what the bot said before; or ""."""
    if not (context.last_article or context.last_question or context.told) or context.under_way or context.settled:
        return ""
    scope = Scope(index, context, day)
    return partings.kind(question, lambda: f"{context.last_question}\n{contextual.last_text(scope)}")


def _reply(question: str, scope: Scope) -> Meaning | str | None:
    """A reply to what the bot said last; the rest of a message that refuses it and asks something else; or None."""
    context = scope.context
    if context.last_article and agrees(question):
        return Meaning(reply="yes")
    if context.last_article and reaction(question) == "again":
        return Meaning(scope.hits([context.last_article], 1.0), context.last_question, "again")
    chosen = picked(question, [scope.title(article) for article in context.offered]) if context.offered else None
    is_told = chosen and [context.offered[place] for place in chosen.places] == [context.last_article] and asks_something(question)
    if chosen and not is_told and not (context.told[:1] == (ACTED,) and agrees(question)):
        return _picked(chosen, scope)
    instead = refusal(question)
    return None if instead is None else instead or Meaning(reply="no")


def _picked(chosen: Picked, scope: Scope) -> Meaning:
    """An article that is gone by now is not replaced by its neighbour: nothing is found then, and a person answers."""
    context = scope.context
    names = [context.offered[place] for place in chosen.places]
    if chosen.doubt:
        return Meaning(scope.hits(names, 0.0), context.last_question, "which")
    is_last = context.last_article in ("", *context.offered)  # else something was answered since, and the list is older
    return Meaning(scope.hits(names, 1.0), context.last_question if is_last else scope.title(names[0]), picks=len(names))
