"""The stack on the local AWS: the same package and template as production, with the addresses that it has here."""

import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra.cloud import Cloud, parameters_of, stack_of
from infra.deploy import Show, deploy
from infra.errors import DeployError
from infra.local import twilio
from infra.local.surroundings import Surroundings
from infra.package import Package, build
from infra.progress import describe
from infra.shared_parameters import share

STAGE = "local"
STACK = stack_of(STAGE)
SUPPORT_ADDRESS = "support@lantern-tea.example"
SMS_NUMBER = "+12025550199"
PARAMETERS = {"SmsNumber": SMS_NUMBER, "Business": "Lantern Tea", "DeliveryReports": "all"}

_API = re.compile(r"://([^.]+)\.execute-api\.[^/]+/(\w+)")


@dataclass(frozen=True, slots=True)
class Installation:
    """What runs now. `site` ends without a slash; `deployed` says whether this run had to change anything."""

    outputs: dict[str, str]
    site: str
    socket: str
    around: Surroundings
    deployed: bool


def install(cloud: Cloud, folder: Path, pages: str, support: str, show: Show) -> Installation:
    """Deploy what has changed since the last run, and tell the stack its local addresses.

    `pages` is the address of the local ways in, `support` the one that customers write to. Raises DeployError.
    """
    package, parameters = (
        build(STAGE, "local", folder / "package"),
        {"SupportAddress": support, "ActionsUrl": f"{pages}/actions", **PARAMETERS},
    )
    outputs = _kept_outputs(cloud, folder, package, parameters)
    deployed = outputs is None
    if outputs is None:
        outputs = deploy(cloud.session, cloud.endpoint_url, package, STACK, parameters, show, allow_replacement=True)
        _memory(folder).write_text(json.dumps({"digest": package.digest, "parameters": parameters, "outputs": outputs}, indent=1))
    site, socket = addresses(outputs, str(cloud.endpoint_url))
    account, token = _credentials(cloud)
    management = socket.replace("ws://", "http://")
    _settings(
        cloud,
        {
            "public_url": site,
            "socket_url": socket,
            "socket_endpoint": management,
            "files_origin": str(cloud.endpoint_url),
            "twilio_api": pages,
            "sms_api": pages,
            "sns_certificates": f"{pages}/sns/",
        },
    )
    _let_mail_out(cloud, support)
    around = Surroundings(
        str(cloud.endpoint_url),
        site,
        support,
        SMS_NUMBER,
        outputs["MailBucket"],
        outputs["MailTopic"],
        account,
        token,
        outputs["TextTopic"],
    )
    return Installation(outputs, site, socket, around, deployed)


def addresses(outputs: Mapping[str, str], endpoint: str) -> tuple[str, str]:
    """The site's and the WebSocket's address, as the local AWS serves them without names of hosts."""
    paths = []
    for name in ("SiteUrl", "SocketUrl"):
        found = _API.search(outputs[name])
        if found is None:
            raise DeployError(f"the stack's output {name} is no address of an API: {outputs[name]}")
        paths.append(f"{endpoint}/_aws/execute-api/{found[1]}/{found[2]}")
    return paths[0], paths[1].replace("http://", "ws://")


def _memory(folder: Path) -> Path:
    return folder / "state" / "installed.json"


def _kept_outputs(cloud: Cloud, folder: Path, package: Package, parameters: Mapping[str, str]) -> dict[str, str] | None:
    """The outputs of the last deployment if it was of the same package and still stands."""
    if not _memory(folder).exists():
        return None
    known: dict[str, Any] = json.loads(_memory(folder).read_text())
    standing = (describe(cloud, STACK) or {}).get("StackStatus") in ("CREATE_COMPLETE", "UPDATE_COMPLETE")
    same = (known["digest"], known["parameters"]) == (package.digest, parameters)
    return dict(known["outputs"]) if standing and same else None


def _credentials(cloud: Cloud) -> tuple[str, str]:
    """The stage's Twilio account and token, made at random once; so are the keys of the shop: for its customers who sign
    in, and for our calls to it."""
    ssm, path = cloud.client("ssm"), parameters_of(STACK)
    values = []
    made = {
        "twilio_account_sid": twilio.new_sid("AC"),
        "twilio_auth_token": secrets.token_hex(16),
        "site_jwt": secrets.token_urlsafe(48),
        "actions": secrets.token_urlsafe(48),
    }
    for name, fresh in made.items():
        try:
            ssm.put_parameter(Name=f"{path}secrets/{name}", Value=fresh, Type="SecureString")
            values.append(fresh)
        except ssm.exceptions.ParameterAlreadyExists:
            kept = ssm.get_parameter(Name=f"{path}secrets/{name}", WithDecryption=True)
            values.append(str(kept["Parameter"]["Value"]))
    return values[0], values[1]


def _settings(cloud: Cloud, values: Mapping[str, str]) -> None:
    for name, value in values.items():
        cloud.client("ssm").put_parameter(Name=f"{parameters_of(STACK)}settings/{name}", Value=value, Type="String", Overwrite=True)
    share(cloud, STACK)


def _let_mail_out(cloud: Cloud, support: str) -> None:
    """A verified domain and production access, which an operator asks SES for once."""
    ses = cloud.client("sesv2")
    try:
        ses.create_email_identity(EmailIdentity=support.rpartition("@")[2])
    except ses.exceptions.AlreadyExistsException:
        return
    ses.put_account_details(MailType="TRANSACTIONAL", WebsiteURL="https://lantern-tea.example", ProductionAccessEnabled=True)
