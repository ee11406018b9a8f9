# Every command must behave like other PowerShell commands. $calls has a working call of each command and, if possible, a failing call.

BeforeDiscovery {
    Import-Module QwenChat
    $calls = @(
        @{ Name = 'Add-QwenConversationItem'; Works = { Add-QwenConversationItem $branch 'Note' -PassThru @more }
        Fails = { Add-QwenConversationItem $branch -Item @{ role = 'nobody'; content = 'x' } @more } }
        @{ Name = 'Close-QwenStore'; Works = { Close-QwenStore (New-QwenStore -Path "$file.closed.db") @more } }
        @{ Name = 'Compress-QwenConversation'; Works = { Compress-QwenConversation $branch @more }; Fails = { Compress-QwenConversation $atService @more } }
        @{ Name = 'ConvertTo-QwenEmbedding'; Works = { ConvertTo-QwenEmbedding 'Hello' @more }
        Fails = { ConvertTo-QwenEmbedding 'Hello' -Model nothing @more } }
        @{ Name = 'Copy-QwenConversation'; Works = { Copy-QwenConversation $c @more }; Fails = { Copy-QwenConversation $c -Turn 99 @more } }
        @{ Name = 'Enter-QwenChat'; Fails = { Enter-QwenChat nothing @more } }
        @{ Name = 'Export-QwenConversation'; Works = { Export-QwenConversation $c $file -PassThru @more }
        Fails = { Export-QwenConversation $c 'talk.txt' @more } }
        @{ Name = 'Get-QwenBatch'; Works = { Get-QwenBatch -Name $batch.Name @more }; Fails = { Get-QwenBatch -Name nothing @more } }
        @{ Name = 'Get-QwenConnection'; Works = { Get-QwenConnection @more } }
        @{ Name = 'Get-QwenConversation'; Works = { Get-QwenConversation -Last @more }; Fails = { Get-QwenConversation conv_none @more } }
        @{ Name = 'Get-QwenConversationItem'; Works = { Get-QwenConversationItem $c -First 1 @more }
        Fails = { Get-QwenConversationItem $c -Id resp_none @more } }
        @{ Name = 'Get-QwenModel'; Works = { Get-QwenModel qwen-max @more }; Fails = { Get-QwenModel nothing @more } }
        @{ Name = 'Get-QwenResponse'; Works = { Get-QwenResponse $r.ResponseId @more }; Fails = { Get-QwenResponse resp_none @more } }
        @{ Name = 'Import-QwenConversation'; Works = { Import-QwenConversation $imported @more }; Fails = { Import-QwenConversation nothing.json @more } }
        @{ Name = 'Measure-QwenConversation'; Works = { Measure-QwenConversation $c @more } }
        @{ Name = 'New-QwenBatchRequest'; Works = { New-QwenBatchRequest 'Hello' -Model qwen-flash @more }
        Fails = { New-QwenBatchRequest 'Hello' -Model qwen3-coder-plus @more } }
        @{ Name = 'New-QwenConnection'; Works = { New-QwenConnection -Region Beijing -ApiKey sk-none @more }
        Fails = { New-QwenConnection -Region Frankfurt @more } }
        @{ Name = 'New-QwenContextPolicy'; Works = { New-QwenContextPolicy -KeepTurns 3 @more }; Fails = { New-QwenContextPolicy -KeepTurns -1 @more } }
        @{ Name = 'New-QwenConversation'; Works = { New-QwenConversation @more }; Fails = { New-QwenConversation -PreviousResponseId msg_1 @more } }
        @{ Name = 'New-QwenStore'; Works = { New-QwenStore -Path "$file.db" @more }; Fails = { New-QwenStore -Path "$file.nowhere/x.db" @more } }
        @{ Name = 'New-QwenTool'; Works = { New-QwenTool Get-Date @more }; Fails = { New-QwenTool Get-Nothing @more } }
        @{ Name = 'Receive-QwenBatch'; Works = { Receive-QwenBatch $batch.Name @more }; Fails = { Receive-QwenBatch nothing @more } }
        @{ Name = 'Remove-QwenBatch'; Works = { Remove-QwenBatch (New-TestBatch) -Force -Confirm:$false @more }; Fails = { Remove-QwenBatch nothing @more } }
        @{ Name = 'Remove-QwenConversation'; Works = { Remove-QwenConversation (New-QwenConversation) @more } }
        @{ Name = 'Remove-QwenConversationItem'; Fails = { Remove-QwenConversationItem $branch resp_none @more } }
        @{ Name = 'Remove-QwenResponse'; Fails = { Remove-QwenResponse resp_none @more } }
        @{ Name = 'Search-QwenConversation'; Works = { Search-QwenConversation $store 'Hello' -Mode Words @more } }
        @{ Name = 'Send-QwenMessage'; Works = { Send-QwenMessage $branch 'More' @more }; Fails = { Send-QwenMessage nothing 'More' @more } }
        @{ Name = 'Set-QwenConnection'; Works = { Set-QwenConnection -BaseUri $emulator.BaseUri -ApiKey $emulator.ApiKey -PassThru @more }
        Fails = { Set-QwenConnection -Region Frankfurt @more } }
        @{ Name = 'Set-QwenConversation'; Works = { Set-QwenConversation $branch -Name other -PassThru @more }
        Fails = { Set-QwenConversation $atService -Metadata @{ ('k' * 65) = 'v' } @more } }
        @{ Name = 'Start-QwenBatch'; Works = { New-QwenBatchRequest 'Hello' -Model qwen-flash | Start-QwenBatch @more }
        Fails = { New-QwenBatchRequest 'Hello' -Model qwen-flash | Start-QwenBatch $batch.Name @more } }
        @{ Name = 'Start-QwenEmulator'; Works = { Start-QwenEmulator @more } }
        @{ Name = 'Stop-QwenBatch'; Works = { Stop-QwenBatch (New-TestBatch) -Confirm:$false @more }; Fails = { Stop-QwenBatch nothing @more } }
        @{ Name = 'Stop-QwenEmulator'; Works = { Start-QwenEmulator | Stop-QwenEmulator @more } }
        @{ Name = 'Undo-QwenTurn'; Works = { Undo-QwenTurn (Copy-QwenConversation $c) -PassThru @more }; Fails = { Undo-QwenTurn $c -Count 99 @more } }
        @{ Name = 'Update-QwenModelCatalog'; Works = { Update-QwenModelCatalog -PassThru -WarningAction Ignore @more }
        Fails = { Update-QwenModelCatalog -Connection (New-QwenConnection -CompatibleUri http://127.0.0.1:1/v1) @more } }
        @{ Name = 'Wait-QwenBatch'; Works = { Wait-QwenBatch $batch.Name @more }; Fails = { Wait-QwenBatch nothing @more } }
    )
    $commands = @(Get-Command -Module QwenChat -CommandType Cmdlet | ForEach-Object { @{ Name = $_.Name; Command = $_ } })
    $aliases = @((Get-Module QwenChat).ExportedAliases.Values | ForEach-Object { @{ Alias = $_.Name; Command = $_.Definition } })
}

BeforeAll {
    . $PSScriptRoot/Common.ps1
    $emulator = Connect-TestEmulator -Connection @{ MaximumRetryCount = 0 }
    $store = New-QwenStore -Path (Join-Path $TestDrive talks.db)
    $c = New-QwenConversation -Thinking Off -Store $store
    $r = Send-QwenMessage $c 'Hello'
    $branch = Copy-QwenConversation $c
    $atService = New-QwenConversation -Api Conversations
    $file = Join-Path $TestDrive talk.json
    $imported = Join-Path $TestDrive imported.json
    Export-QwenConversation $c $imported
    $env:QWENCHAT_BATCHES = Join-Path $TestDrive batches
    $env:QWENCHAT_HOME = Join-Path $TestDrive home
    function New-TestBatch { New-QwenBatchRequest 'Hello' -Model qwen-flash | Start-QwenBatch }
    $batch = New-TestBatch | Wait-QwenBatch
    $more = @{}
}

AfterAll {
    $store.Dispose()
    Stop-QwenEmulator
    Remove-Module QwenChat
    Remove-Item Env:QWENCHAT_BATCHES, Env:QWENCHAT_HOME
}

Describe 'The list' {
    It 'includes <Name>' -ForEach $commands {
        # Variables of the discovery phase do not exist in the run phase, so the test reads this file.
        Get-Content $PSCommandPath -Raw | Should -Match "(?m)^        @\{ Name = '$Name';"
    }
}

Describe '<Name> when it works' -ForEach ($calls | Where-Object { $_.Works }) {
    It 'writes its output to -OutVariable' {
        $more = @{ OutVariable = 'kept' }
        $written = @(. $Works)
        $kept.Count | Should -Be $written.Count
        for ($i = 0; $i -lt $written.Count; $i++) { [object]::ReferenceEquals($kept[$i], $written[$i]) -or $kept[$i] -eq $written[$i] | Should -BeTrue }
    }

    It 'writes nothing unexpected to other streams' {
        $said = & $Works 2>&1 3>&1 6>&1 |
            Where-Object {
                $_ -is [System.Management.Automation.ErrorRecord] -or $_ -is [System.Management.Automation.WarningRecord] -or
                    $_ -is [System.Management.Automation.InformationRecord]
            }
        $said | Should -BeNullOrEmpty
    }
}

Describe '<Name> when it fails' -ForEach ($calls | Where-Object { $_.Fails }) {
    It 'throws an error with an id and a category with -ErrorAction Stop' {
        $more = @{ ErrorAction = 'Stop' }
        $caught = $null
        try { $null = & $Fails } catch { $caught = $_ }
        $caught.FullyQualifiedErrorId | Should -Match '^Qwen\w+,QwenChat\.Commands\.'
        $caught.CategoryInfo.Category | Should -Not -Be 'NotSpecified'
        $caught.InvocationInfo.MyCommand.Name | Should -Be $Name
    }

    It 'writes the error to -ErrorVariable, and with -ErrorAction SilentlyContinue nowhere else' {
        $more = @{ ErrorAction = 'SilentlyContinue'; ErrorVariable = 'failures' }
        # A terminating error ends the statement regardless of -ErrorAction.
        $shown = try { . $Fails 2>&1 } catch { $null }
        $shown | Should -BeNullOrEmpty
        # For a terminating error, -ErrorVariable contains the exception, which contains the record.
        @($failures | Where-Object { ($_.FullyQualifiedErrorId ?? $_.ErrorRecord.FullyQualifiedErrorId) -match '^Qwen' }).Count | Should -BeGreaterThan 0
    }
}

Describe 'The commands' {
    It 'have -WhatIf and -Confirm if they delete, overwrite or change data: <_>' -ForEach 'Remove-QwenConversation', 'Remove-QwenConversationItem',
        'Remove-QwenResponse', 'Undo-QwenTurn', 'Export-QwenConversation', 'Set-QwenConversation', 'Send-QwenMessage' {
        (Get-Command $_).Parameters.Keys | Should -Contain 'WhatIf'
        (Get-Command $_).Parameters.Keys | Should -Contain 'Confirm'
    }

    It 'have -PassThru if they change an object: <_>' -ForEach 'Set-QwenConnection', 'Set-QwenConversation', 'Undo-QwenTurn',
        'Export-QwenConversation', 'Add-QwenConversationItem' {
        (Get-Command $_).Parameters.PassThru.SwitchParameter | Should -BeTrue
    }

    It 'change nothing with -WhatIf' {
        $copy = Copy-QwenConversation $c -Name before
        $requests = $emulator.Requests.Count
        $null = & {
            Remove-QwenConversation $copy -WhatIf
            Remove-QwenResponse $r.ResponseId -WhatIf
            Undo-QwenTurn $copy -WhatIf
            Set-QwenConversation $copy -Name after -WhatIf
            Send-QwenMessage $copy 'More' -WhatIf
            Export-QwenConversation $copy (Join-Path $TestDrive whatif.json) -WhatIf
        } 6>&1
        $copy.Turns.Count, $copy.Name | Should -Be 1, 'before'
        $emulator.Requests.Count | Should -Be $requests
        Join-Path $TestDrive whatif.json | Should -Not -Exist
    }

    It 'follow $WhatIfPreference' {
        $copy = Copy-QwenConversation $c
        & { $WhatIfPreference = $true; Undo-QwenTurn $copy } 6>&1 | Out-Null
        $copy.Turns.Count | Should -Be 1
    }

    It 'accept a QwenConnection for -Connection: <Name>' -ForEach ($commands | Where-Object { $_.Command.Parameters.ContainsKey('Connection') }) {
        $Command.Parameters.Connection.ParameterType.Name | Should -Be 'QwenConnection'
    }
}

Describe '$PSDefaultParameterValues' {
    AfterEach {
        $global:PSDefaultParameterValues.Clear()
    }

    It 'sets options of conversations' {
        $global:PSDefaultParameterValues['New-QwenConversation:Model'] = 'qwen-max'
        (New-QwenConversation).Model | Should -Be 'qwen-max'
        (New-QwenConversation -Model qwen-plus).Model | Should -Be 'qwen-plus'
    }

    It 'sets a connection for all commands' {
        $other = Start-QwenEmulator 'From the other one.'
        $global:PSDefaultParameterValues['*-Qwen*:Connection'] = New-QwenConnection -BaseUri $other.BaseUri -ApiKey $other.ApiKey
        "$(Send-QwenMessage 'Hello')" | Should -Be 'From the other one.'
        $other.Requests.Count | Should -Be 1
    }

    It 'sets switches' {
        $global:PSDefaultParameterValues['Set-QwenConversation:PassThru'] = $true
        (Set-QwenConversation (New-QwenConversation) -Name talk).Name | Should -Be 'talk'
    }
}

Describe 'Get-QwenConversation -Last' {
    It 'returns the conversation that this session used last, with any command' {
        $one = New-QwenConversation one
        [object]::ReferenceEquals((Get-QwenConversation -Last), $one) | Should -BeTrue
        $reply = Send-QwenMessage 'Hello'
        [object]::ReferenceEquals((Get-QwenConversation -Last), $reply.Conversation) | Should -BeTrue
        $null = Send-QwenMessage $one 'Hello'
        (Get-QwenConversation -Last).Name | Should -Be 'one'
    }

    It 'does not return a conversation that another runspace has used' {
        $null = New-QwenConversation here
        1 | ForEach-Object -Parallel { Import-Module QwenChat; $null = New-QwenConversation there -Api ChatCompletions }
        (Get-QwenConversation -Last).Name | Should -Be 'here'
    }

    It 'reports that no conversation has been used' {
        Invoke-FreshShell { Import-Module QwenChat; try { Get-QwenConversation -Last -ErrorAction Stop } catch { "$_" } } |
            Should -BeLike 'No conversation has been used in this session yet.*'
    }
}

Describe 'The aliases' {
    It '<Alias> is an alias of <Command> in the module' -ForEach $aliases {
        (Get-Alias $Alias).ResolvedCommand.Name | Should -Be $Command
        (Get-Alias $Alias).Source | Should -Be 'QwenChat'
    }

    It 'are exactly four' {
        (Get-Module QwenChat).ExportedAliases.Keys | Sort-Object | Should -Be 'etqc', 'gqcv', 'nqcv', 'sdqm'
    }

    It '<Alias> is neither an alias of PowerShell nor a program on this machine' -ForEach $aliases {
        Get-Command $Alias -CommandType Application -ErrorAction Ignore | Should -BeNullOrEmpty
        [System.Management.Automation.Runspaces.InitialSessionState]::CreateDefault2().Commands.Where{ $_.CommandType -eq 'Alias' }.Name |
            Should -Not -Contain $Alias
    }

    It '<Alias> begins with PowerShell''s abbreviation of the verb' -ForEach $aliases {
        $prefix = (Get-Verb (($Command -split '-')[0])).AliasPrefix
        $Alias | Should -BeLike "$prefix*"
    }

    It '<Alias> is named in the help of <Command>' -ForEach $aliases {
        Get-Content (Join-Path $RepositoryRoot "docs/en-US/$Command.md") -Raw | Should -Match "``$Alias``"
    }
}

Describe 'A session in another culture' {
    It 'sends the same requests, and writes the same machine-readable strings' {
        $script = {
            param($culture)
            Import-Module QwenChat
            # The formats are changed in a copy of the invariant culture, because a system may have no culture data.
            $other = [cultureinfo]::InvariantCulture.Clone()
            $other.NumberFormat.NumberDecimalSeparator = $other.NumberFormat.CurrencyDecimalSeparator = $culture
            $other.NumberFormat.NumberGroupSeparator = if ($culture -eq ',') { '.' } else { ',' }
            $other.DateTimeFormat.ShortDatePattern = if ($culture -eq ',') { 'dd.MM.yyyy' } else { 'yyyy-MM-dd' }
            $other.NumberFormat.NegativeSign = if ($culture -eq ',') { "$([char] 0x2212)" } else { '-' }
            [cultureinfo]::CurrentCulture = $other
            $e = Start-QwenEmulator
            $e | Set-QwenConnection
            $c = New-QwenConversation -Api ChatCompletions -Temperature 0.25 -TopP 0.75 -Seed 12345 -Metadata @{ share = 0.5 }
            $r = Send-QwenMessage $c 'Hello' -MaxOutputTokens 1234
            $e.Requests[0].Body
            "$($c.Metadata.share)"
            "$($r.Usage.TotalTokens)"
            (ConvertTo-QwenEmbedding 'Hello' -Dimensions 64).Vector.Count
            Get-QwenModel qwen-max | ConvertTo-Json -Depth 5
            "$((Get-QwenModel qwen-max).Prices[0])"
            (TabExpansion2 'New-QwenConversation -Model qwen-max' 36).CompletionMatches[0].ToolTip
            $c | ConvertTo-Json -Depth 3 | Select-String Temperature
            (1.5).ToString()
        }
        $invariant = Invoke-FreshShell $script -Argument '.'
        $german = Invoke-FreshShell $script -Argument ','
        $german[-1] | Should -Be '1,5' -Because 'the other culture must exist'
        $german[0..($german.Count - 2)] | Should -Be $invariant[0..($invariant.Count - 2)]
        $german[0] | Should -Match '"temperature":0\.25'
    }
}
