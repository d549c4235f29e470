# Sourced by the doors: makes .venv with the locked requirements, once, and tells what it does.
# Expects $checkout, and in $packages what is to be done: "run" (what `make up` needs, the default),
# "develop" (tests and checks as well), or "doctor" (nothing but looking). Needs Python 3.11 or
# later; on Debian and Ubuntu as root it adds python3-venv.

bootstrap() {
  stamp="$checkout/.venv/.requirements"
  # The folder belongs to it: the programs in .venv name it, so a moved checkout needs a new one.
  # A link to another checkout's serves while the very same packages are in there.
  own=$(cd "$checkout" && pwd -P)
  place=$(cd -P "$checkout/.venv" 2>/dev/null && cd .. && pwd -P) || place=$own
  locked=$(cat "$checkout/requirements-sandbox.txt" "$checkout/doors/uv-requirements.txt" | cksum)
  locked_develop=$(cat "$checkout/requirements-dev.txt" | cksum)
  run="$locked $place"
  develop="$locked_develop $run"
  has_run=$(cat "$stamp" 2>/dev/null)
  has_develop=$(cat "$stamp-dev" 2>/dev/null)
  current=no
  [ -x "$checkout/.venv/bin/python" ] && [ "$has_run" = "$run" ] && current=yes
  if [ "${packages:-run}" = develop ]; then
    [ $current = yes ] && [ "$has_develop" = "$develop" ] && return 0
    # What an older version of the tests left would be found by the newer ones.
    [ -e "$stamp-dev" ] && current=no
    file=requirements-dev.txt
  else
    [ $current = yes ] && return 0
    file=requirements-sandbox.txt
  fi

  # It is somebody else's, and nothing is installed in there: this checkout gets its own instead.
  [ -L "$checkout/.venv" ] && current=no
  run="$locked $own"
  develop="$locked_develop $run"
  check_python || return 1
  # Before the first long step; the rest of the set-up asks again only for what it still has to do.
  (cd "$checkout" && "$python" -m doors.doctor --before-setup) >&2 || return 1

  started=$(date +%s)
  echo "Python packages: installing the locked versions into .venv (usually 20 s)" >&2
  if [ $current = no ]; then
    make_venv || return 1
    "$checkout/.venv/bin/python" -m pip install --quiet --disable-pip-version-check \
      --require-hashes -r "$checkout/doors/uv-requirements.txt" >&2 || return 1
  fi
  # Until all of them are there, the next run begins anew.
  [ $file = requirements-dev.txt ] && : > "$stamp-dev"
  (cd "$checkout" && .venv/bin/python -m doors.python_packages "$file") >&2 || return 1
  [ $file = requirements-dev.txt ] && printf '%s' "$develop" > "$stamp-dev"
  printf '%s' "$run" > "$stamp"
  echo "Python packages: done in $(($(date +%s) - started)) s" >&2
}

check_python() {
  python=${PYTHON:-python3}
  if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    echo "Slipway needs Python 3.11 or later and found $("$python" --version 2>&1). Install one (Debian, Ubuntu: apt install python3 python3-venv), or name it: make PYTHON=python3.12 up" >&2
    return 1
  fi
}

make_venv() {
  # A link leads to an environment of somebody else's, which would be emptied through it.
  [ -L "$checkout/.venv" ] && { rm "$checkout/.venv" || return 1; }
  # A venv without pip is what Debian makes when python3-venv is missing.
  "$python" -m venv --clear "$checkout/.venv" >/dev/null 2>&1 && return 0
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    { apt-get -qq update && apt-get -qq install -y --no-install-recommends python3-venv; } >/dev/null
  fi
  "$python" -m venv --clear "$checkout/.venv" >/dev/null 2>&1 && return 0
  echo "Python can't make virtual environments here. Install it (Debian, Ubuntu: apt install python3-venv), then run the same command again." >&2
  return 1
}

if [ "${packages:-run}" = doctor ]; then
  check_python && cd "$checkout" && exec "$python" -m doors.doctor
  exit 1
fi

# Two set-ups of one clone at once would install into the same folder.
if command -v flock >/dev/null && (: >> "$checkout/.bootstrap.lock") 2>/dev/null; then
  exec 9> "$checkout/.bootstrap.lock"
  flock 9
  bootstrap || exit 1
  exec 9>&-
else
  bootstrap || exit 1
fi
