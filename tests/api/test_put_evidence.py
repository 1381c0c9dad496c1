"""PUT /api/v1/evidence/{id}: a photo becomes evidence, once, and every bad one is refused in words."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient

import config
from server.app import create_app
from server.db import db, new_id
from tests.api.calls import Headers, assert_problem, good_photo, pointers, put_photo, road_claim
from tests.programme import OFF_SITE, ON_SITE, OTHER_SITE

Bearer = Callable[[str], Headers]


@pytest.fixture
def inspector(bearer: Bearer) -> Headers:
    return bearer("inspector")


def device(latitude: float = ON_SITE[0], longitude: float = ON_SITE[1], **more: object) -> dict[str, object]:
    return {"latitude": latitude, "longitude": longitude, "accuracy_m": 5.0} | more


def test_a_photo_is_received_with_its_verdict(client: FlaskClient, inspector: Headers) -> None:
    photo = good_photo(size=(2400, 1800))
    taken = datetime.now(UTC) - timedelta(minutes=1)
    claim = road_claim(
        caption="Base course",
        sha256=hashlib.sha256(photo).hexdigest(),
        captured_at=taken.isoformat(),
        device_position=device(fixed_at=taken.isoformat(), heading_deg=271.5),
    )

    response = put_photo(client, inspector, photo, claim)
    told = response.get_json()

    assert response.status_code == 201, told
    assert told["sha256"] == hashlib.sha256(photo).hexdigest()
    assert (told["verdict"], told["state"], told["grade"]) == ("verified", "verified", "B")
    assert (told["project"], told["stage"], told["caption"]) == ("ROAD-1", "during", "Base course")
    assert told["policy"].startswith("ph")
    assert set(told["claims"]) == {"file", "device", "operator"}
    assert told["claims"]["device"]["position"]["confidence"] == 0.95
    assert {"check", "outcome", "measured", "expected", "claim", "message"} == set(told["findings"][0])
    assert response.headers["Location"] == told["links"]["self"]
    assert client.get(told["links"]["self"], headers=inspector).get_json() == told


def test_the_same_upload_again_is_the_same_evidence(client: FlaskClient, inspector: Headers) -> None:
    photo, evidence_id = good_photo(), new_id()

    first = put_photo(client, inspector, photo, road_claim(), evidence_id=evidence_id)
    again = put_photo(client, inspector, photo, road_claim(), evidence_id=evidence_id)

    assert (first.status_code, again.status_code) == (201, 200)
    assert again.get_json() == first.get_json()


def test_other_bytes_under_a_known_id_are_refused(client: FlaskClient, inspector: Headers) -> None:
    evidence_id = new_id()
    put_photo(client, inspector, good_photo(1), road_claim(), evidence_id=evidence_id)

    response = put_photo(client, inspector, good_photo(2), road_claim(), evidence_id=evidence_id)

    assert_problem(response, 409, "evidence-conflict")


def test_another_claim_under_a_known_id_is_refused(client: FlaskClient, inspector: Headers) -> None:
    evidence_id = new_id()
    put_photo(client, inspector, good_photo(1), road_claim(), evidence_id=evidence_id)

    response = put_photo(client, inspector, good_photo(1), road_claim(caption="Other"), evidence_id=evidence_id)

    assert_problem(response, 409, "evidence-conflict")


def test_a_claim_may_be_left_out_altogether(client: FlaskClient, inspector: Headers) -> None:
    told = put_photo(client, inspector, good_photo()).get_json()

    assert told["project"] == "ROAD-1", "the site that contains the photo names the project"
    assert told["milestone"] is not None, "the open milestone fits"


def test_a_claim_sent_as_a_file_is_read_like_one_sent_as_a_field(client: FlaskClient, inspector: Headers) -> None:
    from io import BytesIO

    form = {
        "photo": (BytesIO(good_photo()), "IMG.jpg"),
        "claim": (BytesIO(b'{"project": "ROAD-1", "caption": "as a Blob"}'), "blob", "application/json"),
    }
    response = client.put(f"/api/v1/evidence/{new_id()}", data=form, headers=inspector)

    assert response.get_json()["caption"] == "as a Blob"


def test_a_photo_outside_the_site_is_kept_and_rejected(client: FlaskClient, inspector: Headers) -> None:
    latitude, longitude = OFF_SITE
    response = put_photo(client, inspector, good_photo(latitude=latitude, longitude=longitude), road_claim())

    assert (response.status_code, response.get_json()["verdict"]) == (201, "rejected")


def test_a_photo_dated_in_the_future_is_kept_and_rejected(client: FlaskClient, inspector: Headers) -> None:
    future = datetime.now(UTC) + timedelta(hours=2)
    told = put_photo(client, inspector, good_photo(taken=future), road_claim()).get_json()

    assert told["verdict"] == "rejected"
    assert {"time.not_future": "fail"}.items() <= {f["check"]: f["outcome"] for f in told["findings"]}.items()


def test_position_tags_of_zeros_are_redacted_not_a_point_in_the_gulf_of_guinea(
    client: FlaskClient, inspector: Headers, corpus: Path
) -> None:
    import json

    truth = json.loads((corpus / "truth.json").read_text())["photos"]
    blank = next(each for each in truth if each["truth"]["gps_state"] == "blank" and not each["truth"].get("damage"))

    told = put_photo(client, inspector, (corpus / blank["path"]).read_bytes(), road_claim()).get_json()

    assert told["claims"]["file"]["place_state"] == "redacted"
    assert told["claims"]["file"]["position"] is None


def test_the_project_is_found_by_place_only_among_ones_own(client: FlaskClient, inspector: Headers) -> None:
    latitude, longitude = OTHER_SITE
    response = put_photo(client, inspector, good_photo(latitude=latitude, longitude=longitude))

    assert_problem(response, 409, "project-not-placed")


class TestPhotosThatAreRefused:
    def test_an_empty_file(self, client: FlaskClient, inspector: Headers) -> None:
        assert_problem(put_photo(client, inspector, b"", road_claim()), 422, "photo-empty")

    def test_html_that_is_named_jpg(self, client: FlaskClient, inspector: Headers) -> None:
        response = put_photo(client, inspector, b"<!doctype html><script>alert(1)</script>", road_claim())

        assert_problem(response, 415, "photo-type-unsupported")

    def test_bytes_that_changed_on_their_way(self, client: FlaskClient, inspector: Headers) -> None:
        response = put_photo(client, inspector, good_photo(), road_claim(sha256="0" * 64))

        assert pointers(assert_problem(response, 409, "photo-digest-mismatch")) == {"#/claim/sha256"}

    def test_a_form_without_a_photo(self, client: FlaskClient, inspector: Headers) -> None:
        response = client.put(
            f"/api/v1/evidence/{new_id()}",
            data={"claim": "{}"},
            headers=inspector,
            content_type="multipart/form-data",
        )

        assert pointers(assert_problem(response, 422, "invalid")) == {"#/photo"}

    def test_a_photo_sent_as_text(self, client: FlaskClient, inspector: Headers) -> None:
        form = {"photo": "not a file"}
        response = client.put(
            f"/api/v1/evidence/{new_id()}", data=form, headers=inspector, content_type="multipart/form-data"
        )

        assert pointers(assert_problem(response, 422, "invalid")) == {"#/photo"}

    def test_a_body_that_is_no_form(self, client: FlaskClient, inspector: Headers) -> None:
        response = client.put(f"/api/v1/evidence/{new_id()}", json={}, headers=inspector)

        assert_problem(response, 415, "media-type-unsupported")

    def test_the_nil_uuid_names_nothing(self, client: FlaskClient, inspector: Headers) -> None:
        nil = "00000000-0000-0000-0000-000000000000"

        assert_problem(put_photo(client, inspector, good_photo(), evidence_id=nil), 404, "not-found")


class TestDamagedPhotosAreKeptButNeverVerified:
    """A file that is a picture of a known kind, yet not a whole one, is evidence of something: it is rejected."""

    @pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
    def test_a_truncated_jpeg(self, client: FlaskClient, inspector: Headers, share: float) -> None:
        photo = good_photo(size=(800, 600))
        response = put_photo(client, inspector, photo[: int(len(photo) * share)], road_claim())

        assert response.status_code in {201, 415}
        assert response.status_code == 415 or response.get_json()["verdict"] == "rejected"

    def test_a_truncated_heic(self, client: FlaskClient, inspector: Headers, corpus: Path) -> None:
        heic = min(corpus.glob("photos/**/*.[hH][eE][iI][cC]"), key=lambda path: path.stat().st_size).read_bytes()
        told = put_photo(client, inspector, heic[: len(heic) * 2 // 3], road_claim(), name="a.heic").get_json()

        assert told["verdict"] == "rejected", told
        assert {f["check"]: f["outcome"] for f in told["findings"]}["file.decodes"] == "fail"

    def test_a_pixel_bomb(self, client: FlaskClient, inspector: Headers) -> None:
        photo = bytearray(good_photo())
        header = photo.index(b"\xff\xc0")
        photo[header + 5 : header + 9] = b"\xff\xdc\xff\xdc"

        told = put_photo(client, inspector, bytes(photo), road_claim()).get_json()

        assert told["verdict"] == "rejected", told
        assert {f["check"]: f["outcome"] for f in told["findings"]}["file.decodes"] == "fail"

    def test_a_polyglot_is_served_back_as_an_attachment_of_its_sniffed_type(
        self, client: FlaskClient, inspector: Headers
    ) -> None:
        photo = good_photo() + b"<!doctype html><script>alert(1)</script>PK\x03\x04"
        told = put_photo(client, inspector, photo, road_claim(), name="x.html", media_type="text/html").get_json()

        response = client.get(told["links"]["original"], headers=inspector)

        assert told["media_type"] == response.content_type == "image/jpeg"
        assert response.headers["Content-Disposition"].startswith("attachment")
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.data == photo


class TestClaimsThatAreRefused:
    @pytest.mark.parametrize("claim", ["{", "NaN", '{"device_position": {"latitude": NaN, "longitude": 1}}', "\x00"])
    def test_what_is_no_json(self, client: FlaskClient, inspector: Headers, claim: str) -> None:
        document = assert_problem(put_photo(client, inspector, good_photo(), claim), 422, "invalid")

        assert pointers(document) == {"#/claim"}

    @pytest.mark.parametrize("claim", ["[]", '"text"', "1", "null", "[" * 50_000])
    def test_json_that_is_no_object(self, client: FlaskClient, inspector: Headers, claim: str) -> None:
        assert_problem(put_photo(client, inspector, good_photo(), claim), 422, "invalid")

    def test_more_than_64_kib(self, client: FlaskClient, inspector: Headers) -> None:
        response = put_photo(client, inspector, good_photo(), '{"caption": "' + "x" * 70_000 + '"}')

        assert pointers(assert_problem(response, 422, "invalid")) == {"#/claim"}

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("caption", "NUL \x00 inside"),
            ("caption", "a lone surrogate \ud800"),
            ("caption", "x" * 1001),
            ("caption", 5),
            ("stage", "afterwards"),
            ("sha256", "ABC"),
            ("milestone", "00000000-0000-0000-0000-000000000000"),
            ("milestone", "no uuid"),
            ("captured_at", "2026-03-31T08:15:00"),
            ("captured_at", "yesterday"),
            ("captured_at", "2026-02-30T08:15:00Z"),
            ("captured_at", "0001-01-01T00:00:00+14:00"),
            ("project", "../../etc/passwd"),
            ("unheard_of", 1),
        ],
    )
    def test_a_field_that_is_not_right(
        self, client: FlaskClient, inspector: Headers, field: str, value: object
    ) -> None:
        document = assert_problem(
            put_photo(client, inspector, good_photo(), road_claim(**{field: value})), 422, "invalid"
        )

        assert pointers(document) == {f"#/claim/{field}"}

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("latitude", 91),
            ("latitude", -90.0001),
            ("latitude", "11.0"),
            ("latitude", True),
            ("longitude", 180.5),
            ("longitude", None),
            ("accuracy_m", 0),
            ("accuracy_m", -5),
            ("confidence", 0.5),
            ("heading_deg", 360),
            ("heading_deg", -1),
            ("fixed_at", "2026-03-31T08:15:00"),
        ],
    )
    @pytest.mark.parametrize("claim", ["device_position", "operator_position"])
    def test_a_position_that_cannot_be(
        self, client: FlaskClient, inspector: Headers, claim: str, field: str, value: object
    ) -> None:
        sent = road_claim(**{claim: device(**{field: value})})
        document = assert_problem(put_photo(client, inspector, good_photo(), sent), 422, "invalid")

        assert pointers(document) == {f"#/claim/{claim}/{field}"}

    def test_a_number_too_large_for_a_double(self, client: FlaskClient, inspector: Headers) -> None:
        claim = '{"device_position": {"latitude": 1e999, "longitude": 1}}'
        document = assert_problem(put_photo(client, inspector, good_photo(), claim), 422, "invalid")

        assert pointers(document) == {"#/claim/device_position/latitude"}

    def test_an_unknown_project(self, client: FlaskClient, inspector: Headers) -> None:
        response = put_photo(client, inspector, good_photo(), {"project": "NO-SUCH"})

        assert pointers(assert_problem(response, 404, "not-found")) == {"#/claim/project"}

    def test_a_milestone_of_another_project(self, client: FlaskClient, bearer: Bearer) -> None:
        roads = client.get("/api/v1/assignments", headers=bearer("inspector")).get_json()["projects"][0]
        sent = {"project": "OTHER-1", "milestone": roads["milestones"][0]["id"]}

        response = put_photo(client, bearer("other_inspector"), good_photo(), sent)

        assert pointers(assert_problem(response, 404, "not-found")) == {"#/claim/milestone"}

    def test_an_unknown_requirement(self, client: FlaskClient, inspector: Headers) -> None:
        response = put_photo(client, inspector, good_photo(), road_claim(requirement="NO-SUCH"))

        assert pointers(assert_problem(response, 404, "not-found")) == {"#/claim/requirement"}

    def test_a_project_on_which_one_has_no_role(self, client: FlaskClient, bearer: Bearer) -> None:
        response = put_photo(client, bearer("other_inspector"), good_photo(), road_claim())

        assert_problem(response, 403, "not-allowed")

    @pytest.mark.parametrize("persona", ["supervisor", "paymaster", "administrator", "auditor", "nobody"])
    def test_a_token_of_a_role_that_sends_no_photos(self, client: FlaskClient, bearer: Bearer, persona: str) -> None:
        assert_problem(put_photo(client, bearer(persona), good_photo(), road_claim()), 403, "not-allowed")


class TestSize:
    def test_a_declared_300_mb_is_refused_before_a_byte_is_read(self, client: FlaskClient, inspector: Headers) -> None:
        body = Endless()
        response = client.put(
            f"/api/v1/evidence/{new_id()}",
            content_type="multipart/form-data; boundary=x",
            headers=inspector,
            environ_overrides={"wsgi.input": body, "CONTENT_LENGTH": str(300 * 1024 * 1024)},
        )

        assert_problem(response, 413, "too-large")
        assert body.given == 0

    def test_a_streamed_300_mb_is_refused_at_the_limit(
        self, client: FlaskClient, inspector: Headers, tmp_path: Path
    ) -> None:
        head = b'--x\r\nContent-Disposition: form-data; name="photo"; filename="a.jpg"\r\n\r\n'
        body = Endless(head)
        response = client.put(
            f"/api/v1/evidence/{new_id()}",
            content_type="multipart/form-data; boundary=x",
            headers=inspector,
            environ_overrides=chunked(body),
        )

        assert_problem(response, 413, "too-large")
        assert body.given <= 62 * 1024 * 1024
        left = [path for path in (tmp_path / "installation" / "photos").rglob("*") if path.is_file()]
        assert left == [], "what came of the upload is swept away"

    def test_a_photo_larger_than_the_limit_is_refused_although_the_form_has_room(
        self, settings: config.Settings, inspector: Headers
    ) -> None:
        photo = good_photo()
        for most, status in ((len(photo) - 1, 413), (len(photo), 201)):
            app = create_app(dataclasses.replace(settings, max_photo_bytes=most))
            answer = put_photo(app.test_client(), inspector, photo, road_claim())
            assert answer.status_code == status, answer.text
            if status == 413:
                assert pointers(assert_problem(answer, 413, "too-large")) == {"#/photo"}
                assert [path for path in settings.originals_root.rglob("*") if path.is_file()] == []
            with app.app_context():
                db.engine.dispose()

    def test_json_is_bounded_as_well(self, client: FlaskClient, inspector: Headers) -> None:
        response = client.post(
            f"/api/v1/evidence/{new_id()}/appeals",
            content_type="application/json",
            headers=inspector,
            environ_overrides=chunked(Endless(b'{"reason": "')),
        )

        assert_problem(response, 413, "too-large")


def chunked(body: Endless) -> dict[str, object]:
    """A body of undeclared length, as a WSGI server hands it on."""
    return {"wsgi.input": body, "wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked"}


class Endless:
    """300 MB that are made while they are read, and counted."""

    def __init__(self, head: bytes = b"") -> None:
        self.given = 0
        self._head = head
        self._left = 300 * 1024 * 1024

    def read(self, size: int = -1) -> bytes:
        size = min(size if size >= 0 else 1 << 20, 1 << 20, self._left)
        chunk = (self._head + b"A" * size)[:size]
        self._head = b""
        self._left -= len(chunk)
        self.given += len(chunk)
        return chunk

    def readline(self, size: int = -1) -> bytes:
        return self.read(size)

    def readinto(self, buffer: bytearray) -> int:
        chunk = self.read(len(buffer))
        buffer[: len(chunk)] = chunk
        return len(chunk)

    def close(self) -> None:
        return None
