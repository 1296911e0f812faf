"""A local AWS as tests want it, with small functions instead of Baton's own."""

import io
import json
import zipfile
from dataclasses import dataclass
from functools import cache
from typing import Any

from infra.local.aws import session


@cache
def _client(endpoint: str, service: str) -> Any:
    return session().client(service, endpoint_url=endpoint)


@dataclass(frozen=True, slots=True)
class Cloud:
    """The endpoint and what tests do with it again and again."""

    endpoint: str

    def client(self, service: str) -> Any:
        return _client(self.endpoint, service)

    def function(self, name: str, source: str, **environment: str) -> str:
        """Create a Lambda function whose module is `source`; returns its ARN."""
        package = io.BytesIO()
        with zipfile.ZipFile(package, "w") as archive:
            archive.writestr("app.py", source)
        made = self.client("lambda").create_function(
            FunctionName=name,
            Runtime="python3.11",
            Role="arn:aws:iam::000000000000:role/any",
            Handler="app.handler",
            Code={"ZipFile": package.getvalue()},
            Timeout=10,
            Environment={"Variables": environment},
        )
        return str(made["FunctionArn"])

    def table(self, name: str) -> str:
        """Create a table with a stream; returns the stream's ARN."""
        made = self.client("dynamodb").create_table(
            TableName=name,
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
            StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
        )
        return str(made["TableDescription"]["LatestStreamArn"])

    def queue(self, name: str) -> tuple[str, str]:
        """Create a queue; returns its address and ARN."""
        sqs = self.client("sqs")
        url = sqs.create_queue(QueueName=name)["QueueUrl"]
        return url, sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]

    def receive(self, url: str, seconds: int = 10) -> list[Any]:
        """The bodies that arrive in the queue within the time, as soon as there are any."""
        answer = self.client("sqs").receive_message(QueueUrl=url, WaitTimeSeconds=seconds, MaxNumberOfMessages=10)
        bodies = []
        for message in answer.get("Messages", []):
            self.client("sqs").delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            bodies.append(json.loads(message["Body"]))
        return bodies
