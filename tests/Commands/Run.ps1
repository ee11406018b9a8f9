<#
.SYNOPSIS
    Runs the Pester tests over output/QwenChat. Started by build.ps1 in a fresh process; on its own it may be run after a build.
.EXAMPLE
    pwsh -NoProfile -File tests/Commands/Run.ps1 -Path tests/Commands/Module.Tests.ps1
#>
[CmdletBinding()]
param(
    # The tests to run.
    [string[]] $Path = $PSScriptRoot,

    # Only tests whose full name is like this.
    [string[]] $FullName = @(),

    # Where to write the counts, as JSON.
    [string] $ResultPath
)

# No strict mode and no other preference is set here: run by -File, this scope is the tests' too, and they are to run as users do.
$root = Split-Path (Split-Path $PSScriptRoot)

# What the user has set up must not reach the tests: neither a key, nor an installed QwenChat.
Get-ChildItem Env: | Where-Object Name -Match '^(DASHSCOPE|QWEN(?!CHAT_TEST)|OPENAI)' | Remove-Item
# Child runspaces and jobs find the same module through this.
$env:PSModulePath = (Join-Path $root output) + [IO.Path]::PathSeparator + $env:PSModulePath

function ImportPester {
    $isPester5 = { $_.Version -ge '5.5.0' -and $_.Version -lt '6.0.0' }
    if (-not (Get-Module Pester -ListAvailable | Where-Object $isPester5)) {
        'Pester 5 is not installed. Installing it for this user from the PowerShell Gallery.'
        try {
            if (Get-Command Install-PSResource -ErrorAction Ignore) {
                Install-PSResource Pester -Version '[5.5.0,6.0.0)' -Scope CurrentUser -TrustRepository -ErrorAction Stop
            }
            else {
                Install-Module Pester -MinimumVersion 5.5.0 -MaximumVersion 5.99.99 -Scope CurrentUser -Force -SkipPublisherCheck -ErrorAction Stop
            }
        }
        catch {
            throw ("Pester 5 could not be installed: $_ Install it where the Gallery can be reached (Install-PSResource Pester), or copy it " +
                "into a folder of `$env:PSModulePath, and run this again.")
        }
    }
    Import-Module Pester -MinimumVersion 5.5.0 -MaximumVersion 5.99.99 -ErrorAction Stop
}

ImportPester
$configuration = New-PesterConfiguration
$configuration.Run.Path = $Path
$configuration.Run.PassThru = $true
$configuration.Filter.FullName = $FullName
$configuration.Output.Verbosity = 'Normal'
$run = Invoke-Pester -Configuration $configuration

$counts = [ordered]@{
    Passed  = $run.PassedCount
    # A file that cannot be read, or a set-up that fails, is a failure though no test of its own reports it.
    Failed  = [Math]::Max($run.FailedCount + $run.FailedContainersCount, $run.FailedBlocksCount)
    Skipped = $run.SkippedCount
}
if ($counts.Passed + $counts.Failed -eq 0) {
    Write-Warning 'No test ran.'
    $counts.Failed = 1
}
if ($ResultPath) {
    $null = New-Item (Split-Path $ResultPath) -ItemType Directory -Force
    $counts | ConvertTo-Json | Set-Content $ResultPath
}
exit [int]($counts.Failed -gt 0)
