"""People, roles and devices: an administrator looks after their own agency's, and knows nobody's password."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime

import sqlalchemy as sa

from server.db import new_id, reading, writing
from server.models import CustodyEvent, Device, Grant, Person
from tests.pages.browse import Visitor
from tests.pages.story import Road

People = Callable[[str], Visitor]
NEW = {"name": "Liza Reyes", "email": "liza@example.org", "organisation": "agency", "language": "fil"}


def page_of(road: Road, persona: str) -> str:
    return f"/review/people/{road.actor(persona).person_id}"


def add(administrator: Visitor, **wanted: str) -> str:
    """Add a person; answers the code that was shown."""
    administrator.go("/review/people").press("Add", **(NEW | wanted))
    found = re.search(r"<code>([A-Z2-9]{5}(?:-[A-Z2-9]{5}){3})</code>", administrator.html)
    assert found is not None, administrator.text
    return found[1]


def person(email: str) -> Person:
    reading().rollback()
    return reading().scalars(sa.select(Person).where(Person.email == email)).one()


def events(action: str) -> list[CustodyEvent]:
    reading().rollback()
    return list(reading().scalars(sa.select(CustodyEvent).where(CustodyEvent.action == action)))


def roles(road: Road, persona: str) -> set[str]:
    reading().rollback()
    mine = sa.select(Grant.role).where(Grant.person_id == road.actor(persona).person_id)
    return {role.value for role in reading().scalars(mine)}


def test_a_new_person_chooses_their_own_password_with_a_code_that_works_once(
    road: Road, visitor: People, anyone: Visitor
) -> None:
    code = add(visitor("administrator"))
    kept = person("liza@example.org")
    assert code not in (kept.first_code_digest or "")
    assert code.replace("-", "") not in str([event.details for event in events("person.code_given")])

    typed = {
        "email": kept.email,
        "code": code.lower(),
        "password": "a hill of red tiles",
        "again": "a hill of red tiles",
    }
    anyone.go("/first-sign-in").press("Set it and sign in", **typed)
    assert "Your password is set" in anyone.text
    assert events("person.password_chosen")[0].actor_id == kept.id
    anyone.press("Sign out")
    anyone.press("Sign in", email=kept.email, password="a hill of red tiles")
    assert "Liza Reyes" in anyone.text
    anyone.press("Sign out")
    assert anyone.go("/first-sign-in").press("Set it and sign in", **typed).status == 401


def test_nobody_gets_in_before_the_password_is_chosen_or_with_a_wrong_code(
    road: Road, visitor: People, anyone: Visitor
) -> None:
    add(visitor("administrator"))

    assert anyone.go("/sign-in").press("Sign in", email="liza@example.org", password="-").status == 401
    wrong = {
        "email": "liza@example.org",
        "code": "AAAAA-AAAAA-AAAAA-AAAAA",
        "password": "long enough",
        "again": "long enough",
    }
    assert anyone.go("/first-sign-in").press("Set it and sign in", **wrong).status == 401
    assert 'id="code-fault"' in anyone.html
    other = wrong | {"again": "something else"}
    assert anyone.press("Set it and sign in", **other).status == 422
    assert 'id="again-fault"' in anyone.html


def test_what_is_wrong_with_a_new_person_is_told_beside_the_field_and_nothing_typed_is_lost(
    road: Road, visitor: People
) -> None:
    administrator = visitor("administrator")
    for field, value in {"email": "auditor@example.org", "organisation": "nowhere", "name": "  "}.items():
        administrator.go("/review/people").press("Add", **(NEW | {field: value}))
        assert administrator.status in {404, 409, 422}, field
        assert f'id="{field}-fault"' in administrator.html, field
        kept = administrator.form_with("organisation").values
        assert {key: kept[key] for key in ("name", "email", "organisation")} == {
            key: (NEW | {field: value})[key] for key in ("name", "email", "organisation")
        }


def test_people_of_another_agency_are_not_added(road: Road, visitor: People) -> None:
    visitor("administrator").go("/review/people").press("Add", **(NEW | {"organisation": "other-agency"}))

    reading().rollback()
    assert reading().scalar(sa.select(Person.id).where(Person.email == NEW["email"])) is None


def test_a_role_is_given_and_taken_and_both_are_on_record(road: Road, visitor: People) -> None:
    administrator = visitor("administrator").go(page_of(road, "nobody"))
    administrator.press("Give the role", role="inspector", project="ROAD-1")
    assert "The role is given" in administrator.text
    assert roles(road, "nobody") == {"inspector"}

    taken = next(text for text in administrator.buttons if text.startswith("Take away"))
    administrator.press(taken)
    assert roles(road, "nobody") == set()
    (event,) = events("role.taken")
    assert (event.details["role"], event.details["project"]) == ("inspector", "ROAD-1")
    assert event.actor_id == road.actor("administrator").person_id
    record = visitor("auditor").go("/review/record?action=role.")
    nobody, giver = road.actor("nobody").name, road.actor("administrator").name
    assert f"{giver} took the role of inspector from {nobody}" in record.text


def test_separation_of_duties_holds_for_roles_too(road: Road, visitor: People) -> None:
    administrator = visitor("administrator").go(page_of(road, "contractor"))
    assert administrator.press("Give the role", role="supervisor", project="ROAD-1").status == 403
    assert "who decides and pays nothing" in administrator.text
    assert administrator.press("Give the role", role="auditor", agency="agency").status == 403
    assert roles(road, "contractor") == {"contractor"}
    myself = administrator.go(page_of(road, "administrator"))
    assert "Give the role" not in myself.buttons
    assert not [text for text in myself.buttons if text.startswith("Take away")]


def test_a_role_on_another_agencys_project_is_not_given(road: Road, visitor: People) -> None:
    administrator = visitor("administrator").go(page_of(road, "nobody"))

    assert administrator.press("Give the role", role="inspector", project="OTHER-1").status == 403
    assert administrator.go(page_of(road, "nobody")).press("Give the role", role="inspector", project="").status == 422
    assert 'id="project-fault"' in administrator.html
    assert roles(road, "nobody") == set()


def test_a_role_that_is_held_already_is_told_as_such(road: Road, visitor: People) -> None:
    administrator = visitor("administrator").go(page_of(road, "inspector"))

    assert administrator.press("Give the role", role="inspector", project="ROAD-1").status == 409


def test_an_account_is_shut_with_a_reason_signed_out_at_once_and_opened_again(road: Road, visitor: People) -> None:
    supervisor = visitor("supervisor").go("/review/")
    administrator = visitor("administrator").go(page_of(road, "supervisor"))
    assert administrator.press("Shut it", reason=" ").status == 422
    administrator.press("Shut it", reason="Left the agency.")
    assert "The account is shut." in administrator.text

    assert supervisor.go("/review/").text.count("Sign in")
    assert "What waits for you" not in supervisor.text
    administrator.press("Open it again")
    assert "The account is open again." in administrator.text
    assert [event.details for event in events("person.disabled")] == [{"reason": "Left the agency."}]
    assert len(events("person.enabled")) == 1


def test_an_administrator_of_another_agency_sees_and_changes_none_of_them(road: Road, visitor: People) -> None:
    stranger = visitor("other_administrator")

    listed = stranger.go("/review/people").text
    assert "supervisor@example.org" not in re.sub(r"other-supervisor@", "", listed)
    assert stranger.go(page_of(road, "supervisor")).status == 403
    assert stranger.go(page_of(road, "contractor")).status == 403


def test_the_list_is_searched_and_goes_on(road: Road, visitor: People) -> None:
    administrator = visitor("administrator").go("/review/people?text=paymaster%40")

    assert "paymaster@example.org" in administrator.text
    assert "auditor@example.org" not in administrator.text
    assert "Nobody fits." in administrator.go("/review/people?text=xyzzy").text
    assert administrator.go("/review/people?cursor=x").status == 422


def enrolled(road: Road, persona: str) -> Device:
    owner = road.actor(persona).person_id
    with writing() as session:
        device = Device(
            id=new_id(),
            person_id=owner,
            name=f"Phone of {persona}",
            public_key={},
            thumbprint=new_id().hex,
            enrolled_at=datetime.now(UTC),
        )
        session.add(device)
    return device


def test_a_code_ends_where_its_giver_could_not_give_it_any_more(road: Road, visitor: People, anyone: Visitor) -> None:
    """Else who gave it could wait until its person has a role in another agency, and act there as them."""
    code = add(visitor("administrator"), organisation="builder")
    hired = person(NEW["email"])
    other = visitor("other_administrator").go(f"/review/people/{hired.id}")
    other.press("Give the role", role="inspector", project="OTHER-1")
    assert "The role is given" in other.text

    typed = {"email": hired.email, "code": code, "password": "a hill of red tiles", "again": "a hill of red tiles"}
    assert anyone.go("/first-sign-in").press("Set it and sign in", **typed).status == 401

    other.press("Make a code")
    fresh = re.search(r"<code>([-A-Z2-9]{23})</code>", other.html)
    assert fresh is not None, other.text
    assert "Your password is set" in anyone.press("Set it and sign in", **typed | {"code": fresh[1]}).text


def test_a_device_is_withdrawn_with_a_reason_that_stays(road: Road, visitor: People) -> None:
    enrolled(road, "inspector")
    enrolled(road, "other_inspector")
    administrator = visitor("administrator").go("/review/devices")
    assert "Phone of inspector" in administrator.text
    assert "Phone of other_inspector" not in administrator.text

    assert administrator.press("Withdraw", reason="").status == 422
    administrator.press("Withdraw", reason="Lost on the bus.")
    assert "The device is withdrawn." in administrator.text
    assert "“Lost on the bus.”" in administrator.text
    assert events("device.revoked")[0].details == {"reason": "Lost on the bus."}


def test_a_per_cent_sign_in_what_was_typed_is_told_back_as_it_is(visitor: People) -> None:
    administrator = visitor("administrator")

    administrator.go("/review/people").press("Add", **(NEW | {"email": "100%discount"}))

    assert administrator.status == 422
    assert "“100%discount” is no address." in administrator.text
