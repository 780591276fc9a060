#!/bin/sh
# Builds, tests and shows Ledger: ./build.sh [clean|build|test|soak|tour|demo|bench|scale|pack|sbom|docs] [arguments for what the target runs]
# Test, Soak, Tour, Demo, Bench and Scale need PostgreSQL 15 or newer: the server that LEDGER_POSTGRES names, else server programs (installed on Debian
# if there are none), else a Docker engine.
set -eu
here=$(cd "$(dirname "$0")" && pwd -P)
oldest=15

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1 DOTNET_GENERATE_ASPNET_CERTIFICATE=false
export MSBUILDDISABLENODEREUSE=1 DOTNET_CLI_USE_MSBUILD_SERVER=0 NO_COLOR=1

say() { echo "build.sh: $*" >&2; }

has_server_programs() {
    for folder in $(echo "$PATH" | tr ':' ' ') /usr/lib/postgresql/*/bin; do
        if [ -x "$folder/initdb" ] && [ -x "$folder/pg_ctl" ] && [ -x "$folder/postgres" ]; then
            major=$("$folder/postgres" --version 2> /dev/null | sed -n 's/.*(PostgreSQL) \([0-9]*\).*/\1/p')
            [ "${major:-0}" -lt $oldest ] || return 0
        fi
    done
    return 1
}

# Debian makes and starts a cluster of its own when the package is installed, unless it is told not to; what told it so is removed again.
install_server() {
    if [ "$(id -u)" = 0 ]; then as_root=""; elif sudo -n true 2> /dev/null; then as_root="sudo -n"; else return 1; fi
    command -v apt-get > /dev/null 2>&1 || return 1
    say "installing Debian's PostgreSQL (its programs only; no server of the machine is started)"
    $as_root sh -eu <<'ROOT' >&2
export DEBIAN_FRONTEND=noninteractive
no_cluster=/etc/postgresql-common/createcluster.d/ledger-build.conf
policy=/usr/sbin/policy-rc.d
undo() {
    rm -f "$no_cluster"
    rmdir /etc/postgresql-common/createcluster.d /etc/postgresql-common 2> /dev/null || true
    if [ -n "${made_policy:-}" ]; then rm -f "$policy"; fi
}
trap undo EXIT
trap 'exit 1' HUP INT TERM
mkdir -p /etc/postgresql-common/createcluster.d
echo 'create_main_cluster = false' > "$no_cluster"
if [ ! -e "$policy" ]; then
    made_policy=yes
    printf '#!/bin/sh\nexit 101\n' > "$policy"
    chmod 755 "$policy"
fi
apt-get update -q < /dev/null
apt-get install -y -q --no-install-recommends postgresql < /dev/null
ROOT
    has_server_programs
}

# The explorer is tested in a real browser, which is large: it is installed on request alone, and those tests are reported as not run without it.
install_chromium() {
    if command -v chromium > /dev/null 2>&1; then return 0; fi
    if [ "$(id -u)" = 0 ]; then as_root=""; elif sudo -n true 2> /dev/null; then as_root="sudo -n"; else say "installing Chromium needs root or sudo; its tests will not run"; return 0; fi
    say "installing Debian's Chromium"
    $as_root sh -c 'export DEBIAN_FRONTEND=noninteractive; apt-get update -q && apt-get install -y -q --no-install-recommends chromium' < /dev/null >&2 \
        || say "Chromium could not be installed; its tests will not run"
}

start_container() {
    command -v docker > /dev/null 2>&1 && docker info > /dev/null 2>&1 || return 1
    say "starting PostgreSQL by docker-compose.yml"
    docker compose -f "$here/docker-compose.yml" up -d --wait >&2 || return 1
    export LEDGER_POSTGRES='Host=127.0.0.1;Port=54329;Username=ledger;Password=ledger;Database=ledger'
}

need_postgres() {
    [ -z "${LEDGER_POSTGRES:-}" ] || return 0
    has_server_programs || install_server || start_container || {
        say "PostgreSQL $oldest or newer is needed. Install its server (Debian and Ubuntu: 'apt install postgresql'), start a Docker engine, or name a running server in LEDGER_POSTGRES."
        exit 1
    }
}

# The manifest names one version of each tool. A feed that has dropped it has a later one of the same major version.
restore_tools() {
    dotnet tool restore --verbosity quiet > /dev/null 2>&1 && return 0
    rm -rf artifacts/tools
    dotnet tool install Cake.Tool --tool-path artifacts/tools --version '7.*' > /dev/null 2>&1 || dotnet tool restore
}

cake() {
    if [ -x artifacts/tools/dotnet-cake ]; then artifacts/tools/dotnet-cake "$@"; else dotnet cake "$@"; fi
}

target=$(echo "${1:-build}" | tr '[:upper:]' '[:lower:]')
[ $# -eq 0 ] || shift
case $target in
    clean | build | pack | sbom | docs) ;;
    test | soak | tour | demo | bench | scale) need_postgres ;;
    *) say "there is no target '$target'; there are clean, build, test, soak, tour, demo, bench, scale, pack, sbom and docs."; exit 2 ;;
esac

case $target in
    test | soak) if [ "${LEDGER_CHROMIUM:-}" = install ]; then install_chromium; fi ;;
esac

# A new user, or none, has no folder for packages; they go to the build's own then.
if [ -z "${HOME:-}" ] || [ ! -w "$HOME" ]; then
    export HOME="$here/artifacts/home"
    mkdir -p "$HOME"
fi
LEDGER_BUILD_ARGUMENTS=$(for argument in "$@"; do printf '%s\n' "$argument"; done)
export LEDGER_BUILD_ARGUMENTS

cd "$here"
rm -f artifacts/test-results/summary
restore_tools
code=0
cake build.cake --target="$target" --verbosity=normal || code=$?
if [ -f artifacts/test-results/summary ]; then cat artifacts/test-results/summary; fi
exit $code
