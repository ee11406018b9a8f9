# Tools that the service runs: parameter binding, errors before a request, secrets, and tool calls in views, streams and stores.

BeforeAll {
    . $PSScriptRoot/Common.ps1
    Import-Module QwenChat
    $emulator = Connect-TestEmulator -Connection @{ MaximumRetryCount = 0 }
    $secret = 'Bearer tok-0123456789abcdef'
    $maps = @{ label = 'maps'; url = 'https://mcp.example.com/sse'; headers = @{ Authorization = $secret } }
    $all = @{
        Model = 'qwen3.8-max'
        BuiltInTool = 'WebSearch', 'WebExtractor', 'CodeInterpreter', 'ImageSearch'
        KnowledgeBase = 'kb-example'
        RemoteMcpServer = $maps
    }
    $kinds = 'WebSearch', 'WebExtractor', 'CodeInterpreter', 'ImageSearch', 'FileSearch', 'Mcp'
}

AfterAll {
    Stop-QwenEmulator
    Remove-Module QwenChat
}

Describe 'A service tool' {
    It 'is requested by one name, several names or a string, or not at all: <Given>' -ForEach @(
        @{ Given = 'WebSearch'; Tools = 'web_search' }
        @{ Given = @('WebSearch', 'CodeInterpreter'); Tools = 'web_search', 'code_interpreter' }
        @{ Given = 'WebSearch, CodeInterpreter'; Tools = 'web_search', 'code_interpreter' }
        @{ Given = 'None'; Tools = @() }
        @{ Given = @(); Tools = @() }
    ) {
        $body = (Send-QwenMessage hi -Api Responses -Model qwen3.8-max -BuiltInTool $Given -DryRun).Body | ConvertFrom-Json
        @($body.PSObject.Properties['tools'] ? $body.tools.type : @()) | Should -Be $Tools
    }

    It 'is rejected before a request if the API does not support it' {
        $before = $emulator.Requests.Count
        { Send-QwenMessage hi -Api ChatCompletions -Model qwen3.8-max -BuiltInTool FileSearch -KnowledgeBase kb-example -ErrorAction Stop } |
            Should -Throw '*FileSearch; Responses and Conversations*' -ErrorId 'QwenInvalidRequest*'
        { Send-QwenMessage hi -BuiltInTool Telepathy -ErrorAction Stop } | Should -Throw '*WebSearch*CodeInterpreter*'
        $emulator.Requests.Count | Should -Be $before
    }

    It 'can be omitted for one turn, or removed permanently' {
        $c = New-QwenConversation -Model qwen3.8-max -Api Responses -BuiltInTool WebSearch
        (Send-QwenMessage $c one -BuiltInTool None).ServiceToolCalls | Should -BeNullOrEmpty
        (Send-QwenMessage $c two).ServiceToolCalls.Kind | Should -Be 'WebSearch'
        Set-QwenConversation $c -BuiltInTool $null
        (Send-QwenMessage $c three).ServiceToolCalls | Should -BeNullOrEmpty
    }

    It 'can be combined with a tool of the session' {
        $reply = Send-QwenMessage hi -Api Responses -Model qwen3.8-max -BuiltInTool WebSearch -Tool Get-Date -ToolChoice Get-Date -Thinking Off
        $reply.ToolCalls.Name | Should -Be 'Get-Date'
        $reply.ServiceToolCalls.Kind | Should -Be 'WebSearch'
        $reply.SearchResults.Count | Should -Be 2
    }

    It 'cannot be combined with a schema with Responses, but can with Chat Completions' {
        { Send-QwenMessage hi -Api Responses -Model qwen3.8-max -Schema 'name' -BuiltInTool WebSearch -ErrorAction Stop } |
            Should -Throw '*cannot be combined with other tools*'
        (Send-QwenMessage 'hi, as json' -Api ChatCompletions -Model qwen3.8-max -Schema 'name' -BuiltInTool CodeInterpreter).name | Should -Be 'name'
    }
}

Describe 'A tool without a known price' {
    It 'leaves the cost unknown, and its tokens count against a limit' {
        $c = New-QwenConversation -Api Responses -Model qwen3.7-max -BuiltInTool WebSearch -CostLimit 0.0035
        $reply = Send-QwenMessage $c hi -WarningVariable warned -WarningAction SilentlyContinue
        $reply.Cost | Should -BeNullOrEmpty
        "$warned" | Should -BeLike '*price of the service tools is not known*(1 web search)*-CostLimit counts only tokens*'
        { 1..9 | ForEach-Object { Send-QwenMessage $c hi -ErrorAction Stop } } | Should -Throw -ErrorId 'QwenBudgetExceeded*'
    }

    It 'does not run in a batch if it requires streaming' {
        { New-QwenBatchRequest hi -Model qwen3.8-max -BuiltInTool CodeInterpreter -ErrorAction Stop } | Should -Throw '*require streaming*'
    }
}

Describe 'An MCP server' {
    It 'is rejected if it is invalid: <Part>' -ForEach @(
        @{ Given = @{}; Part = 'needs a label' }
        @{ Given = 'maps'; Part = 'must be a hashtable' }
        @{ Given = @{ label = 'a'; url = 'ftp://x' }; Part = 'absolute https or http URL' }
        @{ Given = @{ label = 'a'; url = 'https://x/'; headers = @{ 'A B' = 'x' } }; Part = 'header name' }
        @{ Given = @{ label = 'a'; url = 'https://x/'; headers = @{ A = "x`ny" } }; Part = 'line break' }
        @{ Given = @{ label = 'a'; url = 'https://x/'; headers = @{ A = $null } }; Part = 'is null' }
        @{ Given = @{ label = 'a'; url = 'https://x/'; headers = 'A: x' }; Part = 'table of names' }
        @{ Given = @{ label = 'a'; url = 'https://x/'; heders = @{} }; Part = "'heders'" }
    ) {
        { New-QwenConversation -RemoteMcpServer $Given } | Should -Throw "*$Part*"
    }

    It 'is sent with its secret, which is neither shown nor stored' {
        $server = $maps + @{}
        $server.headers = @{ Authorization = ConvertTo-SecureString $secret -AsPlainText -Force }
        $store = New-QwenStore (Join-Path $TestDrive secret.db)
        $c = New-QwenConversation -Model qwen3.8-max -Api Responses -RemoteMcpServer $server -Store $store
        $shown = @(
            (Send-QwenMessage $c hi -DryRun).Body
            Send-QwenMessage $c hi -Verbose -Debug 4>&1 5>&1 | Out-String
            $c | Format-List * | Out-String
            $c | ConvertTo-Json -Depth 5 -WarningAction Ignore
            [Management.Automation.PSSerializer]::Serialize($c, 5)
            foreach ($format in 'json', 'jsonl', 'md', 'html') {
                $c | Export-QwenConversation -Path (Join-Path $TestDrive "c.$format")
                Get-Content (Join-Path $TestDrive "c.$format") -Raw
            }
        )
        $emulator.Requests[-1].Body | Should -BeLike "*`"Authorization`":`"$secret`"*"
        $shown -join "`n" | Should -Not -Match 'tok-0123456789abcdef'
        Close-QwenStore $store
        Get-ChildItem $TestDrive -Filter 'secret.db*' | ForEach-Object {
            [Text.Encoding]::Latin1.GetString([IO.File]::ReadAllBytes($_.FullName)) | Should -Not -Match 'tok-0123456789abcdef'
        }
    }

    It 'must be specified again if a conversation is loaded without its secret' {
        $path = Join-Path $TestDrive again.json
        New-QwenConversation -Model qwen3.8-max -Api Responses -RemoteMcpServer $maps | Export-QwenConversation -Path $path
        $loaded = Import-QwenConversation $path
        { Send-QwenMessage $loaded hi -ErrorAction Stop } | Should -Throw "*'maps' cannot be used without the value of the header Auth*Set-QwenConversation*"
        Set-QwenConversation $loaded -RemoteMcpServer $maps
        (Send-QwenMessage $loaded hi).ServiceToolCalls.Server | Should -Be 'maps'
    }

    It 'cannot reveal its secret by repeating it: the output is masked' {
        $c = New-QwenConversation -Model qwen3.8-max -Api Responses -RemoteMcpServer $maps
        $pieces = Send-QwenMessage $c "say $secret" -Stream
        $reply = $pieces[-1].Reply
        $reply.ServiceToolCalls.Output | Should -Be 'say …'
        "$($pieces | Where-Object Kind -EQ ServiceToolCall)" | Should -Not -Match 'tok-0123456789abcdef'
        (Send-QwenMessage $c "say $secret again").ServiceToolCalls.Output | Should -Be 'say … again'
    }

    It 'cannot reveal its secret in an error of the service' {
        $echo = Start-QwenEmulator -Reply { throw "bad token tok-0123456789abcdef of the server" }
        $failure = Send-QwenMessage hi -Connection (New-QwenConnection -BaseUri $echo.BaseUri -ApiKey $echo.ApiKey -MaximumRetryCount 0) -Model qwen3.8-max `
            -Api Responses -RemoteMcpServer $maps -ErrorAction SilentlyContinue 2>&1 -ErrorVariable failed
        "$failed $($failed | Format-List * -Force | Out-String) $($failed.Exception)" | Should -Not -Match 'tok-0123456789abcdef'
        "$failed" | Should -Match 'bad token'
        Stop-QwenEmulator $echo
    }
}

Describe 'A call of a service tool' {
    BeforeAll {
        $c = New-QwenConversation -Api Responses @all
        $reply = Send-QwenMessage $c 'What is 123**21?'
    }

    It 'is an object of its own type' {
        $reply.ServiceToolCalls.Kind | Should -Be $kinds
        $reply.ServiceToolCalls[2].Code | Should -Be 'print(123**21)'
        $reply.ServiceToolCalls[2].Output | Should -Be "77269364466549865653073473388030061522211723`n"
        $reply.ServiceToolCalls[4].Files[0].FileName | Should -Be 'kb-example.md'
    }

    It 'appears in the view, the item list and the measurement' {
        $reply | Out-String -Width 200 | Should -Match '\[CodeInterpreter print\(123\*\*21\) → 7726'
        (Get-QwenConversationItem $c | Where-Object Type -EQ file_search_call | Out-String) | Should -Match 'file_search_call'
        (Measure-QwenConversation $c -WarningAction Ignore).Tools.ToString() |
            Should -Be '1 web search, 1 page read, 1 code run, 1 image search, 1 file search, 1 MCP call'
    }

    It 'is a separate delta in a stream' {
        (Send-QwenMessage 'hi' -Api Responses @all -Stream | Where-Object Kind -EQ ServiceToolCall).Count | Should -Be 6
    }

    It 'is preserved in files, stores, branches and copies, and by an undo' {
        $path = Join-Path $TestDrive calls.json
        $c | Export-QwenConversation -Path $path
        (Import-QwenConversation $path).Turns[0].ServiceToolCalls.Kind | Should -Be $kinds
        $store = New-QwenStore (Join-Path $TestDrive calls.db)
        Set-QwenConversation $c -Store $store
        (Get-QwenConversation $c.Id -Store $store).Turns[0].ServiceToolCalls.Kind | Should -Be $kinds
        $branch = $reply | Send-QwenMessage 'and then?'
        $branch.Conversation.Turns[0].ServiceToolCalls.Kind | Should -Be $kinds
        $copy = Copy-QwenConversation $c -Api ChatCompletions -WarningAction Ignore
        Set-QwenConversation $copy -BuiltInTool $null -KnowledgeBase $null -RemoteMcpServer $null
        (Send-QwenMessage $copy more).Text | Should -BeLike 'You said: "more"*'
        Close-QwenStore $store
    }

    It 'is kept in an answer that is stopped' {
        $d = New-QwenConversation -Api Responses @all
        Send-QwenMessage $d 'hi there, tell me much' -Stream | Where-Object Kind -EQ Text | Select-Object -First 1 | Should -Not -BeNullOrEmpty
        $d.Turns[0].State | Should -Be 'Interrupted'
        $d.Turns[0].ServiceToolCalls.Kind | Should -Be $kinds
        (Send-QwenMessage $d 'go on').State | Should -Be 'Completed'
    }
}
