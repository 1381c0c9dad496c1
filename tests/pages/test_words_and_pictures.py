from __future__ import annotations

import math
import re
from datetime import UTC, datetime

import pytest
from shapely.geometry import LineString, Point, Polygon

from evidence.checks import names
from evidence.verdict import REJECTING, Grade
from geo.site import Site
from server import claims_table, wording
from server.models.evidence import EvidenceState
from server.models.milestones import MilestoneState
from server.models.payments import CertificateState
from server.models.projects import ProjectStatus
from server.site_picture import MARK_RADIUS, WEDGE_DEG, WEDGE_LENGTH, WIDTH, Spot, direction, draw

POND = Site.polygon(Polygon([(122.0, 11.0), (122.002, 11.0), (122.002, 11.001), (122.0, 11.001)]))
ROAD = Site.corridor(LineString([(122.0, 11.0), (122.0, 11.02)]), width_m=10, chainage_start_m=1000)


@pytest.mark.parametrize(
    ("minor", "currency", "said"),
    [
        (125_000_050, "PHP", "₱1,250,000.50"),
        (5, "THB", "฿0.05"),
        (1_234_567, "KRW", "₩1,234,567"),
        (-150, "USD", "−US$ 1.50"),
        (1, "KWD", "KWD 0.001"),
        (10**20 + 1, "PHP", "₱1,000,000,000,000,000,000.01"),
    ],
)
def test_money_is_said_to_the_last_minor_unit(minor: int, currency: str, said: str) -> None:
    assert wording.money(minor, currency) == said


@pytest.mark.parametrize(("bp", "said"), [(1000, "10 %"), (1250, "12.5 %"), (1, "0.01 %"), (10_000, "100 %")])
def test_shares_are_said_without_needless_digits(bp: int, said: str) -> None:
    assert wording.share(bp) == said


@pytest.mark.parametrize(
    ("zone", "said"),
    [
        ("Asia/Manila", "2 March 2026, 04:05 UTC+8"),
        ("Asia/Kolkata", "2 March 2026, 01:35 UTC+5:30"),
        ("America/St_Johns", "1 March 2026, 16:35 UTC−3:30"),
        ("UTC", "1 March 2026, 20:05 UTC"),
    ],
)
def test_an_instant_is_said_in_the_projects_zone(zone: str, said: str) -> None:
    assert wording.instant(datetime(2026, 3, 1, 20, 5, tzinfo=UTC), zone) == said


def test_every_code_has_its_words() -> None:
    for codes in (EvidenceState, MilestoneState, CertificateState, ProjectStatus):
        assert {code.value for code in codes} <= set(wording.STATES)
    assert set(names()) <= set(wording.CHECKS)
    assert set(REJECTING) <= set(wording.REFUSALS)
    assert {grade.value for grade in Grade} == set(wording.GRADES) == set(wording.GRADE_NAMES)


def numbers(path: str) -> list[float]:
    return [float(number) for number in re.findall(r"-?\d+(?:\.\d+)?", path)]


def test_a_site_is_drawn_inside_its_canvas_with_north_up() -> None:
    picture = draw(POND, [Spot(11.001, 122.001, "north edge"), Spot(11.0, 122.001, "south edge")])
    xs, ys = numbers(picture.outline)[::2], numbers(picture.outline)[1::2]

    assert 0 <= min(xs) < max(xs) <= WIDTH
    assert 0 <= min(ys) < max(ys) <= picture.height
    assert picture.marks[0].y < picture.marks[1].y
    assert picture.marks[0].x == pytest.approx(WIDTH / 2, abs=1)


def test_the_scale_bar_measures_the_drawing() -> None:
    picture = draw(POND, [Spot(11.0005, 122.0, "west"), Spot(11.0005, 122.002, "east")])
    px_per_m = (picture.marks[1].x - picture.marks[0].x) / 218.6
    length_m = float(picture.scale_text.split()[0])

    assert picture.scale_px / length_m == pytest.approx(px_per_m, rel=0.01)


def test_the_accuracy_circle_is_to_scale() -> None:
    picture = draw(POND, [Spot(11.0005, 122.001, "here", r68_m=20.0)])
    px_per_m = picture.scale_px / float(picture.scale_text.split()[0])

    assert picture.marks[0].radius == pytest.approx(20 * px_per_m, rel=0.01)


def test_a_spot_far_off_is_set_on_the_edge_and_says_how_far() -> None:
    (mark,) = draw(POND, [Spot(11.031, 122.001, "far", r68_m=50.0)]).marks

    assert mark.y == MARK_RADIUS + 1
    assert mark.radius == 0
    assert mark.away_m == pytest.approx(3318, abs=10)


@pytest.mark.parametrize(("heading_deg", "x", "y"), [(0, 0, -1), (90, 1, 0), (180, 0, 1), (270, -1, 0), (360, 0, -1)])
def test_a_heading_is_drawn_as_a_wedge_to_where_the_camera_looked(heading_deg: float, x: int, y: int) -> None:
    (mark,) = draw(POND, [Spot(11.0005, 122.001, "here", heading_deg=heading_deg)]).marks
    start_x, start_y, left_x, left_y, *_, right_x, right_y = numbers(mark.wedge)
    middle = ((left_x + right_x) / 2 - start_x, (left_y + right_y) / 2 - start_y)
    half_chord = WEDGE_LENGTH * math.cos(math.radians(WEDGE_DEG / 2))

    assert (start_x, start_y) == (mark.x, mark.y)
    assert middle == pytest.approx((x * half_chord, y * half_chord), abs=0.2)


def test_no_wedge_is_drawn_without_a_heading_or_off_the_canvas() -> None:
    marks = draw(POND, [Spot(11.0005, 122.001, "here"), Spot(11.031, 122.001, "far", heading_deg=10)]).marks

    assert [mark.wedge for mark in marks] == ["", ""]


@pytest.mark.parametrize(("heading_deg", "said"), [(0, "north"), (359, "north"), (50, "north-east"), (200, "south")])
def test_a_heading_is_said_as_a_direction(heading_deg: float, said: str) -> None:
    assert direction(heading_deg) == said


def test_a_close_view_shows_the_spot_and_the_nearest_part_of_the_site() -> None:
    picture = draw(ROAD, [Spot(11.01, 122.001, "beside")], tolerance_m=25, around_spots_m=100)

    assert picture.marks[0].away_m is None
    assert picture.centre_line
    assert max(abs(number) for number in numbers(picture.outline)) < 5 * WIDTH


def test_stations_stand_in_order_along_the_line() -> None:
    stations = draw(ROAD).stations

    assert stations[0].text == "1+000"
    assert stations[-1].text == "3+212"
    assert [station.y for station in stations] == sorted((station.y for station in stations), reverse=True)
    assert len(stations) <= 10


def test_a_site_across_the_antimeridian_is_drawn_in_one_piece() -> None:
    fiji = Site.polygon(Polygon([(179.999, -17.0), (-179.999, -17.0), (-179.999, -17.001), (179.999, -17.001)]))
    xs = numbers(draw(fiji).outline)[::2]

    assert 0 <= min(xs) < max(xs) <= WIDTH


def claims(**device: object) -> dict[str, object]:
    position = {"latitude": 11.0, "longitude": 122.0, "accuracy_m": 5.0, "confidence": 0.68}
    file = {
        "position": position,
        "time": {"wall": "2026-03-01T10:00:00", "instant": "2026-03-01T02:00:00Z", "zone": "stated"},
    }
    return {"file": file, "device": device, "operator": {}}


def test_witnesses_that_agree_are_not_marked() -> None:
    near = {"latitude": 11.0001, "longitude": 122.0}
    rows = claims_table.compare(claims(position=near, captured_at="2026-03-01T02:01:00Z"), "Asia/Manila")

    assert [row.label for row in rows if row.differs] == []


def test_witnesses_that_part_are_marked_with_how_far() -> None:
    far = {"latitude": 11.01, "longitude": 122.0}
    rows = {
        r.label: r
        for r in claims_table.compare(claims(position=far, captured_at="2026-03-01T05:00:00Z"), "Asia/Manila")
    }

    assert rows["Position"].device.apart == "1.1 km from where the file says"
    assert rows["Taken"].device.apart == "3 hours later than the file says"
    assert [row.label for row in rows.values() if row.differs] == ["Position", "Taken"]


def test_a_file_without_a_position_says_why() -> None:
    file = {"position": None, "place_reason": "The phone removed the position."}
    rows = {row.label: row for row in claims_table.compare({"file": file}, "UTC")}

    assert rows["Position"].file.text == "The phone removed the position."


def test_a_95_percent_radius_is_drawn_as_its_68_percent_one() -> None:
    said = {"device": {"position": {"latitude": 1.0, "longitude": 2.0, "accuracy_m": 24.48, "confidence": 0.95}}}

    assert claims_table.r68_m(said, 1.0, 2.0) == pytest.approx(15.1)


@pytest.mark.parametrize(
    ("typed", "currency", "minor"),
    [
        ("1250000.50", "PHP", 125_000_050),
        (" ₱1,250,000.5 ", "PHP", 125_000_050),
        ("12 500", "THB", 1_250_000),
        ("1,234,567", "KRW", 1_234_567),
        ("US$ 0.01", "USD", 1),
        ("1.5", "KRW", None),
        ("1.005", "PHP", None),
        ("1,25", "PHP", None),
        ("-5", "PHP", None),
        ("１２", "PHP", None),
        ("", "PHP", None),
    ],
)
def test_a_typed_amount_is_read_to_the_last_minor_unit_or_not_at_all(
    typed: str, currency: str, minor: int | None
) -> None:
    assert wording.minor_units(typed, currency) == minor


@pytest.mark.parametrize("minor", [0, 5, 125_000_050])
def test_an_amount_that_was_said_is_read_back(minor: int) -> None:
    for currency in ("PHP", "KRW", "KWD", "USD", "IDR"):
        assert wording.minor_units(wording.money(minor, currency), currency) == minor


def test_labels_of_photos_at_one_place_stand_apart_and_inside() -> None:
    picture = draw(POND, [Spot(11.0005, 122.001, str(n)) for n in range(20)])
    labels = [(mark.label_x, mark.label_y) for mark in picture.marks]

    assert labels[0] == (picture.marks[0].x, picture.marks[0].y)
    assert all(math.dist(a, b) >= 2 * MARK_RADIUS for n, a in enumerate(labels) for b in labels[:n])
    assert all(0 < x < WIDTH and 0 < y < picture.height for x, y in labels)


@pytest.mark.parametrize("end", [(122.02, 11.0), (122.0, 11.02), (122.02, 11.02), (121.98, 11.02)])
def test_a_stations_text_stands_off_its_line(end: tuple[float, float]) -> None:
    road = Site.corridor(LineString([(122.0, 11.0), end]), width_m=10)
    stations = draw(road).stations
    line = LineString([(station.x, station.y) for station in stations])

    assert all(line.distance(Point(station.text_x, station.text_y - 5)) > 14 for station in stations)


def test_no_stations_text_is_cut_off_at_the_left_edge() -> None:
    slant = Site.corridor(LineString([(122.0, 11.0), (122.02, 11.02)]), width_m=10)
    first = draw(slant).stations[0]

    assert first.anchor == "start"
    assert first.text_x > first.x


def test_what_an_envelope_adds_is_shown_as_what_it_says() -> None:
    said = {
        "device": "0190f3c2",
        "app": "saksi-field 0.1.0",
        "source": "gallery",
        "no_position_reason": "Under a roof.",
    }
    rows = {row.label: row for row in claims_table.compare(claims(envelope=said), "UTC")}

    assert rows["Signed by"].device.text == "device 0190f3c2, saksi-field 0.1.0"
    assert rows["Taken with"].device.text == "a file that was on the phone"
    assert rows["Why there is no position"].operator.text == "Under a roof."
