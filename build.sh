#!/usr/bin/env bash
# Runs a task of build.ps1: ./build.sh [Build | Test | Demo | Docs | Bench | Package | Clean | Reliability | Fuzz | Load | Soak | Live]
# Finds PowerShell, or gets it as a .NET local tool. Where it cannot be had, does what the .NET SDK alone can do, and says what is left out.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
task=${1:-Build}
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1

if ! command -v dotnet >/dev/null; then
    echo 'The .NET SDK is missing: install version 8 or later, so that "dotnet --version" answers, and run this again.' >&2
    exit 1
fi
if command -v pwsh >/dev/null; then
    exec pwsh -NoProfile -File build.ps1 "$@"
fi
# The tool is made for .NET 8; a newer .NET runs it too, when asked.
export DOTNET_ROLL_FORWARD=Major
if dotnet tool restore >/dev/null 2>&1 && dotnet tool run pwsh -- -NoProfile -Command exit >/dev/null 2>&1; then
    exec dotnet tool run pwsh -- -NoProfile -File build.ps1 "$@"
fi

left_out() {
    echo "PowerShell 7.4 or later was not found, and could not be restored as a .NET tool. Left out: $1."
    echo 'README.md says how to get PowerShell.'
}

# For the tests of stores in PostgreSQL: tests/Postgres/Start.ps1 says more. The server ends with this script, whose end of the pipe is its input.
start_postgres() {
    if [ -n "${QWENCHAT_TEST_POSTGRES:-}" ]; then return; fi
    if command -v node >/dev/null && npm ci --prefix tests/Postgres --no-audit --no-fund --fetch-retries 0 >/dev/null; then
        coproc POSTGRES { exec node tests/Postgres/server.mjs; }
        read -r -t 120 -u "${POSTGRES[0]}" QWENCHAT_TEST_POSTGRES || true
        export QWENCHAT_TEST_POSTGRES
    fi
    if [ -z "${QWENCHAT_TEST_POSTGRES:-}" ]; then echo "Left out: the tests of stores in PostgreSQL, which need Node and the packages of tests/Postgres."; fi
}

case $(tr '[:upper:]' '[:lower:]' <<<"$task") in
build)
    dotnet build src/QwenChat --configuration Release --nologo --verbosity quiet
    echo 'src/QwenChat/bin/Release/net8.0/QwenChat.dll is built.'
    left_out 'the importable module in output/QwenChat'
    ;;
test)
    rm -rf TestResults
    exit_code=0
    start_postgres
    # A test that hangs is named and fails, instead of holding up whoever waits for the run.
    dotnet test tests/Unit --configuration Release --nologo --results-directory TestResults --logger 'trx;LogFileName=unit.trx' \
        --blame-hang-timeout 5m --blame-hang-dump-type none || exit_code=$?
    passed=0 failed=0 skipped=0
    counters=$(grep -o '<Counters [^>]*>' TestResults/unit.trx 2>/dev/null || true)
    count() { sed -n "s/.* $1=\"\([0-9]*\)\".*/\1/p" <<<"$counters"; }
    if [ -n "$counters" ]; then
        passed=$(count passed)
        failed=$(($(count executed) - passed))
        skipped=$(($(count total) - $(count executed)))
    fi
    # A crash, or a test project that does not build, leaves no failed test behind.
    if [ "$exit_code" -ne 0 ] && [ "$failed" -eq 0 ]; then failed=1; fi
    left_out 'the tests of the commands (tests/Commands)'
    echo "$passed passed, $failed failed, $skipped skipped"
    exit $((failed > 0))
    ;;
demo)
    left_out 'the commands. The same conversation in C# follows'
    dotnet run --project docs/examples/dotnet --configuration Release
    ;;
clean)
    rm -rf output TestResults
    find . -type d \( -name bin -o -name obj -o -name node_modules \) -prune -exec rm -rf {} +
    ;;
docs | bench | package | reliability | fuzz | load | soak | live)
    left_out "everything: $task is made of PowerShell" >&2
    exit 1
    ;;
*)
    echo "There is no task $task. Tasks: Build, Test, Demo, Docs, Bench, Package, Clean, Reliability, Fuzz, Load, Soak, Live." >&2
    exit 2
    ;;
esac
