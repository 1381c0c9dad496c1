"""``device.enrolled``, and what the phone's own clock adds to ``time.claims_agree``."""

from __future__ import annotations

from datetime import timedelta

import pytest

from evidence.claims import CaptureSource, DeviceClaim, EnvelopeClaim
from evidence.envelope import Standing
from evidence.findings import ClaimName, Outcome

from .build import CAPTURED, ask, photo, stated

WARNED = {Standing.UNSIGNED, Standing.NONCE_EXPIRED}


def signed(
    clock_offset: timedelta | None,
    captured_at: timedelta = timedelta(),
    source: CaptureSource = CaptureSource.CAMERA,
) -> DeviceClaim:
    offset_ms = None if clock_offset is None else clock_offset.total_seconds() * 1000
    envelope = EnvelopeClaim("d", "e", "n", source, "app", clock_offset_ms=offset_ms)
    return DeviceClaim(captured_at=CAPTURED + captured_at, envelope=envelope)


def test_a_genuine_envelope_passes() -> None:
    finding = ask("device.enrolled", envelope=Standing.GENUINE)

    assert (finding.outcome, finding.claim) == (Outcome.PASS, ClaimName.DEVICE)


@pytest.mark.parametrize("standing", sorted(WARNED))
def test_a_photo_without_a_fresh_signature_is_only_warned_of(standing: Standing) -> None:
    assert ask("device.enrolled", envelope=standing).outcome is Outcome.WARN


def test_an_unsigned_photo_rests_on_no_claim() -> None:
    assert ask("device.enrolled").claim is None


@pytest.mark.parametrize("standing", sorted(set(Standing) - WARNED - {Standing.GENUINE}))
def test_a_signature_that_does_not_hold_fails_with_a_sentence_of_its_own(standing: Standing) -> None:
    finding = ask("device.enrolled", envelope=standing)
    others = {ask("device.enrolled", envelope=other).message for other in set(Standing) - {standing}}

    assert finding.outcome is Outcome.FAIL
    assert finding.measured == standing.value
    assert finding.message not in others
    assert finding.message.endswith(".")


def test_a_clock_that_is_off_by_more_than_a_day_is_seen_though_file_and_phone_agree() -> None:
    finding = ask("time.claims_agree", file=photo(time=stated()), device=signed(timedelta(hours=25)))

    assert finding.outcome is Outcome.FAIL
    assert finding.measured == "25 h apart"
    assert "set right by our clock" in finding.message


def test_a_clock_that_is_off_by_an_hour_is_warned_of() -> None:
    assert ask("time.claims_agree", device=signed(timedelta(hours=-1))).outcome is Outcome.WARN


@pytest.mark.parametrize("offset", [None, timedelta(seconds=40)])
def test_a_clock_that_is_right_changes_nothing(offset: timedelta | None) -> None:
    assert ask("time.claims_agree", device=signed(offset)).outcome is Outcome.PASS


@pytest.mark.parametrize("offset", [timedelta.max, timedelta.min])
def test_a_clock_that_is_off_by_more_than_the_calendar_holds_agrees_with_nothing(offset: timedelta) -> None:
    assert ask("time.claims_agree", device=signed(offset)).outcome is Outcome.FAIL


def test_a_file_that_contradicts_the_envelope_is_seen() -> None:
    assert ask("time.claims_agree", device=signed(None, captured_at=timedelta(hours=-3))).outcome is Outcome.WARN


def test_an_old_picture_is_not_told_to_be_a_clock_that_is_wrong() -> None:
    finding = ask("time.claims_agree", device=DeviceClaim(captured_at=CAPTURED + timedelta(days=2802)))

    assert (finding.outcome, finding.measured) == (Outcome.FAIL, "2802 days apart")
    assert "older picture" in finding.message
    assert "network" not in finding.message


@pytest.mark.parametrize("offset", [None, timedelta(seconds=40)])
def test_the_phone_is_no_witness_of_when_a_picture_from_its_gallery_was_taken(offset: timedelta | None) -> None:
    from_gallery = signed(offset, timedelta(days=2802), CaptureSource.GALLERY)

    assert ask("time.claims_agree", device=from_gallery).outcome is Outcome.UNKNOWN
    for name in ("time.in_schedule", "time.zone", "time.not_future"):
        assert ask(name, file=photo(time=None), device=from_gallery).outcome is Outcome.UNKNOWN


def test_the_phone_is_a_witness_of_what_its_own_camera_app_took() -> None:
    beside = signed(None, source=CaptureSource.PHONE_CAMERA)

    assert ask("time.in_schedule", file=photo(time=None), device=beside).outcome is Outcome.PASS
