"""The ``time.*`` checks, row by row of the design's table, with both sides of each bound."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from evidence.checks import names, run_all
from evidence.claims import DeviceClaim, TimeClaim, ZoneState
from evidence.context import Requirement, Stage
from evidence.findings import NOT_CHECKED, ClaimName, Finding, Outcome
from evidence.witness import captured_at

from .build import CAPTURED, MANILA, RECEIVED, ask, context, photo, schedule, stated, wall

UNTIMED = photo(time=None)


def on_site(day: date, clock: time = time(10, 0)) -> TimeClaim:
    """A stated time at the site's own clock."""
    return stated(datetime.combine(day, clock, MANILA).astimezone(UTC))


@pytest.mark.parametrize("name", [name for name in names() if name.startswith("time.")])
def test_without_any_time_every_time_check_is_unknown(name: str) -> None:
    assert ask(name, file=UNTIMED).outcome is Outcome.UNKNOWN


@pytest.mark.parametrize(
    ("moment", "zone"),
    [(datetime(1, 1, 1), "Asia/Seoul"), (datetime(9999, 12, 31, 23, 59), "America/Lima")],  # noqa: DTZ001
)
def test_a_time_that_no_zone_can_move_within_the_calendar_is_no_time(moment: datetime, zone: str) -> None:
    findings = run_all(context(file=photo(time=wall(moment)), schedule=schedule(zone=ZoneInfo(zone))))

    outcomes = {finding.check: finding.outcome for finding in findings}
    assert outcomes["time.in_schedule"] is Outcome.UNKNOWN
    assert NOT_CHECKED not in [finding.measured for finding in findings]


def test_the_best_machine_time_is_the_one_whose_zone_is_known() -> None:
    guessed, phone = photo(time=wall(datetime(2026, 5, 6, 9, 0))), DeviceClaim(captured_at=CAPTURED)  # noqa: DTZ001
    claims = context(file=guessed, device=phone).claims

    assert captured_at(claims, MANILA) == CAPTURED
    assert captured_at(context(file=guessed).claims, MANILA) == CAPTURED - timedelta(hours=1)
    assert captured_at(context(file=guessed).claims, None) is None


class TestInSchedule:
    """``time.in_schedule``; the window is May 2026, the contract 15 January to 31 December."""

    @staticmethod
    def on(day: date, stage: Stage = Stage.DURING) -> Finding:
        return ask("time.in_schedule", file=photo(time=on_site(day)), stage=stage)

    @pytest.mark.parametrize(
        ("day", "outcome"),
        [
            (date(2026, 5, 15), Outcome.PASS),
            (date(2026, 4, 24), Outcome.PASS),
            (date(2026, 4, 23), Outcome.WARN),
            (date(2026, 6, 7), Outcome.PASS),
            (date(2026, 6, 8), Outcome.WARN),
            (date(2026, 1, 15), Outcome.WARN),
            (date(2026, 1, 14), Outcome.FAIL),
            (date(2027, 12, 31), Outcome.WARN),
            (date(2028, 1, 1), Outcome.FAIL),
        ],
    )
    def test_window_grace_contract_and_defects_period_are_the_bounds(self, day: date, outcome: Outcome) -> None:
        assert self.on(day).outcome is outcome

    def test_a_before_photo_may_be_older_than_the_contract(self) -> None:
        assert self.on(date(2026, 1, 14), Stage.BEFORE).outcome is Outcome.WARN
        first = schedule(window_start=date(2026, 1, 10), window_end=date(2026, 1, 20))
        file = photo(time=on_site(date(2026, 1, 10)))
        assert ask("time.in_schedule", file=file, schedule=first, stage=Stage.BEFORE).outcome is Outcome.PASS
        assert ask("time.in_schedule", file=file, schedule=first).outcome is Outcome.FAIL

    def test_a_before_photo_may_not_be_younger_than_the_defects_period(self) -> None:
        assert self.on(date(2028, 1, 1), Stage.BEFORE).outcome is Outcome.FAIL

    def test_the_day_is_the_sites_and_not_utcs(self) -> None:
        file = photo(time=on_site(date(2026, 1, 15), time(0, 30)))

        assert ask("time.in_schedule", file=file).measured == "15 January 2026"

    def test_a_file_without_a_zone_is_read_in_the_sites(self) -> None:
        file = photo(time=wall(datetime(2026, 1, 15, 0, 30)))  # noqa: DTZ001

        assert ask("time.in_schedule", file=file).measured == "15 January 2026"

    def test_dates_at_the_ends_of_the_calendar_do_not_bind(self) -> None:
        endless = {
            "window_start": date.min,
            "window_end": date.max,
            "contract_start": date.min,
            "contract_end": date.max,
        }
        file = photo(time=on_site(date(2026, 1, 15)))

        assert ask("time.in_schedule", schedule=schedule(**endless), file=file).outcome is Outcome.PASS

    def test_without_dates_it_is_unknown_but_the_contract_still_binds(self) -> None:
        undated = schedule(window_start=None, window_end=None)

        assert ask("time.in_schedule", schedule=undated).outcome is Outcome.UNKNOWN
        early = photo(time=on_site(date(2026, 1, 14)))
        assert ask("time.in_schedule", schedule=undated, file=early).outcome is Outcome.FAIL

    @pytest.mark.parametrize(
        ("missing", "outside", "expected"),
        [
            ("window_start", date(2026, 6, 8), "until 31 May 2026"),
            ("window_end", date(2026, 4, 23), "from 1 May 2026"),
        ],
    )
    def test_an_open_end_does_not_bind(self, missing: str, outside: date, expected: str) -> None:
        half = schedule(**{missing: None})

        assert ask("time.in_schedule", schedule=half).outcome is Outcome.PASS
        finding = ask("time.in_schedule", schedule=half, file=photo(time=on_site(outside)))
        assert (finding.outcome, finding.expected) == (Outcome.WARN, expected)

    def test_an_unknown_contract_does_not_bind(self) -> None:
        free = schedule(contract_start=None, contract_end=None)

        assert (
            ask("time.in_schedule", schedule=free, file=photo(time=on_site(date(2019, 1, 1)))).outcome is Outcome.WARN
        )

    def test_without_a_schedule_it_is_unknown(self) -> None:
        assert ask("time.in_schedule", without=("schedule",)).outcome is Outcome.UNKNOWN

    def test_a_camera_reset_to_2000_does_not_reject_what_the_phone_dates_rightly(self) -> None:
        reset, phone = photo(time=on_site(date(2000, 1, 1))), DeviceClaim(captured_at=CAPTURED)

        finding = ask("time.in_schedule", file=reset, device=phone)

        assert finding.outcome is Outcome.WARN
        assert finding.measured == "the phone says 6 May 2026; the photo file says 1 January 2000"

    def test_the_phone_alone_is_enough(self) -> None:
        finding = ask("time.in_schedule", file=UNTIMED, device=DeviceClaim(captured_at=CAPTURED))

        assert (finding.outcome, finding.claim) == (Outcome.PASS, ClaimName.DEVICE)


class TestWorkingHours:
    """``time.working_hours``; Monday to Saturday, 06:00 to 19:00."""

    @pytest.mark.parametrize(
        ("day", "clock", "outcome"),
        [
            (6, time(6, 0), Outcome.PASS),
            (6, time(5, 59), Outcome.WARN),
            (6, time(19, 0), Outcome.PASS),
            (6, time(19, 1), Outcome.WARN),
            (9, time(10, 0), Outcome.PASS),
            (10, time(10, 0), Outcome.WARN),
        ],
    )
    def test_days_and_hours_of_the_site_are_the_bounds(self, day: int, clock: time, outcome: Outcome) -> None:
        assert ask("time.working_hours", file=photo(time=on_site(date(2026, 5, day), clock))).outcome is outcome

    @pytest.mark.parametrize(
        ("day", "clock", "outcome"),
        [
            (9, time(23, 0), Outcome.PASS),
            (10, time(4, 0), Outcome.PASS),
            (10, time(23, 0), Outcome.WARN),
            (11, time(4, 0), Outcome.WARN),
            (6, time(12, 0), Outcome.WARN),
        ],
    )
    def test_a_night_shift_belongs_to_the_day_it_began(self, day: int, clock: time, outcome: Outcome) -> None:
        nights = schedule(work_starts=time(22, 0), work_ends=time(5, 0))
        file = photo(time=on_site(date(2026, 5, day), clock))

        assert ask("time.working_hours", schedule=nights, file=file).outcome is outcome

    def test_the_finding_names_the_day_and_the_hours(self) -> None:
        finding = ask("time.working_hours")

        assert finding.measured == "Wednesday 10:00"
        assert finding.expected == "Mon, Tue, Wed, Thu, Fri, Sat 06:00 to 19:00"

    def test_without_a_schedule_it_is_unknown(self) -> None:
        assert ask("time.working_hours", without=("schedule",)).outcome is Outcome.UNKNOWN


class TestNotFuture:
    """``time.not_future``."""

    @pytest.mark.parametrize(("ahead_s", "outcome"), [(-60, Outcome.PASS), (300, Outcome.PASS), (301, Outcome.FAIL)])
    def test_five_minutes_ahead_is_the_bound_for_the_file(self, ahead_s: int, outcome: Outcome) -> None:
        file = photo(time=stated(RECEIVED + timedelta(seconds=ahead_s)))

        assert ask("time.not_future", file=file).outcome is outcome

    @pytest.mark.parametrize(("ahead_s", "outcome"), [(300, Outcome.PASS), (301, Outcome.FAIL)])
    def test_five_minutes_ahead_is_the_bound_for_the_phone(self, ahead_s: int, outcome: Outcome) -> None:
        phone = DeviceClaim(captured_at=RECEIVED + timedelta(seconds=ahead_s))

        assert ask("time.not_future", device=phone).outcome is outcome

    def test_the_worse_claim_counts(self) -> None:
        file, phone = photo(time=stated(RECEIVED + timedelta(days=3))), DeviceClaim(captured_at=CAPTURED)

        finding = ask("time.not_future", file=file, device=phone)

        assert (finding.outcome, finding.claim, finding.measured) == (Outcome.FAIL, ClaimName.FILE, "3 days ahead")

    def test_an_assumed_zone_fails_alone(self) -> None:
        file = photo(time=wall(datetime(2026, 5, 6, 12, 10)))  # noqa: DTZ001

        assert ask("time.not_future", file=file).outcome is Outcome.FAIL

    @pytest.mark.parametrize(("day", "outcome"), [(6, Outcome.PASS), (8, Outcome.FAIL)])
    def test_an_assumed_zone_is_excused_beside_the_phones_time_but_not_beyond_all_zones(
        self, day: int, outcome: Outcome
    ) -> None:
        file, phone = photo(time=wall(datetime(2026, 5, day, 12, 15))), DeviceClaim(captured_at=CAPTURED)  # noqa: DTZ001

        assert ask("time.not_future", file=file, device=phone).outcome is outcome


class TestFresh:
    """``time.fresh``."""

    @pytest.mark.parametrize(
        ("hours", "outcome"),
        [
            (0.0, Outcome.PASS),
            (72.0, Outcome.PASS),
            (72.01, Outcome.WARN),
            (720.0, Outcome.WARN),
            (720.01, Outcome.FAIL),
            (-0.08, Outcome.PASS),
            (-0.1, Outcome.UNKNOWN),
        ],
    )
    def test_three_days_and_the_policys_limit_are_the_bounds(self, hours: float, outcome: Outcome) -> None:
        file = photo(time=stated(RECEIVED - timedelta(hours=hours)))

        assert ask("time.fresh", file=file).outcome is outcome

    @pytest.mark.parametrize(("hours", "outcome"), [(24.0, Outcome.PASS), (24.1, Outcome.FAIL)])
    def test_a_requirement_may_set_its_own_oldest_age(self, hours: float, outcome: Outcome) -> None:
        file, strict = photo(time=stated(RECEIVED - timedelta(hours=hours))), Requirement("A", oldest_age_h=24.0)

        assert ask("time.fresh", file=file, requirement=strict).outcome is outcome


class TestClaimsAgree:
    """``time.claims_agree``."""

    @pytest.mark.parametrize(
        ("gap_s", "outcome"),
        [(300, Outcome.PASS), (301, Outcome.WARN), (86_400, Outcome.WARN), (86_401, Outcome.FAIL)],
    )
    @pytest.mark.parametrize("sign", [1, -1])
    def test_five_minutes_and_a_day_are_the_bounds_for_the_phone(self, gap_s: int, sign: int, outcome: Outcome) -> None:
        phone = DeviceClaim(captured_at=CAPTURED + sign * timedelta(seconds=gap_s))

        assert ask("time.claims_agree", device=phone).outcome is outcome

    @pytest.mark.parametrize(("gap_s", "outcome"), [(300, Outcome.PASS), (301, Outcome.WARN), (86_401, Outcome.FAIL)])
    def test_the_satellite_time_is_compared_too(self, gap_s: int, outcome: Outcome) -> None:
        file = photo(gps_instant=CAPTURED - timedelta(seconds=gap_s))

        assert ask("time.claims_agree", file=file).outcome is outcome

    def test_the_widest_gap_is_named(self) -> None:
        file = photo(gps_instant=CAPTURED - timedelta(hours=22))

        finding = ask("time.claims_agree", file=file, device=DeviceClaim(captured_at=CAPTURED + timedelta(seconds=9)))

        assert finding.measured == "22 h apart"
        assert finding.message.startswith("The satellite time in the file and the phone are 22 h apart;")

    def test_one_time_has_nothing_to_agree_with(self) -> None:
        assert ask("time.claims_agree").outcome is Outcome.UNKNOWN


class TestZone:
    """``time.zone``."""

    @pytest.mark.parametrize("zone", [ZoneState.STATED, ZoneState.GPS])
    def test_a_stated_zone_or_one_implied_by_satellites_passes(self, zone: ZoneState) -> None:
        claim = TimeClaim(CAPTURED.replace(tzinfo=None), CAPTURED, zone, "test")

        assert ask("time.zone", file=photo(time=claim)).outcome is Outcome.PASS

    def test_an_assumed_zone_warns(self) -> None:
        finding = ask("time.zone", file=photo(time=wall(datetime(2026, 5, 6, 10, 0))))  # noqa: DTZ001

        assert (finding.outcome, finding.measured) == (Outcome.WARN, "assumed")

    def test_a_zone_that_cannot_even_be_assumed_warns(self) -> None:
        finding = ask("time.zone", file=photo(time=wall(datetime(2026, 5, 6, 10, 0))), without=("schedule",))  # noqa: DTZ001

        assert (finding.outcome, finding.measured) == (Outcome.WARN, "unknown")

    def test_the_phones_time_is_absolute(self) -> None:
        finding = ask("time.zone", file=UNTIMED, device=DeviceClaim(captured_at=CAPTURED))

        assert (finding.outcome, finding.claim) == (Outcome.PASS, ClaimName.DEVICE)
