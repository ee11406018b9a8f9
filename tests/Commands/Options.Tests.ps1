# Commands must set and reset every option of a conversation, and apply all changes or none. Stores and files must preserve the options.
# Reflection finds the options. OptionTests.cs covers merging, serializing and the help pages.

BeforeDiscovery {
    Import-Module QwenChat
    $assembly = [QwenChat.QwenConversation].Assembly
    # Stateless is set only when a conversation begins, so Set-QwenConversation does not have this option.
    $groups = [ordered] @{ Settings = 'Stateless', 'Options', 'Tools'; Options = @(); Tools = @() }
    $types = @{ Settings = 'QwenChat.Model.ConversationSettings'; Options = 'QwenChat.QwenOptions'; Tools = 'QwenChat.Tools.ToolOptions' }
    $parameters = @{ Tools = 'Tool'; Choice = 'ToolChoice'; Approval = 'ToolApproval'; MaximumRounds = 'MaximumToolRounds'; Answer = 'Schema' }
    $options = foreach ($group in $groups.Keys) {
        $assembly.GetType($types[$group], $true).GetProperties() | Where-Object { $_.CanWrite -and $_.Name -notin $groups[$group] } | ForEach-Object {
            @{
                Group = $group
                Option = $_.Name
                Parameter = $group -eq 'Tools' ? $parameters[$_.Name] ?? $_.Name : $_.Name
                IsSwitch = $_.PropertyType -eq [Nullable[bool]]
            }
        }
    }
}

BeforeAll {
    . $PSScriptRoot/Common.ps1
    $emulator = Connect-TestEmulator

    # Returns the settings record of a conversation, or one of its groups.
    function Get-Setting($Conversation, $Group = 'Settings') {
        $flags = [Reflection.BindingFlags] 'NonPublic, Instance'
        $settings = [QwenChat.QwenConversation].GetProperty('Settings', $flags).GetValue($Conversation)
        if ($Group -eq 'Settings') { $settings } else { $settings.GetType().GetProperty($Group).GetValue($settings) }
    }

    function Get-OptionText($Conversation, $Group, $Option) {
        $record = Get-Setting $Conversation $Group
        , $record.GetType().GetProperty($Option).GetValue($record) | ConvertTo-Json -Depth 6 -Compress -WarningAction SilentlyContinue
    }

    # Returns a valid value for a parameter. Most values depend only on the parameter's type, so a new option usually requires no change here.
    function New-Value($Parameter) {
        $type = (Get-Command New-QwenConversation).Parameters[$Parameter].ParameterType
        $type = [Nullable]::GetUnderlyingType($type) ?? $type
        switch ($Parameter) {
            Model { 'qwen-max'; return }
            ReasoningEffort { 'low'; return }
            ToolChoice { 'None'; return }
            Tool { 'Get-Date'; return }
            Schema { 'name, age int'; return }
            BuiltInTool { 'WebSearch'; return }
            RemoteMcpServer { @{ label = 'maps'; url = 'https://mcp.example.com/sse' }; return }
            ExtraBody { @{ user = 'me' }; return }
            ContextPolicy { New-QwenContextPolicy -SummarizeAtTokens 5000 -KeepVerbatim 0; return }
        }
        switch ($type) {
            ([switch]) { $true; return }
            ([string]) { 'some text'; return }
            ([Collections.IDictionary]) { @{ a = 'b' }; return }
            { $_.IsEnum } { [Enum]::GetValues($type)[1]; return }
            { $_ -in [int], [long] } { 3 -as $type; return }
            default { 0.5 -as $type; return }
        }
    }
}

AfterAll {
    Stop-QwenEmulator
    Remove-Module QwenChat
}

Describe 'The option <Parameter>' -ForEach $options {
    BeforeAll {
        $given = @{ $Parameter = New-Value $Parameter }
        $unset = Get-OptionText (New-QwenConversation -Api ChatCompletions) $Group $Option
        $set = Get-OptionText (New-QwenConversation -Api ChatCompletions @given) $Group $Option
    }

    It 'is set by New-QwenConversation' {
        $set | Should -Not -Be $unset
    }

    It 'is set by Set-QwenConversation, and reset by null' {
        $c = New-QwenConversation -Api ChatCompletions
        Set-QwenConversation $c @given
        Get-OptionText $c $Group $Option | Should -Be $set
        $none = @{ $Parameter = if ($IsSwitch) { $false } else { $null } }
        Set-QwenConversation $c @none
        # An unset switch may be stored as false, and an unset list as an empty list.
        Get-OptionText $c $Group $Option | Should -BeIn $unset, 'false', '[]'
    }

    It 'is a parameter of <_>' -ForEach 'Send-QwenMessage', 'Enter-QwenChat' {
        (Get-Command $_).Parameters.Keys | Should -Contain $Parameter
    }
}

Describe 'The stored option <Parameter>' -ForEach @($options | Where-Object Group -NE 'Tools') {
    It 'is preserved in a store and a file' {
        $given = @{ $Parameter = New-Value $Parameter }
        $s = New-QwenStore "$TestDrive/$([guid]::NewGuid()).db"
        $c = New-QwenConversation -Api ChatCompletions @given
        $set = Get-OptionText $c $Group $Option
        Set-QwenConversation $c -Store $s
        $stored = Get-QwenConversation $c.Id -Store (New-QwenStore $s.Location)
        [object]::ReferenceEquals($stored, $c) | Should -BeFalse
        Get-OptionText $stored $Group $Option | Should -Be $set
        Export-QwenConversation $c "$TestDrive/$Parameter.json"
        Get-OptionText (Import-QwenConversation "$TestDrive/$Parameter.json") $Group $Option | Should -Be $set
    }
}

Describe 'The option <Parameter> of a branch' -ForEach @($options | Where-Object Parameter -NE 'Name') {
    It 'is inherited from the conversation' {
        $given = @{ $Parameter = New-Value $Parameter }
        $c = New-QwenConversation -Api ChatCompletions @given
        Get-OptionText (Copy-QwenConversation $c) $Group $Option | Should -Be (Get-OptionText $c $Group $Option)
        Get-OptionText (Copy-QwenConversation $c -Api DashScope) $Group $Option | Should -Be (Get-OptionText $c $Group $Option)
    }
}

# For the excluded options, null is valid and means no name, text, limit or tool. For switches, PowerShell handles null.
Describe 'The option <Parameter> without a value' -ForEach @(
    $options | Where-Object { -not $_.IsSwitch -and $_.Parameter -notin 'Instructions', 'Name', 'CostLimit', 'TokenLimit', 'Tool' }
) {
    It 'is rejected for a new conversation, because null may be the value of a variable that was never set' {
        $none = @{ $Parameter = $null }
        { New-QwenConversation @none } | Should -Throw "*-$Parameter is null or empty*"
    }
}

Describe 'Set-QwenConversation' {
    BeforeAll {
        function Get-Fact($Conversation) {
            $flags = [Reflection.BindingFlags] 'NonPublic, Instance'
            $type = [QwenChat.QwenConversation]
            foreach ($name in 'Settings', 'Defaults', 'WaitingSummary', 'Place') {
                $type.GetProperty($name, $flags).GetValue($Conversation)
            }
            $Conversation.Connection
        }
    }

    It 'changes nothing when <Case>' -ForEach @(
        @{ Case = 'the store is closed'; Wrong = { $s = New-QwenStore "$TestDrive/closed.db"; $s.Dispose(); @{ Store = $s } } }
        @{ Case = 'the store is a folder'; Wrong = { @{ Store = "$TestDrive" } } }
        @{ Case = 'the metadata values are objects'; Wrong = { @{ Metadata = @{ a = @{ b = 1 } } } } }
        @{ Case = 'the extra body names a field that the module writes'; Wrong = { @{ ExtraBody = @{ model = 'x' } } } }
        @{ Case = 'the policy requires a context window, and that of the model is unknown'
        Wrong = { @{ Model = 'a-model-of-mine'; ContextPolicy = New-QwenContextPolicy -SummarizeAt 0.5 } } }
        @{ Case = 'the policy specifies a different store'
        Wrong = {
            @{ Store = New-QwenStore "$TestDrive/one.db"
            ContextPolicy = New-QwenContextPolicy -KeepTurns 1 -Recall 1 -Store (New-QwenStore "$TestDrive/two.db") }
        } }
    ) {
        $c = New-QwenConversation before -Instructions 'Old.' -Metadata @{ a = 'old' }
        $before = Get-Fact $c
        $arguments = @{ Name = 'after'; Model = 'qwen-max'; Instructions = 'New.'; CostLimit = 1; TokenLimit = 5; Tool = 'Get-Date'; Temperature = 0.1
        Connection = Get-QwenConnection }
        foreach ($wrong in (& $Wrong).GetEnumerator()) {
            $arguments[$wrong.Key] = $wrong.Value
        }
        { Set-QwenConversation $c @arguments -ErrorAction Stop } | Should -Throw
        $after = Get-Fact $c
        0..($before.Count - 1) | ForEach-Object { [object]::ReferenceEquals($before[$_], $after[$_]) | Should -BeTrue }
        $c.Name | Should -Be before
    }

    It 'does not detach the conversation from its session if it fails' {
        $c = New-QwenConversation
        $closed = New-QwenStore "$TestDrive/$([guid]::NewGuid()).db"
        $closed.Dispose()
        { Set-QwenConversation $c -Model qwen-max -Connection (Get-QwenConnection) -Store $closed -ErrorAction Stop } | Should -Throw
        try {
            # A conversation without turns still uses the model of the session.
            Set-QwenConnection -BaseUri $emulator.BaseUri -ApiKey $emulator.ApiKey -Model qwen-flash
            (Send-QwenMessage $c hi).Model | Should -Be qwen-flash
        }
        finally {
            Set-QwenConnection -BaseUri $emulator.BaseUri -ApiKey $emulator.ApiKey
        }
    }

    It 'preserves a KeepVerbatim of 0 in a store' {
        $s = New-QwenStore "$TestDrive/$([guid]::NewGuid()).db"
        $c = New-QwenConversation -Api ChatCompletions -Store $s -ContextPolicy (New-QwenContextPolicy -SummarizeAtTokens 5000 -KeepVerbatim 0)
        $null = Send-QwenMessage $c hi
        (Get-QwenConversation $c.Id -Store (New-QwenStore $s.Location)).ContextPolicy.KeepVerbatim | Should -Be 0
    }
}
