"""What of a photo the public does not see: the page on which a reviewer hides more, shows more, and undoes it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import BytesIO
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask, g
from PIL import Image
from werkzeug.test import TestResponse

from server import jobs
from server.db import reading, writing
from server.models import CustodyEvent, Evidence, Original, Redaction
from server.services import public
from tests.pages.browse import Visitor
from tests.pages.story import SIZE, Road
from tests.photos import jpeg
from tests.programme import ON_SITE

Visitors = Callable[[str], Visitor]
FACE = [0.4, 0.3, 0.1, 0.2, 0.9]
AREA = {"left": "10", "top": "20", "width": "30", "height": "25.5", "reason": "A number plate"}


def address(photo: UUID, rest: str = "hidden") -> str:
    return f"/review/photos/{photo}/{rest}"


def motley() -> bytes:
    """A photo on the site in which every part differs, so that whatever is hidden changes its bytes."""
    taken = datetime.now(UTC) - timedelta(minutes=10)
    tags = Image.open(BytesIO(jpeg(latitude=ON_SITE[0], longitude=ON_SITE[1], taken=taken))).getexif()
    out = BytesIO()
    Image.effect_noise(SIZE, 90).convert("RGB").save(out, "JPEG", exif=tags)
    return out.getvalue()


def with_a_face(road: Road, file: bytes | None = None) -> UUID:
    photo = road.send(file=file)
    with writing() as session:
        sha256 = session.get_one(Evidence, photo).sha256
        session.execute(sa.update(Original).where(Original.sha256 == sha256).values(faces=[FACE]))
    return photo


def post(visitor: Visitor, path: str, photo: UUID, data: dict[str, str]) -> TestResponse:
    """A form of the page, sent with whatever values."""
    token = next(form.values["csrf_token"] for form in visitor.go(address(photo)).page.forms if form.values)
    g.pop("csrf_token", None)
    return visitor.client.post(path, data=data | {"csrf_token": token})


def rows() -> list[Redaction]:
    reading().rollback()
    return list(reading().scalars(sa.select(Redaction)))


def told(action: str) -> list[CustodyEvent]:
    reading().rollback()
    return list(reading().scalars(sa.select(CustodyEvent).where(CustodyEvent.action == action)))


def show_face(visitor: Visitor, photo: UUID, reason: str = "") -> int:
    edges = dict(zip(("left", "top", "width", "height"), map(str, FACE), strict=False))
    return int(post(visitor, address(photo, "shown"), photo, edges | {"reason": reason}).status_code)


def test_an_area_is_hidden_with_its_word_on_record(road: Road, visitor: Visitors) -> None:
    photo = road.send()

    answer = post(visitor("supervisor"), address(photo), photo, AREA)

    assert answer.status_code == 303
    (row,) = rows()
    assert (row.x, row.y, row.width, row.height, row.reason) == (0.1, 0.2, 0.3, 0.255, "A number plate")
    (event,) = told("redaction.hidden")
    assert event.details["box"] == [0.1, 0.2, 0.3, 0.255]


@pytest.mark.parametrize(
    ("field", "value"),
    [("left", "x"), ("left", "nan"), ("top", "-1"), ("width", "0"), ("width", "95"), ("height", "101"), ("left", "")],
)
def test_an_area_that_is_none_is_refused_beside_its_field_and_nothing_typed_is_lost(
    road: Road, visitor: Visitors, field: str, value: str
) -> None:
    photo = road.send()

    answer = post(visitor("supervisor"), address(photo), photo, AREA | {field: value})

    assert answer.status_code == 422
    assert f'id="{field}-fault"' in answer.text
    assert "A number plate" in answer.text
    assert rows() == []


@pytest.mark.parametrize("persona", ["inspector", "contractor", "paymaster", "auditor"])
def test_who_does_not_decide_on_the_photo_hides_nothing_in_it(road: Road, visitor: Visitors, persona: str) -> None:
    photo = road.send()

    answer = post(visitor(persona), address(photo), photo, AREA)

    assert answer.status_code == 403
    assert rows() == []


def test_a_machines_area_is_let_be_seen_and_hidden_again(road: Road, visitor: Visitors) -> None:
    photo, supervisor = with_a_face(road), visitor("supervisor")

    assert show_face(supervisor, photo) == 303
    assert "lets the public see it" in supervisor.go(address(photo)).text
    undo = address(photo, f"hidden/{rows()[0].id}/undo")
    assert post(supervisor, undo, photo, {}).status_code == 303
    assert "Taken for a face by the machine; hidden." in supervisor.go(address(photo)).text
    assert post(supervisor, undo, photo, {}).status_code == 404
    assert [len(told(f"redaction.{what}")) for what in ("shown", "undone")] == [1, 1]


def test_showing_more_of_a_public_photo_needs_a_reason(road: Road, visitor: Visitors) -> None:
    photo, supervisor = with_a_face(road), visitor("supervisor")
    road.send()
    road.approve(road.put_forward())
    assert public.photo(photo).redactions == 1

    assert show_face(supervisor, photo) == 422
    assert show_face(supervisor, photo, "It is a statue.") == 303
    jobs.run_all_due()
    reading().rollback()
    assert public.photo(photo).redactions == 0


def test_an_area_of_another_photo_is_not_undone_here(road: Road, visitor: Visitors) -> None:
    photo, other, supervisor = road.send(), road.send(), visitor("supervisor")
    post(supervisor, address(photo), photo, AREA)

    answer = post(supervisor, address(other, f"hidden/{rows()[0].id}/undo"), other, {})

    assert answer.status_code == 404
    assert rows()[0].undone_at is None


def test_no_public_address_gives_the_picture_that_reviewers_see(road: Road, app: Flask) -> None:
    """Every address that a visitor may open is opened for a photo whose public copies are not there yet, and are."""
    photo = with_a_face(road, file=motley())
    road.send()
    road.approve(road.put_forward())
    whole = {_unblurred(photo, name) for name in ("web", "thumbnail")}
    anyone = app.test_client()
    values = {"evidence_id": photo, "code": "ROAD-1", "z": 0, "x": 0, "y": 0, "filename": "mark.svg"}
    opened = 0
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or not rule.arguments <= set(values):
            continue
        with app.test_request_context():
            path = app.url_map.bind("localhost").build(rule.endpoint, {each: values[each] for each in rule.arguments})
        for headers in ({}, {"Accept": "image/*"}):
            with anyone.get(path, headers=headers) as response:
                body = response.data
            opened += 1
            assert not any(each in body for each in whole), path
    assert opened > 60


def _unblurred(photo: UUID, name: str) -> bytes:
    from server.services.evidence_reading import read_copy

    return read_copy(reading().get_one(Evidence, photo).sha256, name)
