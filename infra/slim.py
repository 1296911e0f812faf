"""What libraries load at every start and no function ever uses: replaced in the package by next to nothing.

botocore writes manuals for `help()`, which needs an HTML parser; urllib3 asks for the version of a library for HTTP/2,
which no AWS service speaks to it. Together that is a twentieth of a cold start. The test that calls every operation in use from the
archive would show if a new release needed more.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from infra.errors import DeployError

_DOCSTRINGS = '''"""Cut by Baton's packaging: nobody reads manuals in a function."""


class LazyLoadedDocstring(str):
    def __new__(cls, *args, **kwargs):
        return super().__new__(cls)

    def __init__(self, *args, **kwargs):
        super().__init__()


class ClientMethodDocstring(LazyLoadedDocstring):
    pass


class PaginatorDocstring(LazyLoadedDocstring):
    pass


class WaiterDocstring(LazyLoadedDocstring):
    pass
'''

REPLACED = {
    "botocore/docs/__init__.py": "",
    "botocore/docs/docstring.py": _DOCSTRINGS,
    "urllib3/http2/__init__.py": "",
}
# Tools beside the logger, which alone is used: a second router with the pages of its API's manual, parsers of events, and more.
_UNUSED = (
    "auth_alpha",
    "batch",
    "circuit_breaker",
    "data_classes",
    "data_masking",
    "feature_flags",
    "idempotency",
    "kafka",
    "metadata",
    "parameters",
    "parser",
    "streaming",
    "validation",
)
DROPPED = (
    "aws_lambda_powertools/event_handler",
    "urllib3/contrib/emscripten",
    *(f"aws_lambda_powertools/utilities/{name}" for name in _UNUSED),
)
# A second copy of the time zones (zoneinfo reads tzdata), lists of them for other programs, and repetitions in calendars.
UNREAD = (
    "dateutil/zoneinfo/dateutil-zoneinfo.tar.gz",
    "dateutil/rrule.py",
    "tzdata/zoneinfo/tzdata.zi",
    "tzdata/zoneinfo/zone.tab",
    "tzdata/zoneinfo/zone1970.tab",
    "tzdata/zoneinfo/zonenow.tab",
)
# Of asn1crypto only certificates are read.
_OTHER_SYNTAX = ("cms", "crl", "csr", "ocsp", "pdf", "pkcs12", "tsp")
# For type checkers and installers.
_FOR_OTHERS = ("*.pyi", "py.typed", "*.dist-info/RECORD", "*.dist-info/INSTALLER", "*.dist-info/REQUESTED")
_KEPT_DOCS = {"__init__.py", "docstring.py", "utils.py"}  # botocore's handlers name the last one


def slim(folder: Path) -> None:
    """Replaces the modules in a folder of installed dependencies. Raises DeployError if a release moved them."""
    for name, text in REPLACED.items():
        path = folder / name
        if not path.is_file():
            raise DeployError(
                f"{name} is not where infra/slim.py expects it", "look at the new release, and take the name out if it is gone"
            )
        path.write_text(text)
    for name in DROPPED:
        shutil.rmtree(folder / name)
    for name in (*UNREAD, *(f"asn1crypto/{name}.py" for name in _OTHER_SYNTAX)):
        (folder / name).unlink()
    for path in [path for pattern in _FOR_OTHERS for path in folder.rglob(pattern)]:
        path.unlink()
    for path in (folder / "phonenumbers" / "shortdata").glob("region_*.py"):
        path.unlink()  # of numbers such as 110, loaded for whoever asks about those: nobody does
    for path in (folder / "botocore" / "docs").iterdir():
        if path.name not in _KEPT_DOCS:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
