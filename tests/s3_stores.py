"""Stores on a real S3 for tests, each with a prefix of its own."""

from __future__ import annotations

import http.client
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from uuid import uuid4

import httpx

import config
from evidence.storage import s3_buckets
from evidence.storage.base import DirectAddress
from evidence.storage.s3 import S3Store
from server.stores import s3_client
from tests.s3 import S3Service

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

#: Long enough for a test, so that a service that outlives the run is rid of them the next day.
RETENTION = timedelta(days=1)


def s3_settings(service: S3Service) -> config.S3Settings:
    """Settings that name a pair of buckets which are not there yet."""
    bucket = f"saksi-{uuid4().hex[:20]}"
    return config.S3Settings(
        bucket=bucket,
        copies_bucket=f"{bucket}-copies",
        endpoint=service.endpoint,
        region=service.region,
        access_key=service.access_key,
        secret_key=service.secret_key,
        retention_days=RETENTION.days,
    )


def client_of(settings: config.S3Settings) -> S3Client:
    """A client that the tests' threads may share."""
    return s3_client(settings, connections=10)


@cache
def _buckets(service: S3Service) -> config.S3Settings:
    """Settings with a pair of buckets made once in this process: making them takes a second."""
    settings = s3_settings(service)
    list(s3_buckets.prepare(client_of(settings), bucket=settings.bucket, copies_bucket=settings.copies_bucket))
    return settings


def prepared(service: S3Service) -> config.S3Settings:
    """Settings whose buckets are ready and have nothing in them below the prefix."""
    return replace(_buckets(service), prefix=f"{uuid4().hex}/")


def store_in(settings: config.S3Settings, folder: Path) -> S3Store:
    """The store of these settings, receiving into ``folder``."""
    return S3Store(
        client_of(settings),
        bucket=settings.bucket,
        copies_bucket=settings.copies_bucket,
        prefix=settings.prefix,
        retention=RETENTION,
        folder=folder,
    )


def fresh_store(service: S3Service, folder: Path) -> S3Store:
    """An empty store."""
    return store_in(prepared(service), folder)


def send(address: DirectAddress, photo: bytes, **headers: str) -> int:
    """Post a photo to an address as a phone would; gives the status."""
    files = {"file": ("photo.jpg", photo, "image/jpeg")}
    return httpx.post(address.url, data=dict(address.fields), files=files, headers=headers).status_code


def fetch(url: str) -> tuple[int, http.client.HTTPMessage, bytes]:
    """Get what is at an address: status, headers, bytes."""
    parts = urlsplit(url)
    with closing(http.client.HTTPConnection(parts.netloc)) as connection:
        connection.request("GET", f"{parts.path}?{parts.query}")
        response = connection.getresponse()
        return response.status, response.headers, response.read()
