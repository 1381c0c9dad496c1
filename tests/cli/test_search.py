"""What the public's search finds projects by, made anew by the operator."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from server.db import writing
from server.models import Findable, ProjectNews, ProjectTerm, TermCount
from server.services.project_search import ProjectFilter, find
from tests.cli.conftest import Saksi


@pytest.mark.parametrize("command", [["search", "rebuild"], ["migrate"]])
def test_a_search_that_was_lost_is_made_from_the_projects(saksi: Saksi, command: list[str]) -> None:
    with writing() as session:
        for model in (ProjectTerm, TermCount, ProjectNews, Findable):
            session.execute(sa.delete(model))

    assert "from the published projects" in saksi(*command).output
    assert find(ProjectFilter(text="works"), None, 9).codes == ["OTHER-1", "ROAD-1"]
