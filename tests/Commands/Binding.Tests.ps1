# Each argument must be bound once, to the intended parameter. Reflection finds the parameters, so new commands are also tested.

BeforeDiscovery {
    Import-Module QwenChat
    $commands = @(Get-Command -Module QwenChat -CommandType Cmdlet)
    $twoPlaces = @(foreach ($command in $commands) {
            foreach ($parameter in $command.Parameters.Values) {
                $places = @($parameter.ParameterSets.Values.Position | Where-Object { $_ -ge 0 } | Sort-Object -Unique)
                if ($places.Count -gt 1) { @{ Command = $command.Name; Parameter = $parameter.Name; Places = $places; All = $command } }
            }
        })
    $sets = @(foreach ($command in $commands) {
        foreach ($set in $command.ParameterSets) { @{ Command = $command.Name; Set = $set.Name; Parameters = $set.Parameters } } })
    $takers = @($commands | Where-Object { $_.Parameters.ContainsKey('Conversation') } | ForEach-Object { @{ Name = $_.Name; Command = $_ } })
    # Call runs the command with the conversation $given. Shows returns a result that depends on the conversation, and must equal Expected.
    $calls = @(
        @{ Name = 'Add-QwenConversationItem'; Call = { Add-QwenConversationItem $given 'Note' -PassThru @more }; Shows = { $written.Text }; Expected = 'Note' }
        @{ Name = 'Compress-QwenConversation'; Call = { Compress-QwenConversation $given -KeepVerbatim 0 @more }; Shows = { $written.GetType().Name }
        Expected = 'QwenSummary' }
        @{ Name = 'Copy-QwenConversation'; Call = { Copy-QwenConversation $given @more }; Shows = { $written.Turns.Count }; Expected = 2 }
        @{ Name = 'Export-QwenConversation'; Call = { Export-QwenConversation $given (Join-Path $TestDrive given.md) -PassThru @more }
        Shows = { (Get-Content (Join-Path $TestDrive given.md) -Raw) -match 'talk' -and @($written).Count -eq 1 }; Expected = $true }
        @{ Name = 'Get-QwenConversationItem'; Call = { Get-QwenConversationItem $given -Role user @more }; Shows = { $written.Text }; Expected = 'One', 'Two' }
        @{ Name = 'Measure-QwenConversation'; Call = { Measure-QwenConversation $given @more }; Shows = { $written.Turns }; Expected = 2 }
        @{ Name = 'New-QwenBatchRequest'; Call = { New-QwenBatchRequest 'Three' -Conversation $given -Model qwen-flash @more }
        Shows = { @(($written.Body | ConvertFrom-Json).messages | Where-Object role -EQ user).Count }; Expected = 3 }
        @{ Name = 'Remove-QwenConversation'; Call = { Remove-QwenConversation $given @more }; Shows = { @($written).Count }; Expected = 0 }
        @{ Name = 'Remove-QwenConversationItem'; Call = { Remove-QwenConversationItem $given $c.Turns[0].Items[0].Id @more }; Shows = { @($written).Count }
        Expected = 0 }
        @{ Name = 'Search-QwenConversation'; Call = { Search-QwenConversation -Conversation $given -Query two -Mode Words @more }; Shows = { $written.Turn }
        Expected = 2 }
        @{ Name = 'Send-QwenMessage'; Call = { Send-QwenMessage $given 'Three' @more }; Shows = { $written.Conversation.Turns.Message }
        Expected = 'One', 'Two', 'Three' }
        @{ Name = 'Set-QwenConversation'; Call = { Set-QwenConversation $given -Model qwen-max -PassThru @more }; Shows = { $written.Model }
        Expected = 'qwen-max' }
        @{ Name = 'Undo-QwenTurn'; Call = { Undo-QwenTurn $given -PassThru @more }; Shows = { $written.Turns.Message }; Expected = 'One' }
    )
    $pipeline = @(
        @{ Name = 'Get-QwenConversation'; Call = { $given | Get-QwenConversation } }
        @{ Name = 'Get-QwenConversationItem'; Call = { $given | Get-QwenConversationItem } }
        @{ Name = 'Remove-QwenConversation'; Call = { $given | Remove-QwenConversation } }
        @{ Name = 'Measure-QwenConversation'; Call = { $given | Measure-QwenConversation } }
        @{ Name = 'Copy-QwenConversation'; Call = { $given | Copy-QwenConversation } }
        @{ Name = 'Export-QwenConversation'; Call = { $given | Export-QwenConversation -Path (Join-Path $TestDrive piped.md) } }
    )
    $ways = @(
        @{ Way = 'object'; Give = { $c } }
        @{ Way = 'id'; Give = { $c.Id } }
        @{ Way = 'name'; Give = { 'talk' } }
        @{ Way = 'name in a different case'; Give = { 'TALK' } }
        @{ Way = 'reply'; Give = { $r } }
        @{ Way = 'response id'; Give = { $r.ResponseId } }
        @{ Way = 'name in a store'; Give = { $more = @{ Store = $store }; 'talk' } }
        @{ Way = 'name in the store of a path'; Give = { $more = @{ Store = $file }; 'talk' } }
        @{ Way = 'id in a store'; Give = { $more = @{ Store = $store }; $c.Id } }
    )
    $arguments = @(foreach ($call in $calls) { foreach ($way in $ways) { $call + $way } })
}

BeforeAll {
    . $PSScriptRoot/Common.ps1
    . $PSScriptRoot/Talk.ps1
}

AfterAll {
    $store.Dispose()
    Stop-QwenEmulator
    Remove-Module QwenChat
}

Describe 'Positions' {
    It 'of <Command> in <Set> are 0, 1, 2 … and each belongs to one parameter' -ForEach $sets {
        $places = @($Parameters.Position | Where-Object { $_ -ge 0 } | Sort-Object)
        $places | Should -Be @(for ($i = 0; $i -lt $places.Count; $i++) { $i })
    }

    # If the position of a parameter differs between sets, two positional arguments could be bound to the parameter. Therefore, the default
    # set must have the highest position, and the other sets must accept only one positional argument.
    It 'of -<Parameter> of <Command> differ between sets, but the parameter is bound once' -ForEach $twoPlaces {
        $default = $All.ParameterSets | Where-Object IsDefault
        $inDefault = ($default.Parameters | Where-Object Name -EQ $Parameter).Position
        $inDefault | Should -Be ($Places | Measure-Object -Maximum).Maximum -Because 'the default set determines how two arguments are bound'
        $others = $All.ParameterSets | Where-Object { -not $_.IsDefault -and $_.Parameters.Name -contains $Parameter }
        foreach ($set in $others) {
            @($set.Parameters | Where-Object { $_.Position -gt 0 }) | Should -BeNullOrEmpty -Because 'a second argument must be an error'
        }
    }

    It 'do not include a third: <_>' -ForEach 'Send-QwenMessage', 'Search-QwenConversation', 'Export-QwenConversation', 'Get-QwenConversationItem',
        'Add-QwenConversationItem' {
        { & $_ 'a' 'b' 'c' -ErrorAction Stop } | Should -Throw -ErrorId 'PositionalParameterNotFound*'
    }
}

Describe 'The list of calls' {
    It 'includes <Name>' -ForEach ($takers | Where-Object Name -NE 'Enter-QwenChat') {
        Get-Content $PSCommandPath -Raw | Should -Match "(?m)^        @\{ Name = '$Name'; Call"
    }

    It 'covers parameters that accept any value: <Name>' -ForEach $takers {
        $Command.Parameters.Conversation.ParameterType | Should -BeIn ([object], [object[]])
        $Command.Parameters.Keys | Should -Contain 'Store'
    }
}

Describe '<Name> by <Way>' -ForEach $arguments {
    It 'uses the specified conversation, and requests no other conversation from the service' {
        New-Talk
        $more = @{}
        $given = . $Give
        $before = $emulator.Requests.Count
        $written = . $Call
        . $Shows | Should -Be $Expected
        @($emulator.Requests | Select-Object -Skip $before | Where-Object Method -EQ 'GET') | Should -BeNullOrEmpty
    }
}

Describe '<Name> with something that is not a conversation' -ForEach $calls {
    BeforeAll {
        New-Talk
        if (-not (Get-QwenConversation twin*)) { $null = New-QwenConversation twin; $null = New-QwenConversation twin }
    }

    It 'rejects <Text>, before any request' -ForEach @(
        @{ Text = 'an unknown name'; Given = 'nobody'; Says = "This session has no conversation 'nobody'*" }
        @{ Text = 'a local id of another session'; Given = 'local_0123456789abcdef'; Says = "This session has no conversation 'local_0123456789abcdef'*-Store*" }
        @{ Text = 'the id of an item'; Given = 'msg_0123456789abcdef'; Says = '*the id of an item*' }
        @{ Text = 'a wildcard'; Given = 'tal*'; Says = "This session has no conversation 'tal*'*" }
        @{ Text = 'an empty string'; Given = ' '; Says = 'An empty string*' }
        @{ Text = '$null'; Given = $null; Says = '-Conversation is $null*' }
        @{ Text = 'a name that two conversations have'; Given = 'twin'; Says = "2 conversations have the name 'twin'*local_*" }
        @{ Text = 'a number'; Given = 4711; Says = '*Int32*' }
        @{ Text = 'a hashtable'; Given = @{ a = 1 }; Says = '*Hashtable*' }
    ) {
        $given, $more, $before = $Given, @{ ErrorAction = 'Stop' }, $emulator.Requests.Count
        { . $Call } | Should -Throw $Says -ErrorId 'Qwen*'
        $emulator.Requests.Count | Should -Be $before
    }

    It 'rejects objects from another process, with advice' {
        $c | Export-Clixml (Join-Path $TestDrive c.xml)
        $given, $more = (Import-Clixml (Join-Path $TestDrive c.xml)), @{ ErrorAction = 'Stop' }
        { . $Call } | Should -Throw -PassThru '*Import-QwenConversation*' -ErrorId 'QwenInvalidRequest*' |
            Should -Not -Match 'Text property' -Because 'a conversation has no text'
    }

    It 'rejects an unknown name, a missing store and a closed store' {
        $given = 'nobody'
        $more = @{ ErrorAction = 'Stop'; Store = $store }
        { . $Call } | Should -Throw "The store * has no conversation 'nobody'*" -ErrorId 'QwenNotFound*'
        $given = 'talk'
        # Set-QwenConversation moves the conversation to the store, and therefore creates the store.
        if ($Name -ne 'Set-QwenConversation') {
            $more.Store = Join-Path $TestDrive missing.db
            { . $Call } | Should -Throw '*missing.db*' -ErrorId 'QwenStoreUnavailable*'
            Join-Path $TestDrive missing.db | Should -Not -Exist
        }
        $closed = New-QwenStore -Path (Join-Path $TestDrive closed.db)
        $closed.Dispose()
        $more.Store = $closed
        { . $Call } | Should -Throw '*closed*' -ErrorId 'QwenStoreUnavailable*'
    }
}

Describe '<Name> from the pipeline' -ForEach $pipeline {
    It 'accepts ids and names, and writes one error for an unknown name' {
        New-Talk
        $given = $c.Id, 'nobody', 'talk'
        $errors = @(& $Call 2>&1 | Where-Object { $_ -is [System.Management.Automation.ErrorRecord] })
        @($errors -match "no conversation 'nobody'").Count | Should -Be 1
        # Both the id and the name refer to the conversation, so the second removal fails.
        $errors.Count | Should -Be $(if ($Name -like 'Remove-*') { 2 } else { 1 })
    }
}

Describe 'A conversation that exists only on the service' {
    BeforeAll {
        $there = New-QwenConversation -Api Conversations -Thinking Off
        $said = Send-QwenMessage $there 'My name is Ada.'
        $ids = $there.Id, $said.ResponseId
    }

    It 'is read by its id: <Name>' -ForEach @(
        @{ Name = 'Get-QwenConversation'; Call = { (Get-QwenConversation $id).Turns.Count }; Expected = 1 }
        @{ Name = 'Get-QwenConversationItem'; Call = { (Get-QwenConversationItem $id -Role user).Text }; Expected = 'My name is Ada.' }
        @{ Name = 'Measure-QwenConversation'; Call = { (Measure-QwenConversation $id).Turns }; Expected = 1 }
        @{ Name = 'Copy-QwenConversation'; Call = { (Copy-QwenConversation $id).Turns.Count }; Expected = 1 }
        @{ Name = 'Send-QwenMessage'; Call = { "$(Send-QwenMessage $id 'What is my name?' -Thinking Off)" }; Expected = 'Your name is Ada.' }
    ) {
        foreach ($id in $ids) {
            $result = Invoke-FreshShell -Argument $emulator.BaseUri, ([System.Net.NetworkCredential]::new('', $emulator.ApiKey).Password), $id, "$Call" {
                param($uri, $key, $id, $call)
                Import-Module QwenChat
                Set-QwenConnection -BaseUri $uri -ApiKey $key
                & ([scriptblock]::Create($call))
            }
            $result | Should -Be $Expected
        }
    }

    It 'is the same object when its id is used again' {
        $result = Invoke-FreshShell -Argument $emulator.BaseUri, ([System.Net.NetworkCredential]::new('', $emulator.ApiKey).Password),
            (New-QwenConversation -Api Conversations).Id {
            param($uri, $key, $id)
            Import-Module QwenChat
            Set-QwenConnection -BaseUri $uri -ApiKey $key
            Add-QwenConversationItem $id 'I live in Porto.'
            $null = Send-QwenMessage $id 'Good morning.'
            $null = Send-QwenMessage $id 'And good night.'
            @(Get-QwenConversation).Count
            (Get-QwenConversation -Last).Turns.Message
            Remove-QwenConversation $id
            try { Get-QwenConversation $id -ErrorAction Stop } catch { $_.FullyQualifiedErrorId }
        }
        $result | Should -Be 1, 'Good morning.', 'And good night.', 'QwenNotFound,QwenChat.Commands.GetQwenConversationCommand'
    }
}
