#!/bin/sh
# The build command of the static site: writes where the backend is into what visitors download.
set -eu
case "$BACKEND_URL" in
  http://* | https://*) ;;
  *) echo "BACKEND_URL must be the backend's http(s) address" >&2; exit 1 ;;
esac
printf '{"backend": "%s"}\n' "$BACKEND_URL" > public/config.json
