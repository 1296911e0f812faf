"""Runs inside the measured process: AWS's runtime client with the wire to AWS cut off. Started as a script, with `python -S`.

Says on standard error which operations were called (`CALLED PutItem`) and which modules that an intake function must not
load were loaded (`LOADED pydantic`).
"""

import json
import os
import sys
from importlib.machinery import PathFinder

ANSWERS = json.loads(os.environ.pop("BENCH_ANSWERS"))
FORBIDDEN = frozenset(os.environ.pop("BENCH_FORBIDDEN").split())
called = set()


class Raw:
    """A response's body."""

    def __init__(self, body):
        self.body = body

    def read(self, *_):
        body, self.body = self.body, b""
        return body

    def stream(self, *_, **__):
        yield self.read()


def send(_session, request):
    """In the place of botocore's URLLib3Session.send."""
    from botocore.awsrequest import AWSResponse, HeadersDict

    target = request.headers.get("X-Amz-Target", b"")
    name = (target.decode() if isinstance(target, bytes) else target).rpartition(".")[2] or request.method
    if name not in called:
        called.add(name)
        print("CALLED", name, file=sys.stderr, flush=True)
    asked = json.loads(request.body or b"{}") if target else {}
    item = asked.get("Key", {}).get("pk", {}).get("S", "")
    answer = ANSWERS.get(f"{name} {item}", ANSWERS.get(name, {}))
    body = answer if isinstance(answer, str) else json.dumps(answer)
    return AWSResponse(request.url, 200, HeadersDict({"content-type": "application/x-amz-json-1.0"}), Raw(body.encode()))


class Watch(PathFinder):
    """Sees each import once; cuts the wire where botocore loads it."""

    @classmethod
    def find_spec(cls, name, path=None, target=None):
        if name not in FORBIDDEN and name != "botocore.httpsession":
            return None
        spec = PathFinder.find_spec(name, path, target)
        if name in FORBIDDEN:
            print("LOADED" if spec else "MISSED", name, file=sys.stderr, flush=True)
            return spec
        load = spec.loader.exec_module

        def exec_module(module):
            load(module)
            module.URLLib3Session.send = send

        spec.loader.exec_module = exec_module
        return spec


if __name__ == "__main__":
    del sys.path[0]  # this file's folder is none of Lambda's
    sys.meta_path.insert(0, Watch)
    from awslambdaric.__main__ import main

    main(sys.argv)
