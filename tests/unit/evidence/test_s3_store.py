"""What the store on S3 owes beyond the contract: originals that no one can take away, and bounded patience."""

from __future__ import annotations

import hashlib
import multiprocessing
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

import config
from evidence.errors import (
    BucketUnfitError,
    DigestMismatchError,
    OriginalDamagedError,
    OriginalMissingError,
    StoreAwayError,
)
from evidence.seal import Seal
from evidence.storage import s3_buckets
from evidence.storage.base import DirectAddress, key_for
from evidence.storage.s3 import S3Store
from tests.s3 import Gateway, S3Service, free_port
from tests.s3_stores import client_of, fetch, prepared, s3_settings, send, store_in

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

PHOTO = b"\xff\xd8" + bytes(range(256)) * 700 + b"\xff\xd9"
OTHER = b"\xff\xd8" + b"other".ljust(len(PHOTO) - 4, b".") + b"\xff\xd9"
SEALED = Seal(hashlib.sha256(PHOTO).hexdigest(), len(PHOTO))
KEY = f"{SEALED.sha256[:2]}/{SEALED.sha256}"
WAITING = f"{'a' * 32}/{'b' * 32}"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def settings(s3_service: S3Service) -> config.S3Settings:
    return prepared(s3_service)


@pytest.fixture
def client(settings: config.S3Settings) -> S3Client:
    return client_of(settings)


@pytest.fixture
def store(settings: config.S3Settings, tmp_path: Path) -> S3Store:
    return store_in(settings, tmp_path)


def keep(store: S3Store, photo: bytes) -> str:
    with store.incoming() as incoming:
        incoming.write(photo)
        return incoming.keep()


def versions(client: S3Client, settings: config.S3Settings) -> list[str]:
    """The versions of the one original, the newest first."""
    found = client.list_object_versions(Bucket=settings.bucket, Prefix=f"{settings.prefix}originals/{KEY}")
    return [version["VersionId"] for version in found.get("Versions", ())]


def read(store: S3Store, key: str) -> bytes:
    with store.open(key) as original:
        return original.read()


def original(settings: config.S3Settings) -> dict[str, Any]:
    return {"Bucket": settings.bucket, "Key": f"{settings.prefix}originals/{KEY}"}


# What no one can do to an original.

ATTEMPTS: dict[str, Callable[[S3Client, dict[str, Any], str], object]] = {
    "deleting it": lambda client, its, version: client.delete_object(**its, VersionId=version),
    "deleting it with the bypass": lambda client, its, version: client.delete_object(
        **its, VersionId=version, BypassGovernanceRetention=True
    ),
    "keeping it shorter": lambda client, its, version: client.put_object_retention(
        **its, VersionId=version, Retention={"Mode": "COMPLIANCE", "RetainUntilDate": datetime.now(UTC) + MINUTE}
    ),
    "keeping it less strictly": lambda client, its, version: client.put_object_retention(
        **its,
        VersionId=version,
        Retention={"Mode": "GOVERNANCE", "RetainUntilDate": datetime.now(UTC) + timedelta(days=9)},
        BypassGovernanceRetention=True,
    ),
    "ending the versions": lambda client, its, _version: client.put_bucket_versioning(
        Bucket=its["Bucket"], VersioningConfiguration={"Status": "Suspended"}
    ),
}


@pytest.mark.parametrize("photo", [PHOTO, PHOTO * 60], ids=["small", "in parts"])
@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_the_service_refuses(
    store: S3Store, client: S3Client, settings: config.S3Settings, attempt: str, photo: bytes
) -> None:
    key = keep(store, photo)
    its = {"Bucket": settings.bucket, "Key": f"{settings.prefix}originals/{key}"}
    version = client.head_object(**its)["VersionId"]

    with pytest.raises(ClientError) as refused:
        ATTEMPTS[attempt](client, its, version)

    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] in {403, 409}
    assert read(store, key) == photo


def test_what_is_put_or_marked_deleted_over_an_original_changes_nothing(
    store: S3Store, client: S3Client, settings: config.S3Settings
) -> None:
    keep(store, PHOTO)
    client.delete_object(**original(settings))
    client.put_object(**original(settings), Body=OTHER)
    client.delete_object(**original(settings))

    assert read(store, KEY) == PHOTO
    assert store.exists(KEY)
    assert store.verify(KEY)
    assert keep(store, PHOTO) == KEY
    assert fetched(store.reading_address(KEY, media_type="image/jpeg", file_name="é 1.jpg", valid_for=MINUTE)) == PHOTO


def test_an_original_is_locked_for_as_long_as_was_set(
    store: S3Store, client: S3Client, settings: config.S3Settings
) -> None:
    keep(store, PHOTO)

    kept = client.get_object_retention(**original(settings))["Retention"]
    assert kept["Mode"] == "COMPLIANCE"
    left = kept["RetainUntilDate"] - datetime.now(UTC)
    assert timedelta(hours=23) < left <= timedelta(days=1)


def test_an_original_that_stands_unlocked_is_locked_when_it_comes_again(
    store: S3Store, client: S3Client, settings: config.S3Settings
) -> None:
    client.put_object(**original(settings), Body=PHOTO)
    keep(store, PHOTO)

    (only,) = versions(client, settings)
    with pytest.raises(ClientError):
        client.delete_object(**original(settings), VersionId=only)


# Keeping at once, and what is found damaged.


def _keep_elsewhere(settings: config.S3Settings, folder: Path, count: int) -> None:
    store = store_in(settings, folder)
    for _ in range(count):
        keep(store, PHOTO)


def test_processes_that_keep_the_same_bytes_at_once_keep_one_original(
    store: S3Store, client: S3Client, settings: config.S3Settings, tmp_path: Path
) -> None:
    context = multiprocessing.get_context("spawn")
    rivals = [context.Process(target=_keep_elsewhere, args=(settings, tmp_path / str(n), 3)) for n in range(2)]
    for rival in rivals:
        rival.start()
    for rival in rivals:
        rival.join()

    assert [rival.exitcode for rival in rivals] == [0, 0]
    assert 1 <= len(versions(client, settings)) <= len(rivals), "only the very first keeping is a race"
    assert read(store, KEY) == PHOTO


def test_a_version_put_by_the_slower_of_two_is_harmless(
    store: S3Store, client: S3Client, settings: config.S3Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(store, PHOTO)
    (first,) = versions(client, settings)
    with monkeypatch.context() as blind:
        blind.setattr(store, "_first_version", lambda key: None)
        keep(store, PHOTO)

    assert versions(client, settings)[-1] == first
    assert read(store, KEY) == PHOTO


def test_the_same_bytes_kept_again_put_no_second_version(
    store: S3Store, client: S3Client, settings: config.S3Settings
) -> None:
    keep(store, PHOTO)
    keep(store, PHOTO)

    assert len(versions(client, settings)) == 1


@pytest.mark.parametrize("other", [OTHER[:-1], OTHER], ids=["of another size", "of the same size"])
def test_other_bytes_that_came_first_under_the_key_are_reported_not_replaced(
    store: S3Store, client: S3Client, settings: config.S3Settings, other: bytes
) -> None:
    client.put_object(**original(settings), Body=other)
    with pytest.raises(OriginalDamagedError):
        keep(store, PHOTO)


def test_bytes_that_are_not_those_of_the_key_are_found_while_they_are_read(
    store: S3Store, client: S3Client, settings: config.S3Settings
) -> None:
    client.put_object(**original(settings), Body=OTHER)

    with store.open(KEY) as damaged, pytest.raises(OriginalDamagedError):
        damaged.read()
    assert not store.verify(KEY)


# Direct uploads and downloads.


def fetched(url: str | None) -> bytes:
    assert url is not None
    status, headers, body = fetch(url)
    assert status == 200
    assert headers["Content-Disposition"] == "attachment; filename*=UTF-8''%C3%A9%201.jpg"
    assert headers["Content-Type"] == "image/jpeg"
    return body


def test_what_is_put_to_an_address_waits_until_it_is_forgotten(store: S3Store) -> None:
    address = store.writing_address(WAITING, SEALED, media_type="image/jpeg", valid_for=MINUTE)
    assert address is not None
    assert send(address, PHOTO) == 204

    with store.waiting(WAITING) as waiting:
        assert waiting.seal() == SEALED
        assert waiting.keep() == KEY
    store.forget(WAITING)

    assert read(store, KEY) == PHOTO
    with pytest.raises(OriginalMissingError):
        store.waiting(WAITING)


@pytest.mark.parametrize(
    ("field", "other"),
    [("Content-Type", "text/html"), ("x-amz-meta-sha256", "0" * 64), ("key", "copies/other"), ("acl", "public-read")],
)
def test_an_address_takes_no_other_field(store: S3Store, field: str, other: str) -> None:
    address = store.writing_address(WAITING, SEALED, media_type="image/jpeg", valid_for=MINUTE)
    assert address is not None

    assert send(DirectAddress(address.url, {**address.fields, field: other}), PHOTO) == 403


@pytest.mark.parametrize("photo", [PHOTO + b".", PHOTO[:-1]])
def test_an_address_takes_no_other_size(store: S3Store, photo: bytes) -> None:
    address = store.writing_address(WAITING, SEALED, media_type="image/jpeg", valid_for=MINUTE)
    assert address is not None

    assert send(address, photo) >= 400
    with pytest.raises(OriginalMissingError):
        store.waiting(WAITING)


def test_other_bytes_of_the_same_size_are_found_when_they_are_read(store: S3Store) -> None:
    address = store.writing_address(WAITING, SEALED, media_type="image/jpeg", valid_for=MINUTE)
    assert address is not None
    assert send(address, b"." * len(PHOTO)) == 204

    with pytest.raises(DigestMismatchError):
        store.waiting(WAITING)


def test_an_address_copies_nothing_that_another_header_names(
    store: S3Store, client: S3Client, settings: config.S3Settings
) -> None:
    keep(store, OTHER)
    address = store.writing_address(WAITING, SEALED, media_type="image/jpeg", valid_for=MINUTE)
    assert address is not None
    source = f"{settings.bucket}/{settings.prefix}originals/{key_for(hashlib.sha256(OTHER).hexdigest())}"

    assert send(address, PHOTO, **{"x-amz-copy-source": source, "x-amz-acl": "public-read"}) == 204

    with store.waiting(WAITING) as waiting:
        assert waiting.seal() == SEALED
    waiting_key = f"{settings.prefix}incoming/{WAITING}"
    grants = client.get_object_acl(Bucket=settings.copies_bucket, Key=waiting_key)["Grants"]
    assert all("URI" not in grant["Grantee"] for grant in grants)


def test_what_was_never_finished_is_swept_after_an_hour(
    store: S3Store, client: S3Client, settings: config.S3Settings
) -> None:
    address = store.writing_address(WAITING, SEALED, media_type="image/jpeg", valid_for=MINUTE)
    assert address is not None
    assert send(address, PHOTO) == 204
    client.create_multipart_upload(**original(settings))
    now = datetime.now(UTC)

    assert store.sweep(now + timedelta(minutes=59)) == 0
    assert store.sweep(now + timedelta(minutes=61)) == 2
    assert store.sweep(now + timedelta(minutes=61)) == 0


def test_an_upload_in_parts_that_fails_leaves_no_parts(
    store: S3Store, client: S3Client, settings: config.S3Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_args: object, **_named: object) -> None:
        raise ClientError({"Error": {"Code": "InternalError"}}, "UploadPart")

    monkeypatch.setattr(store._client, "upload_part", refuse)
    with pytest.raises(StoreAwayError):
        keep(store, PHOTO * 60)

    assert "Uploads" not in client.list_multipart_uploads(Bucket=settings.bucket, Prefix=settings.prefix)


# A store that is away.


def test_a_store_that_is_away_is_said_by_whatever_is_asked_of_it(s3_service: S3Service, tmp_path: Path) -> None:
    nowhere = S3Service(f"http://127.0.0.1:{free_port()}", "us-east-1", "key", "secret")
    store = store_in(s3_settings(nowhere), tmp_path)
    asked: list[Callable[[], object]] = [
        lambda: keep(store, PHOTO),
        lambda: store.open(KEY),
        lambda: store.exists(KEY),
        lambda: store.put_copy(f"{SEALED.sha256}/web.jpg", b"web"),
        lambda: store.open_copy(f"{SEALED.sha256}/web.jpg"),
        lambda: store.waiting(WAITING),
        lambda: store.sweep(datetime.now(UTC)),
    ]

    for ask in asked:
        with pytest.raises(StoreAwayError):
            ask()


def test_a_store_that_comes_back_keeps_the_same_incoming_file(
    own_gateway: Gateway, settings: config.S3Settings, tmp_path: Path
) -> None:
    store = store_in(replace(settings, endpoint=own_gateway.service.endpoint), tmp_path)
    with store.incoming() as incoming:
        incoming.write(PHOTO)
        own_gateway.halt()
        with pytest.raises(StoreAwayError):
            incoming.keep()
        own_gateway.start()
        assert incoming.keep() == KEY

    assert store.verify(KEY)


def test_credentials_that_are_refused_are_a_store_that_is_away(settings: config.S3Settings, tmp_path: Path) -> None:
    store = store_in(replace(settings, secret_key="wrong"), tmp_path)

    with pytest.raises(StoreAwayError, match="SignatureDoesNotMatch"):
        keep(store, PHOTO)


# The buckets.


def prepare(settings: config.S3Settings) -> list[str]:
    client = client_of(settings)
    return list(s3_buckets.prepare(client, bucket=settings.bucket, copies_bucket=settings.copies_bucket))


def test_buckets_are_made_once(s3_service: S3Service) -> None:
    settings = s3_settings(s3_service)

    assert all("was made" in line for line in prepare(settings))
    assert all("is there" in line for line in prepare(settings))


def test_a_bucket_without_object_lock_is_refused(s3_service: S3Service) -> None:
    settings = s3_settings(s3_service)
    client_of(settings).create_bucket(Bucket=settings.bucket)

    with pytest.raises(BucketUnfitError, match="no versioning"):
        prepare(settings)

    client_of(settings).put_bucket_versioning(Bucket=settings.bucket, VersioningConfiguration={"Status": "Enabled"})
    with pytest.raises(BucketUnfitError, match="no Object Lock"):
        prepare(settings)


def test_a_versioned_bucket_for_copies_is_refused(s3_service: S3Service) -> None:
    settings = s3_settings(s3_service)
    client_of(settings).create_bucket(Bucket=settings.copies_bucket, ObjectLockEnabledForBucket=True)

    with pytest.raises(BucketUnfitError, match="versioned"):
        prepare(settings)
