"""Resumable uploads by tus 1.0.0: how a file comes in pieces, how it becomes evidence once, and every refusal."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

import config
from evidence.errors import StoreAwayError
from evidence.storage.local import LocalPieces
from server.app import create_app
from server.db import db, new_id, reading, writing
from server.models import Evidence, ResumableUpload
from server.models.uploads import UploadState
from server.services import uploads
from tests.api.calls import Headers, assert_problem, good_photo, pointers, put_photo, road_claim
from tests.api.tus_client import OCTETS, UPLOADS, VERSION, BrokenBody, LateBody, Tus, about, checksum, metadata
from tests.conftest import InThreads
from tests.s3 import Gateway, S3Service
from tests.s3_stores import prepared

Bearer = Callable[[str], Headers]
PHOTO = good_photo()
HALF = len(PHOTO) // 2


@pytest.fixture
def phone(client: FlaskClient, bearer: Bearer) -> Tus:
    return Tus(client, bearer("inspector"))


@pytest.fixture
def pieces(settings: config.Settings) -> Path:
    """The folder where pieces stand."""
    return settings.originals_root / "unfinished"


@pytest.fixture(params=["folder", "s3"])
def on_either(request: pytest.FixtureRequest, app: Flask, settings: config.Settings, bearer: Bearer) -> Iterator[Tus]:
    """A phone of an installation that keeps its photos in a folder, or on S3."""
    if request.param == "folder":
        yield Tus(app.test_client(), bearer("inspector"))
        return
    with running(replace(settings, s3=prepared(request.getfixturevalue("s3_service")))) as other:
        yield Tus(other.test_client(), bearer("inspector"))


@contextmanager
def running(settings: config.Settings) -> Iterator[Flask]:
    """One more process of the installation, as it were."""
    app = create_app(settings)
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def send_all(phone: Tus, photo: bytes, claim: dict[str, object] | None = None) -> tuple[str, str]:
    """Send a photo in two pieces; gives the addresses of the upload and of its evidence."""
    address = phone.begun(len(photo), Upload_Metadata=about(new_id(), claim or road_claim()))
    assert phone.patch(address, 0, photo[:100]).status_code == 204
    answer = phone.patch(address, 100, photo[100:])
    assert answer.status_code == 204, answer.get_data(as_text=True)
    return address, answer.headers["Saksi-Evidence"]


def count() -> int:
    reading().rollback()
    return reading().scalar(sa.select(sa.func.count()).select_from(Evidence)) or 0


def expire(at: datetime) -> None:
    with writing() as session:
        session.execute(sa.update(ResumableUpload).values(expires_at=at))


# How a file comes in.


def test_the_last_byte_makes_the_evidence_as_a_form_does(on_either: Tus) -> None:
    address, evidence = send_all(on_either, PHOTO)
    told = on_either.client.get(evidence, headers=on_either.headers).get_json()
    form = put_photo(on_either.client, on_either.headers, good_photo(3), road_claim()).get_json()

    assert told.keys() == form.keys()
    assert (told["size"], told["project"], told["stage"]) == (len(PHOTO), "ROAD-1", "during")
    assert {each["check"] for each in told["findings"]} == {each["check"] for each in form["findings"]}
    head = on_either.head(address)
    assert (head.headers["Upload-Offset"], head.headers["Saksi-Evidence"]) == (str(len(PHOTO)), evidence)


def test_a_file_of_many_pieces_is_put_together_byte_by_byte(on_either: Tus) -> None:
    photo = PHOTO + bytes(range(256)) * 8 * 1024
    address = on_either.begun(len(photo), Upload_Metadata=about(new_id(), road_claim()))
    at = 0
    for size in (1, 300_000, 7, 70_000, 1_100_000, len(photo)):
        answer = on_either.patch(address, at, photo[at : at + size])
        at = min(at + size, len(photo))
        assert (answer.status_code, answer.headers["Upload-Offset"]) == (204, str(at))

    evidence = answer.headers["Saksi-Evidence"]
    original = on_either.client.get(f"{evidence}/original", headers=on_either.headers)
    told = on_either.client.get(evidence, headers=on_either.headers).get_json()
    assert original.status_code in {200, 302}
    assert told["size"] == len(photo)


def test_what_is_told_of_an_upload_on_its_way(phone: Tus) -> None:
    told = about(new_id(), road_claim())
    address = phone.begun(len(PHOTO), Upload_Metadata=told)
    sent = phone.patch(address, 0, PHOTO[:HALF])
    head = phone.head(address)

    assert sent.data == b""
    assert (sent.headers["Upload-Offset"], sent.headers["Tus-Resumable"]) == (str(HALF), "1.0.0")
    assert sent.headers["Upload-Expires"].endswith("GMT")
    assert "Content-Type" not in sent.headers
    assert (head.status_code, head.headers["Upload-Offset"]) == (200, str(HALF))
    assert (head.headers["Upload-Length"], head.headers["Upload-Metadata"]) == (str(len(PHOTO)), told)
    assert head.headers["Cache-Control"] == "no-store"
    assert "Saksi-Evidence" not in head.headers


def test_the_whole_file_may_come_with_the_creation(phone: Tus) -> None:
    answer = phone.begin(len(PHOTO), body=PHOTO, Upload_Metadata=about(evidence_id := new_id(), road_claim()))

    assert (answer.status_code, answer.headers["Upload-Offset"]) == (201, str(len(PHOTO)))
    assert answer.headers["Saksi-Evidence"] == f"/api/v1/evidence/{evidence_id}"
    assert phone.offset(answer.headers["Location"]) == len(PHOTO)


def test_the_beginning_may_come_with_the_creation(phone: Tus) -> None:
    answer = phone.begin(len(PHOTO), body=PHOTO[:HALF], Upload_Checksum=checksum(PHOTO[:HALF]))

    assert (answer.status_code, answer.headers["Upload-Offset"]) == (201, str(HALF))
    assert phone.patch(answer.headers["Location"], HALF, PHOTO[HALF:]).status_code == 204


def test_a_client_that_says_nothing_of_its_file_is_taken_as_well(phone: Tus) -> None:
    address = phone.begun(len(PHOTO))
    answer = phone.patch(address, 0, PHOTO)

    told = phone.client.get(answer.headers["Saksi-Evidence"], headers=phone.headers).get_json()
    assert (answer.status_code, told["project"], told["caption"]) == (204, "ROAD-1", "")


def test_a_method_that_cannot_be_said_is_said_in_a_header(phone: Tus) -> None:
    address = phone.begun(len(PHOTO))
    as_patch = {"X-HTTP-Method-Override": "PATCH", "Upload-Offset": "0", "Content-Type": OCTETS}
    patched = phone.client.post(address, headers=VERSION | phone.headers | as_patch, data=PHOTO[:HALF])
    as_delete = VERSION | phone.headers | {"X-HTTP-Method-Override": "DELETE"}

    assert (patched.status_code, phone.offset(address)) == (204, HALF)
    assert phone.client.post(address, headers=as_delete).status_code == 204
    assert phone.client.post("/api/v1/session", headers=as_delete, json={}).status_code == 422, "nowhere else"


def test_a_post_that_calls_itself_a_head_is_none(phone: Tus) -> None:
    as_head = VERSION | phone.headers | {"X-HTTP-Method-Override": "HEAD"}

    assert_problem(phone.client.post(phone.begun(10), headers=as_head), 405, "method-not-allowed")


def test_what_is_offered_is_told_to_anyone(client: FlaskClient) -> None:
    answer = client.options(UPLOADS)

    assert (answer.status_code, answer.headers["Tus-Version"]) == (204, "1.0.0")
    assert answer.headers["Tus-Extension"] == "creation,creation-with-upload,checksum,expiration,termination"
    assert answer.headers["Tus-Max-Size"] == str(60 * 1024 * 1024)
    assert answer.headers["Tus-Checksum-Algorithm"] == "sha256,sha1"


@pytest.mark.parametrize("way", ["PATCH", "POST"])
def test_a_photo_is_received_when_its_last_byte_is_here(phone: Tus, way: str) -> None:
    headers = VERSION | phone.headers | {"Content-Type": OCTETS, "Content-Length": str(len(PHOTO))}
    told = {"Upload-Length": str(len(PHOTO))} if way == "POST" else {"Upload-Offset": "0"}
    address = UPLOADS if way == "POST" else phone.begun(len(PHOTO))
    body = LateBody(PHOTO)
    answer = phone.client.open(address, method=way, headers=headers | told, input_stream=body)

    evidence = phone.client.get(answer.headers["Saksi-Evidence"], headers=phone.headers).get_json()
    assert body.ended_at is not None
    assert datetime.fromisoformat(evidence["received_at"]) >= body.ended_at


# Once, whatever breaks.


def test_the_same_photo_sent_again_is_the_same_evidence(phone: Tus) -> None:
    told = about(new_id(), road_claim())
    answers = [phone.begin(len(PHOTO), body=PHOTO, Upload_Metadata=told) for _ in range(2)]

    assert [each.status_code for each in answers] == [201, 201]
    assert len({each.headers["Location"] for each in answers}) == 2
    assert len({each.headers["Saksi-Evidence"] for each in answers}) == 1
    assert count() == 1


def test_what_came_before_the_connection_broke_is_kept(phone: Tus) -> None:
    address = phone.begun(len(PHOTO))
    headers = (
        VERSION | phone.headers | {"Upload-Offset": "0", "Content-Type": OCTETS, "Content-Length": str(len(PHOTO))}
    )
    phone.client.patch(address, headers=headers, input_stream=BrokenBody(PHOTO[:20_000]))
    at = phone.offset(address)

    assert at == min(20_000, len(PHOTO))
    assert phone.patch(address, at, PHOTO[at:]).headers["Saksi-Evidence"]


def test_of_what_has_a_checksum_nothing_is_kept_where_the_connection_broke(phone: Tus) -> None:
    address = phone.begun(len(PHOTO))
    told = {"Upload-Offset": "0", "Content-Type": OCTETS, "Content-Length": str(len(PHOTO))}
    headers = VERSION | phone.headers | told | {"Upload-Checksum": checksum(PHOTO)}
    phone.client.patch(address, headers=headers, input_stream=BrokenBody(PHOTO[:HALF]))

    assert phone.offset(address) == 0


@pytest.mark.parametrize("algorithm", ["sha256", "sha1"])
def test_a_chunk_with_the_right_checksum_is_kept_and_one_with_a_wrong_one_is_not(
    phone: Tus, pieces: Path, algorithm: str
) -> None:
    address = phone.begun(len(PHOTO))
    wrong = phone.patch(address, 0, PHOTO[:HALF], Upload_Checksum=checksum(PHOTO, algorithm))

    assert_problem(wrong, 460, "checksum-mismatch")
    assert (phone.offset(address), list(pieces.iterdir())) == (0, [])
    assert phone.patch(address, 0, PHOTO[:HALF], Upload_Checksum=checksum(PHOTO[:HALF], algorithm)).status_code == 204
    assert phone.offset(address) == HALF


@pytest.mark.parametrize("offset", [0, HALF - 1, HALF + 1, 10**14])
def test_bytes_for_another_offset_are_refused(phone: Tus, offset: int) -> None:
    address = phone.begun(len(PHOTO), body=PHOTO[:HALF])
    refused = phone.patch(address, offset, PHOTO[HALF:])

    assert_problem(refused, 409, "offset-conflict")
    assert refused.headers["Upload-Offset"] == str(HALF)
    assert phone.offset(address) == HALF


def test_of_two_who_send_at_once_one_wins(app: Flask, phone: Tus, in_threads: InThreads) -> None:
    photos = [good_photo(shade) for shade in range(6)]
    length = min(map(len, photos))
    address = phone.begun(length)
    statuses: list[int] = []

    def send(number: int) -> None:
        statuses.append(Tus(app.test_client(), phone.headers).patch(address, 0, photos[number][:length]).status_code)

    in_threads(send, range(6))
    assert sorted(statuses) in ([204] + [409] * 5, [409] * 5 + [415])
    assert count() <= 1


def test_sent_by_many_at_once_from_where_each_saw_it_stand_it_is_whole_and_once(
    app: Flask, phone: Tus, in_threads: InThreads
) -> None:
    photo = PHOTO + bytes(200_000)
    address = phone.begun(len(photo), Upload_Metadata=about(new_id(), road_claim()))

    def send(_number: int) -> None:
        mine = Tus(app.test_client(), phone.headers)
        while (at := mine.offset(address)) < len(photo):
            assert mine.patch(address, at, photo[at : at + 20_000]).status_code in {204, 409}

    in_threads(send, range(4))
    assert phone.head(address).headers["Saksi-Evidence"]
    assert count() == 1


def test_several_processes_serve_one_upload_one_after_the_other(
    settings: config.Settings, phone: Tus, bearer: Bearer
) -> None:
    address = phone.begun(len(PHOTO), body=PHOTO[:HALF])
    with running(settings) as other:
        answer = Tus(other.test_client(), phone.headers).patch(address, HALF, PHOTO[HALF:])

    assert answer.headers["Saksi-Evidence"]
    assert phone.head(address).headers["Saksi-Evidence"] == answer.headers["Saksi-Evidence"]


@pytest.mark.parametrize("way", ["HEAD", "PATCH"])
def test_a_process_killed_after_the_last_byte_leaves_a_file_that_is_finished_next_time(
    phone: Tus, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    address = phone.begun(len(PHOTO))
    with monkeypatch.context() as killed:
        killed.setattr(uploads, "receive", _die)
        with pytest.raises(KeyboardInterrupt):
            phone.patch(address, 0, PHOTO)
    assert count() == 0
    answer = phone.head(address) if way == "HEAD" else phone.patch(address, len(PHOTO), b"")

    assert answer.headers["Saksi-Evidence"]
    assert count() == 1


def test_a_process_killed_after_the_record_leaves_one_record(phone: Tus, monkeypatch: pytest.MonkeyPatch) -> None:
    address = phone.begun(len(PHOTO))
    with monkeypatch.context() as killed:
        killed.setattr(uploads, "_close", _die)
        with pytest.raises(KeyboardInterrupt):
            phone.patch(address, 0, PHOTO)
    assert count() == 1

    assert phone.head(address).headers["Saksi-Evidence"]
    assert count() == 1


def test_a_piece_that_was_durable_and_not_on_record_is_never_read(
    phone: Tus, pieces: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = phone.begun(len(PHOTO))
    with monkeypatch.context() as killed:
        killed.setattr(uploads, "_move", _die)
        with pytest.raises(KeyboardInterrupt):
            phone.patch(address, 0, b"not the photo at all")
    assert (len(list(pieces.iterdir())), phone.offset(address)) == (1, 0)

    assert phone.patch(address, 0, PHOTO).headers["Saksi-Evidence"]
    assert list(pieces.iterdir()) == []


def test_a_client_of_tiny_chunks_makes_no_thousand_pieces(phone: Tus, pieces: Path) -> None:
    address = phone.begun(5000)
    for at in range(0, 3000, 100):
        phone.patch(address, at, b"." * 100)

    assert len(list(pieces.iterdir())) == 1
    assert phone.offset(address) == 3000


def _die(*_given: object, **_named: object) -> None:
    raise KeyboardInterrupt


# What is refused.


def test_another_version_or_none_is_refused_with_the_one_that_is_spoken(phone: Tus) -> None:
    address = phone.begun(10)
    for told in ({}, {"Tus-Resumable": "0.2.2"}):
        for method in ("POST", "PATCH", "HEAD", "DELETE"):
            where = UPLOADS if method == "POST" else address
            answer = phone.client.open(where, method=method, headers=phone.headers | told)
            assert (answer.status_code, answer.headers["Tus-Version"]) == (412, "1.0.0")
            assert answer.headers["Tus-Resumable"] == "1.0.0"


def test_another_persons_upload_is_as_one_that_never_was(phone: Tus, client: FlaskClient, bearer: Bearer) -> None:
    address = phone.begun(len(PHOTO), body=PHOTO[:HALF])
    other = Tus(client, bearer("contractor"))
    for there in (address, f"{UPLOADS}{new_id()}"):
        assert other.head(there).status_code == 404
        assert_problem(other.patch(there, HALF, PHOTO[HALF:]), 404, "not-found")
        assert_problem(other.delete(there), 404, "not-found")

    assert phone.offset(address) == HALF


def test_an_expired_upload_is_gone_and_swept_away_and_at_last_forgotten(phone: Tus, pieces: Path, app: Flask) -> None:
    address = phone.begun(len(PHOTO), body=PHOTO[:HALF])
    now = datetime.now(UTC)
    assert uploads.sweep(now=now) == 0
    expire(now)

    assert phone.head(address).status_code == 410
    assert_problem(phone.patch(address, HALF, PHOTO[HALF:]), 410, "upload-gone")
    assert uploads.sweep(now=now) == 1
    assert list(pieces.iterdir()) == []
    assert phone.head(address).status_code == 410
    assert uploads.sweep(now=now + timedelta(days=31)) == 0
    assert phone.head(address).status_code == 404


def test_each_byte_gives_the_upload_more_time(phone: Tus) -> None:
    address = phone.begun(len(PHOTO))
    soon = datetime.now(UTC) + timedelta(minutes=1)
    expire(soon)
    phone.patch(address, 0, PHOTO[:10])

    reading().rollback()
    assert reading().scalars(sa.select(ResumableUpload.expires_at)).one() > soon + timedelta(days=1)


def test_no_byte_keeps_an_upload_longer_than_the_store_keeps_its_pieces(phone: Tus) -> None:
    address = phone.begun(len(PHOTO))
    begun_at = datetime.now(UTC) - timedelta(days=40)
    with writing() as session:
        session.execute(sa.update(ResumableUpload).values(created_at=begun_at))
    phone.patch(address, 0, PHOTO[:10])

    reading().rollback()
    expires_at = reading().scalars(sa.select(ResumableUpload.expires_at)).one()
    assert abs(expires_at - (begun_at + timedelta(days=45))) < timedelta(seconds=1)


def test_an_upload_that_is_given_up_is_gone_and_its_evidence_is_not(phone: Tus, pieces: Path) -> None:
    address = phone.begun(len(PHOTO), body=PHOTO[:HALF])
    whole, evidence = send_all(phone, good_photo(5))

    assert [phone.delete(each).status_code for each in (address, whole)] == [204, 204]
    assert [phone.head(each).status_code for each in (address, whole)] == [410, 410]
    assert_problem(phone.delete(address), 410, "upload-gone")
    assert list(pieces.iterdir()) == []
    assert phone.client.get(evidence, headers=phone.headers).status_code == 200


def test_what_came_while_an_upload_was_given_up_is_thrown_away_with_it(
    phone: Tus, pieces: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = phone.begun(len(PHOTO), Upload_Metadata=about(new_id(), road_claim()))
    read = uploads._row
    late = iter([True])

    def read_before_a_piece(*args: object) -> object:
        found = read(*args)  # type: ignore[arg-type]
        if next(late, False):
            assert phone.patch(address, 0, PHOTO[:HALF]).status_code == 204
        return found

    monkeypatch.setattr(uploads, "_row", read_before_a_piece)

    assert phone.delete(address).status_code == 204
    assert phone.head(address).status_code == 410
    assert not [each for each in pieces.rglob("*") if each.is_file()]


def test_a_file_that_is_too_large_is_refused_before_it_comes(phone: Tus) -> None:
    assert_problem(phone.begin(60 * 1024 * 1024 + 1), 413, "too-large")


@pytest.mark.parametrize(("bound", "most"), [("MOST_OPEN", 2), ("MOST_OPEN_BYTES", 25)])
def test_one_person_has_so_many_unfinished_uploads(
    phone: Tus, client: FlaskClient, bearer: Bearer, monkeypatch: pytest.MonkeyPatch, bound: str, most: int
) -> None:
    monkeypatch.setattr(uploads, bound, most)
    first, _second = phone.begun(10), phone.begun(10)
    refused = phone.begin(10)

    assert_problem(refused, 429, "too-many-uploads")
    assert refused.headers["Retry-After"] == "3600"
    assert Tus(client, bearer("contractor")).begin(10).status_code == 201
    phone.delete(first)
    assert phone.begin(10).status_code == 201


def test_metadata_that_is_only_given_back_is_bounded(phone: Tus) -> None:
    assert_problem(phone.begin(10, Upload_Metadata=metadata(x="." * 13_000)), 422, "invalid")
    assert phone.begin(10, Upload_Metadata=metadata(x="." * 12_000)).status_code == 201


def test_more_than_was_announced_is_refused(phone: Tus) -> None:
    address = phone.begun(10)

    assert_problem(phone.patch(address, 0, b"." * 11), 413, "too-large")
    assert_problem(phone.patch(address, 0, b"." * 11, Upload_Checksum=checksum(b"." * 11)), 413, "too-large")
    assert phone.offset(address) == 0


@pytest.mark.parametrize("size", [10, 5 * 1024 * 1024])
def test_bytes_of_another_type_are_refused(phone: Tus, size: int) -> None:
    address = phone.begun(len(PHOTO))
    refused = phone.patch(address, 0, b"." * size, Content_Type="image/jpeg")

    assert_problem(refused, 415, "media-type-unsupported")
    assert_problem(phone.begin(len(PHOTO), body=PHOTO, Content_Type="image/jpeg"), 415, "media-type-unsupported")


@pytest.mark.parametrize(
    ("headers", "word"),
    [
        ({"Upload-Length": "-1"}, "Upload-Length"),
        ({"Upload-Length": "1e3"}, "Upload-Length"),
        ({"Upload-Length": "10", "Upload-Defer-Length": "1"}, "Upload-Defer-Length"),
        ({"Upload-Length": "10", "Upload-Concat": "partial"}, "Upload-Concat"),
        ({"Upload-Length": "10", "Upload-Metadata": "claim %%%"}, "Upload-Metadata"),
        ({"Upload-Length": "10", "Upload-Metadata": "a YQ==,a YQ=="}, "Upload-Metadata"),
        ({"Upload-Length": "10", "Upload-Checksum": "md5 YQ=="}, "checksums"),
        ({"Upload-Length": "10", "Upload-Checksum": "sha256 YQ=="}, "sha256"),
        ({"Upload-Length": "10", "Upload-Checksum": "sha256"}, "sha256"),
    ],
)
def test_headers_that_cannot_be_read_are_refused(phone: Tus, headers: Headers, word: str) -> None:
    refused = phone.client.post(UPLOADS, headers=VERSION | phone.headers | headers)

    assert word in assert_problem(refused, 400, "bad-request")["detail"]


def test_bytes_that_do_not_say_where_they_belong_are_refused(phone: Tus) -> None:
    assert_problem(phone.patch(phone.begun(10), "ten", b"."), 400, "bad-request")


@pytest.mark.parametrize(
    ("told", "pointer"),
    [
        ({"evidence_id": "seven"}, "#/evidence_id"),
        ({"claim": "{"}, "#/claim"),
        ({"claim": "[]"}, "#/claim"),
        ({"claim": '{"stage": "someday"}'}, "#/claim/stage"),
        ({"claim": '"' + "x" * 70_000 + '"'}, "#/claim"),
    ],
)
def test_a_claim_that_is_not_right_is_refused_before_the_file_comes(
    phone: Tus, told: dict[str, str], pointer: str
) -> None:
    refused = phone.begin(len(PHOTO), Upload_Metadata=metadata(**told))

    assert pointers(assert_problem(refused, 422, "invalid")) == {pointer}


def test_a_finished_file_that_is_refused_is_refused_the_same_each_time(phone: Tus, pieces: Path) -> None:
    address = phone.begun(15, Upload_Metadata=about(new_id(), road_claim()))
    last = phone.patch(address, 0, b"no photo at all")
    again = phone.patch(address, 15, b"")

    assert_problem(last, 415, "photo-type-unsupported")
    assert again.get_json()["detail"] == last.get_json()["detail"]
    assert phone.head(address).status_code == 415
    assert list(pieces.iterdir()) == []


def test_a_fault_of_the_claim_is_told_again_with_its_field(phone: Tus) -> None:
    address = phone.begun(len(PHOTO), Upload_Metadata=about(new_id(), road_claim(sha256="0" * 64)))
    first, again = phone.patch(address, 0, PHOTO), phone.patch(address, len(PHOTO), b"")

    for answer in (first, again):
        assert pointers(assert_problem(answer, 409, "photo-digest-mismatch")) == {"#/claim/sha256"}


def test_an_id_that_stands_for_another_photo_is_refused(phone: Tus) -> None:
    told = about(new_id(), road_claim())
    phone.begin(len(PHOTO), body=PHOTO, Upload_Metadata=told)
    other = good_photo(9)

    assert_problem(phone.begin(len(other), body=other, Upload_Metadata=told), 409, "evidence-conflict")
    assert count() == 1


def test_an_empty_file_is_refused(phone: Tus) -> None:
    assert_problem(phone.begin(0), 422, "photo-empty")


# When the store is away, or has lost something.


def test_a_store_that_is_away_keeps_nothing_and_is_asked_again(phone: Tus, monkeypatch: pytest.MonkeyPatch) -> None:
    address = phone.begun(len(PHOTO), body=PHOTO[:HALF])
    with monkeypatch.context() as away:
        away.setattr(LocalPieces, "put", _away)
        answer = phone.patch(address, HALF, PHOTO[HALF:])
    assert_problem(answer, 503, "store-away")
    assert answer.headers["Retry-After"] == "30"

    assert phone.offset(address) == HALF
    assert phone.patch(address, HALF, PHOTO[HALF:]).headers["Saksi-Evidence"]


def test_a_store_that_goes_away_at_the_last_moment_refuses_nothing_for_ever(
    phone: Tus, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = phone.begun(len(PHOTO))
    with monkeypatch.context() as away:
        away.setattr(LocalPieces, "read", _away)
        assert_problem(phone.patch(address, 0, PHOTO), 503, "store-away")
        assert phone.head(address).status_code == 503

    assert phone.head(address).headers["Saksi-Evidence"]


def test_a_store_that_is_away_while_tidying_is_no_reason_to_refuse(phone: Tus, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(LocalPieces, "forget_upload", _away)

    assert send_all(phone, PHOTO)[1]


def test_a_folder_that_is_away_for_a_moment_has_lost_nothing(phone: Tus, pieces: Path) -> None:
    address = phone.begun(len(PHOTO), body=PHOTO[:HALF])
    away = pieces.rename(pieces.with_name("away"))
    assert_problem(phone.patch(address, HALF, PHOTO[HALF:]), 503, "store-away")
    away.rename(pieces)

    assert phone.patch(address, HALF, PHOTO[HALF:]).headers["Saksi-Evidence"]


def test_an_upload_whose_pieces_are_lost_begins_anew(phone: Tus, pieces: Path) -> None:
    address = phone.begun(len(PHOTO), body=PHOTO[:HALF])
    for each in pieces.iterdir():
        each.unlink()

    assert_problem(phone.patch(address, HALF, PHOTO[HALF:]), 410, "upload-gone")
    reading().rollback()
    assert reading().scalars(sa.select(ResumableUpload.state)).one() is UploadState.GONE


@pytest.mark.parametrize("claimed", [True, False])
@pytest.mark.parametrize(
    "harm", [lambda data: data[:-5000], lambda data: data + b".", lambda data: data[:-1] + bytes([data[-1] ^ 1])]
)
@pytest.mark.parametrize("size", [100_000, 700_000])
def test_a_piece_that_is_no_longer_what_was_acknowledged_is_lost_and_no_evidence(
    phone: Tus, pieces: Path, harm: Callable[[bytes], bytes], size: int, claimed: bool
) -> None:
    photo = PHOTO + bytes(900_000)
    claim = road_claim(sha256=hashlib.sha256(photo).hexdigest()) if claimed else road_claim()
    address = phone.begun(len(photo), body=photo[:size], Upload_Metadata=about(evidence_id := new_id(), claim))
    (piece,) = pieces.iterdir()
    piece.write_bytes(harm(piece.read_bytes()))

    assert_problem(phone.patch(address, size, photo[size:]), 410, "upload-gone")
    assert count() == 0
    again = phone.begin(len(photo), body=photo, Upload_Metadata=about(evidence_id, claim))
    assert again.headers["Saksi-Evidence"] == f"/api/v1/evidence/{evidence_id}"


def test_pieces_that_are_on_record_without_a_digest_are_read(phone: Tus) -> None:
    address = phone.begun(len(PHOTO), body=PHOTO[:HALF])
    _rewrite_pieces(lambda name, size, _sha256: [name, size])

    assert phone.patch(address, HALF, PHOTO[HALF:]).headers["Saksi-Evidence"]


def test_pieces_that_are_too_few_for_the_file_are_no_evidence(phone: Tus, monkeypatch: pytest.MonkeyPatch) -> None:
    address = phone.begun(len(PHOTO))
    with monkeypatch.context() as killed:
        killed.setattr(uploads, "receive", _die)
        with pytest.raises(KeyboardInterrupt):
            phone.patch(address, 0, PHOTO)
    with writing() as session:
        session.execute(sa.update(ResumableUpload).values(pieces=[]))

    assert phone.head(address).status_code == 410
    assert count() == 0


def _rewrite_pieces(told: Callable[..., list[object]]) -> None:
    with writing() as session:
        (row,) = session.scalars(sa.select(ResumableUpload))
        session.execute(sa.update(ResumableUpload).values(pieces=[told(*piece) for piece in row.pieces]))


def test_s3_goes_away_in_the_middle_and_comes_back(
    app: Flask, settings: config.Settings, s3_service: S3Service, own_gateway: Gateway, bearer: Bearer
) -> None:
    s3 = replace(prepared(s3_service), endpoint=own_gateway.service.endpoint)
    with running(replace(settings, s3=s3)) as there:
        phone = Tus(there.test_client(), bearer("inspector"))
        address = phone.begun(len(PHOTO), body=PHOTO[:HALF])
        own_gateway.halt()
        away = phone.patch(address, HALF, PHOTO[HALF:])
        assert_problem(away, 503, "store-away")
        assert away.headers["Retry-After"] == "30"
        own_gateway.start()

        assert phone.offset(address) == HALF
        assert phone.patch(address, HALF, PHOTO[HALF:]).headers["Saksi-Evidence"]


def _away(*_given: object) -> None:
    raise StoreAwayError("nobody answers")
