"""Browsers, customers and agents for the tests; the stack itself is the fixture of all tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.browser.driver import Browser
from tests.conftest import Stack
from tests.people import Agent

NewBrowser = Callable[..., Browser]


@pytest.fixture
def browser() -> Iterator[NewBrowser]:
    """`browser(language, size, dark)` opens one; all are closed at the end."""
    opened: list[Browser] = []

    def new(*args: Any, **options: Any) -> Browser:
        opened.append(Browser(*args, **options))
        return opened[-1]

    yield new
    for one in opened:
        one.quit()


@pytest.fixture
def supervisor(stack: Stack) -> Iterator[Agent]:
    """One whose hands are empty before and after the test."""
    agent = stack.agent("supervisor")
    agent.resolve_all()
    yield agent
    agent.resolve_all()
