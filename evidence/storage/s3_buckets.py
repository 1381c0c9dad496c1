"""Making the two buckets of an `S3Store` ready, or saying why existing ones will not do.

Object Lock can be had from some services only while a bucket is made, so a bucket that lacks it is refused and
never changed.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from evidence.errors import BucketUnfitError
from evidence.storage.s3 import answering, code_of

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client
    from mypy_boto3_s3.literals import BucketLocationConstraintType


def prepare(
    client: S3Client, *, bucket: str, copies_bucket: str, location: BucketLocationConstraintType | None = None
) -> Iterator[str]:
    """Make each bucket that is not there, look at each that is, and say of each in a sentence how it stands.

    Args:
        client: of ``evidence.storage.s3.connect``.
        bucket: for originals: versioned, with Object Lock.
        copies_bucket: for copies and direct uploads: neither.
        location: where Amazon is to make them; None leaves it to the service.

    Raises:
        BucketUnfitError: a bucket is there and not as it must be, or is somebody else's.
        StoreAwayError: the service does not answer, or refuses our credentials.
    """
    yield f"{bucket} {_made(client, bucket, locked=True, location=location)}: originals, versioned and locked."
    _expect_locked(client, bucket)
    yield f"{copies_bucket} {_made(client, copies_bucket, locked=False, location=location)}: copies, not versioned."
    _expect_unversioned(client, copies_bucket)


def examine(client: S3Client, *, bucket: str, copies_bucket: str) -> datetime:
    """Look at both buckets and change nothing; gives the service's own time.

    Raises:
        BucketUnfitError: one is not there, or not as it must be.
        StoreAwayError: the service does not answer, or refuses our credentials.
    """
    for name in (bucket, copies_bucket):
        with answering():
            if not _is_there(client, name):
                raise BucketUnfitError(f"{name} is not there")
    _expect_locked(client, bucket)
    _expect_unversioned(client, copies_bucket)
    with answering():
        told = client.head_bucket(Bucket=bucket)["ResponseMetadata"]["HTTPHeaders"]["date"]
    return parsedate_to_datetime(told)


def _made(client: S3Client, bucket: str, *, locked: bool, location: BucketLocationConstraintType | None) -> str:
    with answering():
        if _is_there(client, bucket):
            return "is there"
        if location is None:
            client.create_bucket(Bucket=bucket, ObjectLockEnabledForBucket=locked)
        else:
            client.create_bucket(
                Bucket=bucket,
                ObjectLockEnabledForBucket=locked,
                CreateBucketConfiguration={"LocationConstraint": location},
            )
        return "was made"


def _is_there(client: S3Client, bucket: str) -> bool:
    try:
        client.head_bucket(Bucket=bucket)
    except ClientError as error:
        if code_of(error) in {"404", "NoSuchBucket"}:
            return False
        if code_of(error) in {"403", "AccessDenied"}:
            raise BucketUnfitError(f"{bucket} may not be used with these credentials, or is somebody else's") from error
        raise
    return True


def _expect_locked(client: S3Client, bucket: str) -> None:
    with answering():
        versioned = client.get_bucket_versioning(Bucket=bucket).get("Status") == "Enabled"
        if not versioned or not _has_object_lock(client, bucket):
            raise BucketUnfitError(
                f"{bucket} has no {'Object Lock' if versioned else 'versioning'}, so originals in it could be "
                "deleted; name a bucket that is not there yet, and it is made with both"
            )


def _has_object_lock(client: S3Client, bucket: str) -> bool:
    try:
        found = client.get_object_lock_configuration(Bucket=bucket)
    except ClientError as error:
        if code_of(error) in {"ObjectLockConfigurationNotFoundError", "404"}:
            return False
        raise
    return found.get("ObjectLockConfiguration", {}).get("ObjectLockEnabled") == "Enabled"


def _expect_unversioned(client: S3Client, bucket: str) -> None:
    with answering():
        if client.get_bucket_versioning(Bucket=bucket).get("Status") == "Enabled":
            raise BucketUnfitError(f"{bucket} is versioned, so every copy that is replaced would stay in it for ever")
