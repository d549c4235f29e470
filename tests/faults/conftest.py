"""A sandbox's Render for real engines."""

import pytest

from tests.faults.project import Project
from tests.providers.render_platform import running_render

__all__ = ["running_render"]


@pytest.fixture
def render(running_render):
    running_render.mark()
    yield running_render
    running_render.faults.clear()
    running_render.end_all()


@pytest.fixture
def project(tmp_path, render):
    """Makes projects: `project(program, declared)`."""
    made = []

    def make(program, declared):
        made.append(Project(tmp_path / f"project-{len(made)}", render.url, program, declared))
        made[-1].init()
        return made[-1]

    return make
