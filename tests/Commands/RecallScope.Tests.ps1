BeforeAll {
    . $PSScriptRoot/Common.ps1
    $null = Connect-TestEmulator
}

AfterAll {
    Stop-QwenEmulator
    Remove-Module QwenChat
}

Describe 'New-QwenContextPolicy -RecallScope Store' {
    BeforeAll {
        $store = New-QwenStore "$TestDrive/scope.db"
        $garden = New-QwenConversation garden -Api ChatCompletions -Thinking Off -Store $store -ContextPolicy (New-QwenContextPolicy -Recall 1)
        $null = 'The fig tree goes into the cellar in winter.', 'How far is the moon?' | Send-QwenMessage -Conversation $garden
        $policy = New-QwenContextPolicy -Recall 2 -RecallScope Store
    }

    It 'is part of the policy, and is preserved in files and stores' {
        $policy.RecallScope | Should -Be 'Store'
        "$policy" | Should -Be 'Recall 2, RecallScope Store'
        ($policy | Format-List | Out-String).Trim() -split '\r?\n' | Should -Be 'Recall      : 2', 'RecallScope : Store'
        $other = New-QwenStore "$TestDrive/kept.db"
        $c = New-QwenConversation kept -Api ChatCompletions -Store $other -ContextPolicy $policy
        $null = Send-QwenMessage $c 'Hello to you.'
        Export-QwenConversation $c "$TestDrive/kept.json"
        (Import-QwenConversation "$TestDrive/kept.json").ContextPolicy.RecallScope | Should -Be 'Store'
        Close-QwenStore $other
        (Get-QwenConversation -Store (New-QwenStore "$TestDrive/kept.db") -Name kept).ContextPolicy.RecallScope | Should -Be 'Store'
    }

    It 'recalls from another conversation with <_>' -ForEach 'ChatCompletions', 'DashScope', 'Responses', 'Conversations' {
        $c = New-QwenConversation -Api $_ -Thinking Off -Store $store -ContextPolicy $policy
        $reply = Send-QwenMessage $c 'Where does the fig tree go in winter?' -WarningVariable said
        $said | Should -BeNullOrEmpty
        $recalled = $reply.Context.Recalled[0]
        $recalled.Conversation | Should -Be 'garden'
        $recalled.Turn | Should -Be 1
        "$recalled" | Should -BeLike 'garden, turn 1 (*)'
        ($recalled | Format-List | Out-String) | Should -BeLike '*Conversation : garden*'
        (Send-QwenMessage $c 'Thanks!').Context.Recalled | Should -BeNullOrEmpty
        Remove-QwenConversation $c -Confirm:$false
    }

    It 'rejects a conversation that is in no store, and a scope without a recall' {
        $c = New-QwenConversation -Api ChatCompletions -ContextPolicy $policy
        { Send-QwenMessage $c 'Hello' -ErrorAction Stop } | Should -Throw '*-RecallScope Store*Set-QwenConversation -Store*' -ErrorId 'QwenInvalidRequest*'
        $c.Turns.Count | Should -Be 0
        { New-QwenContextPolicy -KeepTurns 2 -RecallScope Store } | Should -Throw '*Also specify -Recall*' -ErrorId 'QwenInvalidRequest*'
        { New-QwenContextPolicy -Recall 2 -RecallScope Everything } | Should -Throw '*Conversation, Store*'
    }
}
