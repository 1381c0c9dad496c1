from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from html import unescape
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask

from server.db import writing
from server.models import Area, Certificate, Evidence, Project, Submission
from server.services import desk, evidence_review
from server.times import utc_now
from tests.pages.browse import Visitor, _forget_token
from tests.pages.story import Road
from tests.pages.test_long_lists import more_projects

People = Callable[[str], Visitor]


def rows(visitor: Visitor) -> list[str]:
    """The titles of the list's rows, in order."""
    titles = re.findall(r"<a data-row [^>]*>(.*?)</a>", visitor.html, re.DOTALL)
    return [" ".join(unescape(re.sub(r"<[^>]+>", "", title)).split()) for title in titles]


def row_links(visitor: Visitor) -> list[str]:
    """Where the rows lead."""
    return [unescape(link) for link in re.findall(r'<a data-row href="([^"]*)"', visitor.html)]


def chips(visitor: Visitor) -> str:
    """The words of the kinds and their counts."""
    inside = visitor.html.split('class="chips kinds">')[1].split("</ul>")[0]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", inside)).split())


@contextmanager
def changed(photo: UUID) -> Iterator[Evidence]:
    with writing() as session:
        yield session.get_one(Evidence, photo)


def aged(photo: UUID, days: int) -> UUID:
    """The photo, as if it had come so many days ago."""
    with changed(photo) as found:
        found.received_at -= timedelta(days=days)
    return photo


def moved(photo: UUID, code: str) -> UUID:
    """The photo, as a loose one of another project."""
    with writing() as session:
        found = session.get_one(Evidence, photo)
        found.project_id = session.scalars(sa.select(Project.id).where(Project.code == code)).one()
        found.milestone_id = None
    return photo


# -- order -------------------------------------------------------------------------------------


def test_the_oldest_stands_first_and_says_how_long_it_is_overdue(road: Road, visitor: People) -> None:
    more_projects(1, supervised_by="supervisor")
    road.send_questionable()
    aged(moved(road.send_questionable(), "AAA-000"), 9)
    supervisor = visitor("supervisor").go("/review/")

    assert rows(supervisor) == ["Look at 1 photo without a milestone", "Look at 1 photo of “Milestone 1”"]
    assert "6 days overdue" in supervisor.text, "three working days were for an answer, and every day is one here"
    assert "since today" in supervisor.text


def test_an_appeal_stands_before_what_came_with_it(road: Road, visitor: People) -> None:
    rejected = road.send_rejected()
    evidence_review.appeal(road.actor("inspector"), rejected, "The line was staked elsewhere.", now=utc_now())
    road.send_questionable()
    supervisor = visitor("supervisor").go("/review/")

    assert rows(supervisor)[0].startswith("Hear an appeal about a photo of")
    assert "The line was staked elsewhere." in supervisor.text
    assert chips(supervisor).startswith("Everything 2 Appeals 1")


def test_what_cannot_be_certified_yet_stands_after_what_can(road: Road, visitor: People) -> None:
    road.approved()
    with writing() as session:
        # Of twenty million of a hundred and ten, payments have not begun; the second certificate waits for its turn.
        project = session.scalars(sa.select(Project).where(Project.code == "ROAD-1")).one()
        assert project.contract is not None
        project.contract.value_minor *= 2
        session.scalars(sa.select(Certificate).where(Certificate.milestone_id == road.milestone().id)).one()
    paymaster = visitor("paymaster").go("/review/")

    assert rows(paymaster) == ["Later: certify ₱150,000.00"]
    assert "Progress payments begin when 20 %" in paymaster.text
    assert "not possible yet" in paymaster.text


def test_a_disputed_certificate_waits_at_the_end(road: Road, visitor: People) -> None:
    road.approved()
    paymaster = visitor("paymaster").go(f"/review/certificates/{road.certificate().id}").press("Certify ₱150,000.00")
    assert rows(paymaster.go("/review/")) == ["Pay ₱150,000.00"]
    page = f"/review/certificates/{road.certificate().id}"
    visitor("contractor").go(page).press("Dispute it", reason="Too little.")

    assert rows(paymaster.go("/review/")) == ["Later: pay ₱150,000.00"]
    assert rows(visitor("administrator").go("/review/")) == ["Settle a dispute about “Milestone 1”"]


def test_the_rule_of_the_order_stands_on_the_page(road: Road, visitor: People) -> None:
    road.send_questionable()

    assert "One point for each day it has waited" in visitor("supervisor").go("/review/").text


# -- who is asked ------------------------------------------------------------------------------


def test_whoever_decided_first_is_not_asked_again(road: Road, visitor: People) -> None:
    road.send()
    road.send()
    submission = road.put_forward()
    with writing() as session:
        session.get_one(Submission, submission.id).approvals_needed = 2
    road.approve(submission)

    assert "Decide on" not in visitor("supervisor").go("/review/").text
    assert "Decide on “Milestone 1”" in visitor("second_supervisor").go("/review/").text


def test_the_builders_own_supervisor_is_asked_nothing(road: Road, visitor: People) -> None:
    road.send_questionable()
    road.put_forward()

    assert rows(visitor("builders_supervisor").go("/review/")) == []


def test_the_contractor_is_shown_what_can_be_put_forward(road: Road, visitor: People) -> None:
    road.send()
    contractor = visitor("contractor").go("/review/")

    assert rows(contractor) == ["Put forward “Milestone 1”"]
    assert "1 photo can be put forward; due by" in contractor.text


# -- filters -----------------------------------------------------------------------------------


@pytest.fixture
def three(road: Road) -> None:
    """A decision and two groups of photos wait: on the road, and on AAA-000, for nine days, in an area of its own."""
    more_projects(1, supervised_by="supervisor")
    road.send_questionable()
    aged(moved(road.send_questionable(), "AAA-000"), 9)
    road.put_forward()
    with writing() as session:
        region = session.scalars(sa.select(Area)).one()
        here = Area(code="TOWN", name="Our Town", level="town", path="R6/TOWN/", parent_id=region.id)
        session.add(here)
        session.flush()
        session.scalars(sa.select(Project).where(Project.code == "AAA-000")).one().area_id = here.id


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("kind=decide", ["Decide on “Milestone 1”"]),
        ("kind=photos&project=ROAD-1", ["Look at 1 photo of “Milestone 1”"]),
        ("project=AAA-000", ["Look at 1 photo without a milestone"]),
        ("area=TOWN", ["Look at 1 photo without a milestone"]),
        ("age=overdue", ["Look at 1 photo without a milestone"]),
        ("age=7", ["Look at 1 photo without a milestone"]),
        ("age=30", []),
        ("text=works+0", ["Look at 1 photo without a milestone"]),
        ("text=BUILDER", ["Decide on “Milestone 1”"]),
        ("text=milestone+agency", ["Look at 1 photo of “Milestone 1”"]),
        ("text=nowhere", []),
    ],
)
def test_a_filter_is_an_address(three: None, visitor: People, query: str, shown: list[str]) -> None:
    assert rows(visitor("supervisor").go(f"/review/?{query}")) == shown


def test_an_area_takes_in_all_below_it(three: None, visitor: People) -> None:
    assert len(rows(visitor("supervisor").go("/review/?area=R6"))) == 3


def test_the_counts_beside_a_filter_are_of_what_it_would_show(three: None, visitor: People) -> None:
    supervisor = visitor("supervisor").go("/review/?kind=photos")

    assert chips(supervisor) == "Everything 3 Milestones to decide on 1 Photos to look at 2"
    assert "Our Town 1" in supervisor.text
    assert "Overdue 1" in supervisor.text
    assert chips(supervisor.go("/review/?kind=photos&age=overdue")) == "Everything 1 Photos to look at 1"


def test_nothing_that_fits_leads_back_to_everything(three: None, visitor: People) -> None:
    supervisor = visitor("supervisor").go("/review/?text=nowhere")

    assert "Nothing that waits fits this filter." in supervisor.text
    assert "Show everything: 3 things" in supervisor.text


def test_a_project_on_which_nothing_fits_can_still_be_taken_out_of_the_filter(three: None, visitor: People) -> None:
    supervisor = visitor("supervisor").go("/review/?kind=decide&project=AAA-000")

    assert rows(supervisor) == []
    assert "AAA-000 0" in supervisor.text
    assert "/review/?kind=decide" in supervisor.page.links


def test_a_filter_that_there_is_not_is_refused(visitor: People) -> None:
    assert visitor("supervisor").go("/review/?kind=none").status == 422
    assert visitor("supervisor").go("/review/?age=2").status == 422


def test_words_of_others_are_shown_as_words(road: Road, visitor: People) -> None:
    road.send_questionable()
    supervisor = visitor("supervisor").go("/review/?text=%3Cscript%3Ealert(1)%3C/script%3E")

    assert supervisor.status == 200
    assert "<script>alert" not in supervisor.html


def test_a_long_list_comes_in_parts(three: None, visitor: People, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk, "SHOWN", 2)
    supervisor = visitor("supervisor").go("/review/?area=R6")
    seen = rows(supervisor)
    supervisor.go(next(link for link in supervisor.page.links if "part=2" in link and "area=R6" in link))

    assert len(seen) == 2
    assert len(rows(supervisor)) == 1
    assert rows(supervisor)[0] not in seen


# -- saved filters -----------------------------------------------------------------------------


def test_a_filter_is_saved_found_again_and_deleted(three: None, visitor: People) -> None:
    supervisor = visitor("supervisor").go("/review/?age=overdue&kind=photos").press("Save", name="  Late   photos ")
    assert "The filter “Late photos” is saved." in supervisor.text
    kept = "/review/?kind=photos&age=overdue"
    assert kept in [unescape(link) for link in supervisor.go("/review/").page.links]
    assert "Late photos" not in visitor("second_supervisor").go("/review/").text

    supervisor.press("×")
    assert "is deleted. Save it again to have it back." in supervisor.text
    assert supervisor.form_with("name").values["name"] == "Late photos"
    supervisor.press("Save")
    assert "The filter “Late photos” is saved." in supervisor.text


def test_a_name_that_is_taken_is_told_beside_it_and_kept(three: None, visitor: People) -> None:
    supervisor = visitor("supervisor").go("/review/?kind=photos").press("Save", name="Mine")
    supervisor.go("/review/?kind=decide").press("Save", name="Mine")

    assert supervisor.status == 422
    assert "You have a filter of this name already." in supervisor.text
    assert 'id="name-fault"' in supervisor.html
    assert supervisor.form_with("name").values["name"] == "Mine"
    assert rows(supervisor) == ["Decide on “Milestone 1”"], "what was asked for is still there"


@pytest.mark.parametrize(("name", "told"), [("", "Give the filter a name."), ("x" * 61, "At most 60 characters")])
def test_a_name_that_cannot_be_is_refused(three: None, visitor: People, name: str, told: str) -> None:
    supervisor = visitor("supervisor").go("/review/?kind=photos").press("Save", name=name)

    assert supervisor.status == 422
    assert told in supervisor.text


def test_a_filter_that_no_page_would_take_is_not_saved(three: None, visitor: People) -> None:
    supervisor = visitor("supervisor").go("/review/?kind=photos")
    sent = supervisor.form_with("query").values | {"name": "Nothing", "query": "text=%00"}
    _forget_token()

    assert supervisor.client.post("/review/filters", data=sent).status_code == 422


def test_a_filter_of_somebody_else_cannot_be_deleted(three: None, visitor: People) -> None:
    action = re.search(
        r"/review/filters/[^\"]+/deletion",
        visitor("supervisor").go("/review/?kind=photos").press("Save", name="Mine").html,
    )
    assert action is not None
    other = visitor("second_supervisor").go("/review/?kind=photos").press("Save", name="Theirs")
    other.html = re.sub(r"/review/filters/[^\"]+/deletion", action[0], other.html)

    assert other.press("×").status == 404


# -- the way through ---------------------------------------------------------------------------


def test_the_way_goes_through_the_list_in_its_order(three: None, road: Road, visitor: People, app: Flask) -> None:
    supervisor = visitor("supervisor").go("/review/")
    links = row_links(supervisor)
    milestone = f"/review/milestones/{road.milestone().id}"
    assert [link.partition("?")[0] for link in links[1:]].count(milestone) == 1

    first = links[0].partition("?")[0].rpartition("/")[2]
    following = supervisor.client.get(f"/review/next?after=photo:{first}&at=0")
    assert following.location == links[1]


def test_the_way_keeps_to_the_filter(three: None, road: Road, visitor: People) -> None:
    supervisor = visitor("supervisor").go("/review/?kind=photos")
    links = row_links(supervisor)
    photo = links[0].partition("?")[0].rpartition("/")[2]

    following = supervisor.client.get(f"/review/next?after=photo:{photo}&at=0&kind=photos").location
    assert following.endswith("?at=1&queue=kind%3Dphotos")
    last = following.partition("?")[0].rpartition("/")[2]
    end = supervisor.client.get(f"/review/next?after=photo:{last}&at=1&kind=photos")
    assert end.location == "/review/?kind=photos"
    back = supervisor.client.get(f"/review/next?before=photo:{last}&at=1&kind=photos")
    assert back.location == links[0]


def test_what_was_dealt_with_does_not_break_the_way(three: None, road: Road, visitor: People) -> None:
    supervisor = visitor("supervisor").go("/review/")
    links = row_links(supervisor)
    photo = links[0].partition("?")[0].rpartition("/")[2]
    with changed(UUID(photo)) as found:
        found.state = found.state.__class__("accepted")

    assert (
        supervisor.client.get(f"/review/next?after=photo:{photo}&at=0").location.partition("?")[0]
        == links[1].partition("?")[0]
    )


def test_photos_of_one_milestone_follow_each_other(road: Road, visitor: People) -> None:
    sent = [road.send_questionable() for _ in range(3)]
    supervisor = visitor("supervisor").go("/review/")
    assert rows(supervisor) == ["Look at 3 photos of “Milestone 1”"]
    for photo in sent:
        assert f"/review/photos/{photo}?at=0" in supervisor.page.links, "each can be opened"

    onward = [supervisor.client.get(f"/review/next?after=photo:{photo}&at=0").location for photo in sent]
    assert onward == [f"/review/photos/{sent[1]}?at=0", f"/review/photos/{sent[2]}?at=0", "/review/"]


def test_a_way_from_nowhere_begins_at_the_first(road: Road, visitor: People) -> None:
    road.send_questionable()
    supervisor = visitor("supervisor").go("/review/")

    assert supervisor.client.get("/review/next").location == row_links(supervisor)[0]
    assert supervisor.client.get("/review/next?after=rubbish").location == row_links(supervisor)[0]
    assert supervisor.client.get("/review/next?after=photo:x&at=-1").status_code == 422


# -- as a file ---------------------------------------------------------------------------------


def table(visitor: Visitor, path: str) -> list[dict[str, str]]:
    answer = visitor.client.get(path)
    assert answer.mimetype == "text/csv"
    return list(csv.DictReader(io.StringIO(answer.get_data(as_text=True).lstrip("\ufeff"))))


def test_the_list_as_a_file_holds_what_was_asked_for(three: None, visitor: People) -> None:
    supervisor = visitor("supervisor").go("/review/?kind=photos")
    assert "/review/queue.csv?kind=photos" in supervisor.page.links
    lines = table(supervisor, "/review/queue.csv?kind=photos")

    assert [line["Project"] for line in lines] == ["AAA-000", "ROAD-1"]
    assert lines[0]["Days overdue"] == "6"
    assert lines[1]["Amount"] == "200000.00"
    assert lines[1]["Address"].startswith("http://localhost/review/milestones/")


def test_no_cell_of_the_file_is_a_formula(three: None, visitor: People) -> None:
    with writing() as session:
        session.scalars(sa.select(Project).where(Project.code == "ROAD-1")).one().title = "=HYPERLINK(1)"

    assert "'=HYPERLINK(1)" in {
        line["Title of the project"] for line in table(visitor("supervisor"), "/review/queue.csv")
    }


def test_a_persons_projects_as_a_file(visitor: People) -> None:
    more_projects(2, supervised_by="supervisor")
    lines = table(visitor("supervisor"), "/review/projects.csv")

    assert [line["Project"] for line in lines] == ["AAA-000", "AAA-001", "ROAD-1"]
    assert (lines[2]["Your roles"], lines[2]["Contractor"], lines[2]["Budget"]) == (
        "supervisor",
        "Builder",
        "1200000.00",
    )


def test_people_without_a_role_get_empty_files(visitor: People) -> None:
    assert table(visitor("nobody"), "/review/queue.csv") == []
    assert table(visitor("nobody"), "/review/projects.csv") == []
