"""The deployment bucket: archives and templates under their content's hash, so nothing is uploaded twice."""

from __future__ import annotations

import json
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from infra.cloud import Cloud
from infra.errors import DeployError
from infra.progress import Progress

if TYPE_CHECKING:
    from infra.package import Package

CODE_KEYS = ("CodeUri", "ContentUri")


def upload(cloud: Cloud, package: Package, show: Callable[[Progress], None]) -> dict[str, Any]:
    """Uploads the archives that are not there yet; returns the template, in which each has its place."""
    bucket = ensure_bucket(cloud)
    places = {f"./{name}": _put_archive(cloud, bucket, path, show) for name, path in package.archives.items()}
    template: dict[str, Any] = located(package.template, places)
    return {**template, "Outputs": {**template.get("Outputs", {}), "Digest": {"Value": package.digest}}}


def put_template(cloud: Cloud, template: dict[str, Any]) -> str:
    """Its address."""
    bucket, body = bucket_name(cloud), json.dumps(template, sort_keys=True).encode()
    key = f"templates/{sha256(body).hexdigest()}.json"
    if not _there(cloud, bucket, key):
        cloud.client("s3").put_object(Bucket=bucket, Key=key, Body=body, ExpectedBucketOwner=cloud.account)
    return f"{cloud.client('s3').meta.endpoint_url}/{bucket}/{key}"


def located(node: Any, places: dict[str, str], key: str = "") -> Any:
    """The template with `./name` replaced by the archive's place; DeployError if an archive is missing."""
    if isinstance(node, dict):
        return {k: located(v, places, k) for k, v in node.items()}
    if isinstance(node, list):
        return [located(v, places) for v in node]
    if key in CODE_KEYS and isinstance(node, str) and node.startswith("./"):
        if node not in places:
            raise DeployError(f"the template names {node}, but the package holds only {', '.join(places) or 'no archive'}")
        return places[node]
    return node


def bucket_name(cloud: Cloud) -> str:
    """One bucket per account and region serves all stages."""
    return f"baton-deploy-{cloud.account}-{cloud.region}"


def ensure_bucket(cloud: Cloud) -> str:
    """Creates the bucket on the first deploy: private, encrypted."""
    s3, bucket = cloud.client("s3"), bucket_name(cloud)
    try:
        s3.head_bucket(Bucket=bucket, ExpectedBucketOwner=cloud.account)
        return bucket
    except ClientError as error:
        status = error.response["ResponseMetadata"]["HTTPStatusCode"]
        if status != 404:
            raise DeployError(
                f"the deployment bucket {bucket} cannot be used (HTTP {status})",
                "allow s3:ListBucket, s3:GetObject and s3:PutObject on it; if it belongs to another account, ask its owner",
            ) from error
    where = {} if cloud.region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": cloud.region}}
    s3.create_bucket(Bucket=bucket, **where)
    closed = dict.fromkeys(("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True)
    s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=closed)
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
    s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": [rule]})
    return bucket


def _put_archive(cloud: Cloud, bucket: str, path: Path, show: Callable[[Progress], None]) -> str:
    with path.open("rb") as file:
        digest = sha256(file.read()).hexdigest()
    key = f"packages/{digest}{path.suffix}"
    if not _there(cloud, bucket, key):
        show(Progress(f"uploading {path.name} ({path.stat().st_size / 1e6:.1f} MB)"))
        cloud.client("s3").upload_file(str(path), bucket, key, ExtraArgs={"ExpectedBucketOwner": cloud.account})
    return f"s3://{bucket}/{key}"


def _there(cloud: Cloud, bucket: str, key: str) -> bool:
    try:
        cloud.client("s3").head_object(Bucket=bucket, Key=key, ExpectedBucketOwner=cloud.account)
        return True
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] == 404:
            return False
        raise
