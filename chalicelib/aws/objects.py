"""Objects in versioned buckets as a whole: what lies under a prefix, gone in every version, written without being held in memory.

Deleting an object of a versioned bucket leaves what it was as an earlier version; only deleting each version by its id takes it away.
docs.aws.amazon.com/AmazonS3/latest/userguide/DeletingObjectVersions.html
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from typing import Any

from chalicelib.aws import clients
from chalicelib.errors import NotFound, Unavailable

PART = 8 * 1024 * 1024  # bytes; S3 takes no part below 5 MB but the last
_AT_ONCE = 1_000  # DeleteObjects takes no more


def names(bucket: str, prefix: str) -> Iterator[str]:
    """The objects that are there now, in the order of their names. Raises Unavailable."""
    request: dict[str, Any] = {"Bucket": bucket, "Prefix": prefix}
    while True:
        with clients.translated("list objects"):
            page = clients.client("s3").list_objects_v2(**request)
        yield from (entry["Key"] for entry in page.get("Contents", []))
        if not page.get("NextContinuationToken"):
            return
        request["ContinuationToken"] = page["NextContinuationToken"]


def read(bucket: str, name: str) -> bytes | None:
    """The content; None if there is none. Raises Unavailable."""
    try:
        with clients.translated("read an object"):
            content: bytes = clients.client("s3").get_object(Bucket=bucket, Key=name)["Body"].read()
    except NotFound:
        return None
    return content


def exists(bucket: str, name: str) -> bool:
    """Raises Unavailable."""
    try:
        with clients.translated("look for an object"):
            clients.client("s3").head_object(Bucket=bucket, Key=name)
    except NotFound:
        return False
    return True


def address(bucket: str, name: str, shown: str, seconds: int) -> str:
    """Where it can be fetched for so long, to be saved as `shown`."""
    asked = {"Bucket": bucket, "Key": name, "ResponseContentDisposition": f'attachment; filename="{shown}"'}
    url: str = clients.client("s3").generate_presigned_url("get_object", Params=asked, ExpiresIn=seconds)
    return url


def write(bucket: str, name: str, content: bytes) -> None:
    """Raises Unavailable."""
    with clients.translated("write an object"):
        clients.client("s3").put_object(Bucket=bucket, Key=name, Body=content, ContentType="application/octet-stream")


def erase(bucket: str, prefix: str, *, exactly: bool = False, earlier_only: bool = False) -> None:
    """Every version of what begins with `prefix`, or of the one object of that name, goes; `earlier_only`: what is there now stays.
    Doing it again does no harm. Raises Unavailable."""
    found: list[dict[str, str]] = []
    for version in _versions(bucket, prefix):
        if (exactly and version["Key"] != prefix) or (earlier_only and version["IsLatest"] and "ETag" in version):
            continue
        found.append({"Key": version["Key"], "VersionId": version["VersionId"]})
    for start in range(0, len(found), _AT_ONCE):
        _delete(bucket, found[start : start + _AT_ONCE])


def _versions(bucket: str, prefix: str) -> Iterator[dict[str, Any]]:
    """With the marks that deletions left, which have no ETag."""
    request: dict[str, Any] = {"Bucket": bucket, "Prefix": prefix}
    while True:
        with clients.translated("list versions of objects"):
            page = clients.client("s3").list_object_versions(**request)
        yield from (*page.get("Versions", []), *page.get("DeleteMarkers", []))
        if not page.get("IsTruncated"):
            return
        request |= {"KeyMarker": page["NextKeyMarker"], "VersionIdMarker": page.get("NextVersionIdMarker", "")}


def _delete(bucket: str, versions: Sequence[dict[str, str]]) -> None:
    with clients.translated("delete objects"):
        answer = clients.client("s3").delete_objects(Bucket=bucket, Delete={"Objects": list(versions), "Quiet": True})
    if answer.get("Errors"):
        raise Unavailable(f"delete objects: {answer['Errors'][0].get('Code', '')}")


class Upload(io.RawIOBase):
    """A file that goes up in parts while it is written; it is there when `close` has been called, and never if `abort` was.

    docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html
    """

    def __init__(self, bucket: str, name: str, content_type: str) -> None:
        super().__init__()
        self._where = {"Bucket": bucket, "Key": name}
        self._parts: list[dict[str, Any]] = []
        self._left = bytearray()
        with clients.translated("begin an upload"):
            begun = clients.client("s3").create_multipart_upload(**self._where, ContentType=content_type)
        self._where["UploadId"] = begun["UploadId"]

    def writable(self) -> bool:
        return True

    def write(self, content: Any) -> int:
        self._left += content
        while len(self._left) >= PART:
            self._put(bytes(self._left[:PART]))
            del self._left[:PART]
        return len(content)

    def close(self) -> None:
        if self.closed:
            return
        super().close()
        self._put(bytes(self._left))
        with clients.translated("end an upload"):
            clients.client("s3").complete_multipart_upload(**self._where, MultipartUpload={"Parts": self._parts})

    def abort(self) -> None:
        """Nothing of it stays."""
        super().close()
        with clients.translated("give an upload up"):
            clients.client("s3").abort_multipart_upload(**self._where)

    def _put(self, content: bytes) -> None:
        number = len(self._parts) + 1
        with clients.translated("upload a part"):
            answer = clients.client("s3").upload_part(**self._where, PartNumber=number, Body=content)
        self._parts.append({"PartNumber": number, "ETag": answer["ETag"]})
