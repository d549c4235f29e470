"""Protects whoever starts a Space by a script: the Hub's commits carry no executable bit."""

import pytest

from slipway.dockerfile.executables import started_without_mode
from slipway.errors import ConfigError
from slipway.huggingface.space.space import SpaceArgs
from slipway.payload.files import payload_from_folder

FILES = ("Dockerfile", "README.md", "start.sh", "bin/serve", "app.py")


@pytest.mark.parametrize(
    ("text", "started"),
    [
        ('COPY . .\nCMD ["./start.sh"]', "start.sh"),
        ('COPY . /app\nCMD ["/app/start.sh", "--now"]', "start.sh"),
        ("COPY . .\nCMD ./start.sh --now", "start.sh"),
        ("COPY . .\nCMD exec ./start.sh", "start.sh"),
        ('COPY bin /opt\nENTRYPOINT ["/opt/serve"]\nCMD ["./start.sh"]', "bin/serve"),
        ('COPY start.sh /\nCMD [ "/start.sh" ]', "start.sh"),
        ('COPY . .\nCMD ["python", "app.py"]', None),
        ('COPY . .\nCMD ["start.sh"]', None),
        ('COPY . .\nCMD ["sh", "./start.sh"]', None),
        ("COPY . .\nCMD sh start.sh", None),
        ('COPY . .\nRUN chmod +x start.sh\nCMD ["./start.sh"]', None),
        ('COPY --chmod=755 . .\nCMD ["./start.sh"]', None),
        ('COPY . .\nRUN install -m 755 start.sh /bin/\nCMD ["./start.sh"]', None),
        ('CMD ["/start.sh"]', None),
        ('COPY app.py .\nCMD ["/start.sh"]', None),
        ('COPY --from=base . .\nCMD ["./start.sh"]', None),
        ('COPY . .\nCMD ["./start.sh"]\nCMD ["python", "app.py"]', None),
        ('COPY . .\nCMD ["./start.sh"]\nFROM other\nCMD ["python", "app.py"]', None),
        ("COPY . .\nCMD", None),
        ("COPY . .\nCMD []", None),
    ],
)
def test_a_script_that_could_not_start_is_named(text, started):
    assert started_without_mode(f"FROM python AS base\n{text}\n", FILES) == started


def test_a_space_that_could_not_start_is_refused_with_the_remedy(tmp_path):
    (tmp_path / "README.md").write_text("---\nsdk: docker\n---\n")
    (tmp_path / "Dockerfile").write_text('FROM alpine\nCOPY . .\nCMD ["./start.sh"]\n')
    (tmp_path / "start.sh").write_text("#!/bin/sh\n")
    (tmp_path / "start.sh").chmod(0o755)
    with pytest.raises(ConfigError, match=r"starts start\.sh, .*no executable bit.*chmod \+x"):
        SpaceArgs(repo_id="acme/demo", payload=payload_from_folder(tmp_path))
