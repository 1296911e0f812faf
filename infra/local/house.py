"""Baton on this machine, whole: the local AWS, the deployed stack, its data and the ways in. For `make run` and for tests."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from infra.cloud import Cloud
from infra.deploy import Show
from infra.errors import DeployError
from infra.local import demo_data
from infra.local.aws import LocalAwsError, free_port, local_aws, port_taken, session
from infra.local.demo_data import Login
from infra.local.installation import STACK, SUPPORT_ADDRESS, install
from infra.local.signing import Signer
from infra.local.ways_in import Ports, ways_in
from infra.progress import Progress


@dataclass(frozen=True, slots=True)
class Addresses:
    """What `.baton/addresses.json` holds; `aws` is the endpoint, `smtp` is `127.0.0.1:port`."""

    site: str
    console: str
    api: str
    websocket: str
    smtp: str
    phone: str
    mailbox: str
    shop: str
    support_address: str
    sms_number: str
    logins: list[Login] = field(repr=False)
    aws: str
    region: str
    stack: str
    outputs: dict[str, str]


@contextmanager
def house(
    folder: Path, port: int = 0, *, preferred: int = 0, demo: bool = True, support: str = SUPPORT_ADDRESS, show: Show | None = None
) -> Iterator[Addresses]:
    """Run everything for as long as the block lasts; data and addresses stay in `folder`, and the next run has them again.

    `port`: the first of four neighbours; 0 takes the `preferred` ones if they are free, else any free ones. Raises DeployError.
    """
    show = show or _silent
    ports = settled_ports(folder, port, preferred)
    show(Progress("starting the local AWS"))
    try:
        pages = f"http://127.0.0.1:{ports['pages']}"
        signer = Signer.settled(folder, pages)
        with local_aws(folder / "state", ports["aws"], relay_port=ports["sent"], signer=signer) as endpoint:
            cloud = Cloud(session(), endpoint)
            show(Progress("packaging"))
            installed = install(cloud, folder, pages, support, show)
            show(Progress("loading demo knowledge and users"))
            logins = demo_data.load(cloud, folder, installed.outputs) if demo else []
            with ways_in(installed.around, Ports(ports["pages"], ports["smtp"], ports["sent"]), folder / "ways_in", signer):
                addresses = Addresses(
                    site=installed.site + "/",
                    console=installed.site + "/console",
                    api=installed.site + "/",
                    websocket=installed.socket,
                    smtp=f"127.0.0.1:{ports['smtp']}",
                    phone=f"{pages}/phone",
                    mailbox=f"{pages}/mailbox",
                    shop=f"{pages}/shop",
                    support_address=installed.around.support_address,
                    sms_number=installed.around.sms_number,
                    logins=logins,
                    aws=endpoint,
                    region=cloud.region,
                    stack=STACK,
                    outputs=installed.outputs,
                )
                with _published(addresses, folder / "addresses.json"):
                    yield addresses
    except LocalAwsError as error:
        raise DeployError(str(error)) from error


def settled_ports(folder: Path, wanted: int, preferred: int = 0) -> dict[str, int]:
    """The ports of this folder: those of its last run, else the wanted ones, else the preferred ones if they are free,
    else any free ones. Raises DeployError."""
    memory, names = folder / "ports.json", ("aws", "pages", "smtp", "sent")
    known: dict[str, int] = json.loads(memory.read_text()) if memory.exists() else {}
    asked = _neighbours(wanted or preferred, names)
    if known and wanted and known != asked:
        raise DeployError(f"the data in {folder} belongs to port {known['aws']}", f"leave out --port, or remove {folder} to start afresh")
    good = wanted or (preferred and not any(map(port_taken, asked.values())))
    ports = known or (asked if good else _neighbours(free_port(len(names)), names))
    taken = [number for number in ports.values() if port_taken(number)]
    if taken:
        raise DeployError(
            f"port {taken[0]} is taken",
            "is Baton running in another window? Use that one, or end it" if known else "choose another with --port",
        )
    folder.mkdir(parents=True, exist_ok=True)
    memory.write_text(json.dumps(ports))
    return ports


def _neighbours(first: int, names: tuple[str, ...]) -> dict[str, int]:
    return {name: first + offset for offset, name in enumerate(names)}


@contextmanager
def _published(addresses: Addresses, path: Path) -> Iterator[None]:
    """The addresses stand in the file for as long as they are true. It holds passwords of demo users: for the owner only."""
    path.touch(0o600)
    path.write_text(json.dumps(asdict(addresses), indent=1))
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def read_addresses(folder: Path) -> dict[str, Any]:
    """The addresses of what runs in this folder. Raises DeployError if nothing does."""
    path = folder / "addresses.json"
    if not path.exists():
        raise DeployError("Baton does not run here", "start it in another window: make run")
    found: dict[str, Any] = json.loads(path.read_text())
    return found


def _silent(_: Progress) -> None:
    """For tests."""
