"""The schedule as the checks take it, and the milestone that a photo belongs to where none is named."""

from __future__ import annotations

from datetime import date, time

import pytest

from evidence.context import Stage
from server.models import Contract, Milestone, Project, Requirement
from server.models.milestones import MilestoneState
from server.services.schedule import fitting_milestone, schedule_for


def project(contract: Contract | None = None) -> Project:
    return Project(
        time_zone="Asia/Bangkok", working_days="135", work_starts="07:30", work_ends="16:00", contract=contract
    )


def milestone(
    position: int = 1,
    *,
    state: MilestoneState = MilestoneState.OPEN,
    stage: Stage = Stage.DURING,
    starts: date = date(2026, 3, 10),
    ends: date = date(2026, 3, 20),
) -> Milestone:
    asked = [Requirement(code="r", stage=stage, title="r")]
    return Milestone(position=position, state=state, starts_on=starts, ends_on=ends, requirements=asked)


class TestTheSchedule:
    def test_tells_zone_days_and_hours(self) -> None:
        told = schedule_for(project(), None)

        assert told.zone.key == "Asia/Bangkok"
        assert told.working_days == {1, 3, 5}
        assert (told.work_starts, told.work_ends) == (time(7, 30), time(16, 0))
        assert (told.window_start, told.window_end, told.contract_start, told.contract_end) == (None,) * 4

    def test_tells_the_window_of_the_milestone(self) -> None:
        told = schedule_for(project(), milestone())

        assert (told.window_start, told.window_end) == (date(2026, 3, 10), date(2026, 3, 20))

    def test_a_contract_begins_when_it_takes_effect(self) -> None:
        contract = Contract(signed_on=date(2026, 1, 1), effective_on=date(2026, 1, 9), ends_on=date(2026, 9, 9))
        told = schedule_for(project(contract), None)

        assert (told.contract_start, told.contract_end) == (date(2026, 1, 9), date(2026, 9, 9))

    def test_a_contract_without_an_effective_date_begins_when_it_is_signed(self) -> None:
        assert schedule_for(project(Contract(signed_on=date(2026, 1, 1))), None).contract_start == date(2026, 1, 1)


class TestTheFittingMilestone:
    @pytest.mark.parametrize(
        ("day", "fits"),
        [
            (date(2026, 3, 2), False),
            (date(2026, 3, 3), True),
            (date(2026, 3, 15), True),
            (date(2026, 3, 27), True),
            (date(2026, 3, 28), False),
        ],
    )
    def test_has_a_window_that_holds_the_day_with_seven_days_of_grace(self, day: date, fits: bool) -> None:
        assert (fitting_milestone([milestone()], Stage.DURING, day) is not None) is fits

    def test_has_the_grace_that_the_policy_gives(self) -> None:
        assert fitting_milestone([milestone()], Stage.DURING, date(2026, 3, 22), grace_days=1) is None
        assert fitting_milestone([milestone()], Stage.DURING, date(2026, 3, 21), grace_days=1) is not None

    @pytest.mark.parametrize("state", list(MilestoneState))
    def test_takes_photos(self, state: MilestoneState) -> None:
        fits = fitting_milestone([milestone(state=state)], Stage.DURING, date(2026, 3, 15))

        assert (fits is not None) is (state.value in {"open", "returned"})

    def test_asks_for_the_stage(self) -> None:
        assert fitting_milestone([milestone(stage=Stage.BEFORE)], Stage.DURING, date(2026, 3, 15)) is None

    def test_may_ask_for_any_stage_where_none_is_named(self) -> None:
        assert fitting_milestone([milestone(stage=Stage.BEFORE)], None, date(2026, 3, 15)) is not None

    def test_is_the_earliest_of_several(self) -> None:
        later, earlier = milestone(5), milestone(2)

        assert fitting_milestone([later, earlier], Stage.DURING, date(2026, 3, 15)) is earlier

    def test_may_reach_to_the_ends_of_the_calendar(self) -> None:
        open_ended = milestone(starts=date.min, ends=date.max)

        for day in (date.min, date(2026, 3, 15), date.max):
            assert fitting_milestone([open_ended], Stage.DURING, day) is open_ended
