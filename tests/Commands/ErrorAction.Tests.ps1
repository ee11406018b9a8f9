# For a single object, -ErrorAction determines whether an error is terminating. Each piped object fails individually.

BeforeDiscovery {
    Import-Module QwenChat
    # Each call must fail with one error and no output.
    $single = @(
        @{ Name = 'Send-QwenMessage'; Fails = { Send-QwenMessage 'x' -Model nothing @more } }
        @{ Name = 'Send-QwenMessage to a conversation'; Fails = { Send-QwenMessage $c 'x' -Model nothing @more } }
        @{ Name = 'Send-QwenMessage to an unknown name'; Fails = { Send-QwenMessage nobody 'x' @more } }
        @{ Name = 'Send-QwenMessage with piped input'; Fails = { 'a', 'b' | Send-QwenMessage 'x' -Model nothing @more } }
        @{ Name = 'Send-QwenMessage with a missing file'; Fails = { [IO.FileInfo]'/nowhere.txt', 'b' | Send-QwenMessage 'x' @more } }
        @{ Name = 'Send-QwenMessage as a stream'; Fails = { Send-QwenMessage 'x' -Model nothing -Stream @more } }
        @{ Name = 'Send-QwenMessage above its limit'; Fails = { Send-QwenMessage 'x' -TokenLimit 1 @more } }
        @{ Name = 'Send-QwenMessage with a rejected key'; Fails = { Send-QwenMessage 'x' -Connection $refused @more } }
        @{ Name = 'New-QwenConversation'; Fails = { New-QwenConversation -PreviousResponseId msg_1 @more } }
        @{ Name = 'Add-QwenConversationItem'; Fails = { Add-QwenConversationItem nobody 'x' @more } }
        @{ Name = 'New-QwenStore'; Fails = { New-QwenStore -Path (Join-Path $TestDrive nowhere/x.db) @more } }
        @{ Name = 'New-QwenContextPolicy'; Fails = { New-QwenContextPolicy -KeepTurns 3 -Store (Join-Path $TestDrive nowhere/x.db) @more } }
        @{ Name = 'New-QwenConnection'; Fails = { New-QwenConnection -Region Frankfurt @more } }
        @{ Name = 'Set-QwenConnection'; Fails = { Set-QwenConnection -Region Frankfurt @more } }
        @{ Name = 'ConvertTo-QwenEmbedding'; Fails = { ConvertTo-QwenEmbedding 'x' -Model nothing @more } }
    )
}

BeforeAll {
    . $PSScriptRoot/Common.ps1
    $emulator = Connect-TestEmulator -Connection @{ MaximumRetryCount = 0 }
    $refused = New-QwenConnection -BaseUri $emulator.BaseUri -ApiKey sk-refused
    $c = New-QwenConversation -Thinking Off
}

AfterAll {
    Stop-QwenEmulator
    Remove-Module QwenChat
}

Describe '<Name>' -ForEach $single {
    BeforeEach { $more = @{} }

    It 'ends with an error that try and catch handle' {
        $caught = $null
        try { . $Fails } catch { $caught = $_ }
        $caught.FullyQualifiedErrorId | Should -BeLike 'Qwen*'
    }

    It 'ends with the same error for any $ErrorActionPreference' {
        $caught = $null
        & { $ErrorActionPreference = 'SilentlyContinue'; try { . $Fails } catch { $script:caught = $_ } }
        $script:caught.FullyQualifiedErrorId | Should -BeLike 'Qwen*'
        $script:caught = $null
    }

    It 'is one error record with -ErrorAction <_>, and the script continues' -ForEach 'SilentlyContinue', 'Continue' {
        $more = @{ ErrorAction = $_; ErrorVariable = 'failed' }
        $ErrorActionPreference = 'Stop'
        $written = . $Fails 2>$null
        $written | Should -BeNullOrEmpty
        @($failed).Count | Should -Be 1
        $failed[0].FullyQualifiedErrorId | Should -BeLike 'Qwen*'
    }

    It 'is silent with -ErrorAction Ignore' {
        $more = @{ ErrorAction = 'Ignore' }
        $before = $global:Error.Count
        . $Fails | Should -BeNullOrEmpty
        $global:Error.Count | Should -Be $before
    }

    It 'sends nothing after a failure' {
        $more = @{ ErrorAction = 'SilentlyContinue' }
        $before = $emulator.Requests.Count
        . $Fails
        $emulator.Requests.Count | Should -BeLessOrEqual ($before + 1)
    }
}

Describe 'Piped input' {
    It 'fails individually: strings' {
        $emulator.AddFault([QwenChat.QwenEmulatorFault]@{ Status = 400; Times = 1 })
        $c = New-QwenConversation -Thinking Off
        $replies = 'One', 'Two' | Send-QwenMessage -Conversation $c -ErrorVariable failed -ErrorAction SilentlyContinue
        $failed.Count, @($replies).Count | Should -Be 1, 1
        $c.Turns.Message | Should -Be 'Two'
    }

    It 'fails individually: conversations' {
        $many = @(New-QwenConversation -Model nothing) + @(New-QwenConversation -Thinking Off)
        $replies = $many | Send-QwenMessage 'Hello' -ErrorVariable failed -ErrorAction SilentlyContinue
        $failed.Count, @($replies).Count | Should -Be 1, 1
    }

    It 'ends at the first failure that would affect all input: <Case>, with -ErrorAction <Action>' -ForEach @(
        foreach ($action in 'Continue', 'SilentlyContinue') {
            @{ Action = $action; Case = 'a limit'; Id = 'QwenBudgetExceeded*'; Requests = 0
            Fails = { 'One', 'Two', 'Three' | Send-QwenMessage -TokenLimit 1 @more } }
            @{ Action = $action; Case = 'a rejected key'; Id = 'QwenAuthenticationFailed*'; Requests = 1
            Fails = { 'One', 'Two', 'Three' | Send-QwenMessage -Connection $refused @more } }
            @{ Action = $action; Case = 'a rejected key for ids'; Id = 'QwenAuthenticationFailed*'; Requests = 1
            Fails = { 'resp_1', 'resp_2' | Get-QwenResponse -Connection $refused @more } }
            @{ Action = $action; Case = 'a missing key'; Id = 'QwenApiKeyMissing*'; Requests = 0
            Fails = { 'One', 'Two' | Send-QwenMessage -Connection (New-QwenConnection -BaseUri $emulator.BaseUri) @more } }
        }
    ) {
        $more = @{ ErrorAction = $Action }
        $before = $emulator.Requests.Count
        { . $Fails } | Should -Throw -ErrorId $Id
        $emulator.Requests.Count | Should -Be ($before + $Requests)
    }

    It 'ends at the first failure with -ErrorAction Stop' {
        $before = $emulator.Requests.Count
        { 'One', 'Two' | Send-QwenMessage -Model nothing -ErrorAction Stop } | Should -Throw -ErrorId 'QwenModelNotFound*'
        $emulator.Requests.Count | Should -Be ($before + 1)
    }
}
