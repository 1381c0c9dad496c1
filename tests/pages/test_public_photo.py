from __future__ import annotations

import json
from base64 import urlsafe_b64decode
from datetime import UTC, datetime, timedelta
from io import BytesIO
from uuid import uuid4

import pytest
import sqlalchemy as sa
from PIL import Image

from evidence.context import Stage
from evidence.receipts import verify
from server.db import writing
from server.models import Evidence, Project
from server.services import receipts
from tests.pages.browse import Visitor
from tests.pages.story import Road
from tests.pages.views import at_view
from tests.photos import jpeg
from tests.programme import ON_SITE


def test_the_photo_page_tells_where_when_and_how_far_to_trust(road: Road, anyone: Visitor) -> None:
    photo = road.approved()[0]
    anyone.go(f"/photos/{photo}")

    for words in ("11.00000° N, 122.50000° E", "UTC+8", "Taken inside the site", "Corroborated"):
        assert words in anyone.text
    assert f"/photos/{photo}/web.jpg" in anyone.page.images


def test_a_photo_that_is_not_published_is_nowhere_public(road: Road, anyone: Visitor) -> None:
    photo = road.send()

    for path in (f"/photos/{photo}", f"/photos/{photo}/web.jpg", f"/photos/{photo}/thumbnail.jpg"):
        assert anyone.go(path).status == 404


def test_a_copy_is_not_sent_again_to_who_has_it(road: Road, anyone: Visitor) -> None:
    path = f"/photos/{road.approved()[0]}/web.jpg"
    first = anyone.client.get(path)
    again = anyone.client.get(path, headers={"If-None-Match": first.headers["ETag"]})

    assert first.headers["Cache-Control"].startswith("public")
    assert (again.status_code, again.data) == (304, b"")


def test_a_photo_that_was_withdrawn_is_gone_with_its_copies(road: Road, anyone: Visitor) -> None:
    photo = road.approved()[0]
    with writing() as session:
        session.get_one(Evidence, photo).published_at = None

    for path in (f"/photos/{photo}", f"/photos/{photo}/web.jpg", f"/photos/{photo}/thumbnail.jpg"):
        assert anyone.go(path).status == 404
    assert anyone.form_with("text").action == "/"


def test_a_photo_of_a_withdrawn_project_is_gone(road: Road, anyone: Visitor) -> None:
    photo = road.approved()[0]
    with writing() as session:
        session.scalars(sa.select(Project).where(Project.code == "ROAD-1")).one().published_at = None

    assert anyone.go(f"/photos/{photo}").status == 404


@pytest.mark.parametrize("name", ["thumbnail", "web"])
def test_a_copy_tells_nothing_of_the_phone_or_the_place(road: Road, anyone: Visitor, name: str) -> None:
    file = jpeg(
        latitude=ON_SITE[0], longitude=ON_SITE[1], taken=datetime.now(UTC) - timedelta(hours=1), size=(640, 480)
    )
    assert b"Test phone" in file, "the original does tell it"
    taken = datetime.now(UTC) - timedelta(hours=1)
    photo = road.send(file=with_xmp(file), taken=taken)
    road.send()
    road.send()
    road.approve(road.put_forward())
    content = anyone.client.get(f"/photos/{photo}/{name}.jpg").data
    copy = Image.open(BytesIO(content))

    assert dict(copy.getexif()) == {}
    assert copy.getexif().get_ifd(0x8825) == {}
    assert set(copy.info) <= {
        "jfif",
        "jfif_version",
        "jfif_unit",
        "jfif_density",
        "icc_profile",
        "progressive",
        "progression",
    }
    for told in (b"Exif", b"Test phone", b"ns.adobe.com", b"SECRET"):
        assert told not in content


def with_xmp(file: bytes) -> bytes:
    """The file with a packet of XMP right after its beginning."""
    packet = b"http://ns.adobe.com/xap/1.0/\x00<x:xmpmeta xmlns:x='adobe:ns:meta/'>SECRET</x:xmpmeta>"
    return file[:2] + b"\xff\xe1" + (len(packet) + 2).to_bytes(2, "big") + packet + file[2:]


def test_each_check_is_told_with_what_was_measured_and_asked(road: Road, anyone: Visitor) -> None:
    anyone.go(f"/photos/{road.approved()[0]}")

    assert "The position is exact enough" in anyone.text
    assert "(asked: " in anyone.text
    assert "Corroborated: the file and the device each state the place and the time, and they agree." in anyone.text
    assert "Stated: the place or the time rests on a person's word." in anyone.text, "the other grades can be read too"


def test_of_who_sent_it_only_the_organisation_is_told(road: Road, anyone: Visitor) -> None:
    photo = road.approved()[0]
    anyone.go(f"/photos/{photo}")

    assert "Sent by Agency" in anyone.text
    for private in ("Inspector", "inspector@", str(road.actor("inspector").person_id), "Supervisor"):
        assert private not in anyone.html


def test_the_way_leads_to_the_photos_taken_before_and_after(road: Road, anyone: Visitor) -> None:
    photos = [road.send(), road.send(), road.send()]
    road.approve(road.put_forward())
    now = datetime.now(UTC)
    with writing() as session:
        for place, photo in enumerate(photos):
            session.get_one(Evidence, photo).captured_at = now - timedelta(hours=place // 2)
    newest = sorted(photos[:2])[::-1]
    order = [photos[2], *newest[::-1]]  # The two of one instant are ordered by their ids.

    assert ways(anyone.go(f"/photos/{order[0]}")) == {"next": f"/photos/{order[1]}"}
    assert ways(anyone.go(f"/photos/{order[1]}")) == {"prev": f"/photos/{order[0]}", "next": f"/photos/{order[2]}"}
    assert ways(anyone.go(f"/photos/{order[2]}")) == {"prev": f"/photos/{order[1]}"}


def ways(anyone: Visitor) -> dict[str, str]:
    found = {}
    for rel in ("prev", "next"):
        if f'rel="{rel}" href="' in anyone.html:
            found[rel] = anyone.html.split(f'rel="{rel}" href="')[1].split('"')[0]
    return found


def test_a_neighbour_that_is_not_public_is_passed_over(road: Road, anyone: Visitor) -> None:
    first, second = road.approved()
    road.send(milestone="M2")

    assert sorted(len(ways(anyone.go(f"/photos/{photo}"))) for photo in (first, second)) == [1, 1]


def test_the_view_before_the_works_stands_beside_it_whichever_is_opened(road: Road, anyone: Visitor) -> None:
    road.send()
    before, after = road.send(stage=Stage.BEFORE), road.send()
    road.approve(road.put_forward())
    at_view("from the bridge", before, after)

    for photo in (before, after):
        anyone.go(f"/photos/{photo}")
        assert "The same view before and now" in anyone.text
        assert {f"/photos/{before}/web.jpg", f"/photos/{after}/web.jpg"} <= set(anyone.page.images)


def test_another_station_is_another_view(road: Road, anyone: Visitor) -> None:
    road.send()
    before, after = road.send(stage=Stage.BEFORE), road.send()
    road.approve(road.put_forward())
    at_view("along the line", before, station_m=0.0)
    at_view("along the line", after, station_m=250.0)

    assert "The same view before and now" not in anyone.go(f"/photos/{after}").text


def test_the_receipt_holds_and_states_what_the_page_says(road: Road, anyone: Visitor) -> None:
    photo = road.approved()[0]
    anyone.go(f"/photos/{photo}")
    signed = anyone.html.split('readonly spellcheck="false">')[1].split("<")[0]
    receipt = verify(signed, receipts.keys()["keys"])

    assert receipt.evidence == str(photo)
    assert receipt.sha256 in anyone.text
    assert f"{receipt.size:,} bytes" in anyone.text
    header = json.loads(urlsafe_b64decode(signed.split(".")[0] + "=="))
    assert header["typ"] == "saksi-receipt+jws"
    assert "/.well-known/saksi-keys.json" in anyone.page.links


def test_a_link_that_is_passed_on_shows_the_photo(road: Road, anyone: Visitor) -> None:
    photo = road.approved()[0]
    html = anyone.go(f"/photos/{photo}").html

    assert f'<link rel="canonical" href="http://localhost/photos/{photo}">' in html
    assert f'<meta property="og:image" content="http://localhost/photos/{photo}/web.jpg">' in html
    assert html.count('fetchpriority="high"') == 1
    assert f'srcset="/photos/{photo}/thumbnail.jpg 400w, /photos/{photo}/web.jpg 1600w"' in html


def test_what_people_wrote_cannot_leave_its_place(road: Road, anyone: Visitor) -> None:
    photo = road.send(caption='"><script>alert(1)</script>\u202e\u05d0')
    road.send()
    road.approve(road.put_forward())
    anyone.go(f"/photos/{photo}")

    assert "<script>alert" not in anyone.html
    assert anyone.page.inline == []


def test_an_unknown_photo_is_no_fault(anyone: Visitor) -> None:
    assert anyone.go(f"/photos/{uuid4()}").status == 404
