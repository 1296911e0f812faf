"""What the tests of the local run share."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from infra.local.aws import free_port, local_aws
from infra.local.signing import Signer
from infra.local.surroundings import Surroundings
from infra.local.ways_in import Ports, ways_in
from tests.local.cloud import Cloud
from tests.local.entrance import ACCOUNT, OURS, TOKEN, House, recorder


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    with local_aws(tmp_path_factory.mktemp("aws")) as endpoint:
        yield Cloud(endpoint)


@pytest.fixture(scope="module")
def start_cloud() -> Callable[[Path], Any]:
    """Start a local AWS over a folder: `with start_cloud(folder) as endpoint`."""
    return local_aws


@pytest.fixture(scope="module")
def house(start_cloud: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("house")
    ports = Ports(free_port(), free_port(), free_port())
    with start_cloud(folder / "aws", relay_port=ports.sent) as endpoint, recorder() as (url, posts):
        cloud = Cloud(endpoint)
        cloud.client("s3").create_bucket(Bucket="mail")
        topic = cloud.client("sns").create_topic(Name="mail")["TopicArn"]
        queue, queue_arn = cloud.queue("notified")
        cloud.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue_arn)
        cloud.client("sesv2").create_email_identity(EmailIdentity="shop.example")
        around = Surroundings(
            endpoint, url, "support@shop.example", OURS, "mail", topic, ACCOUNT, TOKEN, text_topic=topic.rpartition(":")[0] + ":texts"
        )
        with ways_in(around, ports, folder, Signer.settled(folder, f"http://127.0.0.1:{ports.pages}")):
            yield House(cloud, ports, "mail", queue, url, posts)
