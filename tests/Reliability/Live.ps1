<#
.SYNOPSIS
    Runs conversations with the real service, requests embeddings, records every exchange, and reports differences between the service and
    the assumptions in docs/wire.md.
.DESCRIPTION
    Sends about fifty short requests. The key is in DASHSCOPE_API_KEY. DASHSCOPE_HTTP_BASE_URL selects the region. Without a key, the task is skipped.
    The recordings are saved in tests/Reliability/Live/Recordings, without the key. The unit tests replay all recordings.
.EXAMPLE
    ./build.ps1 Live -CostLimit 0.5
.EXAMPLE
    ./build.ps1 Live -Emulator
#>
[CmdletBinding()]
param(
    # The maximum cost, in the currency of the model's price.
    [decimal] $CostLimit = 0.5,

    # Uses an emulator instead of the service, which shows only that the task works. The recordings are saved in TestResults.
    [switch] $Emulator
)

. $PSScriptRoot/Page.ps1
if (-not $Emulator -and -not $env:DASHSCOPE_API_KEY -and -not $env:DASHSCOPE_API_KEY_FILE_PATH) {
    'Skipped because there is no key. Set DASHSCOPE_API_KEY to run this task against the service, or use -Emulator.'
    exit 0
}
dotnet build $PSScriptRoot --configuration Release --nologo --verbosity quiet
if ($LASTEXITCODE) { throw 'Building tests/Reliability failed. See the lines above for the reason.' }
$name = [DateTime]::UtcNow.ToString('yyyyMMdd-HHmmss')
$folder = if ($Emulator) { Join-Path $ResultFolder "live-$name" } else { Join-Path $PSScriptRoot "Live/Recordings/$name" }
$before = $env:DASHSCOPE_API_KEY, $env:DASHSCOPE_HTTP_BASE_URL
try {
    if ($Emulator) {
        Import-Module QwenChat
        $running = Start-QwenEmulator
        $env:DASHSCOPE_HTTP_BASE_URL = $running.BaseUri
        $env:DASHSCOPE_API_KEY = [Net.NetworkCredential]::new('', $running.ApiKey).Password
    }
    $line = dotnet (Join-Path $PSScriptRoot bin/Release/net8.0/QwenChat.Tests.Reliability.dll) live $folder $CostLimit.ToString(
        [cultureinfo]::InvariantCulture) | Select-Object -Last 1
    if ($LASTEXITCODE) { throw "The task ended with exit code ${LASTEXITCODE}: $line" }
}
finally {
    $env:DASHSCOPE_API_KEY, $env:DASHSCOPE_HTTP_BASE_URL = $before
    if ($Emulator) { Stop-QwenEmulator }
}
$result = $line | ConvertFrom-Json
$lines = @(
    Get-RunLine "Written by ``build.ps1 Live$($Emulator ? ' -Emulator' : '')``"
    ''
    "The last run was against $($Emulator ? 'the emulator, which only shows that the task works' : $result.server): $($result.exchanges) exchanges, $($result.cost), $($result.failed) of $($result.steps) steps had an unexpected result. Of the assumptions about the service, $($result.holds) held, $($result.differs) differed, and $($result.notSeen) were not tested."
)
$lines | Out-Host
"The report is $(Join-Path $folder report.md)"
Set-PagePart live $lines
exit [int]($result.failed -gt 0)
