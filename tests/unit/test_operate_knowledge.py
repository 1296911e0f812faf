"""What an operator sees of the knowledge in a terminal of ordinary width."""

from __future__ import annotations

import io
from dataclasses import replace

from rich.console import Console

from chalicelib.knowledge import releases
from infra.operate.knowledge import releases_table

AT = 1_800_000_000_000
VERSION = "0123456789abcdef"


def test_whoever_goes_back_reads_each_version_whole_in_80_columns() -> None:
    one = replace(releases.new("rollback", "someone@with-a-long-name.example", AT, version=VERSION), state="done", switched=True)
    many = replace(one, version="f" * 16, articles=9_000, examples=10_000)
    failed = replace(one, state="failed")
    out = io.StringIO()
    Console(file=out, width=80).print(releases_table([one, many, failed], VERSION))
    lines = out.getvalue().splitlines()
    assert [line.split()[:5] for line in lines if VERSION in line] == [
        ["2027-01-15", "08:00", "rollback", VERSION, state] for state in ("in", "failed")
    ]
    assert any("in use" in line for line in lines)
    assert any("9000 + 10000" in line for line in lines)
