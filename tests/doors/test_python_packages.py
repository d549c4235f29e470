"""uv reaches the registry as the user's pip does, whose settings it does not read by itself."""

import sys

from doors.python_packages import uv_variables
from toolchain.pip_settings import pip_settings


def test_each_setting_becomes_uvs_own():
    told = uv_variables(
        {
            "index-url": "https://mirror.example/simple",
            "extra-index-url": "https://a.example/simple\nhttps://b.example/simple",
            "find-links": "/wheels https://c.example/wheels",
            "cert": "/etc/mine.pem",
            "proxy": "http://proxy.example:3128",
            "trusted-host": "a.example b.example",
            "timeout": "60",
            "user": "true",  # of no concern to uv
        },
        {},
    )
    assert told == {
        "UV_DEFAULT_INDEX": "https://mirror.example/simple",
        "UV_INDEX": "https://a.example/simple https://b.example/simple",
        "UV_FIND_LINKS": "/wheels,https://c.example/wheels",
        "SSL_CERT_FILE": "/etc/mine.pem",
        "HTTPS_PROXY": "http://proxy.example:3128",
        "HTTP_PROXY": "http://proxy.example:3128",
        "UV_INSECURE_HOST": "a.example b.example",
        "UV_HTTP_TIMEOUT": "60",
        "UV_INDEX_STRATEGY": "unsafe-best-match",
        "UV_SYSTEM_CERTS": "true",
    }


def test_what_the_user_says_to_uv_itself_stays():
    settings = {"index-url": "https://mirror.example/simple"}
    assert "UV_DEFAULT_INDEX" not in uv_variables(settings, {"UV_DEFAULT_INDEX": "https://mine"})


def test_settings_are_read_as_pip_understands_them(tmp_path, monkeypatch):
    file = tmp_path / "pip.conf"
    file.write_text(
        "[global]\nindex-url = https://one.example\ntimeout = 5\n"
        "extra-index-url =\n  https://a.example\n  https://b.example\n"
        "[install]\nindex-url = https://two.example\n[list]\nformat = json\n"
    )
    for name in ("PIP_INDEX_URL", "PIP_TIMEOUT", "PIP_EXTRA_INDEX_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", str(file))
    monkeypatch.setenv("PIP_DEFAULT_TIMEOUT", "7")
    found = pip_settings([sys.executable, "-m", "pip"])
    assert found["index-url"] == "https://two.example"
    assert found["timeout"] == "7"
    assert found["extra-index-url"].split() == ["https://a.example", "https://b.example"]
    assert "format" not in found


def test_without_pip_there_are_none(tmp_path):
    assert pip_settings([tmp_path / "absent"]) == {}
