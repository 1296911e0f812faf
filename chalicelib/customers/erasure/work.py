"""Carrying out exports and erasures, in steps that may be stopped anywhere and begun again: by the function, the clock or a command.

An erasure keeps its walk in the bucket of exports first, as it takes away by what things are found; then goes on from step to step, each of
which may be done twice. A minute after the last it looks again: whatever was on its way when it began (a mail being taken in, a turn of
the bot) belongs to the person who is forgotten; what was written later is a new customer's.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from chalicelib import settings
from chalicelib.aws import objects
from chalicelib.conversations import keys, partitions, table
from chalicelib.conversations.model import Conversation
from chalicelib.customers import identities
from chalicelib.customers.erasure import footprint, jobs, learned, parked, threads, traces
from chalicelib.customers.erasure.certificate import Certificate
from chalicelib.customers.erasure.export import export
from chalicelib.customers.erasure.footprint import Footprint
from chalicelib.customers.erasure.holding import Holding, Mask
from chalicelib.customers.erasure.jobs import Do, Job
from chalicelib.errors import Conflict, NotFound
from chalicelib.observability import log

SETTLING = 60_000  # ms: what was on its way when the last step ended has arrived by then
_BEAT = 20_000  # ms between two signs of life
_LOOKED = 99  # the step after which nothing is left to be taken away but the walk itself
_TRIES = 3  # of an export, which cannot go on where it stopped


class Stopped(Exception):
    """The time is over; somebody goes on."""


@dataclass(frozen=True, slots=True)
class House:
    """What the rooms hand down: `holdings` in the order in which they are erased, `close` ends a conversation that people owe an answer."""

    holdings: tuple[Holding, ...]
    close: Callable[[Conversation, str, int], None]
    clock: Callable[[], int]


@dataclass(slots=True)
class Worker:
    """One go at a job. `until` (Unix ms): then it stops at the next safe place; `tell` is called with each sign of life."""

    house: House
    job: Job
    until: int
    tell: Callable[[Job], None]
    beaten: int = field(default=0)

    def note(self, **changes: object) -> None:
        """Stores how far it is. Raises Conflict if somebody else took over."""
        now = self.house.clock()
        free_at = {"free_at": now + jobs.LEASE}
        self.job = jobs.save(replace(self.job, **(free_at | changes)))  # type: ignore[arg-type]
        self.beaten = now
        self.tell(self.job)

    def tick(self, is_progress: bool) -> None:
        """Raises Stopped, if the time is over and something was done in it."""
        if is_progress and self.house.clock() > self.until:
            raise Stopped
        self.alive()

    def alive(self) -> None:
        if self.house.clock() > self.beaten + _BEAT:
            self.note()


def order(do: Do, customer: str, by: str, at: int, *, force: bool = False) -> Job:
    """Raises NotFound; Conflict if a person owes an answer in a conversation (unless `force`), or if a job for this customer runs."""
    who = footprint.walk(customer)
    if any(not job.is_over and job.customer in who.names for job in jobs.latest()):
        raise Conflict("this customer's data is being exported or erased already: wait for its end")
    if do == "erase" and not force:
        _refuse_open(who)
    return jobs.new(do, who.customer, by, at, force=force)


def work(job_id: str, house: House, until: int, tell: Callable[[Job], None] = lambda _: None) -> Job:
    """One go; the job as it is then. Raises Conflict if somebody works at it already, and whatever stops it in the middle: the clock has it
    tried again."""
    worker = Worker(house, jobs.taken(jobs.get(job_id), house.clock()), until, tell)
    try:
        return _exported(worker) if worker.job.do == "export" else _erased(worker)
    except Stopped:
        return jobs.save(replace(worker.job, free_at=0))
    except (NotFound, Conflict) as error:
        if worker.job.began or worker.job.do == "export":
            raise
        return jobs.over(replace(worker.job, state="failed", error=str(error).partition(":")[0]), house.clock())


def attempt(job_id: str, house: House, until: int) -> str:
    """As `work`, for a function that is called twice: in which state the job is. Whatever stops it is raised and looked at by an alarm."""
    if jobs.get(job_id).free_at > house.clock() or jobs.get(job_id).is_over:
        return "somebody works at it, or it is over"
    return work(job_id, house, until).state


def _exported(worker: Worker) -> Job:
    job = worker.job
    if job.step >= _TRIES:
        return jobs.over(replace(job, state="failed", error="too much for one go: use the command"), worker.house.clock())
    who = footprint.walk(job.customer)
    worker.note(step=job.step + 1, began=worker.house.clock())
    found = export(who, worker.house.holdings, _bucket(), job.archive, worker.alive)
    return jobs.over(replace(worker.job, state="done", found=found), worker.house.clock())


def _erased(worker: Worker) -> Job:
    if worker.job.step == _LOOKED:
        return _sealed(worker)
    who = _planned(worker)
    mask = Mask(worker.job.secret)
    for number, holding in enumerate(worker.house.holdings, 1):
        if worker.job.step > number:
            continue
        _carry_out(worker, holding, who, mask)
        worker.note(step=number + 1)
        log.info("erasing", job=worker.job.id, done=holding.name)
    if worker.job.state != "settling":
        return jobs.save(replace(worker.job, state="settling", free_at=worker.house.clock() + SETTLING))
    return _ended(worker, who, mask)


def _planned(worker: Worker) -> Footprint:
    """The walk and what it found, kept before anything goes; conversations that people hold are closed."""
    job = worker.job
    if job.step:
        return footprint.load(objects.read(_bucket(), job.plan) or b"")
    who = footprint.walk(job.customer)
    if not job.force:
        _refuse_open(who)
    for c in _open(who):
        worker.house.close(c, job.by, worker.house.clock())
    began = worker.house.clock()
    found = _counted(worker, who, worker.house.holdings)
    objects.write(_bucket(), job.plan, who.dump())
    worker.note(step=1, began=began, found=found)
    return who


def _carry_out(worker: Worker, holding: Holding, who: Footprint, mask: Mask) -> None:
    for is_progress in holding.erase(who, mask):
        worker.tick(is_progress)


def _ended(worker: Worker, who: Footprint, mask: Mask) -> Job:
    """What arrived late goes, too; then nothing must be left."""
    for late in _late(who, worker.job.began):
        for holding in worker.house.holdings:
            _carry_out(worker, holding, late, mask)
    left = sum(sum(_counted(worker, late, worker.house.holdings).values()) for late in _late(who, worker.job.began))
    for name in who.names:
        if jobs.subject(name) != worker.job.subject:  # a copy from before it was merged
            objects.erase(_bucket(), jobs.folder(jobs.subject(name)))
    worker.note(step=_LOOKED, left=left)
    return _sealed(worker)


def _sealed(worker: Worker) -> Job:
    """The walk goes now, as nobody needs it any more, and with it all copies."""
    objects.erase(_bucket(), jobs.folder(worker.job.subject))
    job, now = worker.job, worker.house.clock()
    return jobs.sealed(replace(job, state="done"), lambda before: _certificate(job, job.left, now, before), now)


def _certificate(job: Job, left: int, now: int, before: str) -> Certificate:
    return Certificate(job.id, job.subject, job.by, job.at, now, dict(job.found), left, before)


def _counted(worker: Worker, who: Footprint, holdings: Iterable[Holding]) -> dict[str, int]:
    counts = Counter[str]()
    for holding in holdings:
        for found in holding.find(who):
            counts[found.kind] += found.count
            worker.alive()
    return dict(counts)


def _late(who: Footprint, began: int) -> list[Footprint]:
    """What a message from before the erasure made since: it lies where the first walk led, and is nobody's who wrote since."""
    quiet = tuple(thread for thread in who.threads if _is_left_over(thread, began))
    known = [one for one in (identities.read(*name) for name in who.identities) if one and one.customer and one.since < began]
    ghosts = []
    for customer in dict.fromkeys(one.customer for one in known):
        try:
            ghost = footprint.walk(customer)
        except NotFound:
            continue
        if all(_is_left_over(thread, began) or not _anything(thread) for thread in ghost.threads):
            ghosts.append(ghost)
    taken = {thread for ghost in ghosts for thread in ghost.threads}
    rest = tuple(thread for thread in quiet if thread not in taken)
    return [*ghosts, *([replace(who, threads=rest, identities=(), names=(who.customer,))] if rest else [])]


def _is_left_over(thread: str, began: int) -> bool:
    """Is something there, though nobody wrote since?"""
    items = list(partitions.items(keys.thread_pk(thread)))
    wrote = [item for item in items if item["type"]["S"] == "incoming" and int(item["at"]["N"]) >= began]
    return bool(items) and not wrote


def _anything(thread: str) -> bool:
    return any(True for _ in partitions.items(keys.thread_pk(thread)))


def _open(who: Footprint) -> list[Conversation]:
    heads = [table.head(talk.thread, consistent=True) for talk in who.talks if talk.owner in ("queue", "agent")]
    return [c for c in heads if c and c.owner in ("queue", "agent")]


def _refuse_open(who: Footprint) -> None:
    waiting = [c.id for c in _open(who)]
    if waiting:
        raise Conflict(f"a person owes an answer: resolve {', '.join(waiting[:5])} first, or order with force, which closes it")


def _bucket() -> str:
    return settings.env("EXPORTS_BUCKET")


def house(above: Iterable[Holding], close: Callable[[Conversation, str, int], None], clock: Callable[[], int]) -> House:
    """With what the rooms above hold. In this order: what is found by words while the words are there; who it is last."""
    return House((learned.HOLDING, *above, threads.HOLDING, parked.HOLDING, traces.HOLDING), close, clock)
