"""What the local ways in must know of the stack they lead to."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from infra.local.aws import session


@dataclass(frozen=True)
class Surroundings:
    """`public_url` is the site without a slash at its end; `account` and `token` are the stage's Twilio credentials."""

    endpoint: str
    public_url: str
    support_address: str
    sms_number: str
    mail_bucket: str
    mail_topic: str
    account: str
    token: str
    text_topic: str = ""

    @cached_property
    def s3(self) -> Any:
        return session().client("s3", endpoint_url=self.endpoint)

    @cached_property
    def sns(self) -> Any:
        return session().client("sns", endpoint_url=self.endpoint)

    @property
    def mail_domain(self) -> str:
        return self.support_address.rpartition("@")[2]
