from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa

from server.db import writing
from server.models import Area, Evidence, Grant, Organisation, Person, Project
from server.models.people import Role
from server.models.projects import ProjectStatus
from server.services import milestone_photos, my_projects, public, public_photos, review
from tests.pages.browse import Visitor
from tests.pages.story import Road

People = Callable[[str], Visitor]
CODES = [*(f"AAA-{place:03d}" for place in range(5)), "ROAD-1"]


def more_projects(number: int, *, supervised_by: str) -> None:
    """Projects AAA-0 …, before the road by their code, on which nothing waits."""
    now = datetime.now(UTC)
    with writing() as session:
        agency = session.scalars(sa.select(Organisation).where(Organisation.code == "agency")).one()
        area = session.scalars(sa.select(Area)).one()
        person = session.scalars(sa.select(Person).where(Person.email == f"{supervised_by}@example.org")).one()
        for place in range(number):
            project = Project(
                code=f"AAA-{place:03d}",
                title=f"Works {place}",
                sector="transport",
                asset_kind="road",
                agency_id=agency.id,
                area_id=area.id,
                budget_minor=1,
                currency="PHP",
                starts_on=now.date(),
                ends_on=now.date(),
                status=ProjectStatus.IMPLEMENTATION,
                time_zone="Asia/Manila",
                policy="ph",
                working_days="1234567",
                work_starts="00:00",
                work_ends="23:59",
                changed_at=now,
            )
            session.add(project)
            session.flush()
            session.add(Grant(person_id=person.id, role=Role.SUPERVISOR, project_id=project.id))


def test_what_waits_is_found_behind_any_number_of_other_projects(
    road: Road, visitor: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("review_ui.desk.FIRST_PROJECTS", 3)
    more_projects(5, supervised_by="supervisor")
    road.send_questionable()
    supervisor = visitor("supervisor").go("/review/")

    assert "Look at 1 photo of “Milestone 1”" in supervisor.text
    assert "Your projects 6" in supervisor.text
    assert "Works 2" in supervisor.text
    assert "Works 3" not in supervisor.text
    assert "/review/projects" in supervisor.page.links


def test_a_persons_projects_come_in_parts_without_a_gap(
    road: Road, visitor: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(my_projects.page, "__kwdefaults__", {"cursor": None, "size": 3})
    more_projects(5, supervised_by="supervisor")
    supervisor = visitor("supervisor").go("/review/projects")
    first = [code for code in CODES if code in supervisor.text]
    supervisor.go(next(link for link in supervisor.page.links if link.startswith("/review/projects?cursor=")))

    assert first == CODES[:3]
    assert [code for code in CODES if code in supervisor.text] == CODES[3:]
    assert "Next projects" not in supervisor.text, "that was the last of them"


def test_a_milestones_photos_come_in_parts_and_all_count(
    road: Road, visitor: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(milestone_photos, "PHOTOS_SHOWN", 2)
    sent = [road.send(), road.send(), road.send_questionable()]
    supervisor = visitor("supervisor").go(f"/review/milestones/{road.milestone().id}")

    assert "1 to 2 of 3" in supervisor.text
    assert shown(supervisor, sent)[0] == sent[2], "what needs a word comes first"
    assert "2 of 2 · all there" in supervisor.text, "what is there is counted over all photos"
    seen = shown(supervisor, sent)
    supervisor.go(next(link for link in supervisor.page.links if "photos=2" in link))
    assert "3 to 3 of 3" in supervisor.text
    assert sorted(seen + shown(supervisor, sent)) == sorted(sent)
    assert ">3</text>" in supervisor.html, "numbers on the drawing go on"


def test_a_part_beyond_the_end_is_the_last(road: Road, visitor: People) -> None:
    photo = road.send()

    assert shown(visitor("supervisor").go(f"/review/milestones/{road.milestone().id}?photos=99"), [photo]) == [photo]
    assert visitor("supervisor").go(f"/review/milestones/{road.milestone().id}?photos=x").status == 422


def test_photos_without_a_milestone_can_be_opened(road: Road, visitor: People, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(review, "LOOSE_SHOWN", 1)
    loose = [road.send_questionable(milestone=None), road.send_questionable(milestone=None)]
    with writing() as session:
        for photo in session.scalars(sa.select(Evidence).where(Evidence.id.in_(loose))):
            photo.milestone_id = None
    supervisor = visitor("supervisor").go("/review/projects/ROAD-1")

    assert "Photos without a milestone" in supervisor.text
    first = shown(supervisor, loose)
    supervisor.go(next(link for link in supervisor.page.links if "loose=2" in link))
    assert sorted(first + shown(supervisor, loose)) == sorted(loose)


def shown(visitor: Visitor, photos: list[UUID]) -> list[UUID]:
    """Those of the photos that stand on the page, in its order."""
    here = [photo for photo in photos if f'id="photo-{photo}"' in visitor.html]
    return sorted(here, key=lambda photo: visitor.html.index(f'id="photo-{photo}"'))


def test_a_project_shows_some_photos_and_the_way_to_all(
    road: Road, anyone: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("public_site.projects.SHOWN_PHOTOS", 1)
    monkeypatch.setattr(public_photos, "SHOWN", 2)
    photos = [road.send(), road.send(), road.send()]
    road.approve(road.put_forward())
    anyone.go("/projects/ROAD-1")
    assert len([image for image in anyone.page.images if image.endswith("/thumbnail.jpg")]) == 1
    assert "All 3 photos, by stage, month and view" in anyone.text

    anyone.go(next(link for link in anyone.page.links if link.endswith("photos?stage=during")))
    assert "1 to 2 of 3" in anyone.text
    seen = [photo for photo in photos if f"/photos/{photo}" in anyone.page.links]
    anyone.go(next(link for link in anyone.page.links if "page=2" in link))
    seen += [photo for photo in photos if f"/photos/{photo}" in anyone.page.links]
    assert sorted(seen) == sorted(photos)


def test_the_photos_of_an_unpublished_project_do_not_exist(anyone: Visitor) -> None:
    assert anyone.go("/projects/none/photos").status == 404


def test_the_newest_photos_are_spread_over_the_projects(road: Road) -> None:
    photos = [road.send(), road.send(), road.send()]
    road.approve(road.put_forward())
    with writing() as session:
        moved = session.get_one(Evidence, photos[0])
        other = session.scalars(sa.select(Project).where(Project.code == "OTHER-1")).one()
        moved.project_id, moved.published_at = other.id, datetime.now(UTC) - timedelta(days=30)

    assert [photo.project.code for photo in public.newest_photos(2)] == ["ROAD-1", "OTHER-1"]


def test_a_project_is_found_by_the_name_of_its_area(anyone: Visitor) -> None:
    assert "/projects/ROAD-1" in anyone.go("/?text=region+six").page.links
    assert "/projects/ROAD-1" not in anyone.go("/?text=region+sex").page.links


def test_a_returned_milestone_says_first_why(road: Road, visitor: People) -> None:
    road.send()
    road.put_forward()
    page = f"/review/milestones/{road.milestone().id}"
    visitor("supervisor").go(page).press("Return for more", reason="One more from the north.")
    contractor = visitor("contractor").go(page)

    assert contractor.text.index("One more from the north.") < contractor.text.index("Asked, and there")
    assert "Mend and put forward again “Milestone 1”" in contractor.go("/review/").text
