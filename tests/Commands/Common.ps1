# Functions shared by the command tests. Dot-source this file in BeforeAll:  . $PSScriptRoot/Common.ps1

$RepositoryRoot = Split-Path (Split-Path $PSScriptRoot)
$ModulePath = Join-Path $RepositoryRoot 'output/QwenChat'

# For BeforeAll: starts an emulator and connects to it. Call Stop-QwenEmulator and Remove-Module QwenChat in AfterAll.
function Connect-TestEmulator {
    param([hashtable] $Emulator = @{}, [hashtable] $Connection = @{})

    Import-Module QwenChat
    $started = Start-QwenEmulator @Emulator
    Set-QwenConnection -BaseUri $started.BaseUri -ApiKey $started.ApiKey @Connection
    $started
}

# Like Connect-TestEmulator, but the model answers with the number of user messages and the last user message.
function Connect-CountingEmulator {
    Connect-TestEmulator -Emulator @{
        Reply = {
            param($Request)
            $users = @($Request.Messages | Where-Object Role -EQ 'user')
            "$($users.Count): $($users[-1].Text)"
        }
    }
}

function Wait-Until {
    param([Parameter(Mandatory, Position = 0)] [scriptblock] $Condition, [double] $Seconds = 20)

    $watch = [Diagnostics.Stopwatch]::StartNew()
    while (-not (& $Condition)) {
        if ($watch.Elapsed.TotalSeconds -gt $Seconds) {
            throw "The condition {$Condition} was not met within $Seconds s."
        }
        Start-Sleep -Milliseconds 5
    }
}

# Runs a script in a new pwsh -NoProfile process, and returns its output and errors as strings. -Argument passes strings to the script.
# Fails if the script fails, unless -AllowFailure is set.
function Invoke-FreshShell {
    param([Parameter(Mandatory, Position = 0)] [scriptblock] $Script, [string[]] $Argument = @(), [switch] $AllowFailure)

    $file = Join-Path ([IO.Path]::GetTempPath()) "qwenchat-$([guid]::NewGuid()).ps1"
    Set-Content $file "`$ErrorActionPreference = 'Stop'`n& {$Script} @args"
    # If PowerShell is installed as a .NET tool, it is a DLL that dotnet runs, and there is no pwsh executable.
    $shell = [Environment]::ProcessPath
    $start = @(if ((Split-Path $shell -LeafBase) -eq 'dotnet') { Join-Path $PSHOME 'pwsh.dll' })
    try {
        $text = & $shell @start -NoProfile -NonInteractive -File $file @Argument 2>&1 | ForEach-Object ToString
        if ($LASTEXITCODE -and -not $AllowFailure) {
            throw "The script ended with exit code ${LASTEXITCODE}:`n$($text -join "`n")"
        }
        $text
    }
    finally {
        Remove-Item $file
    }
}

# Runs a script in a separate runspace, and stops it like Ctrl+C once -Until is true. Returns the duration of the stop, and the output.
# -Variable passes values to the script. -Until can read the caller's variables and, as $_, the output so far.
function Invoke-AndStop {
    param(
        [Parameter(Mandatory, Position = 0)] [scriptblock] $Script,
        [Parameter(Mandatory, Position = 1)] [scriptblock] $Until,
        [hashtable] $Variable = @{},
        [double] $Seconds = 20
    )

    $runspace = [runspacefactory]::CreateRunspace([initialsessionstate]::CreateDefault2())
    $shell = [powershell]::Create($runspace)
    try {
        $runspace.Open()
        foreach ($name in $Variable.Keys) {
            $runspace.SessionStateProxy.SetVariable($name, $Variable[$name])
        }
        $null = $shell.AddScript($Script.ToString())
        $output = [System.Management.Automation.PSDataCollection[psobject]]::new()
        # By default, reading the output would wait for more output.
        $output.EnumeratorNeverBlocks = $true
        $running = $shell.BeginInvoke([System.Management.Automation.PSDataCollection[psobject]]$null, $output)
        Wait-Until -Seconds $Seconds {
            if ($running.IsCompleted) {
                throw "The pipeline ended before it could be stopped: $($shell.InvocationStateInfo.State), $($shell.Streams.Error)"
            }
            $Until.InvokeWithContext($null, [psvariable]::new('_', @($output)))
        }
        $watch = [Diagnostics.Stopwatch]::StartNew()
        $shell.Stop()
        $watch.Stop()
        [pscustomobject]@{
            Elapsed = $watch.Elapsed
            State   = $shell.InvocationStateInfo.State
            Output  = @($output)
            Errors  = @($shell.Streams.Error)
        }
    }
    finally {
        $shell.Dispose()
        $runspace.Dispose()
    }
}
