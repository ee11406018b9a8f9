#!/usr/bin/env bash
# Runs a task of build.ps1: ./build.sh [Build | Test | Demo | Docs | Bench | Context | Package | Clean | Reliability | Fuzz | Walk | Load | Soak | Live]
# Uses the pwsh on the path, or otherwise restores the version of PowerShell in .config/dotnet-tools.json.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1

fail() {
    printf '%s\n' "$@" >&2
    exit 1
}

if ! { dotnet --list-sdks 2>/dev/null || true; } | grep -qE '^[1-9][0-9]\.'; then
    fail 'Building QwenChat requires the .NET SDK 10 or later. Install it from https://dotnet.microsoft.com/download and run this script again.'
fi
home=$(pwsh -NoProfile -NonInteractive -Command 'if ($PSVersionTable.PSVersion -ge [version]"7.4") { $PSHOME }' 2>/dev/null || true)
# Background jobs start pwsh from this folder. If another user has installed PowerShell as a .NET tool, only that user can run it.
if [ -n "$home" ] && [ -x "$home/pwsh" ]; then
    exec pwsh -NoProfile -File build.ps1 "$@"
fi
if ! said=$(dotnet tool restore 2>&1); then
    fail 'Building QwenChat requires PowerShell 7.4 or later. None was found, and NuGet could not restore it as a .NET tool:' "$said" \
        'Install PowerShell 7.6 (see README.md) so that "pwsh --version" works, or let NuGet reach its package source, and run this script again.'
fi
exec dotnet tool run pwsh -- -NoProfile -File build.ps1 "$@"
