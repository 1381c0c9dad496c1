"""Originals in any S3 service: content-addressed, locked against deletion, read by their first version.

Originals live in a bucket with versioning and Object Lock; copies, direct uploads that still wait to be
received and pieces of unfinished uploads in a second one without. Received files stand on this machine only
until they are kept. Making the buckets ready is ``evidence.storage.s3_buckets``'s work.
"""

from __future__ import annotations

import base64
import hashlib
import io
import logging
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, BinaryIO, cast
from urllib.parse import quote

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from evidence.errors import OriginalDamagedError, OriginalMissingError, StoreAwayError
from evidence.seal import CHUNK_BYTES, Seal
from evidence.storage.base import (
    FORGOTTEN_AGE,
    DirectAddress,
    checked_copy_name,
    checked_key,
    checked_piece_name,
    checked_upload,
    checked_waiting_name,
    key_for,
)
from evidence.storage.checked import CheckedStream
from evidence.storage.incoming import IncomingFile, working_disk

if TYPE_CHECKING:
    from botocore.response import StreamingBody
    from mypy_boto3_s3.client import S3Client
    from mypy_boto3_s3.type_defs import CompletedPartTypeDef

LOG = logging.getLogger("saksi.store")
#: Larger files go up in parts of this size, so that a broken connection costs one part.
PART_BYTES = 8 * 1024 * 1024
#: The field, and what the service keeps of it, that says which bytes were announced.
ANNOUNCED = "x-amz-meta-sha256"
#: An upload that was not finished after this long will not be.
LEFTOVER_AGE = timedelta(hours=1)
#: Tries of one request, the first included.
ATTEMPTS = 2
MISSING = frozenset({"NoSuchKey", "NoSuchVersion", "404", "NotFound"})
FULL = frozenset({"QuotaExceeded", "EntityTooLarge", "InsufficientStorage", "XMinioStorageFull"})
#: Answers to a conditional put by a service that honours the condition.
KEPT_BY_ANOTHER = frozenset({"PreconditionFailed", "ConditionalRequestConflict"})


def connect(
    *,
    endpoint: str | None,
    region: str,
    access_key: str | None,
    secret_key: str | None,
    connect_s: float,
    read_s: float,
    connections: int,
) -> S3Client:
    """A client that signs with SigV4 and gives up after bounded tries; it may be shared by threads.

    Without keys they are found as boto3 finds them: environment, files, or the machine's own role.
    """
    return boto3.Session().client(
        "s3",
        endpoint_url=endpoint,
        region_name=region,
        aws_access_key_id=access_key,
        aws_secret_access_key=secret_key,
        config=Config(
            signature_version="s3v4",
            connect_timeout=connect_s,
            read_timeout=read_s,
            retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
            max_pool_connections=connections,
            # The newer checksums come as trailers, which many services do not read; the signed sha256 they all do.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
            s3={"payload_signing_enabled": True, "addressing_style": "path" if endpoint else "auto"},
        ),
    )


@contextmanager
def answering(key: str = "") -> Iterator[None]:
    """Tell what a service or the network refuses in the words of this room.

    Raises:
        OriginalMissingError: there is no such object; ``key`` names it.
        StoreAwayError: anything else.
    """
    try:
        yield
    except ClientError as error:
        if code_of(error) in MISSING:
            raise OriginalMissingError(key) from error
        raise StoreAwayError(str(error), full=code_of(error) in FULL) from error
    except BotoCoreError as error:
        raise StoreAwayError(str(error)) from error


def code_of(error: ClientError) -> str:
    """The service's own name of what it refused."""
    return error.response.get("Error", {}).get("Code", "")


class S3Pieces:
    """Pieces of unfinished uploads: objects of the bucket without versions, below ``prefix``."""

    def __init__(self, client: S3Client, *, bucket: str, prefix: str) -> None:
        self._client = client
        self._bucket = bucket
        self._prefix = prefix

    def put(self, name: str, data: bytes) -> None:
        """Put one piece; the service has it whole or not at all."""
        with answering(name):
            self._client.put_object(Bucket=self._bucket, Key=self._prefix + checked_piece_name(name), Body=data)

    def read(self, name: str) -> bytes:
        """Give the bytes of one piece; raises `OriginalMissingError` where the bucket is there and the piece is not."""
        try:
            with answering(name):
                found = self._client.get_object(Bucket=self._bucket, Key=self._prefix + checked_piece_name(name))
                return found["Body"].read()
        except OriginalMissingError:
            self._expect_bucket()
            raise

    def forget(self, name: str) -> None:
        """Take one piece away, if it is there."""
        with answering(name):
            self._client.delete_object(Bucket=self._bucket, Key=self._prefix + checked_piece_name(name))

    def forget_upload(self, upload: str) -> None:
        """Take away every piece of one upload, whether on record or not."""
        with answering(upload):
            delete_older(self._client, self._bucket, f"{self._prefix}{checked_upload(upload)}/", None)

    def _expect_bucket(self) -> None:
        """Raise `StoreAwayError` where even the bucket is not found: a proxy may answer 404 to everything."""
        try:
            with answering(self._bucket):
                self._client.head_bucket(Bucket=self._bucket)
        except OriginalMissingError as error:
            raise StoreAwayError(f"the bucket {self._bucket} is not found") from error

    def sweep(self, now: datetime) -> int:
        """Remove what is too old to belong to any upload; gives its number."""
        return delete_older(self._client, self._bucket, self._prefix, now - FORGOTTEN_AGE)


def delete_older(client: S3Client, bucket: str, prefix: str, oldest: datetime | None) -> int:
    """Delete what stands below ``prefix`` and is older than that, or all of it; gives the number."""
    pages = client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    found = [each for page in pages for each in page.get("Contents", ())]
    left = [each["Key"] for each in found if oldest is None or each["LastModified"] < oldest]
    for key in left:
        client.delete_object(Bucket=bucket, Key=key)
    return len(left)


class S3Store:
    """Originals and copies in two buckets, both below ``prefix``.

    Args:
        client: of ``connect``.
        bucket: holds originals; versioned and with Object Lock.
        copies_bucket: holds copies, direct uploads and pieces of unfinished ones; neither.
        prefix: empty, or ending with a slash.
        retention: how long no one may delete an original.
        folder: where files are received on this machine.
    """

    def __init__(
        self, client: S3Client, *, bucket: str, copies_bucket: str, prefix: str, retention: timedelta, folder: Path
    ) -> None:
        self._client = client
        self._bucket = bucket
        self._copies_bucket = copies_bucket
        self._originals = f"{prefix}originals/"
        self._copies = f"{prefix}copies/"
        self._waiting = f"{prefix}incoming/"
        self._pieces = S3Pieces(client, bucket=copies_bucket, prefix=f"{prefix}unfinished/")
        self._retention = retention
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    @property
    def pieces(self) -> S3Pieces:
        """What has come of uploads that are not finished."""
        return self._pieces

    def incoming(self) -> IncomingFile:
        """Open a new file to receive an upload into; it has no name, so a killed process leaves nothing."""
        with working_disk():
            file = tempfile.TemporaryFile(dir=self._folder)  # noqa: SIM115 (the incoming file closes it)
        return IncomingFile(file, self._adopt, lambda: None)

    def open(self, key: str) -> BinaryIO:
        """Open the first version of an original for reading."""
        return cast(BinaryIO, self._open_checked(key))

    def exists(self, key: str) -> bool:
        """Say whether an original is kept under the key."""
        return self._first_version(checked_key(key)) is not None

    def verify(self, key: str) -> bool:
        """Hash the kept bytes again; False where they no longer match their key."""
        with self._open_checked(key) as original:
            return original.matches()

    def put_copy(self, name: str, data: bytes) -> None:
        """Write a derived copy whole, or not at all; replaces an earlier one of that name."""
        with answering():
            self._client.put_object(
                Bucket=self._copies_bucket,
                Key=self._copies + checked_copy_name(name),
                Body=data,
                ContentType="image/jpeg",
            )

    def open_copy(self, name: str) -> BinaryIO:
        """Open a derived copy for reading; raises `OriginalMissingError` where there is none."""
        with answering(name):
            answer = self._client.get_object(Bucket=self._copies_bucket, Key=self._copies + checked_copy_name(name))
            return io.BytesIO(answer["Body"].read())

    def forget_copy(self, name: str) -> None:
        """Take a derived copy away, if it is there."""
        with answering(name):
            self._client.delete_object(Bucket=self._copies_bucket, Key=self._copies + checked_copy_name(name))

    def reading_address(self, key: str, *, media_type: str, file_name: str, valid_for: timedelta) -> str | None:
        """Give a signed address of the first version of an original."""
        version = self._known_version(key)
        with answering(key):
            return self._client.generate_presigned_url(
                "get_object",
                Params={
                    "Bucket": self._bucket,
                    "Key": self._originals + key,
                    "VersionId": version,
                    "ResponseContentType": media_type,
                    "ResponseContentDisposition": f"attachment; filename*=UTF-8''{quote(file_name)}",
                },
                ExpiresIn=int(valid_for.total_seconds()),
            )

    def writing_address(
        self, name: str, sealed: Seal, *, media_type: str, valid_for: timedelta
    ) -> DirectAddress | None:
        """Give the address and the signed fields of a form.

        A signed address for a plain PUT would not do: some services obey headers that were not signed, and copy
        whatever another header names to where they were asked to put what is sent.
        """
        told = {"Content-Type": media_type, ANNOUNCED: sealed.sha256}
        with answering(name):
            form = self._client.generate_presigned_post(
                self._copies_bucket,
                self._waiting + checked_waiting_name(name),
                Fields=dict(told),
                Conditions=[*({field: text} for field, text in told.items()), _exactly(sealed.size)],
                ExpiresIn=int(valid_for.total_seconds()),
            )
        return DirectAddress(form["url"], form["fields"])

    def waiting(self, name: str) -> IncomingFile:
        """Receive what was sent to a `writing_address`, hashing it on the way."""
        key = self._waiting + checked_waiting_name(name)
        incoming = self.incoming()
        try:
            with answering(name):
                found = self._client.get_object(Bucket=self._copies_bucket, Key=key)
                for chunk in found["Body"].iter_chunks(CHUNK_BYTES):
                    incoming.write(chunk)
            incoming.seal(found["Metadata"].get("sha256"))
        except BaseException:
            incoming.close()
            raise
        return incoming

    def forget(self, name: str) -> None:
        """Take away what waits under this name, if anything does."""
        with answering(name):
            self._client.delete_object(Bucket=self._copies_bucket, Key=self._waiting + checked_waiting_name(name))

    def sweep(self, now: datetime) -> int:
        """Remove direct uploads that were never finished, and parts of uploads that broke off; give their number."""
        oldest = now - LEFTOVER_AGE
        with answering():
            waiting = delete_older(self._client, self._copies_bucket, self._waiting, oldest)
            return waiting + self._sweep_parts(oldest) + self._pieces.sweep(now)

    def _sweep_parts(self, oldest: datetime) -> int:
        pages = self._client.get_paginator("list_multipart_uploads").paginate(
            Bucket=self._bucket, Prefix=self._originals
        )
        left = [found for page in pages for found in page.get("Uploads", ()) if found["Initiated"] < oldest]
        for found in left:
            self._client.abort_multipart_upload(Bucket=self._bucket, Key=found["Key"], UploadId=found["UploadId"])
        return len(left)

    def _adopt(self, file: IO[bytes], sealed: Seal) -> str:
        """Make a received file an original, unless it is one already.

        Not every service honours a condition on a put into a versioned bucket (radosgw 16 does not), so it is
        looked for first. Two who look at once put two versions of the same bytes; the first one is the original.
        """
        key = key_for(sealed.sha256)
        with answering(key):
            ours = self._first_version(key) is None and self._put(self._originals + key, file, sealed)
            if not ours:
                self._expect_whole(key)
            # Some services forget the lock that was asked for when an upload in parts began.
            if not ours or sealed.size > PART_BYTES:
                self._confirm(key, sealed)
        return key

    def _expect_whole(self, key: str) -> None:
        """Hash what another put there: its name and size alone do not make a photo safe that is sent now.

        Raises:
            OriginalDamagedError: other bytes stand under the key. What is locked cannot be put right from here.
        """
        if not self.verify(key):
            LOG.error("the original %s in the bucket is damaged, and it was sent again in vain", key)
            raise OriginalDamagedError(key)

    def _put(self, name: str, file: IO[bytes], sealed: Seal) -> bool:
        """Put the file; False where another was first."""
        try:
            (self._put_whole if sealed.size <= PART_BYTES else self._put_in_parts)(name, file, sealed)
        except ClientError as error:
            if code_of(error) not in KEPT_BY_ANOTHER:
                raise
            return False
        return True

    def _put_whole(self, name: str, file: IO[bytes], sealed: Seal) -> None:
        file.seek(0)
        self._client.put_object(
            Bucket=self._bucket,
            Key=name,
            Body=file,
            ContentLength=sealed.size,
            ChecksumSHA256=_in_base64(bytes.fromhex(sealed.sha256)),
            IfNoneMatch="*",
            ObjectLockMode="COMPLIANCE",
            ObjectLockRetainUntilDate=self._retained_until(),
        )

    def _put_in_parts(self, name: str, file: IO[bytes], sealed: Seal) -> None:
        begun = self._client.create_multipart_upload(
            Bucket=self._bucket,
            Key=name,
            ObjectLockMode="COMPLIANCE",
            ObjectLockRetainUntilDate=self._retained_until(),
        )["UploadId"]
        try:
            self._client.complete_multipart_upload(
                Bucket=self._bucket,
                Key=name,
                UploadId=begun,
                MultipartUpload={"Parts": self._put_parts(name, begun, file)},
                IfNoneMatch="*",
            )
        except BaseException:
            # Where even this fails, the sweep takes the parts away later.
            with suppress(ClientError, BotoCoreError):
                self._client.abort_multipart_upload(Bucket=self._bucket, Key=name, UploadId=begun)
            raise

    def _put_parts(self, name: str, begun: str, file: IO[bytes]) -> list[CompletedPartTypeDef]:
        file.seek(0)
        put: list[CompletedPartTypeDef] = []
        while part := file.read(PART_BYTES):
            number = len(put) + 1
            # Object Lock asks for a digest of each part; this is the one that every service checks.
            digest = _in_base64(hashlib.md5(part, usedforsecurity=False).digest())
            answer = self._client.upload_part(
                Bucket=self._bucket, Key=name, UploadId=begun, PartNumber=number, Body=part, ContentMD5=digest
            )
            put.append({"PartNumber": number, "ETag": answer["ETag"]})
        return put

    def _confirm(self, key: str, sealed: Seal) -> None:
        """See that the original is there whole, and locked.

        Raises:
            OriginalDamagedError: other bytes stand under its key.
        """
        version, name = self._known_version(key), self._originals + key
        found = self._client.head_object(Bucket=self._bucket, Key=name, VersionId=version)
        if found["ContentLength"] != sealed.size:
            raise OriginalDamagedError(key)
        if found.get("ObjectLockMode") != "COMPLIANCE":
            self._client.put_object_retention(
                Bucket=self._bucket,
                Key=name,
                VersionId=version,
                Retention={"Mode": "COMPLIANCE", "RetainUntilDate": self._retained_until()},
            )

    def _retained_until(self) -> datetime:
        return datetime.now(UTC) + self._retention

    def _first_version(self, key: str) -> str | None:
        """The version of the original: the oldest under its key, whatever was put or marked deleted over it."""
        name = self._originals + key
        first = None
        with answering(key):
            pages = self._client.get_paginator("list_object_versions").paginate(Bucket=self._bucket, Prefix=name)
            for page in pages:
                for version in page.get("Versions", ()):
                    if version["Key"] == name:
                        first = version["VersionId"]
        return first

    def _known_version(self, key: str) -> str:
        version = self._first_version(checked_key(key))
        if version is None:
            raise OriginalMissingError(key)
        return version

    def _open_checked(self, key: str) -> CheckedStream:
        version = self._known_version(key)
        with answering(key):
            answer = self._client.get_object(Bucket=self._bucket, Key=self._originals + key, VersionId=version)
        return CheckedStream(_Body(answer["Body"]), key, answer["ContentLength"])


class _Body:
    """The bytes of an answer; a connection that breaks while they are read is a store that went away."""

    def __init__(self, body: StreamingBody) -> None:
        self._body = body

    def read(self, size: int = -1, /) -> bytes:
        with answering():
            return self._body.read(None if size < 0 else size)

    def close(self) -> None:
        self._body.close()


def _exactly(size: int) -> list[Any]:
    """The condition of a form that its file has this many bytes."""
    return ["content-length-range", size, size]


def _in_base64(digest: bytes) -> str:
    return base64.b64encode(digest).decode()
