"""``file.untouched``: editors by their marks, firmware left in peace, thumbnails and credentials in the worker."""

from __future__ import annotations

import pytest

from evidence import editors, pixel_checks
from evidence.findings import Finding, Outcome
from evidence.provenance import Credentials, CredentialState
from evidence.seen import Seen
from tests.corpus import needs_corpus, read_all

from .build import ask, photo, pixels

#: By group of the corpus: how many of its files name an editor. Cameras and phones otherwise name their firmware.
EDITED = {"cameras": 19, "near_duplicates": 8, "oddities": 16, "orientation": 1, "phones": 10}


@pytest.mark.parametrize(
    "software",
    [
        "HDR+ 1.0.199571065z",
        "S908BXXU2AVF1",
        "Ver.1.01",
        "COOLPIX S6V1.0",
        "fw 05.15 prm 07.53",
        "nitrogen-user 9 PKQ1.181007.001 V10.3.1.0.PEDMIXM release-keys",
        "Digital Camera FinePix1400Zoom Ver1.00",
        "18.6.2",
        "SAMSUNG",
        "Nikon Transfer 1.1 W",
        "Microsoft Pix (5.180503.1443)",
        "eMotion 2.4.12",
        "Canon EOS Vixia",
        "Gimpy firmware",
    ],
)
def test_firmware_and_camera_apps_are_no_editors(software: str) -> None:
    assert ask("file.untouched", file=photo(software=software)).outcome is Outcome.PASS


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("Adobe Photoshop 23.4 (Windows)", "Adobe Photoshop"),
        ("GIMP 2.4.5", "GIMP"),
        ("Snapseed 2.0", "Snapseed"),
        ("paint.net 4.2.13", "paint.net"),
        ("PICASA", "Picasa"),
    ],
)
def test_an_editor_is_named_as_the_list_names_it(written: str, name: str) -> None:
    finding = ask("file.untouched", file=photo(software=written))

    assert (finding.outcome, finding.measured) == (Outcome.WARN, f"written by {name}")


def test_an_editor_in_the_history_alone_is_found() -> None:
    finding = ask("file.untouched", file=photo(software="Ver.1.01", programs=("Ver.1.01", "digiKam-5.7.0")))

    assert finding.measured == "written by digiKam"


@needs_corpus
def test_every_warning_over_the_corpus_names_a_known_editor_and_no_camera() -> None:
    warned: dict[str, int] = {}
    for found in read_all():
        if ask("file.untouched", file=found.claim).outcome is Outcome.WARN:
            warned[found.group] = warned.get(found.group, 0) + 1

    assert warned == EDITED


@pytest.mark.parametrize("editor", editors.EDITORS, ids=lambda editor: editor.name)
def test_every_editor_has_its_source(editor: editors.Editor) -> None:
    assert len(editor.source) > 10


def weighed(seen: Seen) -> Finding:
    return pixel_checks.REGISTRY.checks["file.untouched"](pixels(seen))


@pytest.mark.parametrize(
    ("unlike", "outcome"), [(None, Outcome.UNKNOWN), (0.04, Outcome.PASS), (0.08, Outcome.PASS), (0.081, Outcome.WARN)]
)
def test_a_thumbnail_may_differ_as_far_as_the_policy_says(unlike: float | None, outcome: Outcome) -> None:
    assert weighed(Seen(thumbnail_unlike=unlike)).outcome is outcome


def test_broken_credentials_fail_whatever_the_thumbnail_says() -> None:
    broken = Credentials(CredentialState.TAMPERED)

    assert weighed(Seen(thumbnail_unlike=0.0, credentials=broken)).outcome is Outcome.FAIL


def test_a_thumbnail_of_something_else_warns_though_a_trusted_signer_vouches() -> None:
    trusted = Credentials(CredentialState.TRUSTED)

    assert weighed(Seen(thumbnail_unlike=0.5, credentials=trusted)).outcome is Outcome.WARN
    assert weighed(Seen(thumbnail_unlike=None, credentials=trusted)).outcome is Outcome.PASS
