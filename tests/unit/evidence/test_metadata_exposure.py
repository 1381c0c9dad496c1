"""How a photo was exposed, and which programs wrote its file, from tags of honest and odd files."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from evidence.metadata.exposure import exposure_of
from evidence.metadata.xmp import xmp_programs
from tests.corpus import needs_corpus, read_all

TIME, F_NUMBER, ISO, APERTURE, FLASH = 0x829A, 0x829D, 0x8827, 0x9202, 0x9209


def test_the_tags_are_read_as_the_camera_states_them() -> None:
    found = exposure_of({TIME: [Fraction(1, 250)], F_NUMBER: [Fraction(28, 10)], ISO: [200], FLASH: [9]})

    assert (found.seconds, found.f_number, found.iso, found.flash_fired) == (0.004, 2.8, 200, True)


def test_the_apex_aperture_stands_in_for_the_f_number() -> None:
    assert exposure_of({APERTURE: [Fraction(4, 1)]}).f_number == pytest.approx(4.0)


@pytest.mark.parametrize("value", [None, 0, -1, [], "fast", b"\0\0", float("nan"), [70_000_000], [Fraction(0, 1)]])
def test_what_cannot_be_true_is_not_there(value: Any) -> None:
    found = exposure_of({TIME: value, F_NUMBER: value, ISO: value})

    assert (found.seconds, found.f_number, found.iso) == (None, None, None)


def test_a_sensitivity_beyond_the_tag_is_unknown() -> None:
    assert exposure_of({ISO: [65_535]}).iso is None


@pytest.mark.parametrize(("value", "fired"), [(0, False), (16, False), (1, True), (25, True)])
def test_the_lowest_bit_says_whether_the_flash_fired(value: int, fired: bool) -> None:
    assert exposure_of({FLASH: value}).flash_fired is fired


def test_programs_of_the_history_are_named_once_each() -> None:
    packet = b"""<rdf:Description xmp:CreatorTool="Acme 1" tiff:Software='Acme 1'><xmpMM:History><rdf:Seq>
    <rdf:li stEvt:softwareAgent="Editor 2"/><rdf:li><stEvt:softwareAgent>Editor 3</stEvt:softwareAgent></rdf:li>"""

    assert xmp_programs(packet) == ("Acme 1", "Editor 2", "Editor 3")


def test_a_packet_of_one_endless_name_is_given_up() -> None:
    assert xmp_programs(b'xmp:CreatorTool="' + b"A" * 300_000) == ()


@needs_corpus
def test_most_real_phones_and_cameras_say_how_they_exposed() -> None:
    claims = [found.claim for found in read_all() if found.group in {"phones", "site_arezzo", "site_garfield"}]
    whole = [claim for claim in claims if claim.exposure_s and claim.f_number and claim.iso]

    assert len(whole) >= 0.8 * len(claims)
    assert all(len(program) <= 120 for found in read_all() for program in found.claim.programs)
