# What the tests of the commands share. Dot-source it in BeforeAll:  . $PSScriptRoot/Common.ps1

$RepositoryRoot = Split-Path (Split-Path $PSScriptRoot)
$ModulePath = Join-Path $RepositoryRoot 'output/QwenChat'

# For BeforeAll: an emulator, and a default connection to it. Stop it in AfterAll: Stop-QwenEmulator; Remove-Module QwenChat.
function Connect-TestEmulator {
    param([hashtable] $Emulator = @{}, [hashtable] $Connection = @{})

    Import-Module QwenChat
    $started = Start-QwenEmulator @Emulator
    Set-QwenConnection -BaseUri $started.BaseUri -ApiKey $started.ApiKey @Connection
    $started
}

# The same, with a model that says how many messages of the user's it sees, and repeats the last.
function Connect-CountingEmulator {
    Connect-TestEmulator -Emulator @{
        Reply = {
            param($Request)
            $users = @($Request.Messages | Where-Object Role -EQ 'user')
            "$($users.Count): $($users[-1].Text)"
        }
    }
}

# Waits until the condition holds; fails when it does not within the time. Returns as soon as it holds.
function Wait-Until {
    param([Parameter(Mandatory, Position = 0)] [scriptblock] $Condition, [double] $Seconds = 20)

    $watch = [Diagnostics.Stopwatch]::StartNew()
    while (-not (& $Condition)) {
        if ($watch.Elapsed.TotalSeconds -gt $Seconds) {
            throw "Waited $Seconds s in vain until {$Condition}."
        }
        Start-Sleep -Milliseconds 5
    }
}

# Runs a script in a fresh pwsh -NoProfile in which QwenChat is found; returns what it wrote, as strings, errors included.
# What the script is to know goes in by -Argument, as strings. Fails when the script does, unless -AllowFailure.
function Invoke-FreshShell {
    param([Parameter(Mandatory, Position = 0)] [scriptblock] $Script, [string[]] $Argument = @(), [switch] $AllowFailure)

    $file = Join-Path ([IO.Path]::GetTempPath()) "qwenchat-$([guid]::NewGuid()).ps1"
    Set-Content $file "`$ErrorActionPreference = 'Stop'`n& {$Script} @args"
    # As a .NET tool PowerShell is a DLL that dotnet runs; there is no pwsh to start then.
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

# Runs a script in a runspace of its own and stops it, as Ctrl+C does, once -Until holds. Gives how long stopping took, and what came.
# Values go in by -Variable. -Until runs here: it sees the caller's variables and, as $_, what was written so far.
# A pipeline that ends by itself before that is a failure, since nothing was stopped.
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
        # Else reading what has come waits for what is still to come.
        $output.EnumeratorNeverBlocks = $true
        $running = $shell.BeginInvoke([System.Management.Automation.PSDataCollection[psobject]]$null, $output)
        Wait-Until -Seconds $Seconds {
            if ($running.IsCompleted) {
                throw "The pipeline ended before it was to be stopped: $($shell.InvocationStateInfo.State), $($shell.Streams.Error)"
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
