"""What BuildKit prints becomes a build log of the Hub's form."""

from sandbox.hub.spaces.running.build_log import BuildLog

PRINTED = """\
#0 building with "default" instance using docker driver

#1 [internal] load build definition from Dockerfile
#1 transferring dockerfile: 120B done
#1 DONE 0.0s

#4 [1/3] FROM docker.io/library/busybox
#4 resolve docker.io/library/busybox done
#4 sha256:0123 1.2MB / 2.4MB
#4 CACHED

#5 [2/3] RUN pip install a
#5 0.201 Collecting a
#5 ...

#6 [other 1/2] COPY a b
#6 DONE 0.1s

#5 [2/3] RUN pip install a
#5 1.400 #6 DONE 9.9s
#5 1.500
#5 DONE 1.8s

#7 [3/3] RUN false
#7 ERROR: process "/bin/sh -c false" did not complete successfully: exit code: 1
------
 > [3/3] RUN false:
------
slipway: a note
ERROR: failed to solve: process "/bin/sh -c false" did not complete successfully: exit code: 1
"""
SHOWN = """\

--> FROM docker.io/library/busybox
CACHED

--> RUN pip install a
Collecting a

--> COPY a b
DONE 0.1s

--> RUN pip install a
#6 DONE 9.9s

DONE 1.8s

--> RUN false
--> ERROR: process "/bin/sh -c false" did not complete successfully: exit code: 1
------
 > [3/3] RUN false:
------
slipway: a note
ERROR: failed to solve: process "/bin/sh -c false" did not complete successfully: exit code: 1
"""


def test_a_log_has_the_hubs_steps_and_all_that_they_printed():
    lines: list[str] = []
    taken = BuildLog(lines.append)
    for line in PRINTED.splitlines():
        taken(line)
    assert "".join(f"{each}\n" for each in lines) == SHOWN


def test_what_follows_the_last_step_is_the_push():
    lines: list[str] = []
    taken = BuildLog(lines.append)
    for line in ("#9 exporting to image", "#9 exporting layers 0.1s done", "#9 DONE 0.3s"):
        taken(line)
    assert lines == ["", "--> Pushing image", "DONE 0.3s"]
