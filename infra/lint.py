"""cfn-lint over the packaged template: its errors, not its advice."""

from __future__ import annotations

from cfnlint.api import lint as cfn_lint
from cfnlint.config import ManualArgs


def lint(template: str) -> list[str]:
    """One line per error, with its place in the template; empty if it is sound."""
    found = cfn_lint(template, config=ManualArgs(ignore_checks=["W", "I"]))
    return [f"{match.rule.id} {'/'.join(str(part) for part in getattr(match, 'path', None) or [])}: {match.message}" for match in found]
