"""Protects what is read off a Dockerfile: build inputs, secrets it needs, ports it exposes."""

import pytest

from slipway.dockerfile.facts import read_dockerfile


def facts(*lines):
    return read_dockerfile("\n".join(lines) + "\n")


def test_arguments_are_names_with_and_without_defaults_wherever_they_stand():
    read = facts(
        "ARG PYTHON=3.11",
        "FROM python:${PYTHON}-slim",
        "ARG MODEL",
        "  arg REVISION=main FILE=a.gguf",
        'ARG TITLE="some API_KEY here" LAST',
    )
    assert read.build_args == {"PYTHON", "MODEL", "REVISION", "FILE", "TITLE", "LAST"}


def test_instructions_are_read_in_any_case():
    read = facts("from x", "arg A", "run --mount=type=secret,id=S true", "expose 80")
    assert (read.build_args, read.secrets, read.exposed_ports) == ({"A"}, {"S"}, (80,))


def test_continuations_are_one_instruction_and_comments_between_them_are_none():
    read = facts(
        "FROM x",
        "RUN --mount=type=secret,id=ONE \\",
        "    # RUN --mount=type=secret,id=NEVER",
        "    --mount=type=cache,target=/c \\  ",
        "    --mount=type=secret,id=TWO,required=true \\",
        "    true",
        "# ARG NOT_THIS",
        "#EXPOSE 1",
    )
    assert read.secrets == {"ONE", "TWO"}
    assert read.required_secrets == {"TWO"}
    assert read.build_args == frozenset()
    assert read.exposed_ports == ()


@pytest.mark.parametrize(
    ("mount", "name", "required"),
    [
        ("type=secret,id=KEY", "KEY", False),
        ("type=secret,id=KEY,required", "KEY", True),
        ("type=secret,id=KEY,required=true,mode=0444", "KEY", True),
        ("type=secret,id=KEY,required=1", "KEY", True),
        ("type=secret,id=KEY,required=false", "KEY", False),
        ("id=KEY,required=true,type=secret", "KEY", True),
        ("type=secret,target=/run/secrets/KEY", "KEY", False),
        ("type=secret,dst=/etc/KEY,required=true", "KEY", True),
        ("type=secret,id=KEY,target=/etc/other", "KEY", False),
        ("type=secret,id=KEY,env=OTHER", "KEY", False),
    ],
)
def test_a_secret_mount_is_named_as_buildkit_names_it(mount, name, required):
    read = facts("FROM x", f"RUN --mount={mount} true")
    assert read.secrets == {name}
    assert read.required_secrets == ({name} if required else set())


def test_other_mounts_and_text_that_only_looks_like_a_mount_are_no_secrets():
    read = facts(
        "FROM x",
        "RUN --mount=type=cache,id=C --mount=type=bind,source=a,target=b true",
        "RUN echo --mount=type=secret,id=ECHOED",
        "LABEL note='RUN --mount=type=secret,id=LABELLED'",
    )
    assert read.secrets == frozenset()


def test_ports_are_the_literal_tcp_ones_in_order_and_once():
    read = facts("FROM x", "EXPOSE 7860", "EXPOSE 8080/tcp 53/udp $PORT 7860 9000-9010")
    assert read.exposed_ports == (7860, 8080)


def test_the_lines_of_a_heredoc_are_no_instructions():
    read = facts(
        "FROM x",
        "RUN --mount=type=secret,id=REAL <<EOF",
        "EXPOSE 1111",
        "ARG INSIDE",
        "EOF",
        "COPY <<-'END' /script.sh",
        "RUN --mount=type=secret,id=WRITTEN true",
        "\tEND",
        "ARG AFTER",
        "EXPOSE 80",
    )
    assert (read.secrets, read.build_args, read.exposed_ports) == ({"REAL"}, {"AFTER"}, (80,))


def test_two_heredocs_of_one_instruction_both_end_before_the_next():
    read = facts("FROM x", "COPY <<A <<B /d/", "ARG ONE", "A", "ARG TWO", "B", "ARG THREE")
    assert read.build_args == {"THREE"}


@pytest.mark.parametrize(
    "line", ["RUN echo $((1<<4))", "RUN cat <<< word", "RUN echo 'a << b'", "RUN x <<NEVER_ENDED"]
)
def test_what_only_looks_like_a_heredoc_swallows_nothing(line):
    assert facts("FROM x", line, "ARG AFTER").build_args == {"AFTER"}


def test_build_inputs_are_arguments_and_secrets():
    read = facts("FROM x", "ARG A", "RUN --mount=type=secret,id=S true")
    assert read.build_inputs == {"A", "S"}


def test_an_empty_dockerfile_says_nothing():
    read = read_dockerfile("")
    assert (read.build_inputs, read.required_secrets, read.exposed_ports) == (set(), set(), ())


def test_only_the_last_stages_ports_are_the_images():
    facts = read_dockerfile("FROM a AS build\nEXPOSE 9000\nFROM b\nEXPOSE 7860\n")
    assert facts.exposed_ports == (7860,)


MOUNT = "RUN --mount=type=secret,id=HF_TOKEN true"


@pytest.mark.parametrize(
    "text",
    [
        "\ufeffARG X\nFROM a\n" + MOUNT,
        f"ARG X\nFROM a\nRUN \\\n\n\n  {MOUNT[4:]}\n",
        f"# escape=`\nARG X\nFROM a\nRUN `\n  {MOUNT[4:]}\n",
        f"# syntax=docker/dockerfile:1\n# escape = `\nARG X\nFROM a\nRUN `\n  {MOUNT[4:]}\n",
        f"ARG X\r\nFROM a\r\nRUN \\\r\n  {MOUNT[4:]}\r\n",
    ],
    ids=["byte order mark", "blank lines", "escape", "escape behind syntax", "CRLF"],
)
def test_what_buildkit_reads_is_read(text):
    found = read_dockerfile(text)
    assert found.build_args == {"X"}
    assert found.secrets == {"HF_TOKEN"}
