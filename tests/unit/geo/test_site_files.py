"""Files as agencies send them, and files that attack."""

from __future__ import annotations

import io
import json
import random
import zipfile
from typing import Any

import pytest
import shapefile
from pyproj import CRS, Transformer

from geo.formats import MAX_BYTES, ReadSite, read_site
from geo.repair import GeometryError

SQUARE = [[121.0, 14.0], [121.01, 14.0], [121.01, 14.01], [121.0, 14.01], [121.0, 14.0]]
AREA: dict[str, Any] = {"type": "Polygon", "coordinates": [SQUARE]}
LINE: dict[str, Any] = {"type": "LineString", "coordinates": [[121.0, 14.0], [121.01, 14.0]]}
UTM_51N = CRS.from_epsg(32651)

KML = """<?xml version="1.0" encoding="UTF-8"?>
<kml xmlns="http://www.opengis.net/kml/2.2"><Document><Folder>{}</Folder></Document></kml>"""
KML_AREA = """<Placemark><name>School</name><Polygon><outerBoundaryIs><LinearRing><coordinates>
  121.0,14.0,12 121.01,14.0,12 121.01,14.01,12
  121.0,14.01,12 121.0,14.0,12
</coordinates></LinearRing></outerBoundaryIs>{}</Polygon></Placemark>"""
KML_HOLE = """<innerBoundaryIs><LinearRing><coordinates>121.004,14.004 121.004,14.006 121.006,14.006
  121.004,14.004</coordinates></LinearRing></innerBoundaryIs>"""
KML_LINE = "<Placemark><LineString><coordinates>121.0,14.0 121.01,14.0</coordinates></LineString></Placemark>"


def feature(geometry: dict[str, Any] | None) -> dict[str, Any]:
    return {"type": "Feature", "properties": {}, "geometry": geometry}


def collection(*geometries: dict[str, Any] | None) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": [feature(each) for each in geometries]}


def from_json(document: Any) -> ReadSite:
    return read_site(json.dumps(document).encode(), "site.geojson")


def from_kml(*placemarks: str) -> ReadSite:
    return read_site(KML.format("".join(placemarks)).encode(), "site.kml")


def zipped(files: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as container:
        for name, data in files.items():
            container.writestr(name, data)
    return buffer.getvalue()


def shape_files(geometry: dict[str, Any], kind: int, prj: str | None, name: str = "site") -> dict[str, bytes]:
    """The files of a Shapefile as pyshp writes them."""
    shp, shx, dbf = io.BytesIO(), io.BytesIO(), io.BytesIO()
    with shapefile.Writer(shp=shp, shx=shx, dbf=dbf, shapeType=kind) as writer:
        writer.field("name", "C")
        writer.shape(geometry)
        writer.record("one")
    files = {f"{name}.shp": shp.getvalue(), f"{name}.shx": shx.getvalue(), f"{name}.dbf": dbf.getvalue()}
    return files | ({f"{name}.prj": prj.encode()} if prj is not None else {})


def refusal(data: bytes) -> GeometryError:
    with pytest.raises(GeometryError) as caught:
        read_site(data, "sent.bin")
    return caught.value


@pytest.mark.parametrize("document", [AREA, feature(AREA), collection(AREA)], ids=["bare", "feature", "collection"])
def test_geojson_is_read_however_it_is_wrapped(document: dict[str, Any]) -> None:
    site = from_json(document)

    assert (site.kind, site.notes) == ("polygon", [])
    assert [list(place) for place in site.geometry.exterior.coords] == SQUARE


def test_features_of_one_kind_are_merged() -> None:
    far = {"type": "Polygon", "coordinates": [[[x + 0.1, y] for x, y in SQUARE]]}

    assert from_json(collection(AREA, far)).geometry.geom_type == "MultiPolygon"
    assert from_json({"type": "GeometryCollection", "geometries": [AREA, far]}).geometry.geom_type == "MultiPolygon"


def test_lines_become_one_centre_line() -> None:
    following = {"type": "LineString", "coordinates": [[121.01, 14.0], [121.02, 14.0]]}

    site = from_json(collection(LINE, following))

    assert site.kind == "corridor"
    assert len(site.geometry.coords) == 3


def test_areas_and_lines_mixed_are_refused_and_the_first_odd_one_is_named() -> None:
    assert refusal(json.dumps(collection(AREA, LINE)).encode()).pointer == "/features/1/geometry/coordinates"


def test_points_altitudes_and_empty_features_are_left_out_with_a_note() -> None:
    with_altitude = {"type": "Polygon", "coordinates": [[[*place, 3.0] for place in SQUARE]]}
    point = {"type": "Point", "coordinates": [121.0, 14.0]}

    site = from_json(collection(point, None, with_altitude))

    assert site.geometry.has_z is False
    assert len(site.notes) == 3


@pytest.mark.parametrize(
    ("text", "reason", "pointer"),
    [
        (b"{", "not JSON", ""),
        (b"[1, 2]", "is an object", ""),
        (b'{"type": "Polygon"}', "a list is expected", "/coordinates"),
        (b'{"type": "Circle", "coordinates": []}', "not a GeoJSON type", "/type"),
        (b'{"type": "Polygon", "coordinates": [[["a", 1]]]}', "a position is", "/coordinates/0/0"),
        (b'{"type": "Polygon", "coordinates": [[[true, 1]]]}', "a position is", "/coordinates/0/0"),
        (b'{"type": "Polygon", "coordinates": [[[NaN, 1]]]}', "not a number", ""),
        (b'{"type": "Polygon", "coordinates": [[[1' + b"0" * 400 + b", 1]]]}", "no coordinate", "/coordinates/0/0"),
        (b'{"type": "Polygon", "coordinates": [[[1e999, 1]]]}', "no place", "/coordinates/0/0"),
        (b'{"type": "FeatureCollection", "features": {}}', "a list is expected", "/features"),
        (b'{"type": "FeatureCollection", "features": []}', "neither an area nor a line", ""),
        (b'{"type": "Feature", "geometry": 3}', "object is expected", "/geometry"),
        (b"[" * 500_000, "nested too deep", ""),
        (b'{"\xff"', "not UTF-8", ""),
        (b"   ", "empty", "sent.bin"),
        (b"%PDF-1.7", "neither GeoJSON", "sent.bin"),
    ],
)
def test_a_fault_in_geojson_is_named_with_its_place(text: bytes, reason: str, pointer: str) -> None:
    error = refusal(text)

    assert reason in error.reason
    assert error.pointer == pointer


def test_a_named_reference_system_other_than_wgs_84_is_refused() -> None:
    def named(name: str) -> dict[str, Any]:
        return {**AREA, "crs": {"type": "name", "properties": {"name": name}}}

    assert from_json(named("urn:ogc:def:crs:OGC:1.3:CRS84")).kind == "polygon"
    assert refusal(json.dumps(named("urn:ogc:def:crs:EPSG::32651")).encode()).pointer == "/crs"


def test_kml_areas_are_read_with_their_holes_and_without_altitude() -> None:
    site = from_kml(KML_AREA.format(KML_HOLE))

    assert site.kind == "polygon"
    assert len(site.geometry.interiors) == 1
    assert "Altitudes were dropped." in site.notes


def test_kml_lines_are_read_whatever_the_namespace_and_the_blanks() -> None:
    line = KML_LINE.replace("121.0,14.0", "121.0, 14.0 ,0")
    text = KML.format(line).replace(' xmlns="http://www.opengis.net/kml/2.2"', "")

    assert list(read_site(text.encode()).geometry.coords) == [(121.0, 14.0), (121.01, 14.0)]


def test_a_fault_in_kml_names_the_placemark() -> None:
    error = refusal(KML.format(KML_LINE + KML_AREA.format("").replace("121.01,14.01,12", "east")).encode())

    assert error.pointer == "Placemark 2 “School”/Polygon/outerBoundaryIs/coordinates/2"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("<kml><Document>", "not sound XML"),
        ("<html></html>", "begins with <html>"),
        ("<kml></kml>", "neither an area nor a line"),
        ('<!DOCTYPE kml [<!ENTITY a "b">]><kml>&a;</kml>', "entities"),
        ('<!DOCTYPE kml [<!ENTITY a SYSTEM "file:///etc/passwd">]><kml>&a;</kml>', "entities"),
        ("<kml>" + "<Folder>" * 5000, "nested too deep"),
        ("<kml>" + "<a/>" * 250_000, "too many elements"),
        ("<kml><Placemark><Polygon/></Placemark></kml>", "one outer ring"),
        ('<?xml version="1.0" encoding="x-none"?><kml/>', "not"),
    ],
)
def test_kml_that_is_unsound_or_hostile_is_refused(text: str, reason: str) -> None:
    assert reason in refusal(text.encode()).reason


def test_kmz_is_read_by_its_doc_kml() -> None:
    files = {"files/other.kml": KML.format(KML_LINE), "doc.kml": KML.format(KML_AREA.format(""))}

    assert read_site(zipped({name: text.encode() for name, text in files.items()})).kind == "polygon"


def test_an_archive_without_a_site_is_refused() -> None:
    assert "no .kml" in refusal(zipped({"readme.txt": b"hello"})).reason
    assert "damaged" in refusal(b"PK\x03\x04 and no more").reason


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ({"doc.kml": b" " * (5 * 1024 * 1024)}, "suspiciously tight"),
        ({f"{number}.txt": b"" for number in range(501)}, "more than 500 files"),
        ({f"{number}.kml": b"0123456789" * 100_000 for number in range(22)}, "more than 20 MB"),
    ],
    ids=["ratio", "count", "total"],
)
def test_an_archive_past_its_bounds_is_refused(files: dict[str, bytes], reason: str) -> None:
    assert reason in refusal(zipped(files)).reason


def test_an_archive_that_lies_about_its_size_is_refused() -> None:
    honest = zipped({"doc.kml": KML.format(KML_AREA.format("")).encode() + b" " * 3000})
    size = (len(KML.format(KML_AREA.format("")).encode()) + 3000).to_bytes(4, "little")

    assert "damaged" in refusal(honest.replace(size, (200).to_bytes(4, "little"))).reason


def test_a_file_too_large_is_refused_before_it_is_read() -> None:
    assert "larger than" in refusal(b"{" * (MAX_BYTES + 1)).reason


def test_a_shapefile_is_brought_to_degrees_by_its_prj() -> None:
    to_utm = Transformer.from_crs(4326, UTM_51N, always_xy=True)
    there = {"type": "Polygon", "coordinates": [[to_utm.transform(*place) for place in reversed(SQUARE)]]}

    site = read_site(zipped(shape_files(there, shapefile.POLYGON, UTM_51N.to_wkt("WKT1_ESRI"))))

    assert site.geometry.bounds == pytest.approx((121.0, 14.0, 121.01, 14.01), abs=1e-8)
    assert site.notes == ["Coordinates were reprojected to WGS 84 from WGS 84 / UTM zone 51N."]


def test_a_shapefile_in_degrees_is_taken_as_it_is() -> None:
    prj = CRS.from_epsg(4326).to_wkt("WKT1_ESRI")

    site = read_site(zipped(shape_files(LINE, shapefile.POLYLINE, prj, "roads/main")))

    assert site == ReadSite("corridor", site.geometry, [])
    assert list(site.geometry.coords) == [(121.0, 14.0), (121.01, 14.0)]


def test_a_shapefile_without_a_prj_is_taken_only_for_degrees() -> None:
    metres = {"type": "LineString", "coordinates": [[500_000, 1_600_000], [500_100, 1_600_000]]}

    assert "There is no .prj file" in read_site(zipped(shape_files(LINE, shapefile.POLYLINE, None))).notes[0]
    assert "please add the .prj" in refusal(zipped(shape_files(metres, shapefile.POLYLINE, None))).reason


def test_a_shapefile_with_a_prj_that_means_nothing_is_refused() -> None:
    error = refusal(zipped(shape_files(LINE, shapefile.POLYLINE, "somewhere in the hills")))

    assert error.pointer == "site.prj"


def test_two_shapefiles_in_one_archive_are_refused() -> None:
    two = shape_files(LINE, shapefile.POLYLINE, None) | shape_files(LINE, shapefile.POLYLINE, None, "second")

    assert "2 Shapefiles" in refusal(zipped(two)).reason


@pytest.mark.parametrize("length", [-4, 0, 1, 2**30])
def test_a_shapefile_whose_record_lies_about_its_length_is_refused_at_once(length: int) -> None:
    files = shape_files(LINE, shapefile.POLYLINE, None)
    sound = files["site.shp"]
    files["site.shp"] = sound[:104] + length.to_bytes(4, "big", signed=True) + sound[108:]

    assert "cut short or damaged" in refusal(zipped(files)).reason


def sound_files() -> list[bytes]:
    return [
        json.dumps(collection(AREA, AREA)).encode(),
        KML.format(KML_AREA.format(KML_HOLE)).encode(),
        zipped(shape_files(AREA, shapefile.POLYGON, None), zipfile.ZIP_STORED),
        shape_files(AREA, shapefile.POLYGON, None)["site.shp"],
    ]


def mutated(data: bytes, rng: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(rng.randint(1, 6)):
        changed[rng.randrange(len(changed))] = rng.choice([*b"01-, ", 0, 1, 0x7F, 0xFF, rng.randrange(256)])
    return bytes(changed[: rng.randint(len(changed) // 2, len(changed))]) if rng.random() < 0.2 else bytes(changed)


@pytest.mark.parametrize("number", range(4), ids=["geojson", "kml", "archive", "shp"])
def test_a_mutated_file_is_read_or_refused_and_never_anything_else(number: int) -> None:
    rng, sound = random.Random(number), sound_files()[number]
    outcomes = set()
    for _ in range(300):
        sent = mutated(sound, rng)
        try:
            read_site(zipped({"site.shp": sent}, zipfile.ZIP_STORED) if number == 3 else sent)
            outcomes.add("read")
        except GeometryError:
            outcomes.add("refused")

    assert outcomes == {"read", "refused"}
