<#
.SYNOPSIS
    Runs the project's original conversations with the real service, requests embeddings, records every exchange, and reports where the service
    differs
    from the assumptions.
.DESCRIPTION
    Needs a key: DASHSCOPE_API_KEY (and, for another region, DASHSCOPE_HTTP_BASE_URL). Without one it is skipped, and says so. It takes
    about fifty short requests. Recordings are in tests/Reliability/Live/Recordings, without the key; the unit tests replay all of
    them.
.EXAMPLE
    ./build.ps1 Live -CostLimit 0.5
.EXAMPLE
    ./build.ps1 Live -Emulator
#>
[CmdletBinding()]
param(
    # The highest cost, in the currency of the model's price.
    [decimal] $CostLimit = 0.5,

    # Uses an emulator instead, which only shows that the task works. Its recordings are in TestResults.
    [switch] $Emulator
)

. $PSScriptRoot/Page.ps1
if (-not $Emulator -and -not $env:DASHSCOPE_API_KEY -and -not $env:DASHSCOPE_API_KEY_FILE_PATH) {
    'Skipped: there is no key. Set DASHSCOPE_API_KEY to run this against the service, or try it with -Emulator.'
    exit 0
}
dotnet build $PSScriptRoot --configuration Release --nologo --verbosity quiet
if ($LASTEXITCODE) { throw 'It could not be built; the lines above say why.' }
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
    if ($LASTEXITCODE) { throw "It ended with exit code ${LASTEXITCODE}: $line" }
}
finally {
    $env:DASHSCOPE_API_KEY, $env:DASHSCOPE_HTTP_BASE_URL = $before
    if ($Emulator) { Stop-QwenEmulator }
}
$result = $line | ConvertFrom-Json
$lines = @(
    Get-RunLine "Written by ``build.ps1 Live$($Emulator ? ' -Emulator' : '')``"
    ''
    "The last run was against $($Emulator ? 'the emulator, which shows that the task works and nothing of the service' : $result.server): $($result.exchanges) exchanges, $($result.cost), $($result.failed) of $($result.steps) steps came out otherwise than they should. Of what is assumed of the service $($result.holds) held, $($result.differs) differed, $($result.notSeen) were not seen."
)
$lines | Out-Host
"The report is $(Join-Path $folder report.md)"
Set-PagePart live $lines
exit [int]($result.failed -gt 0)
