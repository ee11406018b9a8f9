# Completion must offer values that the session already knows, and must never use the network.

BeforeAll {
    . $PSScriptRoot/Common.ps1
    $emulator = Connect-TestEmulator
    $store = New-QwenStore -Path (Join-Path $TestDrive talks.db)
    $c = New-QwenConversation -Thinking Off
    $r = Send-QwenMessage $c 'Hello there'
    $kept = New-QwenConversation 'Trip to Rome' -Api Conversations -Store $store
    $null = Send-QwenMessage $kept 'Where is Rome?'
    $asked = $emulator.Requests.Count
    # No server listens on the discard port, so any request would fail.
    Set-QwenConnection -BaseUri http://127.0.0.1:9 -ApiKey sk-nobody

    function Complete([string] $Line) { (TabExpansion2 $Line $Line.Length).CompletionMatches }
}

AfterAll {
    $store.Dispose()
    Stop-QwenEmulator
    Remove-Module QwenChat
}

Describe 'Completion' {
    It 'offers <Expected> for: <Line>' -ForEach @(
        @{ Line = 'New-QwenConversation -Model qwen3-ma'; Expected = 'qwen3-max' }
        @{ Line = 'Send-QwenMessage hi -Model qwen3-ma'; Expected = 'qwen3-max' }
        @{ Line = 'Enter-QwenChat -Model qwen3-ma'; Expected = 'qwen3-max' }
        @{ Line = 'Set-QwenConversation $c -Model qwen3-ma'; Expected = 'qwen3-max' }
        @{ Line = 'Set-QwenConnection -Model qwen3-ma'; Expected = 'qwen3-max' }
        @{ Line = 'New-QwenContextPolicy -SummaryModel qwen3-ma'; Expected = 'qwen3-max' }
        @{ Line = 'Get-QwenModel qwen3-ma'; Expected = 'qwen3-max' }
        @{ Line = 'ConvertTo-QwenEmbedding x -Model text-emb'; Expected = 'text-embedding-v4' }
        @{ Line = 'Search-QwenConversation $store x -EmbeddingModel text-emb'; Expected = 'text-embedding-v4' }
        @{ Line = 'Set-QwenConnection -Region B'; Expected = 'Beijing' }
        @{ Line = 'New-QwenConversation -Api D'; Expected = 'DashScope' }
        @{ Line = 'Copy-QwenConversation $c -Api Cha'; Expected = 'ChatCompletions' }
        @{ Line = 'Enter-QwenChat -Thinking O'; Expected = 'Off' }
        @{ Line = 'Enter-QwenChat -ReasoningEffort h'; Expected = 'high' }
        @{ Line = 'Get-QwenConversation -Store $store -Name T'; Expected = "'Trip to Rome'" }
    ) {
        (Complete $Line).CompletionText | Should -Contain $Expected
    }

    It 'offers the ids of conversations on the service: <_>' -ForEach 'Get-QwenConversation ', 'Get-QwenConversation -Id ',
        'New-QwenConversation -ConversationId conv', 'Send-QwenMessage hi -ConversationId ', 'Enter-QwenChat -ConversationId ' {
        $found = Complete $_
        $found.CompletionText | Should -Be $kept.Id
        $found.ToolTip | Should -Be 'Trip to Rome'
    }

    It 'offers the ids of stored conversations' {
        (Complete 'Get-QwenConversation -Store $store -Id ').CompletionText | Should -Not -BeNullOrEmpty
        $id = (Complete 'Get-QwenConversation -Store $store -Id ')[0].CompletionText
        (Get-QwenConversation -Store $store -Id $id).Name | Should -Be 'Trip to Rome'
    }

    It 'offers the ids of responses, with their messages: <_>' -ForEach 'Get-QwenResponse ', 'Remove-QwenResponse -Id ',
        'New-QwenConversation -PreviousResponseId ', 'Send-QwenMessage hi -PreviousResponseId ' {
        $found = Complete $_
        $found.CompletionText | Should -Contain $r.ResponseId
        ($found | Where-Object CompletionText -EQ $r.ResponseId).ToolTip | Should -Be 'Hello there'
    }

    It 'offers the ids of the items of the specified conversation: <_>' -ForEach 'Get-QwenConversationItem $kept -Id ',
        'Remove-QwenConversationItem $kept ', 'Get-QwenConversationItem $kept -After ' {
        $ids = @($kept.Turns.Items | Where-Object Id | ForEach-Object Id)
        $ids.Count | Should -BeGreaterThan 1
        (Complete $_).CompletionText | Sort-Object | Should -Be ($ids | Sort-Object)
    }

    It 'does not offer removed conversations' {
        $gone = New-QwenConversation -Api ChatCompletions
        Remove-QwenConversation $gone -KeepAtService
        (Complete 'Get-QwenConversation ').CompletionText | Should -Not -Contain $gone.Id
    }

    It 'sends no request' {
        $emulator.Requests.Count | Should -Be $asked
    }

    It 'is fast even if no server answers: <_>' -ForEach 'New-QwenConversation -Model ', 'Get-QwenResponse ', 'Get-QwenConversation ',
        'Get-QwenConversation -Store $store -Name ' {
        $null = Complete $_
        $watch = [Diagnostics.Stopwatch]::StartNew()
        $null = Complete $_
        $watch.Elapsed.TotalSeconds | Should -BeLessThan 10
    }
}
