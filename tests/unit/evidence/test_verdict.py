"""The verdict, the grade and the summary follow from the findings as the design's rules say."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from evidence.claims import (
    CaptureSource,
    Claims,
    DeviceClaim,
    EnvelopeClaim,
    FileClaim,
    OperatorClaim,
    PlaceState,
    PositionClaim,
    TimeClaim,
    ZoneState,
)
from evidence.findings import NOT_CHECKED, ClaimName, Finding, Outcome
from evidence.policy import EvidencePolicy
from evidence.verdict import Grade, Verdict, grade, holding_back, judge, summary

POLICY = EvidencePolicy()
NOW = datetime(2026, 5, 6, 2, 0, tzinfo=UTC)
HERE = PositionClaim(14.6, 121.0, "test", accuracy_m=8.0, confidence=0.68)
CLOCK = TimeClaim(datetime(2026, 5, 6, 10, 0), NOW, ZoneState.STATED, "test")  # noqa: DTZ001
PASS, WARN, FAIL, UNKNOWN = Outcome.PASS, Outcome.WARN, Outcome.FAIL, Outcome.UNKNOWN

REJECTING = [
    "file.decodes",
    "file.resolution",
    "file.sealed",
    "file.untouched",
    "place.inside_site",
    "time.not_future",
    "time.in_schedule",
    "origin.first_use",
    "device.enrolled",
]
NOT_REJECTING = ["place.accuracy", "place.claims_agree", "time.claims_agree", "time.fresh", "motion.plausible"]
DECISIVE = ["place.inside_site", "place.claims_agree", "time.claims_agree", "origin.first_use"]
NOT_DECISIVE = ["file.sealed", "file.resolution", "place.accuracy", "place.repeated", "time.fresh", "time.zone"]


def finding(check: str, outcome: Outcome, claim: ClaimName | None = ClaimName.FILE) -> Finding:
    return Finding(check, outcome, f"{check} {outcome}.", claim=claim)


def with_changes(*changed: Finding) -> list[Finding]:
    """An otherwise verified photo's findings, some of them replaced or added."""
    good = {check: finding(check, PASS) for check in ("file.decodes", "place.inside_site", "time.in_schedule")}
    return list({**good, **{one.check: one for one in changed}}.values())


def claims(
    file_place: PositionClaim | None = HERE,
    file_time: TimeClaim | None = CLOCK,
    device: DeviceClaim | None = None,
    operator_place: PositionClaim | None = None,
) -> Claims:
    state = PlaceState.NONE if file_place is None else PlaceState.VALID
    file = FileClaim("image/jpeg", 9, 4000, 3000, None, None, state, None, file_place, file_time, None)
    return Claims(file, device or DeviceClaim(), OperatorClaim(position=operator_place))


def from_source(source: CaptureSource, position: PositionClaim | None = HERE) -> DeviceClaim:
    """What an enrolled phone said in its envelope of a photo that it came by in this way."""
    envelope = EnvelopeClaim("d", "e", "n", source, "app")
    return DeviceClaim(position=position, captured_at=NOW, envelope=envelope)


BOTH = claims(device=DeviceClaim(position=HERE, captured_at=NOW))
SIGNED = claims(device=from_source(CaptureSource.CAMERA))
AGREEING = [finding("place.claims_agree", PASS), finding("time.claims_agree", PASS)]


class TestVerdict:
    """``judge``."""

    def test_a_photo_whose_place_and_time_pass_by_a_machine_is_verified(self) -> None:
        assert judge(with_changes(), POLICY) is Verdict.VERIFIED

    @pytest.mark.parametrize("check", REJECTING)
    def test_these_failures_reject(self, check: str) -> None:
        assert judge(with_changes(finding(check, FAIL)), POLICY) is Verdict.REJECTED

    @pytest.mark.parametrize("check", NOT_REJECTING)
    def test_any_other_failure_asks_for_a_person(self, check: str) -> None:
        assert judge(with_changes(finding(check, FAIL)), POLICY) is Verdict.NEEDS_REVIEW

    @pytest.mark.parametrize("check", DECISIVE)
    def test_a_decisive_warning_asks_for_a_person(self, check: str) -> None:
        assert judge(with_changes(finding(check, WARN)), POLICY) is Verdict.NEEDS_REVIEW

    def test_a_photo_from_another_station_than_the_one_asked_for_needs_a_person(self) -> None:
        assert judge(with_changes(finding("place.station", WARN)), POLICY) is Verdict.NEEDS_REVIEW
        assert judge(with_changes(finding("place.station", UNKNOWN)), POLICY) is Verdict.VERIFIED

    @pytest.mark.parametrize("check", [*DECISIVE, *NOT_DECISIVE, "place.station", "time.in_schedule"])
    def test_phones_are_told_every_check_whose_warning_holds_a_photo_back(self, check: str) -> None:
        held = judge(with_changes(finding(check, WARN)), POLICY) is not Verdict.VERIFIED

        assert (check in holding_back(POLICY)) is held

    @pytest.mark.parametrize("check", NOT_DECISIVE)
    def test_any_other_warning_does_not_hold_a_photo_back(self, check: str) -> None:
        assert judge(with_changes(finding(check, WARN)), POLICY) is Verdict.VERIFIED

    def test_the_policy_says_what_is_decisive(self) -> None:
        strict = EvidencePolicy(decisive=frozenset({"time.zone"}))

        assert judge(with_changes(finding("time.zone", WARN)), strict) is Verdict.NEEDS_REVIEW

    @pytest.mark.parametrize("check", ["place.inside_site", "time.in_schedule"])
    @pytest.mark.parametrize("outcome", [UNKNOWN, WARN])
    def test_place_and_time_must_each_pass(self, check: str, outcome: Outcome) -> None:
        lax = EvidencePolicy(decisive=frozenset())

        assert judge(with_changes(finding(check, outcome)), lax) is Verdict.NEEDS_REVIEW

    @pytest.mark.parametrize("check", ["place.inside_site", "time.in_schedule"])
    @pytest.mark.parametrize("claim", [ClaimName.OPERATOR, None])
    def test_the_operators_word_verifies_nothing(self, check: str, claim: ClaimName | None) -> None:
        assert judge(with_changes(finding(check, PASS, claim)), POLICY) is Verdict.NEEDS_REVIEW

    def test_the_phone_is_as_good_a_witness_as_the_file(self) -> None:
        by_phone = finding("place.inside_site", PASS, ClaimName.DEVICE)

        assert judge(with_changes(by_phone), POLICY) is Verdict.VERIFIED

    def test_a_missing_position_lowers_trust_and_does_not_reject(self) -> None:
        stripped = [finding("place.inside_site", UNKNOWN), finding("place.not_redacted", WARN)]

        assert judge(with_changes(*stripped), POLICY) is Verdict.NEEDS_REVIEW

    def test_a_check_that_broke_asks_for_a_person(self) -> None:
        broken = Finding("origin.first_use", UNKNOWN, "This could not be checked.", measured=NOT_CHECKED)

        assert judge(with_changes(broken), POLICY) is Verdict.NEEDS_REVIEW

    def test_no_findings_verify_nothing(self) -> None:
        assert judge([], POLICY) is Verdict.NEEDS_REVIEW


class TestGrade:
    """``grade``."""

    def test_a_needs_an_enrolled_device_beside_two_agreeing_machines(self) -> None:
        enrolled = finding("device.enrolled", PASS)

        assert grade(SIGNED, [*AGREEING, enrolled]) is Grade.ATTESTED
        assert grade(claims(), [enrolled]) is Grade.SINGLE_WITNESS

    def test_a_signature_attests_nothing_of_what_another_camera_took(self) -> None:
        signed = [*AGREEING, finding("device.enrolled", PASS)]

        assert grade(claims(device=from_source(CaptureSource.PHONE_CAMERA)), signed) is Grade.CORROBORATED

    def test_a_picture_from_the_gallery_has_its_file_for_its_only_witness(self) -> None:
        signed = [*AGREEING, finding("device.enrolled", PASS)]
        device = from_source(CaptureSource.GALLERY)

        assert grade(claims(device=device), signed) is Grade.SINGLE_WITNESS
        assert grade(claims(None, CLOCK, device), signed) is Grade.SINGLE_WITNESS
        assert grade(claims(None, None, device), signed) is Grade.STATED

    def test_b_is_two_agreeing_machines(self) -> None:
        assert grade(BOTH, AGREEING) is Grade.CORROBORATED
        assert grade(BOTH, [*AGREEING, finding("device.enrolled", WARN)]) is Grade.CORROBORATED

    @pytest.mark.parametrize("outcome", [WARN, FAIL, UNKNOWN])
    @pytest.mark.parametrize("which", [0, 1])
    def test_machines_that_do_not_agree_corroborate_nothing(self, which: int, outcome: Outcome) -> None:
        findings = [finding(one.check, outcome if nth == which else PASS) for nth, one in enumerate(AGREEING)]

        assert grade(BOTH, findings) is Grade.SINGLE_WITNESS

    def test_the_files_own_two_clocks_are_one_witness(self) -> None:
        placed = claims(device=DeviceClaim(position=HERE))

        assert grade(placed, AGREEING) is Grade.SINGLE_WITNESS

    @pytest.mark.parametrize(
        "one_witness",
        [
            claims(),
            claims(None, None, DeviceClaim(position=HERE, captured_at=NOW)),
            claims(None, CLOCK, DeviceClaim(position=HERE)),
        ],
        ids=["file", "device", "file's time and device's place"],
    )
    def test_c_is_one_machine_for_place_and_one_for_time(self, one_witness: Claims) -> None:
        assert grade(one_witness, []) is Grade.SINGLE_WITNESS

    @pytest.mark.parametrize(
        "stated",
        [
            claims(None, operator_place=HERE),
            claims(None),
            claims(file_time=None),
            claims(None, None),
        ],
        ids=["pin", "no place", "no time", "nothing"],
    )
    def test_d_is_a_place_or_time_without_a_machine(self, stated: Claims) -> None:
        assert grade(stated, []) is Grade.STATED

    def test_d_is_a_position_too_rough_to_use(self) -> None:
        assert grade(claims(), [finding("place.accuracy", FAIL)]) is Grade.STATED


class TestSummary:
    """``summary``."""

    def test_nothing_is_left_to_do_for_a_verified_photo(self) -> None:
        assert summary(with_changes()) == "The place and the time hold; there is nothing more to do."

    def test_a_warning_that_decides_nothing_is_not_pressed_on_the_inspector(self) -> None:
        assert "nothing more to do" in summary(with_changes(finding("time.zone", WARN)))

    def test_nobody_is_told_at_once_to_retake_and_that_nothing_is_left_to_do(self) -> None:
        assert summary(with_changes(finding("place.station", WARN))) == "place.station warn."

    def test_the_weightiest_finding_speaks(self) -> None:
        broken = Finding("place.station", UNKNOWN, "Broken.", measured=NOT_CHECKED)
        ascending = [
            (broken, "Broken."),
            (finding("time.in_schedule", UNKNOWN), "time.in_schedule unknown."),
            (finding("place.claims_agree", WARN), "place.claims_agree warn."),
            (finding("time.fresh", FAIL), "time.fresh fail."),
            (finding("file.decodes", FAIL), "file.decodes fail."),
        ]

        for count in range(1, len(ascending) + 1):
            so_far = [one for one, _ in ascending[:count]]
            assert summary(with_changes(*so_far)) == ascending[count - 1][1]

    @pytest.mark.parametrize("changed", [finding("place.inside_site", UNKNOWN), finding("time.claims_agree", WARN)])
    def test_a_photo_that_is_not_verified_always_gets_a_sentence_to_act_on(self, changed: Finding) -> None:
        findings = with_changes(changed)

        assert judge(findings, POLICY) is not Verdict.VERIFIED
        assert summary(findings, POLICY) == changed.message
