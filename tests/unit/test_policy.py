"""Policy files: what is shipped is whole and sourced, and what is wrong is refused by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import pytest

from evidence.policy import EvidencePolicy
from server.policy import Policies, PolicyError, load
from server.policy_rules import RULES

SHIPPED = Path(__file__).resolve().parents[2] / "policies"

Write = Callable[..., Path]


@pytest.fixture(scope="module")
def shipped() -> Policies:
    return load(SHIPPED)


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Put the default policy, with replacements, beside further files into an empty folder."""

    def put(*replacements: tuple[str, str], **files: str) -> Path:
        text = (SHIPPED / "default.toml").read_text(encoding="utf-8")
        for old, new in replacements:
            assert old in text
            text = text.replace(old, new, 1)
        for name, content in {"default": text, **files}.items():
            (tmp_path / f"{name}.toml").write_text(content, encoding="utf-8")
        return tmp_path

    return put


def head(name: str, version: int, extends: str = "default-1") -> str:
    return f'id = "{name}"\nversion = {version}\ntitle = "T"\njurisdiction = "J"\nextends = "{extends}"\n'


def test_the_four_policies_are_there(shipped: Policies) -> None:
    assert shipped.names() == ("default-1", "kr-1", "ph-1", "th-1")


def test_the_neutral_file_says_what_the_evidence_core_assumes(shipped: Policies) -> None:
    assert shipped.get("default-1").evidence == EvidencePolicy()


@pytest.mark.parametrize("name", ["default-1", "kr-1", "ph-1", "th-1"])
def test_every_value_has_a_source(shipped: Policies, name: str) -> None:
    assert set(shipped.get(name).sources) == {f"{rule.section}.{rule.key}" for rule in RULES}


def test_a_verdict_can_name_the_policy_it_was_given_under(shipped: Policies) -> None:
    assert shipped.get("ph-1").name == shipped.get("ph-1").evidence.name == "ph-1"


def test_the_philippine_numbers_are_those_of_the_domain_rules(shipped: Policies) -> None:
    money, windows = shipped.latest("ph").money, shipped.latest("ph").windows

    assert (money.advance_share_max_bp, money.retention_share_bp, money.retention_until_share_bp) == (1500, 1000, 5000)
    assert (money.first_payment_min_share_bp, money.liquidated_damages_per_day_share_bp) == (2000, 10)
    assert windows.payment_after_certificate_days == 28
    assert (windows.warranty_permanent_years, windows.warranty_semi_permanent_years, windows.warranty_other_years) == (
        15,
        5,
        2,
    )
    assert (
        windows.complaint_simple_working_days,
        windows.complaint_complex_working_days,
        windows.complaint_technical_working_days,
    ) == (3, 7, 20)


def test_the_korean_and_thai_numbers_are_those_of_the_domain_rules(shipped: Policies) -> None:
    assert shipped.latest("kr").windows.subcontractor_paid_within_days == 15
    assert shipped.latest("kr").windows.subcontractor_notice_within_days == 5
    assert shipped.latest("kr").windows.wages_paid_within_days == 5
    assert shipped.latest("th").money.wage_arrears_per_year_share_bp == 1500
    assert shipped.latest("th").retention.originals_at_least_years == 10


@pytest.mark.parametrize("name", ["default-1", "kr-1", "ph-1", "th-1"])
def test_money_is_never_a_float(shipped: Policies, name: str) -> None:
    numbers = {key: value for key, value in asdict(shipped.get(name).money).items() if key != "currency"}

    assert {type(value) for value in numbers.values()} == {int}


def test_a_phone_gets_the_numbers_it_pre_checks_with(shipped: Policies) -> None:
    numbers = shipped.get("ph-1").as_phone_numbers()

    assert numbers["policy"] == "ph-1"
    assert (numbers["tolerance_point_m"], numbers["fresh_pass_h"], numbers["minimum_megapixels"]) == (15, 72, 3.2)


def test_a_phone_is_told_whose_warning_holds_a_photo_back(shipped: Policies) -> None:
    decisive = shipped.get("ph-1").as_phone_numbers()["decisive"]

    assert isinstance(decisive, list)
    assert {"place.inside_site", "time.in_schedule", "place.station", "time.claims_agree"} < set(decisive)
    assert "time.working_hours" not in decisive
    assert decisive == sorted(decisive)


@pytest.mark.parametrize(
    ("amount", "currency", "two"),
    [(500_000_000, "PHP", True), (499_999_999, "PHP", False), (1, "USD", True)],
)
def test_large_and_incomparable_amounts_need_two_approvals(
    shipped: Policies, amount: int, currency: str, two: bool
) -> None:
    assert shipped.get("ph-1").money.needs_two_approvals(amount, currency) is two


def test_the_neutral_threshold_holds_for_any_currency(shipped: Policies) -> None:
    assert not shipped.get("default-1").money.needs_two_approvals(499_999_999, "USD")


def test_versions_stand_side_by_side_and_the_highest_is_the_latest(write: Write) -> None:
    policies = load(write(new=head("ph", 10), old=head("ph", 9), ancient=head("ph", 1)))

    assert policies.latest("ph").name == "ph-10"
    assert policies.get("ph-9").version == 9


def test_a_policy_that_does_not_exist_is_a_key_error(shipped: Policies) -> None:
    with pytest.raises(KeyError):
        shipped.get("ph-99")
    with pytest.raises(KeyError):
        shipped.latest("xx")


def test_a_file_states_only_what_differs_from_the_one_it_extends(write: Write) -> None:
    stricter = '[place]\ntolerance_point = { value = 10, unit = "m", source = "By order of the test" }\n'

    policy = load(write(ph=head("ph", 1) + stricter)).get("ph-1")

    assert (policy.evidence.tolerance_point_m, policy.evidence.tolerance_corridor_m) == (10, 25)
    assert policy.sources["place.tolerance_point"] == "By order of the test"


POINT = 'tolerance_point = { value = 15, unit = "m", source = "Design'
SHARE = "retention_share = { value = 1000"


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (
            POINT,
            POINT.replace("tolerance_point", "tolerence_point"),
            "[place] tolerence_point: is unknown; allowed are",
        ),
        ("[place]", "[plaice]", "plaice: is unknown; allowed are"),
        (POINT, POINT.replace("15", "0"), "[place] tolerance_point: value: must be a number of m from 1 to 500, not 0"),
        (POINT, POINT.replace("15", "nan"), "[place] tolerance_point: value: must be"),
        (POINT, POINT.replace("15", '"15"'), "[place] tolerance_point: value: must be"),
        (POINT, POINT.replace("15", "true"), "[place] tolerance_point: value: must be"),
        (POINT, POINT.replace('"m"', '"km"'), "[place] tolerance_point: unit: Must be equal to m."),
        (POINT, POINT.replace("source", "sauce"), "[place] tolerance_point: source: Missing data"),
        (
            POINT,
            POINT.replace("source", 'note = "", source'),
            "[place] tolerance_point: note: is unknown; allowed are value",
        ),
        (POINT, POINT.replace("Design", '" }#'), "[place] tolerance_point: source:"),
        (SHARE, SHARE.replace("1000", "10001"), "must be a whole number of basis points from 0 to 10000, not 10001"),
        (SHARE, SHARE.replace("1000", "1000.0"), "[money] retention_share: value: must be a whole number"),
        ('value = "XXX"', 'value = "pesos"', "[money] currency: value: must be three capital letters of ISO 4217"),
        ('"origin.first_use"]', '"origin.first_us"]', "[decisive] checks: value: must be a list of names of checks"),
        ("assumed_r68 = { value = 30", "assumed_r68 = 30 #", "[place] assumed_r68: must be a table"),
        ("version = 1", "version = 0", "version: Must be greater than or equal to 1"),
        ('id = "default"', 'id = "De fault"', "id: must be small letters"),
        (
            "accuracy_pass_r68 = { value = 50",
            "accuracy_pass_r68 = { value = 101",
            "must not be greater than accuracy_fail",
        ),
        ("[place]", "[place", "not a TOML file"),
    ],
)
def test_a_wrong_file_is_refused_by_file_section_and_key(write: Write, old: str, new: str, sentence: str) -> None:
    with pytest.raises(PolicyError) as refusal:
        load(write((old, new)))

    assert str(refusal.value).startswith("default.toml: ")
    assert sentence in str(refusal.value)


def test_a_missing_key_is_named_with_what_it_must_be(write: Write) -> None:
    with pytest.raises(PolicyError, match=r"default.toml: \[money\] retention_share: is missing; it must be a whole"):
        load(write((SHARE, f"# {SHARE}")))


def test_two_files_of_one_version_are_refused(write: Write) -> None:
    with pytest.raises(PolicyError, match=r"b.toml: the policy ph-1 stands in a.toml already"):
        load(write(a=head("ph", 1), b=head("ph", 1)))


@pytest.mark.parametrize("base", ["default-2", "th-1"])
def test_only_a_whole_policy_can_be_extended(write: Write, base: str) -> None:
    with pytest.raises(PolicyError, match=r"ph.toml: extends: must be one of default-1"):
        load(write(ph=head("ph", 1, base), th=head("th", 1)))


def test_an_empty_folder_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="there is no policy file"):
        load(tmp_path)
