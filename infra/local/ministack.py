"""MiniStack's server, with what AWS does and MiniStack 1.5.33 does not.

Eleven things, or tests and local runs would prove less than they seem to:
- A stream mapping there knows no partial failures, retry limits, bisecting or parking of what stays broken, and
  one slow function holds up every other mapping. `poll_streams` gives each mapping its own pace and AWS's rules.
- It saves how far each mapping has read but not the records, so after a restart new writes went unseen.
- A function that a topic calls gets every field, a real signature, retries, and its on-failure destination.
- SES v2 relays a raw mail without most of its headers; here the mail arrives as it was sent.
- SES publishes the events of a configuration set (ses_events.py).
- Functions could import whatever the developer's environment has; here they see their package only, as on Lambda.
- A burst would start a process for each invocation; here it waits for one of a few.
- A page of an index takes as long as its partition is long; here it takes as long as the page (index_order.py).
- Each process unpacked the package for itself: 2,000 files to write and, at its end, to delete, which on a busy disk held
  functions up for a minute. Here all share one copy.
- CloudFormation deleted what is protected, and changed several indexes of a table at once (cloudformation_rules.py).
- DynamoDB's leading keys, and the policies of its tables, decide who may do what (authorization.py).

It stops when its standard input closes, hence also when whoever started it dies, and lets running functions finish first.
"""

import faulthandler
import json
import os
import re
import signal
import sys
import tempfile
import threading
import time
import zipfile
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import partialmethod
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from ministack import app
from ministack.core import lambda_runtime
from ministack.services import dynamodb, lambda_svc, ses, ses_v2, sns

from infra.local import authorization, cloudformation_rules, index_order, ses_events
from infra.local.signing import Signer

Record = dict[str, Any]

WORKERS = 4  # of one function at a time
FINISH_SECONDS = 10.0
SAVE_SECONDS = 15.0
RETRY_SECONDS = 0.2
LONGEST_RETRY_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Batch:
    """What one invocation gets: `records` are those of `read` that pass the mapping's filters."""

    mapping: Record
    function: Record
    position: int
    read: list[Record]
    records: list[Record]

    def position_of(self, index: int) -> int:
        """The place in the stream of the index-th record; past the end, of what follows the batch."""
        if index >= len(self.records):
            return self.position + len(self.read)
        return self.position + self.read.index(self.records[index])


@dataclass(slots=True)
class Struggle:
    """How a mapping copes with a failure: how many records it tries at once, and how often it has tried those."""

    limit: int
    tries: int = 0


_struggles: dict[str, Struggle] = {}
_saved = threading.Event()
_unpacking = threading.Lock()
_signer = Signer(Path(os.environ["SNS_KEY"]), os.environ["SNS_CERTIFICATE"]) if "SNS_KEY" in os.environ else None


def poll_streams() -> bool:
    """Start the next batch of every mapping that has one and is not busy; True if there was any."""
    started = False
    for account, region, mapping in lambda_svc._iter_all_esms():
        with _scope(account, region):
            batch = _next_batch(mapping)
            if batch is None:
                continue
            started = True
            if batch.records:
                lambda_svc._dispatch_esm_batch(mapping["UUID"], _process, batch)
            else:
                _advance(batch, 0)
    return started


@contextmanager
def _scope(account: str, region: str) -> Iterator[None]:
    tokens = lambda_svc._request_account_id.set(account), lambda_svc._request_region.set(region)
    try:
        yield
    finally:
        lambda_svc._request_account_id.reset(tokens[0])
        lambda_svc._request_region.reset(tokens[1])


def _next_batch(mapping: Record) -> Batch | None:
    name, source = mapping["UUID"], mapping.get("EventSourceArn", "")
    if not mapping.get("Enabled", True) or ":dynamodb:" not in source or lambda_svc._esm_inflight.get(name):
        return None
    table_name = source.split("/stream/")[0].split("/")[-1]
    table = dynamodb._tables.get(table_name)
    function, _ = lambda_svc._get_func_record_for_qualifier(mapping["FunctionName"], mapping.get("Qualifier"))
    if not table or table.get("LatestStreamArn") != source or function is None:
        return None
    if lambda_svc._esm_backoff_until.get(name, 0) > time.time():
        return None
    lambda_svc._init_stream_position(name, source, mapping.get("StartingPosition", "LATEST"))
    position = max(lambda_svc._dynamodb_stream_positions[name], dynamodb.stream_start_position(table_name))
    limit = _struggles[name].limit if name in _struggles else int(mapping.get("BatchSize", 100))
    read = dynamodb.stream_records_since(table_name, position, limit)
    return Batch(mapping, function, position, read, lambda_svc._apply_filter_criteria(read, mapping)) if read else None


def _process(batch: Batch) -> None:
    result = lambda_svc._execute_function(batch.function, {"Records": batch.records})
    failed = first_failed(batch, result)
    if result.get("error"):
        lambda_svc.logger.warning("%s failed: %s\n%s", batch.mapping["FunctionName"], result.get("body"), result.get("log"))
    if failed is None:
        _advance(batch, len(batch.records))
    else:
        _struggle(batch, failed, result)


def first_failed(batch: Batch, result: Record) -> int | None:
    """Index of the record from which the batch must be tried again. As on AWS, an answer that names
    no record of the batch means all of them, and failures count only if the mapping asks for them."""
    if result.get("error"):
        return 0
    body = result.get("body")
    if "ReportBatchItemFailures" not in batch.mapping.get("FunctionResponseTypes", []) or not isinstance(body, dict):
        return None
    numbers = [str(record["dynamodb"]["SequenceNumber"]) for record in batch.records]
    named = [str(failure.get("itemIdentifier", "")) for failure in body.get("batchItemFailures") or []]
    if not named:
        return None
    return min((numbers.index(name) if name in numbers else 0) for name in named)


def _struggle(batch: Batch, failed: int, result: Record) -> None:
    """Try again from the failed record: half of what is left if the mapping bisects (which is not counted as
    a retry), else all of it as often as the mapping allows; then park it and go on."""
    name, remaining = batch.mapping["UUID"], batch.records[failed:]
    here, end = batch.position_of(failed), batch.position_of(len(batch.records))
    tries = 0 if failed else _struggles.get(name, Struggle(0)).tries
    _move(batch, here)
    if batch.mapping.get("BisectBatchOnFunctionError") and len(remaining) > 1:
        half = batch.position_of((len(remaining) + 1) // 2)
        _struggles[name] = Struggle((end if failed else half) - here)
    elif condition := _given_up(batch.mapping, tries, remaining):
        lambda_svc._send_ddb_stream_failure_record(
            batch.mapping, batch.function, remaining, batch.mapping["EventSourceArn"], result, condition
        )
        _advance(batch, len(batch.records))
    else:
        _struggles[name] = Struggle(end - here, tries + 1)
        lambda_svc._esm_backoff_until[name] = time.time() + min(RETRY_SECONDS * 2**tries, LONGEST_RETRY_SECONDS)


def _given_up(mapping: Record, tries: int, records: list[Record]) -> str:
    """AWS's name for why no further retry follows, or nothing. -1 stands for no limit, as in the API."""
    allowed = int(mapping.get("MaximumRetryAttempts", -1))
    if 0 <= allowed <= tries:
        return "RetryAttemptsExhausted"
    age = int(mapping.get("MaximumRecordAgeInSeconds", -1))
    oldest = min(float(record["dynamodb"]["ApproximateCreationDateTime"]) for record in records)
    return "MaxRecordAgeExceeded" if 0 < age < time.time() - oldest else ""


def _advance(batch: Batch, count: int) -> None:
    _struggles.pop(batch.mapping["UUID"], None)
    _move(batch, batch.position_of(count))


def _move(batch: Batch, position: int) -> None:
    with lambda_svc._dynamodb_stream_positions_lock:
        if lambda_svc._esms.get(batch.mapping["UUID"]) is batch.mapping:
            lambda_svc._dynamodb_stream_positions[batch.mapping["UUID"]] = position


def _keep_streams() -> None:
    """Save a table's stream with the table, and bring both back."""
    save, load = dynamodb.get_state, dynamodb.load_persisted_state

    def get_state() -> Record:
        return {**save(), "records": dynamodb._stream_records, "trimmed": dynamodb._stream_trimmed}

    def load_persisted_state(data: Record) -> None:
        load(data)
        dynamodb._stream_records.update(data.get("records", {}))
        dynamodb._stream_trimmed.update(data.get("trimmed", {}))

    dynamodb.get_state, dynamodb.load_persisted_state = get_state, load_persisted_state


def _call_subscriber(endpoint: str, envelope: str, _topic: str, subscription: str, *_: Any) -> None:
    """Instead of one attempt whose failure nobody hears of. `endpoint`: the function's ARN, `envelope`: the notification as JSON."""
    function, config, _name = lambda_svc._get_func_record_for_ref(endpoint)
    if function and config:
        notification = {"Subject": None, "MessageAttributes": {}} | json.loads(envelope)
        if _signer:
            notification = _signer.signed(notification)
        record = {"EventVersion": "1.0", "EventSubscriptionArn": subscription, "EventSource": "aws:sns", "Sns": notification}
        lambda_svc.invoke_async_with_retry(lambda_svc._execution_record_for_config(function, config), {"Records": [record]})


def _relay_raw_mails() -> None:
    parse, build, send = ses_v2._parse_raw_mime, ses_v2._build_mime_message, ses._smtp_send
    given: ContextVar[str] = ContextVar("given", default="")

    def remember(raw: str) -> Any:
        given.set(raw)
        return parse(raw)

    def mail(*parts: Any) -> str:
        raw, name = given.get(), parts[-1]
        given.set("")
        if not raw:
            return str(build(*parts))
        return f"Message-ID: <{name}>\r\n" + str(ses._strip_message_id_header(b64decode(raw).decode("utf-8", "replace")))

    def send_bytes(source: str, recipients: list[str], text: str, *server: Any) -> None:
        send(source, recipients, re.sub(r"\r?\n", "\r\n", text).encode(), *server)

    ses_v2._parse_raw_mime, ses_v2._build_mime_message, ses._smtp_send = remember, mail, send_bytes


def _stop_with_parent() -> None:
    sys.stdin.buffer.read()
    quiet, deadline = 0, time.monotonic() + FINISH_SECONDS
    while quiet < 3 and time.monotonic() < deadline:
        quiet = 0 if lambda_svc.executions_in_flight()[0] else quiet + 1
        time.sleep(0.1)
    if quiet < 3:
        lambda_svc.logger.warning("ended although these still ran: %s", lambda_svc.executions_in_flight()[1])
    os.kill(os.getpid(), signal.SIGTERM)
    _saved.wait(SAVE_SECONDS)
    os._exit(0)  # a thread that still waits for something must not hold the end up


def _bare_python() -> str:
    """A Python that sees the standard library and what the package brings, and no site-packages at all."""
    path = Path(tempfile.mkdtemp(prefix="bare-python-")) / "python"
    path.write_text(f'#!/bin/sh\nexec "{sys._base_executable}" -S "$@"\n')  # type: ignore[attr-defined]
    path.chmod(0o700)
    return str(path)


def _share_workers() -> None:
    """On AWS a burst gets as many environments as it needs; here each would be a process of its own, and dozens that
    start at once bring a small machine to a halt. So an invocation waits for one of a few. (None of Baton's functions
    waits for another one, so nobody can wait for ever.)"""
    acquire, release, freed = lambda_runtime.acquire_worker, lambda_runtime.release_worker, threading.Condition()

    def acquire_one(*function: Any, **where: Any) -> tuple[Any, str]:
        with freed:
            while (found := acquire(*function, **where, max_concurrency=WORKERS))[0] is None:
                freed.wait(1)
            return found[0], found[1]

    def release_one(worker: Any) -> None:
        with freed:
            release(worker)
            freed.notify()

    lambda_svc.acquire_worker, lambda_svc.release_worker = acquire_one, release_one


class _SharedZip(zipfile.ZipFile):
    """An archive that is unpacked once; whoever unpacks it again gets a link."""

    def extractall(self, path: Any = None, members: Any = None, pwd: Any = None) -> None:
        with _unpacking:
            shared = Path(tempfile.gettempdir()) / f"package-{sha256(Path(str(self.filename)).read_bytes()).hexdigest()[:32]}"
            if not shared.exists():
                super().extractall(shared.with_suffix(".part"), members, pwd)
                shared.with_suffix(".part").rename(shared)
        Path(path).rmdir()
        Path(path).symlink_to(shared)


def _note_saving() -> None:
    save = app.save_all

    def save_all(services: Record) -> None:
        save(services)
        _saved.set()

    app.save_all = save_all


def main() -> None:
    """Serve until the standard input closes."""
    os.environ.pop("LOG_LEVEL", None)  # MiniStack's own, read by now; functions inherit what is left, and log as on AWS
    lambda_svc._poll_dynamodb_streams = poll_streams
    lambda_svc._ESM_IDLE_WAKE_GAP_SECONDS = 0.005
    detect, python = lambda_runtime._detect_runtime_binary, _bare_python()
    lambda_runtime._detect_runtime_binary = lambda runtime: (python, detect(runtime)[1])
    # It waits 50 ms for the log of a call that logs nothing; what is there is there sooner.
    lambda_runtime.Worker._drain_stderr_bounded = partialmethod(lambda_runtime.Worker._drain_stderr_bounded, first_line_wait=0.01)
    sns._deliver_to_lambda = _call_subscriber
    _keep_streams()
    index_order.keep_order()
    _relay_raw_mails()
    ses_events.publish_events()
    cloudformation_rules.enforce()
    _note_saving()
    _share_workers()
    authorization.enforce_policies()
    lambda_runtime.zipfile = SimpleNamespace(**{**vars(zipfile), "ZipFile": _SharedZip})
    faulthandler.register(signal.SIGUSR1)  # says in the log what every thread does
    threading.Thread(target=_stop_with_parent, daemon=True).start()
    app.main()


if __name__ == "__main__":
    main()
