"""Plays a change from its pull request to prod, and its drift, in a sandbox of its own.

    python -m doors.story           all of it
    python -m doors.story --keep    leaves the sandbox, to be looked at

The user's own sandbox is neither asked nor touched.
"""

import argparse
import sys
from collections.abc import Sequence

from doors.story.acts import Story
from doors.story.narration import Narration
from doors.story.stage import staged
from toolchain.progress import SetupError


def main(arguments: Sequence[str] | None = None) -> int:
    """Plays it; the exit code is 1 if something did not happen as it has to."""
    parser = argparse.ArgumentParser(prog="python -m doors.story", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--keep", action="store_true", help="leave the sandbox, to be looked at")
    options = parser.parse_args(arguments)
    say = Narration(sys.stdout)
    try:
        with staged(keep=options.keep) as stage:
            story = Story(stage, say)
            try:
                story.play()
            finally:
                if options.keep:
                    say.line(f"Kept: SLIPWAY_HOME={stage.home.folder}, {stage.page}")
    except SetupError as error:
        sys.stderr.write(f"\n{error}\n")
        return 1
    except KeyboardInterrupt:
        return 130
    say.end()
    return 0


if __name__ == "__main__":
    sys.exit(main())
