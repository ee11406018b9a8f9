# Batch requests that do not complete, and the conversations of these requests.

BeforeAll {
    . $PSScriptRoot/Common.ps1
    . $PSScriptRoot/Batch.ps1
    $emulator = Connect-TestEmulator -Connection @{ Model = 'qwen-flash' }
    $env:QWENCHAT_BATCHES = Join-Path $TestDrive 'batches'
}

AfterAll {
    Stop-QwenEmulator
    Remove-Module QwenChat
    Remove-Item Env:QWENCHAT_BATCHES
}

Describe 'A batch that does not complete' {
    AfterEach {
        $emulator.ClearFaults()
        Clear-BatchFolder
    }

    BeforeAll {
        $slow = Start-QwenEmulator -BatchDuration '2.00:00'
        $connection = New-QwenConnection -BaseUri $slow.BaseUri -ApiKey $slow.ApiKey -Model qwen-flash
        $PSDefaultParameterValues['*-QwenBatch*:Connection'] = $connection
    }

    AfterAll {
        $PSDefaultParameterValues.Remove('*-QwenBatch*:Connection')
        Stop-QwenEmulator $slow
    }

    It 'ends as Expired, with the results so far' {
        $null = 1..4 | New-QwenBatchRequest | Start-QwenBatch late
        { Receive-QwenBatch late -ErrorAction Stop } | Should -Throw "*has not completed (Validating, 0 of 4)*Wait-QwenBatch 'late'*"
        $slow.AdvanceClock('1.00:01')
        (Wait-QwenBatch late).Status | Should -Be 'Expired'
        $outcome = Receive-Outcome late
        $outcome.Keys | Should -Be '1', '2', '3', '4'
        @($outcome.Values -eq 'QwenBatchNotRun').Count | Should -BeIn 2, 3
        $failed = Receive-QwenBatch late -ErrorVariable errors -ErrorAction SilentlyContinue
        $errors[0].Exception.Code | Should -Be 'Expired'
    }

    It 'ends as Cancelled, with the results so far' {
        $null = 1..4 | New-QwenBatchRequest | Start-QwenBatch stopped
        $slow.AdvanceClock('20:00')
        (Stop-QwenBatch stopped -PassThru).Status | Should -Be 'Cancelling'
        $slow.AdvanceClock('20:00')
        (Get-QwenBatch stopped).Status | Should -Be 'Cancelled'
        $outcome = Receive-Outcome stopped
        $outcome.Keys | Should -Be '1', '2', '3', '4'
        @($outcome.Values -like 'You said:*').Count | Should -Be 1
        @($outcome.Values -eq 'QwenBatchNotRun').Count | Should -Be 3
    }

    It 'cannot be read after 30 days, and the error contains the reason' {
        $null = 1..2 | New-QwenBatchRequest | Start-QwenBatch old -CompletionWindow '14.00:00'
        $slow.AdvanceClock('31.00:00')
        { Receive-QwenBatch old -ErrorAction Stop } | Should -Throw -PassThru '*for only 30 days*' |
            Should -Not -Match 'Check the id' -Because 'the id is correct'
        $again = Receive-QwenBatch old -Failed -WarningAction SilentlyContinue
        $again.Id | Should -Be '1', '2'
    }

    It 'continues after Wait-QwenBatch has timed out' {
        $null = 1..2 | New-QwenBatchRequest | Start-QwenBatch waiting
        { Wait-QwenBatch waiting -Timeout 10 -ErrorAction Stop } | Should -Throw '*did not complete within*-Timeout*'
        (Get-QwenBatch waiting).HasEnded | Should -BeFalse
    }

    It 'is removed only with -Force' {
        $null = 1..2 | New-QwenBatchRequest | Start-QwenBatch kept
        { Remove-QwenBatch kept -ErrorAction Stop } | Should -Throw '*may not have completed*'
        Remove-QwenBatch kept -Force
        Get-QwenBatch | Should -BeNullOrEmpty
        (Get-ServiceBatch $slow)[0].status | Should -Be 'cancelling'
    }
}

Describe 'Conversations' {
    AfterEach {
        $emulator.ClearFaults()
        Clear-BatchFolder
    }

    It 'continue with the reply, or on a branch if they have changed: <Api>' -ForEach @(
        @{ Api = 'ChatCompletions' }, @{ Api = 'Responses' }, @{ Api = 'DashScope' }
    ) {
        $c = New-QwenConversation -Api $Api
        $null = Send-QwenMessage $c 'Hello'
        $replies = 'One', 'Two' | New-QwenBatchRequest -Conversation $c | Start-QwenBatch "join-$Api" | Wait-QwenBatch | Receive-QwenBatch
        $replies[0].Conversation | Should -Be $c
        $c.Turns.Message | Should -Be 'Hello', 'One'
        $replies[1].Conversation | Should -Not -Be $c
        $replies[1].Conversation.Turns.Message | Should -Be 'Hello', 'Two'
        $null = Receive-QwenBatch "join-$Api"
        $c.TurnCount | Should -Be 2
        "$(Send-QwenMessage $c 'Three')" | Should -BeLike '*I remember 2 earlier turns*'
    }

    It 'in a store are continued only once in a new process' {
        $store = Join-Path $TestDrive 'batch.db'
        $c = New-QwenConversation -Name app -Store $store
        $null = Send-QwenMessage $c 'Hello'
        $null = 'Next' | New-QwenBatchRequest -Conversation $c | Start-QwenBatch stored
        $null = 'Fresh' | New-QwenBatchRequest -Store $store | Start-QwenBatch stored-2 | Wait-QwenBatch
        $null = Wait-QwenBatch stored
        $lines = Invoke-FreshShell {
            param($Module, $Uri, $Key, $Folder, $Store)
            Import-Module $Module
            $env:QWENCHAT_BATCHES = $Folder
            Set-QwenConnection -BaseUri $Uri -ApiKey (ConvertTo-SecureString $Key -AsPlainText)
            foreach ($name in 'stored', 'stored-2', 'stored', 'stored-2') { "$(Receive-QwenBatch $name)" }
            Get-QwenConversation -Store $Store | Sort-Object CreatedAt | ForEach-Object { "$($_.Name): $($_.Turns.Message -join ', ')" }
        } -Argument $ModulePath, $emulator.BaseUri, ([Net.NetworkCredential]::new('', $emulator.ApiKey).Password), $env:QWENCHAT_BATCHES, $store
        $lines[-2..-1] | Should -Be 'app: Hello, Next', ': Fresh'
        Close-QwenStore $c.Store
    }

    It 'contain the values of a schema' {
        class BatchPerson { [string] $Name; [int] $Age }
        $reply = New-QwenBatchRequest 'Who?' -As ([BatchPerson]) | Start-QwenBatch typed | Wait-QwenBatch | Receive-QwenBatch
        $reply.Value.GetType().Name | Should -Be 'BatchPerson'
        $list = New-QwenBatchRequest 'Who?' -Schema 'name, age int' | Start-QwenBatch shaped | Wait-QwenBatch | Receive-QwenBatch
        $list.Value.PSObject.Properties.Name | Should -Be 'name', 'age'
    }

    It 'that do not match the schema cause an error whose target can be submitted again' {
        $words = Start-QwenEmulator -Reply 'not JSON', '{"age":36}'
        $there = @{ Connection = New-QwenConnection -BaseUri $words.BaseUri -ApiKey $words.ApiKey -Model qwen-flash }
        $null = New-QwenBatchRequest 'Who?' -Schema 'age int' @there | Start-QwenBatch mismatch @there | Wait-QwenBatch @there
        $failure = { Receive-QwenBatch mismatch -ErrorAction Stop @there } | Should -Throw -PassThru -ErrorId 'QwenSchemaMismatch,*'
        "$failure" | Should -BeLike "Request '1': The answer does not match the schema: *not added to the conversation*TargetObject*"
        "$failure" | Should -Not -Match 'PartialReply'
        $again = $failure.TargetObject | Start-QwenBatch again @there | Wait-QwenBatch @there | Receive-QwenBatch @there
        $again.Value.age | Should -Be 36
        Stop-QwenEmulator $words
    }
}

Describe 'Results whose download is interrupted' {
    It 'leave no incomplete file, and can be received later' {
        $null = 1, 2 | New-QwenBatchRequest | Start-QwenBatch cut | Wait-QwenBatch
        $hasty = New-QwenConnection -BaseUri $emulator.BaseUri -ApiKey $emulator.ApiKey -MaximumRetryCount 0
        $emulator.AddFault([QwenChat.QwenEmulatorFault] @{ Path = '/content'; CutAfterBytes = 50; Times = 20 })
        $failure = { Receive-QwenBatch cut -Connection $hasty -ErrorAction Stop } | Should -Throw 'The response was interrupted*' -PassThru
        $failure.ErrorDetails.Message | Should -BeLike "*`nRun the command again."
        $emulator.ClearFaults()
        Get-ChildItem (Join-Path $env:QWENCHAT_BATCHES cut) -Filter *.tmp | Should -BeNullOrEmpty
        (Receive-QwenBatch cut).Count | Should -Be 2
    }
}
