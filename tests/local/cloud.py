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


def _policy(action: str, resource: str, **more: Any) -> str:
    statement = {"Effect": "Allow", "Action": action, **({"Resource": resource} if resource else {}), **more}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


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
            Role=self._role(),
            Handler="app.handler",
            Code={"ZipFile": package.getvalue()},
            Timeout=10,
            Environment={"Variables": environment},
        )
        return str(made["FunctionArn"])

    def _role(self) -> str:
        """That of functions which may do anything."""
        iam = self.client("iam")
        trusted = _policy("sts:AssumeRole", "", Principal={"Service": "lambda.amazonaws.com"})
        try:
            arn = iam.create_role(RoleName="any", AssumeRolePolicyDocument=trusted)["Role"]["Arn"]
        except iam.exceptions.EntityAlreadyExistsException:
            return str(iam.get_role(RoleName="any")["Role"]["Arn"])
        iam.put_role_policy(RoleName="any", PolicyName="any", PolicyDocument=_policy("*", "*"))
        return str(arn)

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
        """Create a queue that topics may write to; returns its address and ARN."""
        sqs = self.client("sqs")
        url = sqs.create_queue(QueueName=name)["QueueUrl"]
        arn = str(sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"])
        allowed = _policy("sqs:SendMessage", arn, Principal={"Service": "sns.amazonaws.com"})
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": allowed})
        return url, arn

    def receive(self, url: str, seconds: int = 10) -> list[Any]:
        """The bodies that arrive in the queue within the time, as soon as there are any."""
        answer = self.client("sqs").receive_message(QueueUrl=url, WaitTimeSeconds=seconds, MaxNumberOfMessages=10)
        bodies = []
        for message in answer.get("Messages", []):
            self.client("sqs").delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            bodies.append(json.loads(message["Body"]))
        return bodies
