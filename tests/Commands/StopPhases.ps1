# The phases in which a command can be stopped, for the tests and tests/Benchmarks/Stop.ps1. Dot-source this file after Common.ps1, and set $emulator.

# Returns a listener with a full queue, so that its address neither accepts nor refuses connections.
function New-FullListener {
    $listener = [Net.Sockets.TcpListener]::new([Net.IPAddress]::Loopback, 0)
    $listener.Start(1)
    $port = $listener.LocalEndpoint.Port
    $clients = [Collections.Generic.List[Net.Sockets.TcpClient]]::new()
    do {
        $clients.Add([Net.Sockets.TcpClient]::new())
        $isTaken = $clients[-1].ConnectAsync('127.0.0.1', $port).Wait(300)
    } while ($isTaken)
    [pscustomobject]@{ Port = $port; Listener = $listener; Clients = $clients }
}

# Returns a listener that accepts connections, but never answers.
function New-SilentListener {
    $listener = [Net.Sockets.TcpListener]::new([Net.IPAddress]::Loopback, 0)
    $listener.Start()
    [pscustomobject]@{ Port = $listener.LocalEndpoint.Port; Listener = $listener; Clients = @() }
}

function Close-Listener($Listener) {
    $Listener.Clients | ForEach-Object Dispose
    $Listener.Listener.Stop()
}

function Test-Connecting([int] $Port) {
    # New-FullListener has one pending connection. The command must have a second one.
    @([Net.NetworkInformation.IPGlobalProperties]::GetIPGlobalProperties().GetActiveTcpConnections() |
            Where-Object { $_.RemoteEndPoint.Port -eq $Port -and $_.State -eq 'SynSent' }).Count -gt 1
}

$minute = [timespan]::FromMinutes(1)
$moment = [timespan]::FromMilliseconds(300)
$recalling = 'Set-QwenConversation $c -ContextPolicy (New-QwenContextPolicy -KeepTurns 0 -Recall 1); Send-QwenMessage $c Next'

# The keys of a phase:
#   script  the commands, which use $c, $connection, $file and $port
#   until   the condition for the stop; $sent is the number of earlier requests, and $_ is the output
#   fault   the fault that makes the phase last
#   turns   the number of turns in the conversation after the stop; -1 for any number
#   state   the state of the stopped turn; Interrupted if omitted
#   not     the only API without this phase
#   only    the only API with this phase
#   locked  the conversation is in a locked store
#   two     another turn of the conversation is in progress
#   full    the address neither accepts nor refuses connections
#   silent  the address accepts connections, but never answers
$turnPhases = @(
    @{ phase = 'before the headers'; fault = @{ NeverAnswer = $true }; script = 'Send-QwenMessage $c Next'; until = { $emulator.ActiveRequests -gt 0 }
    turns = 1 }
    @{ phase = 'after the headers'; fault = @{ DelayAfterHeaders = $minute }; script = 'Send-QwenMessage $c Next'
    until = { $emulator.Requests.Count -gt $sent -and $emulator.Requests[-1].Status }; turns = 1 }
    @{ phase = 'before the first event'; fault = @{ DelayAfterHeaders = $minute }; script = 'Send-QwenMessage $c Next -Stream'
    until = { $emulator.Requests.Count -gt $sent -and $emulator.Requests[-1].Status }; turns = 1 }
    @{ phase = 'between events'; fault = @{ DelayBetweenEvents = $moment }; script = 'Send-QwenMessage $c Next -Stream'; until = { @($_).Count -ge 2 }
    turns = 2 }
    @{ phase = 'in an endless stream'; fault = @{ EndlessEvents = $true }; script = 'Send-QwenMessage $c Next -Stream'; until = { @($_).Count -ge 20 }
    turns = 2 }
    @{ phase = 'while it is shown'; fault = @{ DelayBetweenEvents = $moment }; script = 'Send-QwenMessage $c Next -Show'
    until = { $emulator.Requests.Count -gt $sent -and $emulator.Requests[-1].Status }; turns = -1 }
    @{ phase = 'during the wait before a retry'; fault = @{ Status = 503; Times = 99 }; script = 'Send-QwenMessage $c Next'
    until = { $emulator.Requests.Count -gt $sent -and $emulator.ActiveRequests -eq 0 }; turns = 1 }
    @{ phase = 'while it waits for another turn'; fault = @{ NeverAnswer = $true }; script = 'Send-QwenMessage $c Next'; until = { $mark.Begun }; turns = 1
    two = $true }
    @{ phase = 'while it summarizes'; fault = @{ NeverAnswer = $true }
    script = 'Set-QwenConversation $c -ContextPolicy (New-QwenContextPolicy -SummarizeAtTokens 1 -KeepVerbatim 0); Send-QwenMessage $c Next'
    until = { $emulator.ActiveRequests -gt 0 -and $emulator.Requests[-1].Body -notmatch 'Next' }; turns = 1; not = 'Conversations' }
    # The answer has arrived and only needs to be saved, so the stop must not discard it.
    @{ phase = 'while it is saved'; locked = $true; script = 'Send-QwenMessage $c Next'
    until = { $emulator.Requests.Count -gt $sent -and $emulator.ActiveRequests -eq 0 -and $c.Turns.Count -eq 2 }; turns = 2; state = 'Completed'
    not = 'Conversations' }
    # With Conversations, the store records the intended request before it is sent.
    @{ phase = 'while its intent is saved'; locked = $true; script = 'Send-QwenMessage $c Next'; until = { $mark.Begun }; turns = 1; only = 'Conversations' }
    @{ phase = 'embedding the message of a recall'; fault = @{ NeverAnswer = $true; Path = '/embeddings' }; script = $recalling
    until = { $emulator.ActiveRequests -gt 0 }; turns = 1; not = 'Conversations' }
    @{ phase = 'embedding the turns of a recall'; fault = @{ NeverAnswer = $true; Path = '/embeddings'; Skip = 1 }; script = $recalling
    until = { $emulator.ActiveRequests -gt 0 -and $emulator.Requests.Count -eq $sent + 2 }; turns = 1; not = 'Conversations' }
)
$otherPhases = @(
    @{ phase = 'connecting'; script = 'Send-QwenMessage Hello -Connection $connection'; full = $true; until = { Test-Connecting $port } }
    @{ phase = 'requesting an upload policy'; fault = @{ NeverAnswer = $true; Path = '/uploads' }
    script = 'Send-QwenMessage Look -Image $file -Upload -Model qwen3-vl-plus -Api ChatCompletions'; until = { $emulator.ActiveRequests -gt 0 } }
    @{ phase = 'uploading'; fault = @{ NeverAnswer = $true; Path = '/emulated-storage' }
    script = 'Send-QwenMessage Look -Image $file -Upload -Model qwen3-vl-plus -Api ChatCompletions'; until = { $emulator.ActiveRequests -gt 0 } }
    @{ phase = 'creating a conversation object'; fault = @{ NeverAnswer = $true; Path = '/conversations' }; script = 'New-QwenConversation -Api Conversations'
    until = { $emulator.ActiveRequests -gt 0 } }
    @{ phase = 'reading a conversation object'; fault = @{ NeverAnswer = $true; Path = '/conversations' }; script = 'Get-QwenConversation -Id conv_1'
    until = { $emulator.ActiveRequests -gt 0 } }
    @{ phase = 'reading a response'; fault = @{ NeverAnswer = $true }; script = 'Get-QwenResponse resp_1'; until = { $emulator.ActiveRequests -gt 0 } }
    @{ phase = 'deleting a response'; fault = @{ NeverAnswer = $true }; script = 'Remove-QwenResponse resp_1 -Confirm:$false'
    until = { $emulator.ActiveRequests -gt 0 } }
    @{ phase = 'embedding'; fault = @{ NeverAnswer = $true }; script = 'ConvertTo-QwenEmbedding Hello'; until = { $emulator.ActiveRequests -gt 0 } }
    @{ phase = 'summarizing'; fault = @{ NeverAnswer = $true; Skip = 3 }
    script = '$d = New-QwenConversation -Api ChatCompletions; 1..3 | ForEach-Object { $null = Send-QwenMessage $d "Turn $_" }; Compress-QwenConversation $d'
    until = { $emulator.Requests.Count -ge $sent + 4 -and $emulator.ActiveRequests -gt 0 } }
    @{ phase = 'moving into a store'; locked = $true; script = '$d = New-QwenConversation; Set-QwenConversation $d -Store $store'; until = { $mark.Begun } }
    @{ phase = 'opening a store'; script = 'New-QwenStore -ConnectionString "Host=127.0.0.1;Port=$port;Username=u;Password=p;Database=d;SSL Mode=Disable"'
    silent = $true; until = { $listener.Listener.Pending() } }
)

# Runs a command until it reaches a phase, and stops it. Returns the time until the pipeline ended (Elapsed) and until its requests were closed (Closed).
function Invoke-StoppedPhase {
    param([hashtable] $Phase, [string] $Api, [ValidateSet('Ctrl+C', 'Stop-Job')] [string] $By = 'Ctrl+C')

    $connection = New-QwenConnection -BaseUri $emulator.BaseUri -ApiKey $emulator.ApiKey
    $c = $listener = $other = $port = $null
    $file = Join-Path ([IO.Path]::GetTempPath()) "qwenchat-stop-$([guid]::NewGuid()).png"
    [IO.File]::WriteAllBytes($file,
        [Convert]::FromBase64String('iVBORw0KGgoAAAANSUhEUgAAABAAAAAQCAYAAAAf8/9hAAAADUlEQVR4nGP4z8DwHwAFAAH/iZk9HQAAAABJRU5ErkJggg==') +
            [guid]::NewGuid().ToByteArray())
    if ($Api) {
        $c = New-QwenConversation -Api $Api -Thinking Off -Connection $connection
        $null = Send-QwenMessage $c 'First'
    }
    if ($Phase.full -or $Phase.silent) {
        $listener = if ($Phase.full) { New-FullListener } else { New-SilentListener }
        $port = $listener.Port
        $connection = New-QwenConnection -BaseUri "http://127.0.0.1:$port" -ApiKey sk-none
    }
    $folder = $store = $lock = $null
    if ($Phase.locked) {
        $folder = Join-Path ([IO.Path]::GetTempPath()) "qwenchat-stop-$([guid]::NewGuid())"
        $null = New-Item $folder -ItemType Directory
        $store = New-QwenStore -Path (Join-Path $folder chats.db)
        if ($c) { Set-QwenConversation $c -Store $store }
        $lock = New-QwenStore -Path (Join-Path $folder chats.db)
        Lock-Store $lock
    }
    if ($Phase.fault) {
        $fault = $Phase.fault.Clone()
        if ($Api -eq 'Conversations') { $fault.Path = '/responses' }
        $emulator.AddFault([QwenChat.QwenEmulatorFault] $fault)
    }
    $sent = $emulator.Requests.Count
    $values = @{ c = $c; store = $store; connection = $connection; file = $file; port = $port; uri = $emulator.BaseUri; key = $emulator.ApiKey }
    $mark = [hashtable]::Synchronized(@{ Begun = $false })
    $values.mark = $mark
    $begin = 'Set-QwenConnection -BaseUri $uri -ApiKey $key; $mark.Begun = $true; '
    try {
        if ($Phase.two) {
            $other = Start-ThreadJob { Send-QwenMessage $using:c First }
            Wait-Until -Seconds 20 { $emulator.ActiveRequests -gt 0 }
        }
        $result = if ($By -eq 'Ctrl+C') { Invoke-AndStop ([scriptblock]::Create($begin + $Phase.script)) $Phase.until -Variable $values -Seconds 20 }
        else { Invoke-AndStopJob -Script ($begin + $Phase.script) -Until $Phase.until -Variable $values }
        if ($other) {
            Stop-Job $other
            Remove-Job $other -Force
        }
        $watch = [Diagnostics.Stopwatch]::StartNew()
        Wait-Until { $emulator.ActiveRequests -eq 0 }
        $result | Add-Member Closed ($result.Elapsed + $watch.Elapsed)
    }
    finally {
        $emulator.ClearFaults()
        if ($listener) { Close-Listener $listener }
        if ($lock) {
            Unlock-Store $lock
            $lock.Dispose()
        }
        Remove-Item $file
    }
    $result | Add-Member Conversation $c
    $result | Add-Member Store $store -PassThru
}

# Closes the store of a phase and removes its folder. Invoke-StoppedPhase leaves the store open so that tests can check it.
function Close-StoppedStore($Result) {
    if (-not $Result.Store) { return }
    $Result.Store.Dispose()
    Remove-Item (Split-Path $Result.Store.Location) -Recurse
}

# Locks a store's file with an open transaction, like a process that writes to it.
function Lock-Store($Store) { Invoke-StoreSql $Store 'BEGIN IMMEDIATE' }
function Unlock-Store($Store) { Invoke-StoreSql $Store 'ROLLBACK' }
function Invoke-StoreSql($Store, [string] $Sql) {
    $hidden = [Reflection.BindingFlags] 'Instance, NonPublic'
    $backend = [QwenChat.QwenStore].GetProperty('Backend', $hidden).GetValue($Store)
    $command = $backend.GetType().GetField('_connection', $hidden).GetValue($backend).CreateCommand()
    $command.CommandText = $Sql
    $null = $command.ExecuteNonQuery()
    $command.Dispose()
}

# Like Invoke-AndStop in Common.ps1, but with a job and Stop-Job.
function Invoke-AndStopJob([string] $Script, [scriptblock] $Until, [hashtable] $Variable) {
    $job = Start-ThreadJob { ($using:Variable).GetEnumerator() | ForEach-Object { Set-Variable $_.Key $_.Value }; . ([scriptblock]::Create($using:Script)) }
    try {
        Wait-Until -Seconds 20 {
            if ($job.State -in 'Completed', 'Failed') { throw "The job ended before it could be stopped: $($job.State), $(Receive-Job $job 2>&1)" }
            $Until.InvokeWithContext($null, [psvariable]::new('_', @($job.Output)))
        }
        $watch = [Diagnostics.Stopwatch]::StartNew()
        Stop-Job $job
        [pscustomobject]@{ Elapsed = $watch.Elapsed; State = $job.State; Output = @($job.Output); Errors = @($job.Error) }
    }
    finally {
        Remove-Job $job -Force
    }
}
