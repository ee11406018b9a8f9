# Kills a process at each step of Start- and Receive-QwenBatch, and then continues the batch in another process.

BeforeAll {
    . $PSScriptRoot/Common.ps1
    . $PSScriptRoot/Batch.ps1
    $emulator = Connect-TestEmulator -Emulator @{
        Reply = { param($Request) if ($Request.LastMessage -eq '2') { throw 'no' } else { "fine $($Request.LastMessage)" } }
    } -Connection @{ Model = 'qwen-flash' }
    $key = [Net.NetworkCredential]::new('', $emulator.ApiKey).Password
    $env:QWENCHAT_BATCHES = Join-Path $TestDrive 'batches'

    # Starts a process that runs a script with the module.
    function Start-Victim {
        param([Parameter(Mandatory, Position = 0)] [string] $Script)

        $file = Join-Path $TestDrive "victim-$([guid]::NewGuid()).ps1"
        Set-Content $file @"
Import-Module '$ModulePath'
Set-QwenConnection -BaseUri $($emulator.BaseUri) -ApiKey (ConvertTo-SecureString $key -AsPlainText) -Model qwen-flash
$Script
"@
        $shell = [Environment]::ProcessPath
        $start = @(if ((Split-Path $shell -LeafBase) -eq 'dotnet') { Join-Path $PSHOME 'pwsh.dll' })
        Start-Process $shell -ArgumentList (@($start) + '-NoProfile', '-NonInteractive', '-File', $file) -PassThru `
            -RedirectStandardOutput "$file.out" -RedirectStandardError "$file.err"
    }

    function Invoke-AndKill {
        param([Parameter(Mandatory, Position = 0)] [string] $Script, [Parameter(Mandatory, Position = 1)] [scriptblock] $Until)

        $victim = Start-Victim $Script
        try { Wait-Until { $victim.HasExited -or (& $Until) } -Seconds 60; $victim.HasExited | Should -BeFalse }
        finally { $victim.Kill(); $victim.WaitForExit() }
    }

    # Returns the number of requests to a path since the start of the test.
    function Measure-Call {
        param([string] $Method, [string] $Path)

        @($emulator.Requests | Select-Object -Skip $script:before | Where-Object { $_.Method -eq $Method -and $_.Path -like $Path }).Count
    }

    # Leaves the next request to a path unanswered. With -AfterProcessing, the service still processes the request.
    function Add-Hold {
        param([string] $Method, [string] $Path, [switch] $AfterProcessing)

        $emulator.AddFault([QwenChat.QwenEmulatorFault]@{ Method = $Method; Path = $Path; NeverAnswer = $true; AfterProcessing = $AfterProcessing })
    }

    # Truncates a journal after the last line of a step, as if the process had been killed after this step.
    function Set-JournalEnd {
        param([string] $Step)

        $file = Join-Path $env:QWENCHAT_BATCHES 'killed/journal.jsonl'
        $lines = Get-Content $file
        $last = 0..($lines.Count - 1) | Where-Object { $lines[$_] -like "{`"event`":`"$Step`"*" } | Select-Object -Last 1
        Set-Content $file $lines[0..$last]
    }

    # Continues the batch in a new process. Returns the id of the service batch, and then the outcome of each request.
    function Get-OutcomeElsewhere {
        Invoke-FreshShell {
            param($Module, $Uri, $Key)
            Import-Module $Module
            Set-QwenConnection -BaseUri $Uri -ApiKey (ConvertTo-SecureString $Key -AsPlainText) -Model qwen-flash
            (Get-QwenBatch killed).Parts[0].BatchId
            $replies = Wait-QwenBatch killed | Receive-QwenBatch -ErrorVariable failures -ErrorAction SilentlyContinue
            $replies | ForEach-Object { "$($_.CustomId): $($_.Text)" }
            $failures | ForEach-Object { "$($_.TargetObject.Id): $(($_.FullyQualifiedErrorId -split ',')[0])" }
        } -Argument $ModulePath, $emulator.BaseUri, $key
    }

    function Assert-WholeBatch {
        $id, $lines = Get-OutcomeElsewhere
        $lines | Sort-Object | Should -Be '1: fine 1', '2: QwenServiceUnavailable', '3: fine 3'
        $batches = @(Get-ServiceBatch $emulator | Where-Object { $_.metadata.ds_name -eq 'killed' })
        $batches.Count | Should -Be ($script:batchesBefore + 1)
        $batches[0].id | Should -Be $id
        (Receive-Outcome killed).Keys | Sort-Object | Should -Be '1', '2', '3'
    }

    $start = "1..3 | New-QwenBatchRequest | Start-QwenBatch killed"
    $receive = "Wait-QwenBatch killed | Receive-QwenBatch"
}

AfterAll {
    Stop-QwenEmulator
    Remove-Module QwenChat
    Remove-Item Env:QWENCHAT_BATCHES
}

Describe 'A batch is continued by another process if the first process is killed' {
    BeforeEach {
        $script:before = $emulator.Requests.Count
        $script:batchesBefore = @(Get-ServiceBatch $emulator | Where-Object { $_.metadata.ds_name -eq 'killed' }).Count
    }

    AfterEach {
        $emulator.ClearFaults()
        Clear-BatchFolder
    }

    It 'while the requests are written: the batch is started again, because neither the folder nor the service has one' {
        Invoke-AndKill "1..3 | New-QwenBatchRequest | ForEach-Object { `$_; if (`$_.Message -eq '2') { Start-Sleep 600 } } | Start-QwenBatch killed" {
            Get-ChildItem $env:QWENCHAT_BATCHES -Force -Filter .new-* -ErrorAction Ignore | Get-ChildItem -Filter requests-*
        }
        Measure-Call POST *files | Should -Be 0
        Get-QwenBatch | Should -BeNullOrEmpty
        1..3 | New-QwenBatchRequest | Start-QwenBatch killed | Should -Not -BeNullOrEmpty
        Assert-WholeBatch
    }

    It 'after the batch is prepared' {
        Add-Hold POST /files
        Invoke-AndKill $start { (Measure-Call POST *files) -eq 1 }
        Set-JournalEnd prepared
        Assert-WholeBatch
    }

    It 'during the upload' {
        Add-Hold POST /files
        Invoke-AndKill $start { (Measure-Call POST *files) -eq 1 }
        Get-Content (Join-Path $env:QWENCHAT_BATCHES killed/journal.jsonl) -Tail 1 | Should -BeLike '*"uploading"*'
        Assert-WholeBatch
    }

    It 'after the upload, before the response arrives' {
        Add-Hold POST /files -AfterProcessing
        Invoke-AndKill $start { (Measure-Call POST *files) -eq 1 }
        Assert-WholeBatch
        Measure-Call POST *files | Should -Be 1
    }

    It 'after the response to the upload arrives' {
        Add-Hold POST /batches
        Invoke-AndKill $start { (Measure-Call POST *batches) -eq 1 }
        Set-JournalEnd uploaded
        Assert-WholeBatch
        Measure-Call POST *files | Should -Be 1
    }

    It 'before the submission arrives at the service' {
        Add-Hold POST /batches
        Invoke-AndKill $start { (Measure-Call POST *batches) -eq 1 }
        Get-Content (Join-Path $env:QWENCHAT_BATCHES killed/journal.jsonl) -Tail 1 | Should -BeLike '*"creating"*'
        Assert-WholeBatch
        Measure-Call POST *batches | Should -Be 2
    }

    It 'after the submission, before the response arrives' {
        Add-Hold POST /batches -AfterProcessing
        Invoke-AndKill $start { (Measure-Call POST *batches) -eq 1 }
        Assert-WholeBatch
        Measure-Call POST *batches | Should -Be 1
    }

    It 'in the middle of a line of the journal' {
        Add-Hold POST /batches -AfterProcessing
        Invoke-AndKill $start { (Measure-Call POST *batches) -eq 1 }
        [IO.File]::AppendAllText((Join-Path $env:QWENCHAT_BATCHES killed/journal.jsonl), '{"event":"created","part":1,"batch":"batch_')
        Assert-WholeBatch
        Measure-Call POST *batches | Should -Be 1
    }

    It 'after the response to the submission arrives' {
        $null = 1..3 | New-QwenBatchRequest | Start-QwenBatch killed
        Set-JournalEnd created
        Assert-WholeBatch
    }

    It 'while the results are read: <Name>' -ForEach @(
        @{ Name = 'before they arrive'; Fault = @{ NeverAnswer = $true } }
        @{ Name = 'when some have arrived'; Fault = @{ ChunkBytes = 100; DelayAfterHeaders = [timespan]::FromMinutes(5) } }
        @{ Name = 'when the errors have not arrived'; Fault = @{ NeverAnswer = $true; Skip = 1 } }
    ) {
        $null = 1..3 | New-QwenBatchRequest | Start-QwenBatch killed
        $emulator.AddFault([QwenChat.QwenEmulatorFault](@{ Path = '/content' } + $Fault))
        Invoke-AndKill $receive { (Measure-Call GET *content) -eq 1 + [int] $Fault.Skip }
        $emulator.ClearFaults()
        Assert-WholeBatch
    }

    It 'when the results are on disk, but not yet in the journal' {
        $null = 1..3 | New-QwenBatchRequest | Start-QwenBatch killed
        $null = Wait-QwenBatch killed | Receive-QwenBatch -ErrorAction SilentlyContinue
        Set-JournalEnd ended
        Assert-WholeBatch
    }

    It 'while replies are written that are added to a stored conversation' {
        $store = Join-Path $TestDrive 'killed.db'
        $c = New-QwenConversation -Api ChatCompletions -Store $store -Name talk
        $null = Send-QwenMessage $c 'Hello'
        $null = $(New-QwenBatchRequest 1 -Conversation $c -Id 1; 2, 3 | New-QwenBatchRequest -Id { "$_" }) | Start-QwenBatch killed
        $mark = Join-Path $TestDrive 'mark'
        Invoke-AndKill "Wait-QwenBatch killed | Receive-QwenBatch | ForEach-Object { Set-Content '$mark' 1; Start-Sleep 600 }" { Test-Path $mark }
        Assert-WholeBatch
        (Get-QwenConversation talk -Store $store).Turns.Message | Should -Be 'Hello', '1'
        Close-QwenStore $c.Store
    }
}
