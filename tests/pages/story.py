"""Plays the story, and keeps pictures of what there is to look at on the way.

`make pictures ARGS=story`; needs no raised stack. A pull request with its comment, the same after a
commit that no rule lets pass, the check that failed, and the issue about drift.
"""

import sys

from playwright.sync_api import Page, expect

from doors.story.acts import Story
from doors.story.narration import Narration
from doors.story.stage import staged
from tests.pages.camera import camera

COMMENT = "section.said:has-text('github-actions')"


def take() -> None:
    """Plays it.

    Raises:
        SetupError: something did not happen as it has to, or there is no browser.
        AssertionError: a page does not show what it should.
    """
    with camera() as pictures, staged(keep=False) as stage:
        story = Story(stage, Narration(sys.stdout))
        story.raise_both()
        pull = story.propose()

        def commented(page: Page) -> None:
            page.goto(story.seen["pull"])
            expect(page.locator(COMMENT).get_by_role("table").first).to_be_visible()

        def stopped(page: Page) -> None:
            commented(page)
            expect(page.locator(COMMENT)).to_contain_text("secret-names")
            expect(page.get_by_text("failure").first).to_be_visible()

        def failed(page: Page) -> None:
            page.goto(story.seen["check"])
            expect(page.get_by_text("secret-names").first).to_be_visible()

        def drifted(page: Page) -> None:
            page.goto(story.seen["issue"])
            page.locator("summary").first.click()
            expect(page.get_by_text("AUDIENCE").first).to_be_visible()

        pictures.take("comment", commented, part=COMMENT)
        story.break_a_rule(pull)
        pictures.take("pull-request", stopped, height=1400)
        pictures.take("check", failed, height=1900)
        story.mend(pull)
        story.merge_and_deploy(pull, "dev")
        story.promote()
        story.drift()
        pictures.take("drift", drifted, height=420)
        story.repair()
        story.say.end()
