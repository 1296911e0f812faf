"""What stops a deployment or an operator's command, in words for the operator."""

from __future__ import annotations


class DeployError(Exception):
    """It cannot go on: the text says why; `do` says what to do about it."""

    def __init__(self, why: str, do: str = "") -> None:
        super().__init__(why)
        self.do = do
