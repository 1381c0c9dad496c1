"""The ``place.*`` checks, row by row of the design's table, with both sides of each bound."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from shapely.geometry import LineString, box

from evidence.claims import CaptureSource, DeviceClaim, EnvelopeClaim, OperatorClaim, PlaceState, PositionClaim
from evidence.context import Requirement, StatedPlace
from evidence.findings import ClaimName, Finding, Outcome
from evidence.policy import EvidencePolicy
from geo.corridor import Station
from geo.site import Site

from .build import CAPTURED, FakeSite, ask, photo, position

NO_POSITION = photo(position=None)
SQUARE = Site.polygon(box(121.0, 14.6, 121.002, 14.602))
ROAD = Site.corridor(LineString([(121.0, 14.6), (121.0, 14.62)]), width_m=10.0)


def phone(where: PositionClaim | None) -> DeviceClaim:
    return DeviceClaim(position=where)


def north_of(metres: float, **changes: Any) -> PositionClaim:
    """A position so many metres north of the ordinary one (a degree of latitude is 110,645 m there)."""
    return position(latitude=14.6 + metres / 110_645, **changes)


class TestInsideSite:
    """``place.inside_site``."""

    @pytest.mark.parametrize(
        ("probability", "outcome"),
        [(1.0, Outcome.PASS), (0.90, Outcome.PASS), (0.899, Outcome.WARN), (0.011, Outcome.WARN), (0.01, Outcome.FAIL)],
    )
    def test_the_probability_decides(self, probability: float, outcome: Outcome) -> None:
        assert ask("place.inside_site", site=FakeSite(12.0, probability)).outcome is outcome

    def test_the_sentence_says_how_far_and_where_to_walk(self) -> None:
        finding = ask("place.inside_site", site=FakeSite(43.2, 0.0))

        assert finding.message == "43 m outside the site; walk north-east to the site and retake."
        assert finding.measured == "43 m outside the site, ± 8 m"
        assert finding.expected == "within 15 m of the site"

    @pytest.mark.parametrize(
        ("site", "tolerance"),
        [
            (FakeSite(), 15.0),
            (FakeSite(kind="corridor"), 25.0),
            (FakeSite(obstructed=True), 50.0),
            (FakeSite(kind="corridor", obstructed=True), 50.0),
        ],
    )
    def test_the_tolerance_follows_the_kind_of_site(self, site: FakeSite, tolerance: float) -> None:
        ask("place.inside_site", site=site)

        assert site.asked == [(8.0 / 1.510, tolerance)]

    def test_within_the_tolerance_it_passes_and_says_so(self) -> None:
        finding = ask("place.inside_site", site=FakeSite(9.0, 0.95))

        assert finding.message == "9 m outside the site, within the tolerance of 15 m."

    def test_inside_but_too_rough_to_be_sure_it_asks_for_a_better_position(self) -> None:
        finding = ask("place.inside_site", site=FakeSite(-3.0, 0.7))

        assert finding.outcome is Outcome.WARN
        assert finding.message.endswith("too rough to be sure of the site; wait for a better one and retake.")

    @pytest.mark.parametrize("filler", [None, 0.0, -1.0, float("nan")])
    def test_an_unknown_accuracy_is_assumed_and_named(self, filler: float | None) -> None:
        site = FakeSite(9.0, 0.5)

        finding = ask("place.inside_site", site=site, file=photo(position=position(accuracy_m=filler)))

        assert site.asked[0][0] == pytest.approx(30.0 / 1.510)
        assert finding.measured == "9 m outside the site, ± 30 m (assumed)"

    def test_a_95_percent_radius_is_not_taken_for_a_68_percent_one(self) -> None:
        site = FakeSite()

        ask("place.inside_site", site=site, file=photo(position=position(accuracy_m=24.48, confidence=0.95)))

        assert site.asked[0][0] == pytest.approx(10.0)

    def test_without_a_site_it_is_unknown(self) -> None:
        assert ask("place.inside_site", without=("site",)).outcome is Outcome.UNKNOWN

    def test_without_any_position_it_is_unknown_and_never_a_failure(self) -> None:
        finding = ask("place.inside_site", file=NO_POSITION)

        assert finding.outcome is Outcome.UNKNOWN
        assert "without a position" in finding.message
        assert "retake it with the field app" in finding.message

    @pytest.mark.parametrize("name", ["place.inside_site", "place.accuracy"])
    def test_who_gave_the_field_app_a_reason_is_not_told_to_use_it(self, name: str) -> None:
        told = EnvelopeClaim("d", "e", "n", CaptureSource.CAMERA, "app", no_position_reason="Under a roof.")

        finding = ask(name, file=NO_POSITION, device=DeviceClaim(captured_at=CAPTURED, envelope=told))

        assert finding.outcome is Outcome.UNKNOWN
        assert "reason" in finding.message
        assert "with the field app" not in finding.message
        assert "switched on" not in finding.message

    @pytest.mark.parametrize(("radius", "outcome"), [(100.0, Outcome.FAIL), (100.1, Outcome.UNKNOWN)])
    def test_a_position_rougher_than_100_m_says_nothing(self, radius: float, outcome: Outcome) -> None:
        rough = photo(position=position(accuracy_m=radius))

        assert ask("place.inside_site", site=FakeSite(900.0, 0.0), file=rough).outcome is outcome

    def test_a_rough_file_does_not_silence_a_good_phone(self) -> None:
        rough = photo(position=position(accuracy_m=3310.0))

        finding = ask("place.inside_site", file=rough, device=phone(position()))

        assert (finding.outcome, finding.claim) == (Outcome.PASS, ClaimName.DEVICE)

    def test_one_machine_inside_is_enough_where_the_other_is_in_doubt(self) -> None:
        site = FakeSite(by_latitude={14.6: (12.0, 0.5), 14.7: (-5.0, 0.95)})

        finding = ask("place.inside_site", site=site, device=phone(position(latitude=14.7)))

        assert (finding.outcome, finding.claim) == (Outcome.PASS, ClaimName.DEVICE)

    def test_one_machine_inside_and_the_other_outside_is_a_warning_that_quotes_both(self) -> None:
        site = FakeSite(by_latitude={14.6: (-5.0, 0.95), 14.7: (5_100.0, 0.0)})

        finding = ask("place.inside_site", site=site, device=phone(position(latitude=14.7)))

        assert finding.outcome is Outcome.WARN
        assert "The photo file says 5 m inside the site" in finding.message
        assert "the phone says 5.1 km outside the site" in finding.message

    def test_it_fails_only_where_every_machine_is_outside(self) -> None:
        site = FakeSite(60.0, 0.0)

        assert ask("place.inside_site", site=site, device=phone(position())).outcome is Outcome.FAIL

    def test_of_two_machines_inside_the_one_with_the_smaller_stated_radius_is_named(self) -> None:
        guess, sharp = position(accuracy_m=None), position(accuracy_m=40.0)

        finding = ask("place.inside_site", file=photo(position=guess), device=phone(sharp))

        assert finding.claim is ClaimName.DEVICE

    @pytest.mark.parametrize("probability", [1.0, 0.5, 0.0])
    def test_a_pin_neither_passes_nor_fails(self, probability: float) -> None:
        pinned = OperatorClaim(position=position())

        finding = ask("place.inside_site", site=FakeSite(5.0, probability), file=NO_POSITION, operator=pinned)

        assert (finding.outcome, finding.claim) == (Outcome.WARN, ClaimName.OPERATOR)

    def test_a_pin_is_not_asked_where_a_machine_speaks(self) -> None:
        finding = ask("place.inside_site", operator=OperatorClaim(position=position(latitude=50.0)))

        assert (finding.outcome, finding.claim) == (Outcome.PASS, ClaimName.FILE)

    @pytest.mark.parametrize(
        ("metres_south", "outcome"),
        [(-50.0, Outcome.PASS), (3.0, Outcome.PASS), (16.0, Outcome.WARN), (60.0, Outcome.FAIL)],
    )
    def test_a_real_outline_gives_the_real_outcomes(self, metres_south: float, outcome: Outcome) -> None:
        where = replace(north_of(-metres_south), longitude=121.001)

        finding = ask("place.inside_site", site=SQUARE, file=photo(position=where))

        assert finding.outcome is outcome

    def test_a_real_outline_sends_people_the_right_way(self) -> None:
        finding = ask("place.inside_site", site=SQUARE, file=photo(position=position(14.5990, 120.9990)))

        assert "walk north-east" in finding.message


class TestAccuracy:
    """``place.accuracy``."""

    @pytest.mark.parametrize(
        ("radius", "outcome"),
        [(3.0, Outcome.PASS), (50.0, Outcome.PASS), (50.5, Outcome.WARN), (100.0, Outcome.WARN), (100.5, Outcome.FAIL)],
    )
    def test_the_stated_radius_decides(self, radius: float, outcome: Outcome) -> None:
        assert ask("place.accuracy", file=photo(position=position(accuracy_m=radius))).outcome is outcome

    def test_a_95_percent_radius_is_scaled_to_68_percent_first(self) -> None:
        assert (
            ask("place.accuracy", file=photo(position=position(accuracy_m=81.0, confidence=0.95))).measured == "± 50 m"
        )

    @pytest.mark.parametrize("filler", [None, 0.0, -5.0])
    def test_an_unstated_radius_warns_and_names_the_assumed_one(self, filler: float | None) -> None:
        finding = ask("place.accuracy", file=photo(position=position(accuracy_m=filler)))

        assert (finding.outcome, finding.measured) == (Outcome.WARN, "not stated")
        assert "30 m is assumed" in finding.message

    def test_the_better_machine_counts(self) -> None:
        rough = photo(position=position(accuracy_m=3310.0))

        finding = ask("place.accuracy", file=rough, device=phone(position(accuracy_m=6.0)))

        assert (finding.outcome, finding.claim) == (Outcome.PASS, ClaimName.DEVICE)

    def test_a_stated_radius_is_named_before_an_unstated_one_of_the_same_outcome(self) -> None:
        unstated = photo(position=position(accuracy_m=None))

        assert ask("place.accuracy", file=unstated, device=phone(position(accuracy_m=60.0))).measured == "± 60 m"

    def test_without_a_position_it_is_unknown(self) -> None:
        assert ask("place.accuracy", file=NO_POSITION).outcome is Outcome.UNKNOWN


class TestClaimsAgree:
    """``place.claims_agree``; both at 15.10 m r68: sigma 10 m each, 14.14 m of the difference."""

    @staticmethod
    def apart(metres: float, radius: float = 15.10) -> Finding:
        there = phone(north_of(metres, accuracy_m=radius))
        return ask("place.claims_agree", file=photo(position=position(accuracy_m=radius)), device=there)

    @pytest.mark.parametrize(
        ("metres", "outcome"),
        [
            (0.0, Outcome.PASS),
            (42.0, Outcome.PASS),
            (43.0, Outcome.WARN),
            (995.0, Outcome.WARN),
            (1_005.0, Outcome.FAIL),
        ],
    )
    def test_three_sigma_and_a_kilometre_are_the_bounds(self, metres: float, outcome: Outcome) -> None:
        assert self.apart(metres).outcome is outcome

    @pytest.mark.parametrize(("metres", "outcome"), [(560.0, Outcome.WARN), (565.0, Outcome.FAIL)])
    def test_six_sigma_bind_where_the_policy_fails_sooner_than_they_allow(
        self, metres: float, outcome: Outcome
    ) -> None:
        # At r68 100 m the sigma of the difference is 93.66 m, and six of them are 562 m.
        rough, there = photo(position=position(accuracy_m=100.0)), phone(north_of(metres, accuracy_m=100.0))
        soon = EvidencePolicy(agree_fail_m=100.0)

        assert ask("place.claims_agree", file=rough, device=there, policy=soon).outcome is outcome

    def test_a_great_distance_is_measured_by_geodesic(self) -> None:
        finding = ask("place.claims_agree", device=phone(position(latitude=37.5665, longitude=126.978)))

        assert (finding.outcome, finding.measured) == (Outcome.FAIL, "2,612 km apart")

    def test_neighbours_across_the_antimeridian_agree(self) -> None:
        west, east = position(longitude=179.99999), position(longitude=-179.99999)

        assert ask("place.claims_agree", file=photo(position=west), device=phone(east)).measured == "2 m apart"

    def test_rounding_to_a_metre_is_no_disagreement(self) -> None:
        assert self.apart(2.0, radius=0.01).outcome is Outcome.PASS

    @pytest.mark.parametrize("radius", [100.1, 3310.0])
    def test_a_rough_position_is_not_compared(self, radius: float) -> None:
        assert self.apart(5_000.0, radius).outcome is Outcome.UNKNOWN

    def test_one_position_has_nothing_to_agree_with(self) -> None:
        assert ask("place.claims_agree").outcome is Outcome.UNKNOWN

    def test_the_pin_is_no_second_witness(self) -> None:
        assert ask("place.claims_agree", operator=OperatorClaim(position=position())).outcome is Outcome.UNKNOWN


class TestStation:
    """``place.station``."""

    @staticmethod
    def at(chainage_m: float, wanted_m: float | None, allowed_m: float | None = None, offset_m: float = 3.0) -> Finding:
        site = FakeSite(kind="corridor", station=Station(chainage_m, offset_m))
        wanted = Requirement("A", station_m=wanted_m, station_tolerance_m=allowed_m)
        return ask("place.station", site=site, requirement=wanted)

    def test_it_gives_station_and_offset_where_none_is_required(self) -> None:
        finding = self.at(1234.0, None)

        assert (finding.outcome, finding.measured) == (Outcome.PASS, "1+234, 3 m right of the line")

    @pytest.mark.parametrize(("offset", "words"), [(-4.0, "4 m left of the line"), (0.2, "on the line")])
    def test_the_side_of_the_line_is_named(self, offset: float, words: str) -> None:
        assert words in (self.at(1234.0, None, offset_m=offset).measured or "")

    @pytest.mark.parametrize(
        ("chainage", "outcome"),
        [(1225.0, Outcome.PASS), (1224.0, Outcome.WARN), (1275.0, Outcome.PASS), (1276.0, Outcome.WARN)],
    )
    def test_at_a_required_station_the_policys_25_m_count(self, chainage: float, outcome: Outcome) -> None:
        assert self.at(chainage, 1250.0).outcome is outcome

    @pytest.mark.parametrize(("chainage", "outcome"), [(1245.0, Outcome.PASS), (1244.0, Outcome.WARN)])
    def test_a_requirement_may_set_its_own_tolerance(self, chainage: float, outcome: Outcome) -> None:
        assert self.at(chainage, 1250.0, allowed_m=5.0).outcome is outcome

    @pytest.mark.parametrize(("chainage", "way"), [(1200.0, "50 m forward"), (1300.0, "50 m back")])
    def test_between_stations_it_says_where_to_walk(self, chainage: float, way: str) -> None:
        assert self.at(chainage, 1250.0).message == f"Walk {way} along the line to station 1+250 and retake."

    def test_an_area_has_no_stations_and_no_site_has_none(self) -> None:
        assert ask("place.station").message == "This site has no stations."
        assert ask("place.station", without=("site",)).message == "This site has no stations."

    def test_without_a_position_there_is_no_station(self) -> None:
        assert ask("place.station", site=ROAD, file=NO_POSITION).outcome is Outcome.UNKNOWN

    def test_far_from_the_road_there_is_no_station(self) -> None:
        assert (
            ask("place.station", site=ROAD, file=photo(position=position(longitude=121.01))).outcome is Outcome.UNKNOWN
        )

    def test_a_real_road_gives_the_real_station(self) -> None:
        finding = ask("place.station", site=ROAD, file=photo(position=north_of(1000.0)))

        assert (finding.outcome, finding.measured) == (Outcome.PASS, "1+000, on the line")


class TestNotRedacted:
    """``place.not_redacted``."""

    def test_whole_tags_pass(self) -> None:
        assert ask("place.not_redacted").outcome is Outcome.PASS

    @pytest.mark.parametrize("state", [PlaceState.NONE, PlaceState.REDACTED, PlaceState.UNUSABLE])
    def test_withheld_stripped_or_unusable_tags_warn_and_never_fail(self, state: PlaceState) -> None:
        finding = ask("place.not_redacted", file=photo(position=None, place_state=state))

        assert finding.outcome is Outcome.WARN
        assert "field app" in finding.message

    def test_the_readers_reason_is_passed_on(self) -> None:
        reason = "The phone withheld the position (0/0)."

        finding = ask("place.not_redacted", file=photo(position=None, place_reason=reason))

        assert finding.message.startswith("The phone withheld the position (0/0). Take")


def at(latitude: float, longitude: float, *, claim: ClaimName = ClaimName.FILE, **changes: datetime) -> StatedPlace:
    """An earlier photo's stated place."""
    return StatedPlace(claim, latitude, longitude, **changes)


class TestRepeated:
    """``place.repeated``."""

    HERE = (14.6, 121.0)

    @pytest.mark.parametrize(("earlier", "outcome"), [(3, Outcome.PASS), (4, Outcome.WARN), (9, Outcome.WARN)])
    def test_the_fifth_photo_at_the_very_same_point_warns(self, earlier: int, outcome: Outcome) -> None:
        assert ask("place.repeated", recent=(at(*self.HERE),) * earlier).outcome is outcome

    @pytest.mark.parametrize(("earlier", "outcome"), [(3, Outcome.PASS), (4, Outcome.WARN)])
    def test_the_phone_s_own_word_is_counted_as_well(self, earlier: int, outcome: Outcome) -> None:
        batch = (at(*self.HERE, claim=ClaimName.DEVICE), at(14.5, 121.1)) * earlier

        finding = ask("place.repeated", recent=batch, device=DeviceClaim(position=position(), captured_at=CAPTURED))

        assert (finding.outcome, finding.claim) == (outcome, ClaimName.DEVICE)

    def test_photos_taken_soon_after_one_and_the_same_fix_count_once(self) -> None:
        batch = tuple(at(*self.HERE, fixed_at=CAPTURED, captured_at=CAPTURED + timedelta(seconds=s)) for s in range(9))

        finding = ask("place.repeated", recent=batch, file=photo(gps_instant=CAPTURED))

        assert (finding.outcome, finding.measured) == (Outcome.PASS, "1 of 10 photos at the very same point")

    def test_a_fix_that_is_stated_for_hours_counts_with_every_photo(self) -> None:
        batch = tuple(at(*self.HERE, fixed_at=CAPTURED, captured_at=CAPTURED + timedelta(hours=h)) for h in range(1, 9))

        assert ask("place.repeated", recent=batch, file=photo(gps_instant=CAPTURED)).outcome is Outcome.WARN

    def test_points_that_differ_in_the_last_digit_are_those_of_a_real_phone(self) -> None:
        moving = tuple(at(14.6 + step * 1e-7, 121.0) for step in range(1, 10))

        finding = ask("place.repeated", recent=moving)

        assert (finding.outcome, finding.measured) == (Outcome.PASS, "1 of 10 photos at the very same point")

    def test_nothing_to_compare_is_unknown(self) -> None:
        assert ask("place.repeated").outcome is Outcome.UNKNOWN
        assert ask("place.repeated", file=NO_POSITION, recent=(at(*self.HERE),) * 9).outcome is Outcome.UNKNOWN
