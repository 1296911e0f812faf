"""Schemas of copies and erasures of a customer's data."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, field

from chalicelib.schemas import Milliseconds, Request, View


class ErasureRequest(Request):
    """`customer`: the same id as in the address, written again, as nothing brings an erased customer back. `force`: conversations that
    people owe an answer are closed."""

    customer: Annotated[str, Meta(max_length=100)]
    force: bool = False


class CertificateText(View):
    """The certificate in words."""

    en: str
    zh: str


class Certificate(View):
    """`subject`: a keyed hash of the customer's id. `erased`: what was there, by kind; `left`: what a look afterwards found again.
    `before`: the hash of the certificate before this one; `remains`: what is not deleted, by name (docs/privacy.md)."""

    id: str
    subject: str
    by: str
    asked_at: Milliseconds
    ended_at: Milliseconds
    erased: dict[str, int]
    left: int
    before: str
    remains: list[str]
    hash: str
    text: CertificateText


class Job(View):
    """A copy (`export`) or an erasure. `subject` stands for the customer in all jobs. `found`: how much of each kind there is. `url`: where
    a finished copy can be fetched, for five minutes; asked for again there is a new address, for as long as the copy is kept."""

    id: str
    do: Literal["export", "erase"]
    subject: str
    by: str
    at: Milliseconds
    state: Literal["ordered", "running", "settling", "done", "failed"]
    ended_at: Milliseconds
    found: dict[str, int]
    error: str = ""
    url: str = ""
    certificate: Certificate | None = None


class Jobs(View):
    """The newest first: who asked for what, and when."""

    jobs: list[Job] = field(default_factory=list)
