"""What the pages say of the Content Credentials in a photo's file, to reviewers and to the public."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from evidence.provenance import Credentials, CredentialState
from evidence.seen import Seen
from server.db import writing
from server.models import Evidence
from tests.pages.browse import Visitor
from tests.pages.story import Road

ADMITTED = Credentials(
    CredentialState.UNKNOWN_SIGNER, signer="Juana Reyes", generator="Editor 2", edits=("c2pa.cropped",)
)


def signed(photo: UUID, its: Credentials) -> UUID:
    """The photo as if the worker had found this."""
    with writing() as session:
        session.get_one(Evidence, photo).original.seen = Seen(credentials=its).document()
    return photo


def test_reviewers_read_who_signed_and_what_was_changed(road: Road, visitor: Callable[[str], Visitor]) -> None:
    supervisor = visitor("supervisor")
    supervisor.go(f"/review/photos/{signed(road.send(), ADMITTED)}")

    for words in ("by a signer that is not on the trust list", "Juana Reyes", "Editor 2", "cropped"):
        assert words in supervisor.text


def test_the_public_reads_the_state_and_no_name(road: Road, anyone: Visitor) -> None:
    anyone.go(f"/photos/{signed(road.approved()[0], ADMITTED)}")

    assert "by a signer that is not on the trust list" in anyone.text
    assert "Juana Reyes" not in anyone.text


def test_where_there_are_none_nothing_is_said(road: Road, anyone: Visitor) -> None:
    anyone.go(f"/photos/{signed(road.approved()[0], Credentials(CredentialState.ABSENT))}")

    assert "In the original" not in anyone.text
