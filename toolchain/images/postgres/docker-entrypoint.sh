#!/bin/bash
# Starts PostgreSQL as the official image documents it: on an empty PGDATA it makes a cluster with
# the user, password and database of the environment and runs what lies in
# /docker-entrypoint-initdb.d; then, and on every later start, it only serves.
set -eu -o pipefail

say() { echo "docker-entrypoint: $*" >&2; }

# The value of a variable, or of the file that VARIABLE_FILE names, or a default.
value_of() {
  local file="${1}_FILE"
  if [ -n "${!file:-}" ]; then
    if [ -n "${!1:-}" ]; then
      say "$1 and $file are both set; set one of them"
      return 1
    fi
    cat "${!file}"
  else
    printf '%s' "${!1:-$2}"
  fi
}

# As the superuser over the socket, without a password. The later -v of a caller are psql's.
as_superuser() {
  psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --no-password --username "$user" "$@"
}

make_cluster() {
  local user password database method
  user="$(value_of POSTGRES_USER postgres)"
  password="$(value_of POSTGRES_PASSWORD '')"
  database="$(value_of POSTGRES_DB "$user")"
  method="${POSTGRES_HOST_AUTH_METHOD:-scram-sha-256}"
  if [ -z "$password" ] && [ "$method" != trust ]; then
    say "no password for the superuser: set POSTGRES_PASSWORD or POSTGRES_PASSWORD_FILE"
    return 1
  fi
  local words=()  # of initdb
  [ -z "${POSTGRES_INITDB_ARGS:-}" ] || eval "words=($POSTGRES_INITDB_ARGS)"
  [ -z "$password" ] || words+=(--pwfile=/dev/stdin)
  initdb --username="$user" --auth-local=trust --auth-host="$method" --encoding=UTF8 \
    "${words[@]}" <<< "$password"
  echo "host all all all $method" >> "$PGDATA/pg_hba.conf"
  echo "listen_addresses = '*'" >> "$PGDATA/postgresql.conf"

  # Nobody but these scripts connects before all of them have run.
  pg_ctl --wait -o "-c listen_addresses=''" start
  if [ "$database" != postgres ]; then
    as_superuser --dbname postgres --set name="$database" <<< 'CREATE DATABASE :"name";'
  fi
  export PGUSER="$user" PGDATABASE="$database"
  local script
  for script in /docker-entrypoint-initdb.d/*; do
    say "running $script"
    case "$script" in
      *.sh) if [ -x "$script" ]; then "$script"; else . "$script"; fi ;;
      *.sql) as_superuser --dbname "$database" --file "$script" ;;
      *.sql.gz) gunzip --stdout "$script" | as_superuser --dbname "$database" ;;
      *) say "$script is neither .sh nor .sql nor .sql.gz: left alone" ;;
    esac
  done
  unset PGUSER PGDATABASE
  pg_ctl --wait --mode=fast stop
  say "the cluster is made"
}

[ "${1:0:1}" != - ] || set -- postgres "$@"
if [ "$1" = postgres ]; then
  if [ "$(id -u)" = 0 ]; then
    mkdir -p "$PGDATA"
    find "$PGDATA" ! -user postgres -exec chown postgres: '{}' +
    chmod 700 "$PGDATA"
    exec setpriv --reuid=postgres --regid=postgres --init-groups "$0" "$@"
  fi
  shopt -s nullglob
  [ -s "$PGDATA/PG_VERSION" ] || make_cluster
fi
exec "$@"
