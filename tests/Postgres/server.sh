#!/bin/sh
# Runs a PostgreSQL server in a temporary folder, on a free port of the loopback interface, until its standard input is closed.
# Prints the connection string once the server is ready. The argument is the folder that contains PostgreSQL's programs. This script must not run as root.
set -eu
bin=$1
folder=$(mktemp -d)
cd "$folder"
end() {
    "$bin/pg_ctl" --pgdata "$folder/data" --mode immediate --silent stop >/dev/null 2>&1 || true
    rm -rf "$folder"
}
trap end EXIT
password=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
printf '%s' "$password" >"$folder/password"
"$bin/initdb" --pgdata "$folder/data" --username postgres --auth scram-sha-256 --pwfile "$folder/password" --encoding UTF8 --no-locale --no-sync >/dev/null

# If a port is in use, another port is tried.
started=
for try in 1 2 3 4 5; do
    port=$((20000 + $(od -An -N2 -tu2 /dev/urandom) % 12000))
    options="-p $port -k $folder -c listen_addresses=127.0.0.1 -c max_connections=400 -c fsync=off"
    if "$bin/pg_ctl" --pgdata "$folder/data" --log "$folder/log" --options "$options" --timeout 60 --wait start >/dev/null; then
        started=$port
        break
    fi
done
if [ -z "$started" ]; then
    cat "$folder/log" >&2
    exit 1
fi
echo "Host=127.0.0.1;Port=$port;Username=postgres;Password=$password;Database=postgres;SSL Mode=Disable"
cat >/dev/null
