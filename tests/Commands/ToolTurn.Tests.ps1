# Messages with tools, with each API: the model requests calls, the commands run, and the model answers.

BeforeDiscovery {
    $ways = foreach ($api in 'Responses', 'Conversations', 'ChatCompletions', 'DashScope') {
        foreach ($how in 'alone', 'streamed', 'shown') { @{ Api = $api; How = $how } }
    }
}

BeforeAll {
    . $PSScriptRoot/Common.ps1
    Import-Module QwenChat
    # Requests a tool call for each line "call <tool> <arguments>" of the message, and then answers with the results.
    $emulator = Start-QwenEmulator -Reply {
        param($Request)
        $last = $Request.Messages[-1]
        if ($last.Role -eq 'tool' -or $last.Text -eq 'tell') {
            $results = $Request.Messages | Where-Object Role -EQ tool
            return 'Results: ' + ($results.Text -join ' | ')
        }
        $number = 0
        $calls = $last.Text -split '\r?\n' | Where-Object { $_ -match '^call (\S+) ?(.*)' } | ForEach-Object {
            $null = $_ -match '^call (\S+) ?(.*)'
            $number++
            @{ Id = "c$number"; Name = $Matches[1]; Arguments = if ($Matches[2]) { $Matches[2] } else { '{}' } }
        }
        if ($calls -and $Request.Tools) { @{ ToolCalls = @($calls) } } else { "Heard: $($last.Text)" }
    }
    $emulator | Set-QwenConnection
    $weather = New-QwenTool get_weather { param([Parameter(Mandatory, HelpMessage = 'The city.')] [string] $City) "Sunny in $City." }
    $book = @{ name = 'book'; description = 'Books a trip.'; parameters = @{ type = 'object'; properties = @{ city = @{ type = 'string' } } } }

    function Send($Conversation, $Message, $How, [hashtable] $More) {
        switch ($How) {
            alone { Send-QwenMessage $Conversation $Message @More }
            shown { Send-QwenMessage $Conversation $Message @More -Show 6>$null }
            streamed { (Send-QwenMessage $Conversation $Message @More -Stream)[-1].Reply }
        }
    }
}

AfterAll { $emulator | Stop-QwenEmulator }

Describe 'A message with tools' {
    It 'runs the model''s calls: <Api>, <How>' -ForEach $ways {
        $c = New-QwenConversation -Api $Api -Thinking Off
        $r = Send $c "call get_weather {`"City`":`"Rom`"}`ncall Get-Date {`"Date`":`"2026-11-28`",`"Format`":`"yyyy`"}" $How @{ Tool = $weather, 'Get-Date' }
        $r.Text | Should -Be 'Results: Sunny in Rom. | 2026'
        $r.ToolCalls.Name | Should -Be 'get_weather', 'Get-Date'
        $r.ToolCalls.Result | Should -Be 'Sunny in Rom.', '2026'
        $r.ToolCalls.Error | Should -Be $null, $null
        $r.ToolCalls[0].Duration | Should -BeGreaterThan ([timespan]::Zero)
        $c.Turns.Count | Should -Be 1
        $c.Turns[0].Text | Should -Be $r.Text
        (Send $c 'And now?' $How @{}).Text | Should -Be 'Heard: And now?'
        $c.Turns.Count | Should -Be 2
    }

    It 'keeps the tools of a conversation and of its branches' {
        $c = New-QwenConversation -Tool $weather
        Send-QwenMessage $c 'call get_weather {"City":"Oslo"}' | ForEach-Object Text | Should -Be 'Results: Sunny in Oslo.'
        $c | Copy-QwenConversation | ForEach-Object { $_.Tools.Name } | Should -Be 'get_weather'
        Send-QwenMessage $c 'call get_weather {"City":"Oslo"}' -Tool @() | ForEach-Object Text | Should -BeLike 'Heard: *'
        $c | Set-QwenConversation -Tool $null
        $c.Tools | Should -BeNullOrEmpty
        $c | Set-QwenConversation -Tool Get-Date, $weather -ToolApproval Never
        $c.Tools.Name | Should -Be 'Get-Date', 'get_weather'
    }

    It 'continues after an invalid call, whose error is sent to the model' {
        $r = Send-QwenMessage 'call get_weather {"Town":"Rom"}' -Tool $weather
        $r.ToolCalls[0].Error | Should -BeLike '*City is missing*Town is not allowed*Call again*'
        $r.ToolCalls[0].Duration | Should -BeNullOrEmpty
        $r.Text | Should -BeLike 'Results: City is missing*'
    }

    It 'reports a call of an unknown tool, with <Count> that can run' -ForEach @(
        @{ Count = 'no tool'; Declared = $true; Says = "There is no tool 'other'." }
        @{ Count = 'one tool'; Declared = $false; Says = "There is no tool 'other'. The only tool is get_weather." }
    ) {
        $tools = if ($Declared) { $book } else { $weather }
        $reply = Send-QwenMessage 'call other {}' -Tool $tools
        $reply.ToolCalls[0].Error | Should -BeExactly $Says
        $reply.ToolCalls[0].Result | Should -BeNullOrEmpty
    }

    It 'rejects <Name> with a warning in a session without a prompt' -ForEach @(
        @{ Name = 'Remove-Item'; Arguments = '{"Path":"x"}' }
        @{ Name = 'Get-Content'; Arguments = '{"Path":"Env:PATH"}' }
        @{ Name = 'Get-ChildItem'; Arguments = '{"Path":"/"}' }
    ) {
        $r = Send-QwenMessage "call $Name $Arguments" -Tool $Name -WarningVariable warned -WarningAction SilentlyContinue
        $r.ToolCalls[0].Error | Should -BeLike '*was rejected*'
        $r.ToolCalls[0].Approved | Should -BeFalse
        @($warned).Count | Should -Be 1
        "$warned" | Should -BeLike "*$Name*-ToolApproval Never*"
    }

    It 'runs tools without a prompt with -ToolApproval Never, unless a tool has its own setting' {
        $file = Join-Path $TestDrive gone.txt
        Set-Content $file x
        $call = "call Remove-Item $(@{ Path = $file } | ConvertTo-Json -Compress)"
        $null = Send-QwenMessage $call -Tool (New-QwenTool Remove-Item -Approval Always) -ToolApproval Never -WarningAction SilentlyContinue
        $file | Should -Exist
        $null = Send-QwenMessage $call -Tool Remove-Item -ToolApproval Never
        $file | Should -Not -Exist
    }

    It 'ends after -MaximumToolRounds with an error that contains the calls that ran' {
        $loop = Start-QwenEmulator -Reply { @{ ToolCalls = @(@{ Name = 'get_weather'; Arguments = @{ City = 'Rom' } }) } }
        try {
            $c = New-QwenConversation -Connection $loop
            $failed = { Send-QwenMessage $c 'Loop' -Tool $weather -MaximumToolRounds 2 -ErrorAction Stop } | Should -Throw -PassThru -ErrorId 'QwenToolRounds,*'
            $failed.Exception.PartialReply.ToolCalls.Count | Should -Be 2
            "$failed" | Should -BeLike '*-MaximumToolRounds*2 tool calls of this message ran: get_weather (2 times)*'
            $c.Turns.Count | Should -Be 0
        }
        finally { $loop | Stop-QwenEmulator }
    }

    It 'ends when three rounds in a row fail' {
        $loop = Start-QwenEmulator -Reply { @{ ToolCalls = @(@{ Name = 'broken'; Arguments = @{} }) } }
        try {
            $broken = New-QwenTool broken { throw 'Out of paper.' }
            { Send-QwenMessage 'Loop' -Tool $broken -Connection $loop -ErrorAction Stop } | Should -Throw '*Out of paper.*' -ErrorId 'QwenToolFailed,*'
            { Send-QwenMessage 'Loop' -Tool (New-QwenTool Remove-Item -Name broken) -Connection $loop -ErrorAction Stop 3>$null } |
                Should -Throw -ErrorId 'QwenToolRefused,*'
        }
        finally { $loop | Stop-QwenEmulator }
    }

    It 'accepts a tool choice, and rejects an impossible one' {
        (Send-QwenMessage 'Weather' -Tool $weather -ToolChoice None -Thinking Off).ToolCalls | Should -BeNullOrEmpty
        { Send-QwenMessage 'x' -Tool $weather -ToolChoice nobody -ErrorAction Stop } | Should -Throw '*nobody*get_weather*' -ErrorId 'QwenInvalidRequest,*'
        { Send-QwenMessage 'x' -ToolChoice Auto -ErrorAction Stop } | Should -Throw '*-Tool*'
        { Send-QwenMessage 'x' -Tool $weather -ToolChoice get_weather -Api ChatCompletions -Thinking On -ErrorAction Stop } | Should -Throw '*-Thinking Off*'
    }

    It 'works in ForEach-Object -Parallel and in a job' {
        $texts = 1..6 | ForEach-Object -Parallel {
            Send-QwenMessage "call get_weather {`"City`":`"C$_`"}" -Tool $using:weather -Connection $using:emulator | ForEach-Object Text
        } -ThrottleLimit 3
        $texts | Sort-Object | Should -Be (1..6 | ForEach-Object { "Results: Sunny in C$_." })
        Start-ThreadJob { Send-QwenMessage 'call Get-Date {"Date":"2026-01-02","Format":"yyyy"}' -Tool Get-Date -Connection $using:emulator } |
            Receive-Job -Wait -AutoRemoveJob | ForEach-Object Text | Should -Be 'Results: 2026'
    }

    It 'allows a tool to send a message to another conversation, but not to its own' {
        $c = New-QwenConversation
        $ask = New-QwenTool ask { (Send-QwenMessage 'inner').Text }
        (Send-QwenMessage $c 'call ask' -Tool $ask).Text | Should -Be 'Results: Heard: inner'
        $again = New-QwenTool again { (Send-QwenMessage $c 'inner').Text }
        (Send-QwenMessage $c 'call again' -Tool $again).Text | Should -BeLike 'Results: *middle of a turn*'
        $c.Turns.Count | Should -Be 2
    }

    It 'writes its calls and results to a stream' {
        $kinds = Send-QwenMessage 'call get_weather {"City":"Rom"}' -Tool $weather -Stream -Thinking Off
        $kinds.Kind | Select-Object -Unique | Should -Be 'ToolCall', 'ToolResult', 'Text', 'Done'
        ($kinds | Where-Object Kind -EQ ToolResult).Text | Should -Be 'Sunny in Rom.'
    }

    It 'is planned with its tools by -DryRun, which runs no tool' {
        $plan = Send-QwenMessage 'call get_weather {"City":"Rom"}' -Tool $weather -DryRun
        $plan.Body | Should -BeLike '*"tools"*get_weather*"The city."*'
    }
}

Describe 'Calls that the caller answers' {
    It 'are a turn, and their results are the next turn of the conversation: <_>' -ForEach 'Responses', 'Conversations', 'ChatCompletions', 'DashScope' {
        $c = New-QwenConversation -Api $_ -Tool $book -Thinking Off
        $r = Send-QwenMessage $c 'call book {"city":"Rom"}'
        $r.ToolCalls[0].Id, $r.ToolCalls[0].Result | Should -Be 'c1', $null
        $r2 = $r | Send-QwenMessage -ToolOutput @{ c1 = 'booked' }
        $r2.Text | Should -Be 'Results: booked'
        $r2.Conversation | Should -Be $c
        $c.Turns.Count | Should -Be 2
        Undo-QwenTurn $c
        $c.Turns.Count | Should -Be 1
        (Send-QwenMessage $c -ToolOutput @{ c1 = [pscustomobject]@{ Seat = 12 } }).Text | Should -Be 'Results: {"Seat":12}'
    }

    It 'accept results that are added as items, in the format of any API: <_>' -ForEach 'Responses', 'Conversations', 'ChatCompletions', 'DashScope' {
        $c = New-QwenConversation -Api $_ -Tool $book -Thinking Off
        $null = Send-QwenMessage $c "call book {`"city`":`"Rom`"}`ncall book {`"city`":`"Oslo`"}"
        Add-QwenConversationItem $c -Item @{ role = 'tool'; tool_call_id = 'c1'; content = 'booked' },
            @{ type = 'function_call_output'; call_id = 'c2'; output = 'full' }
        (Send-QwenMessage $c 'tell' -WarningVariable warned).Text | Should -Be 'Results: booked | full'
        $warned | Should -BeNullOrEmpty
        $c.Turns.Count | Should -Be 2
        $copy = Copy-QwenConversation $c
        (Send-QwenMessage $copy 'tell').Text | Should -Match 'booked.*full|^Results: $'
    }

    It 'accept no result for a call that is not pending, and no result as the first item' {
        $c = New-QwenConversation -Tool $book
        $null = Send-QwenMessage $c 'call book'
        $before = @(Get-QwenConversationItem $c).Count
        { Add-QwenConversationItem $c -Item @{ role = 'tool'; tool_call_id = 'c9'; content = 'x' } -ErrorAction Stop } | Should -Throw "*'c9'*c1 (book)*"
        { Add-QwenConversationItem $c -Item @{ role = 'tool'; content = 'x' } -ErrorAction Stop } | Should -Throw '*tool_call_id*'
        { New-QwenConversation -Item @{ role = 'tool'; tool_call_id = 'c1'; content = 'x' } -ErrorAction Stop } | Should -Throw '*cannot begin*'
        $result = @{ role = 'tool'; tool_call_id = 'c1'; content = 'x' }
        { Add-QwenConversationItem $c -Item $result, $result -ErrorAction Stop } | Should -Throw "*'c1'*"
        @(Get-QwenConversationItem $c).Count | Should -Be $before
        Add-QwenConversationItem $c -Item $result
        { Add-QwenConversationItem $c -Item $result -ErrorAction Stop } | Should -Throw "*'c1'*"
    }

    It 'count as not run if a message omits their results, and one warning is written' {
        $c = New-QwenConversation -Tool $book
        $null = Send-QwenMessage $c "call book {}`ncall book {`"city`":`"Oslo`"}"
        $r = Send-QwenMessage $c -ToolOutput @{ c2 = 'booked' } -WarningVariable warned -WarningAction SilentlyContinue
        $r.Text | Should -Be 'Results: not run | booked'
        "$warned" | Should -BeLike '*c1 (book)*-ToolOutput*'
    }

    It 'are named in the error for the result of an unknown call' {
        $c = New-QwenConversation -Tool $book
        { Send-QwenMessage $c -ToolOutput @{ c1 = 'x' } -ErrorAction Stop } | Should -Throw '*no pending tool call*' -ErrorId 'QwenInvalidRequest,*'
        $null = Send-QwenMessage $c 'call book'
        { Send-QwenMessage $c -ToolOutput @{ nope = 'x' } -ErrorAction Stop } | Should -Throw '*nope*c1 (book)*'
        { Send-QwenMessage -ToolOutput @{ c1 = 'x' } -ErrorAction Stop } | Should -Throw '*Specify the conversation*'
        $c.Turns.Count | Should -Be 1
    }

    It 'are answered on a branch if their reply is not the last' {
        $c = New-QwenConversation -Tool $book
        $r = Send-QwenMessage $c 'call book'
        $null = Send-QwenMessage $c 'Never mind' -WarningAction SilentlyContinue
        $other = $r | Send-QwenMessage -ToolOutput @{ c1 = 'booked' }
        $other.Text | Should -Be 'Results: booked'
        $other.Conversation | Should -Not -Be $c
        $c.Turns.Count | Should -Be 2
    }
}
