# Sourced by the doors: makes .venv with the locked requirements, once, and tells what it does.
# Expects $checkout. Needs Python 3.11 or later; on Debian and Ubuntu as root it adds python3-venv.

bootstrap() {
  stamp="$checkout/.venv/.requirements"
  # The folder belongs to it: the programs in .venv name it, so a moved checkout needs a new one.
  wanted="$(cat "$checkout/requirements.txt" "$checkout/requirements-dev.txt" | cksum) $(cd "$checkout" && pwd -P)"
  [ -x "$checkout/.venv/bin/python" ] && [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ] && return 0

  python=${PYTHON:-python3}
  if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    echo "Slipway needs Python 3.11 or later and found $("$python" --version 2>&1). Install one, or name it: make PYTHON=python3.12 up" >&2
    return 1
  fi
  echo "Python packages: installing the locked versions into .venv (usually 40 s)" >&2
  # A venv without pip is what Debian makes when python3-venv is missing.
  if ! "$python" -m venv --clear "$checkout/.venv" >/dev/null 2>&1; then
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
      { apt-get -qq update && apt-get -qq install -y --no-install-recommends python3-venv; } >/dev/null
    fi
    if ! "$python" -m venv --clear "$checkout/.venv" >/dev/null 2>&1; then
      echo "Python can't make virtual environments here. Install it (Debian, Ubuntu: apt install python3-venv), then run the same command again." >&2
      return 1
    fi
  fi
  "$checkout/.venv/bin/pip" install --quiet --disable-pip-version-check --require-hashes \
    -r "$checkout/requirements-dev.txt" >&2 || return 1
  printf '%s' "$wanted" > "$stamp"
}

# Two set-ups of one clone at once would install into the same folder.
if command -v flock >/dev/null; then
  exec 9> "$checkout/.bootstrap.lock"
  flock 9
  bootstrap || exit 1
  exec 9>&-
else
  bootstrap || exit 1
fi
