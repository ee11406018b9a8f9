# A warning that ends the command (-WarningAction Stop, or the preference variable) must not lose a paid reply, so the reply is written first.

BeforeAll {
    . $PSScriptRoot/Common.ps1
    $emulator = Connect-TestEmulator
    # Returns the output that was written before a warning ended the command.
    function Get-BeforeStop([scriptblock] $Script) {
        $written = [Collections.Generic.List[object]]::new()
        $ended = $null
        try { & $Script | ForEach-Object { $written.Add($_) } } catch { $ended = $_ }
        $ended.FullyQualifiedErrorId | Should -BeLike 'ActionPreferenceStop*'
        , $written.ToArray()
    }
}

AfterAll {
    Stop-QwenEmulator
    Remove-Module QwenChat
}

Describe 'With -WarningAction Stop' {
    It 'the reply is written first: <Case>' -ForEach @(
        @{ Case = 'one message'; Script = { Send-QwenMessage $c 'Hello' -Seed 1 -WarningAction Stop } }
        @{ Case = '-Show'; Script = { Send-QwenMessage $c 'Hello' -Seed 1 -Show -WarningAction Stop 6> $null } }
        @{ Case = 'piped strings'; Script = { 'Hello' | Send-QwenMessage -Conversation $c -Seed 1 -WarningAction Stop } }
        @{ Case = 'a piped conversation'; Script = { $c | Send-QwenMessage 'Hello' -Seed 1 -WarningAction Stop } }
        @{ Case = 'the preference variable'; Script = { $WarningPreference = 'Stop'; Send-QwenMessage $c 'Hello' -Seed 1 } }
    ) {
        $c = New-QwenConversation -Api Responses
        $written = Get-BeforeStop $Script
        $written.Count | Should -Be 1
        $written[0] | Should -BeOfType QwenChat.QwenReply
        $written[0].Text | Should -BeLike '*Hello*'
        $c.Turns.Count | Should -Be 1
    }

    It 'all chunks of a stream are written first' {
        $c = New-QwenConversation -Api Responses
        $written = Get-BeforeStop { Send-QwenMessage $c 'Hello' -Seed 1 -Stream -WarningAction Stop }
        $written[-1].Reply.Text | Should -BeLike '*Hello*'
    }

    It 'a reply is also written first with another preference variable: <_>' -ForEach 'VerbosePreference', 'DebugPreference' {
        $c = New-QwenConversation -Api Responses
        $name = $_
        $null = try { & { Set-Variable $name Stop; Send-QwenMessage $c 'Hello' | ForEach-Object { $script:said = "$_" } } } catch { $_ }
        $said | Should -BeLike '*Hello*'
    }

    It 'a reply that reaches a limit is written before the warning' {
        $first = Send-QwenMessage 'Hello' -Api ChatCompletions
        $c = New-QwenConversation -Api ChatCompletions -TokenLimit ($first.Usage.TotalTokens - 1)
        $written = Get-BeforeStop { Send-QwenMessage $c 'Hello' -WarningAction Stop }
        $written[0].Text | Should -BeLike '*Hello*'
    }

    It 'a warning about a file''s encoding ends the command before anything is sent' {
        [IO.File]::WriteAllBytes("$TestDrive/old.txt", [byte[]](0x47, 0xFC, 0x73))
        $before = $emulator.Requests.Count
        Get-BeforeStop { Get-Item $TestDrive/old.txt | Send-QwenMessage 'What?' -WarningAction Stop } | Should -BeNullOrEmpty
        $emulator.Requests.Count | Should -Be $before
    }

    It 'an error of the service is still reported as that error' {
        $emulator.AddFault([QwenChat.QwenEmulatorFault]@{ Status = 400 })
        { Send-QwenMessage (New-QwenConversation -Api Responses) 'Hello' -Seed 1 -WarningAction Stop } | Should -Throw -ErrorId 'QwenInvalidRequest,*'
    }
}
