"""Schemas of agents and of how they sign in."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, UnsetType, structs

from chalicelib.schemas import Milliseconds, Request, View

Role = Literal["agent", "supervisor", "admin"]
Password = Annotated[str, Meta(max_length=256)]


class SignInRequest(Request):
    """Address and password; to answer the challenge of a first sign-in the session and the new password instead."""

    email: Annotated[str, Meta(min_length=1, max_length=320)]
    password: Password = ""
    session: Annotated[str, Meta(max_length=4096)] = ""
    new_password: Password = ""


class Agent(View):
    """`skills`: the queues that the agent serves. `open`: conversations in the agent's hands, `max_open` at most. `per_minute`: calls of
    the API in a minute. `privacy`: may export and erase customers."""

    id: str
    email: str
    name: str
    role: Role
    skills: list[str]
    max_open: int
    open: int
    per_minute: int
    privacy: bool


class Agents(View):
    """Everybody who ever signed in."""

    agents: list[Agent]


class AgentChange(Request):
    """What is left out stays as it is. `privacy`, the right to export and erase customers, only an admin gives and takes."""

    name: Annotated[str, Meta(min_length=1, max_length=80)] | UnsetType = UNSET
    skills: Annotated[list[str], Meta(min_length=1, max_length=100)] | UnsetType = UNSET
    max_open: Annotated[int, Meta(ge=1, le=100)] | UnsetType = UNSET
    per_minute: Annotated[int, Meta(ge=10, le=100_000)] | UnsetType = UNSET
    privacy: bool | UnsetType = UNSET


def given(change: AgentChange) -> dict[str, Any]:
    """What is to be changed, by name."""
    return {name: value for name, value in structs.asdict(change).items() if value is not UNSET}


class AgentSession(View):
    """`token` goes into the header Authorization of every further call, until `expires_at`; a cookie that scripts cannot read renews it."""

    token: str
    expires_at: Milliseconds
    agent: Agent


class Challenge(View):
    """A first sign-in asks for a new password: call again with this session."""

    challenge: Literal["new_password"]
    session: str


class SocketAddress(View):
    """The address of the agents' WebSocket, good for one minute."""

    socket: str
