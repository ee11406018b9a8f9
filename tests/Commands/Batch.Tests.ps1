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

Describe 'New-QwenBatchRequest' {
    It 'creates the same body as -DryRun with Chat Completions, without thinking' {
        $options = @{ Instructions = 'Be brief.'; Temperature = 0.5; MaxOutputTokens = 20; Seed = 3 }
        $request = New-QwenBatchRequest 'Hello' @options
        $plan = Send-QwenMessage 'Hello' @options -Api ChatCompletions -Thinking Off -DryRun
        $request.Body | Should -Be $plan.Body
        $request.BodyBytes | Should -Be $plan.BodyBytes
        $request.EstimatedInputTokens | Should -Be $plan.EstimatedInputTokens
        $request.EstimatedCost | Should -Be ($plan.EstimatedCost / 2)
        $request.Currency | Should -Be 'CNY'
        $request.Model | Should -Be 'qwen-flash'
        $request.Message | Should -Be 'Hello'
        $request.Id | Should -BeNullOrEmpty
        $request.InputObject | Should -BeNullOrEmpty
    }

    It 'requests thinking if -Thinking is specified' {
        (New-QwenBatchRequest 'Hello' -Thinking On).Body | Should -BeLike '*"enable_thinking":true*'
        (New-QwenBatchRequest 'Hello' -ThinkingBudget 100).Body | Should -Not -BeLike '*"enable_thinking":false*'
    }

    It 'creates a request for each input, with its own id' {
        $requests = 1..3 | New-QwenBatchRequest -Message { "Number $_" } -Id { "t$_" }
        $requests.Id | Should -Be 't1', 't2', 't3'
        $requests.Message | Should -Be 'Number 1', 'Number 2', 'Number 3'
        $requests.InputObject | Should -Be (1, 2, 3)
        $rows = [pscustomobject]@{ Id = 'a'; Text = 'x' }, [pscustomobject]@{ Id = 'b'; Text = 'y' } | New-QwenBatchRequest -Message { $_.Text }
        $rows.Id | Should -Be 'a', 'b'
        ('x', 'y' | New-QwenBatchRequest).Message | Should -Be 'x', 'y'
    }

    It 'includes the history of a conversation with <Api>' -ForEach @{ Api = 'ChatCompletions' }, @{ Api = 'Responses' }, @{ Api = 'DashScope' } {
        $c = New-QwenConversation -Api $Api
        $null = Send-QwenMessage $c 'My name is Ada.'
        $body = (New-QwenBatchRequest 'What is my name?' -Conversation $c).Body | ConvertFrom-Json
        $body.messages.role | Should -Be 'user', 'assistant', 'user'
        $c.TurnCount | Should -Be 1
    }

    It 'rejects <Name>' -ForEach @(
        @{ Name = 'a model without batches'; Script = { New-QwenBatchRequest 'x' -Model qwen3-coder-plus }; Says = '*does not support qwen3-coder-plus*' }
        @{ Name = 'a conversation on the service'; Script = { New-QwenBatchRequest 'x' -Conversation (New-QwenConversation -Api Conversations) }
            Says = '*Copy-QwenConversation -Api ChatCompletions*' }
        @{ Name = 'a request of more than 6 MB'; Script = { New-QwenBatchRequest ('x' * 6000000) }; Says = '*limit for a batch request is 6,000,000 bytes*' }
        @{ Name = 'no message'; Script = { New-QwenBatchRequest }; Says = 'There is no message.*' }
        @{ Name = 'a block without inputs'; Script = { New-QwenBatchRequest { 'x' } }; Says = '*pipe the inputs.' }
    ) {
        $before = @($emulator.Requests | Where-Object Api -In 'Files', 'Batches', 'ChatCompletions').Count
        { & $Script } | Should -Throw $Says
        @($emulator.Requests | Where-Object Api -In 'Files', 'Batches', 'ChatCompletions').Count | Should -Be $before
    }
}

Describe 'A batch from end to end' {
    AfterEach {
        $emulator.ClearFaults()
        Clear-BatchFolder
    }

    It 'writes a reply for each request, with its id, input, usage and half the price' {
        $b = 1..3 | New-QwenBatchRequest -Message { "Number $_" } -Id { "t$_" } | Start-QwenBatch nightly
        $b.Name, $b.Requests, $b.Model, $b.IsRehearsal | Should -Be 'nightly', 3, 'qwen-flash', $false
        $b.Server | Should -Be "$($emulator.BaseUri)".TrimEnd('/')
        $b.Parts.Count | Should -Be 1
        $ended = $b | Wait-QwenBatch
        $ended.Status, $ended.Completed, $ended.Failed, $ended.HasEnded, $ended.IsReceived | Should -Be 'Completed', 3, 0, $true, $false
        $replies = $ended | Receive-QwenBatch
        $replies.CustomId | Should -Be 't1', 't2', 't3'
        $replies.Index | Should -Be (0, 1, 2)
        $replies.InputObject | Should -Be (1, 2, 3)
        $replies.Text | Should -Be (1..3 | ForEach-Object { "You said: `"Number $_`". This is the beginning of our conversation." })
        $whole = Send-QwenMessage 'Number 1' -Api ChatCompletions -Thinking Off
        $replies[0].Usage.InputTokens, $replies[0].Usage.OutputTokens | Should -Be $whole.Usage.InputTokens, $whole.Usage.OutputTokens
        $replies[0].Cost | Should -Be ($whole.Cost / 2)
        $replies[0].FinishReason, $replies[0].State, $replies[0].Currency | Should -Be 'stop', 'Completed', 'CNY'
        $replies[0].RequestId | Should -Not -BeNullOrEmpty
        (Measure-QwenConversation $replies[0].Conversation).Cost | Should -Be $replies[0].Cost
        "$(Send-QwenMessage $replies[0] 'And?')" | Should -BeLike '*I remember 1 earlier turn*'
    }

    It 'can be received again without another request to the service' {
        $null = 'a', 'b' | New-QwenBatchRequest | Start-QwenBatch again | Wait-QwenBatch | Receive-QwenBatch
        $before = $emulator.Requests.Count
        (Receive-QwenBatch again).CustomId | Should -Be '1', '2'
        $emulator.Requests.Count | Should -Be $before
        (Get-QwenBatch again).IsReceived | Should -BeTrue
    }

    It 'is counted once in the session, even if it is received again' {
        $before = (Measure-QwenConversation -Session | Measure-Object Turns -Sum).Sum
        $null = 'a', 'b' | New-QwenBatchRequest | Start-QwenBatch counted | Wait-QwenBatch | Receive-QwenBatch
        $null = Receive-QwenBatch counted
        (Measure-QwenConversation -Session | Measure-Object Turns -Sum).Sum | Should -Be ($before + 2)
    }

    It 'writes an error for each failed request, and failed requests can be submitted again' {
        $emulator2 = Start-QwenEmulator { param($Request) if ($Request.LastMessage -eq 'bad') { throw 'no' } else { 'fine' } }
        $connection = New-QwenConnection -BaseUri $emulator2.BaseUri -ApiKey $emulator2.ApiKey -Model qwen-flash
        $null = 'good', 'bad' | New-QwenBatchRequest -Id { $_ } -Connection $connection | Start-QwenBatch partly
        $b = Wait-QwenBatch partly -Connection $connection
        $b.Completed, $b.Failed | Should -Be 1, 1
        $reply = Receive-QwenBatch partly -Connection $connection -ErrorVariable failed -ErrorAction SilentlyContinue
        $reply.Text | Should -Be 'fine'
        $failed.Count | Should -Be 1
        $failed[0].FullyQualifiedErrorId | Should -BeLike 'QwenServiceUnavailable,*'
        $failed[0].TargetObject.Id | Should -Be 'bad'
        $again = Receive-QwenBatch partly -Failed -Connection $connection
        $again.Id, $again.Message, $again.InputObject | Should -Be 'bad', 'bad', 'bad'
        $again.Body | Should -Be $failed[0].TargetObject.Body
        ($again | Start-QwenBatch partly-2).Requests | Should -Be 1
        Remove-QwenBatch partly-2 -Force -Connection $connection
        Stop-QwenEmulator $emulator2
    }

    It 'writes an error for each request of a batch that the service rejects' {
        $null = 'a', 'b' | New-QwenBatchRequest -Model unknown-model | Start-QwenBatch refused
        (Wait-QwenBatch refused).Status | Should -Be 'Failed'
        (Get-QwenBatch refused).Parts[0].Errors[0] | Should -BeLike 'Line 1:*unknown-model*'
        $outcome = Receive-Outcome refused
        $outcome.Keys | Should -Be '1', '2'
        $outcome.Values | Should -Be 'QwenBatchNotRun', 'QwenBatchNotRun'
    }
}

Describe 'Start-QwenBatch' {
    AfterEach {
        $emulator.ClearFaults()
        Clear-BatchFolder
    }

    It 'uses different names for batches created in the same second' {
        $batches = 1..3 | ForEach-Object { New-QwenBatchRequest 'x' | Start-QwenBatch }
        @($batches.Name | Sort-Object -Unique).Count | Should -Be 3
    }

    It 'shows the estimate with -WhatIf, and leaves no batch' {
        $before = $emulator.Requests.Count
        $text = Invoke-FreshShell {
            param($Module, $Uri, $Folder)
            Import-Module $Module
            $env:QWENCHAT_BATCHES = $Folder
            Set-QwenConnection -BaseUri $Uri -ApiKey (ConvertTo-SecureString x -AsPlainText) -Model qwen-flash
            1..3 | New-QwenBatchRequest -MaxOutputTokens 1000 | Start-QwenBatch seen -WhatIf
            Get-ChildItem $Folder -Force | ForEach-Object Name
        } -Argument $ModulePath, $emulator.BaseUri, $env:QWENCHAT_BATCHES
        "$text" | Should -BeLike "*Start the batch 'seen' with 3 requests for qwen-flash at *About 2* input tokens. Estimated price: 0.00* CNY.*"
        "$text" | Should -Not -BeLike '*.new-*'
        $emulator.Requests.Count | Should -Be $before
    }

    It 'rejects <Name>, before anything is sent' -ForEach @(
        @{ Name = 'duplicate ids'; Make = { 'a', 'b' | New-QwenBatchRequest -Id same }; Says = "*Two requests have the same id, 'same'*" }
        @{ Name = 'two models'; Make = { New-QwenBatchRequest a; New-QwenBatchRequest b -Model qwen-plus }; Says = '*two models, qwen-flash and qwen-plus*' }
        @{ Name = 'two servers'; Says = '*two servers*'; Make = {
                New-QwenBatchRequest a; New-QwenBatchRequest b -Connection (New-QwenConnection -BaseUri http://127.0.0.1:9 -ApiKey x -Model qwen-flash)
            }
        }
    ) {
        $before = $emulator.Requests.Count
        $requests = & $Make
        { $requests | Start-QwenBatch refused } | Should -Throw $Says
        $emulator.Requests.Count | Should -Be $before
        Get-QwenBatch | Should -BeNullOrEmpty
    }

    It 'rejects a name that is in use or invalid, and a window that the service does not support' {
        $null = 'a' | New-QwenBatchRequest | Start-QwenBatch taken
        { 'a' | New-QwenBatchRequest | Start-QwenBatch taken } | Should -Throw "A batch named 'taken' already exists.*"
        { 'a' | New-QwenBatchRequest | Start-QwenBatch '../up' } | Should -Throw '*is not a valid batch name*'
        { 'a' | New-QwenBatchRequest | Start-QwenBatch 'nul.txt' } | Should -Throw '*Windows reserves nul for a device*'
        { 'a' | New-QwenBatchRequest | Start-QwenBatch w -CompletionWindow '01:00' } | Should -Throw '*from 1 day*'
    }

    It 'reserves the estimate, and does not exceed the limit' {
        $connection = New-QwenConnection -BaseUri $emulator.BaseUri -ApiKey $emulator.ApiKey -Model qwen-flash -TokenLimit 1000
        $request = New-QwenBatchRequest 'a' -MaxOutputTokens 900 -Connection $connection
        $null = $request | Start-QwenBatch first
        { $request | Start-QwenBatch second } | Should -Throw '*-TokenLimit of 1,000*reserved*'
        { Send-QwenMessage 'b' -MaxOutputTokens 900 -Connection $connection } | Should -Throw '*-TokenLimit of 1,000*'
        Get-QwenBatch | ForEach-Object Name | Should -Be 'first'
        $null = Wait-QwenBatch first -Connection $connection | Receive-QwenBatch -Connection $connection
        (Send-QwenMessage 'b' -MaxOutputTokens 900 -Connection $connection).Text | Should -Not -BeNullOrEmpty
    }

    It 'leaves no batch if nothing was submitted' {
        $emulator.AddFault([QwenChat.QwenEmulatorFault]@{ Path = '/files'; Status = 400; Times = 9 })
        { 'a' | New-QwenBatchRequest | Start-QwenBatch none } | Should -Throw
        Get-QwenBatch | Should -BeNullOrEmpty
    }

    It 'rehearses with the free test model, without changing the conversation' {
        $c = New-QwenConversation
        $null = Send-QwenMessage $c 'First'
        $b = 'x' | New-QwenBatchRequest -Conversation $c | Start-QwenBatch try -Rehearse
        $b.IsRehearsal, $b.EstimatedCost | Should -Be $true, 0
        $emulator.Requests[-2].Body | Should -BeLike '*"url":"/v1/chat/ds-test"*"model":"batch-test-model"*'
        $reply = $b | Wait-QwenBatch | Receive-QwenBatch
        $reply.Text, $reply.Cost | Should -Be 'This is a test result.', 0
        $c.TurnCount | Should -Be 1
        { 1..101 | New-QwenBatchRequest | Start-QwenBatch many -Rehearse } | Should -Throw '*at most 100*'
    }

    It 'works with another server that supports the API' {
        $connection = New-QwenConnection -CompatibleUri $emulator.CompatibleUri -ApiKey $emulator.ApiKey -Model qwen-flash
        $request = New-QwenBatchRequest 'a' -Connection $connection
        $request.Body | Should -Not -BeLike '*enable_thinking*'
        $reply = $request | Start-QwenBatch other | Wait-QwenBatch -Connection $connection | Receive-QwenBatch -Connection $connection
        $reply.Text | Should -BeLike 'You said: "a"*'
        $reply.Cost | Should -BeNullOrEmpty
        { $request | Start-QwenBatch free -Rehearse } | Should -Throw '*free test model*'
    }
}
