"""``saksi storage``: making the place where photos are kept ready."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import click

import config
from evidence.errors import BucketUnfitError, StoreAwayError
from server.commands.help_text import examples
from server.stores import s3_client

if TYPE_CHECKING:
    from mypy_boto3_s3.literals import BucketLocationConstraintType

#: Amazon's first region is the one that must not be named.
UNNAMED_REGION = "us-east-1"


@click.group("storage")
def storage() -> None:
    """Where originals and copies are kept."""


@storage.command(
    "prepare",
    epilog=examples(
        "SAKSI_S3_BUCKET=saksi-originals SAKSI_S3_REGION=ap-southeast-1 saksi storage prepare",
    ),
)
def prepare() -> None:
    """Make the S3 buckets ready: originals versioned and with Object Lock, copies without.

    Buckets that are there already are looked at, never changed. The exit code is 1 where one will not do.
    """
    try:
        s3 = config.load().s3
    except config.SettingsError as error:
        raise click.ClickException(str(error)) from error
    if s3 is None:
        click.echo("Photos are kept in a folder of this machine, which needs nothing. SAKSI_S3_BUCKET names a bucket.")
        return
    _prepare(s3)


def _prepare(s3: config.S3Settings) -> None:
    from evidence.storage import s3_buckets  # noqa: PLC0415 (boto3 is loaded where S3 is used)

    location = None if s3.endpoint or s3.region == UNNAMED_REGION else cast("BucketLocationConstraintType", s3.region)
    told = s3_buckets.prepare(
        s3_client(s3, connections=1), bucket=s3.bucket, copies_bucket=s3.copies_bucket, location=location
    )
    try:
        for line in told:
            click.echo(line)
    except (BucketUnfitError, StoreAwayError) as error:
        raise click.ClickException(f"{error}.") from error
