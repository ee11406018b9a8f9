# Binding of a conversation and a message, by position and from the pipeline.

BeforeAll {
    . $PSScriptRoot/Common.ps1
    . $PSScriptRoot/Talk.ps1
}

AfterAll {
    $store.Dispose()
    Stop-QwenEmulator
    Remove-Module QwenChat
}

Describe 'Send-QwenMessage: conversation and message' {
    BeforeAll { New-Talk }

    It 'sends <Expected> for: <Line>' -ForEach @(
        @{ Line = { Send-QwenMessage 'x' }; Expected = 'x'; New = $true }
        @{ Line = { Send-QwenMessage -Message 'x' }; Expected = 'x'; New = $true }
        @{ Line = { Send-QwenMessage 'x' -Name begun }; Expected = 'x'; New = $true }
        @{ Line = { Send-QwenMessage 'x' -Api DashScope -Stateless }; Expected = 'x'; New = $true }
        @{ Line = { Send-QwenMessage 'x' -Store $store }; Expected = 'x'; New = $true }
        @{ Line = { Send-QwenMessage $c 'x' }; Expected = 'x'; New = $false }
        @{ Line = { Send-QwenMessage $c -Message 'x' }; Expected = 'x'; New = $false }
        @{ Line = { Send-QwenMessage 'x' -Conversation $c }; Expected = 'x'; New = $false }
        @{ Line = { Send-QwenMessage -Message 'x' $c }; Expected = 'x'; New = $false }
        @{ Line = { Send-QwenMessage -Message 'x' talk }; Expected = 'x'; New = $false }
        @{ Line = { $splat = @{ Conversation = 'talk'; Message = 'x' }; Send-QwenMessage @splat }; Expected = 'x'; New = $false }
        @{ Line = { $splat = 'talk', 'x'; Send-QwenMessage @splat }; Expected = 'x'; New = $false }
        @{ Line = { $c | Send-QwenMessage 'x' }; Expected = 'x'; New = $false }
        @{ Line = { 'x' | Send-QwenMessage $c }; Expected = 'x'; New = $false }
        @{ Line = { 'x' | Send-QwenMessage -Conversation talk }; Expected = 'x'; New = $false }
        @{ Line = { $splat = @{ Conversation = 'talk' }; 'x' | Send-QwenMessage @splat }; Expected = 'x'; New = $false }
        @{ Line = { 'y' | Send-QwenMessage 'x' }; Expected = "x`n`ny"; New = $true }
        @{ Line = { 'talk' | Send-QwenMessage }; Expected = 'talk'; New = $true }
        @{ Line = { 'y' | Send-QwenMessage talk 'x' }; Expected = "x`n`ny"; New = $false }
        @{ Line = { Send-QwenMessage $c ('a', 'b') }; Expected = "a`nb"; New = $false }
        @{ Line = { Send-QwenMessage $c $r }; Expected = 'You said: "Two". I remember 1 earlier turn.'; New = $false }
    ) {
        $reply = & $Line
        $reply.Conversation.Turns[-1].Message | Should -Be $Expected
        [object]::ReferenceEquals($reply.Conversation, $c) | Should -Be (-not $New)
    }

    It 'rejects, before any request: <Line>' -ForEach @(
        @{ Line = { Send-QwenMessage 'x' 'y' }; Says = "This session has no conversation 'x'*If there are two arguments, the first is the conversation*" }
        @{ Line = { Send-QwenMessage 'x' 'y' -Name begun }; Says = "*'y'*" }
        @{ Line = { Send-QwenMessage $c 'x' -Api DashScope }; Says = "*'x'*" }
        @{ Line = { Send-QwenMessage $c -Name begun }; Says = '*was specified in place of the message*' }
        @{ Line = { Send-QwenMessage }; Says = 'There is no message*' }
        @{ Line = { Send-QwenMessage $c }; Says = 'There is no message*' }
        @{ Line = { Send-QwenMessage $null 'x' }; Says = '-Conversation is $null*' }
        @{ Line = { Send-QwenMessage $null }; Says = '-Conversation is $null*' }
        @{ Line = { 'x' | Send-QwenMessage -Conversation $null }; Says = '-Conversation is $null*' }
        @{ Line = { Send-QwenMessage $r.Id 'x' }; Says = '-Conversation is $null*' }
        @{ Line = { Send-QwenMessage $c $null }; Says = '-Message is $null. Is the variable set?*' }
        @{ Line = { Send-QwenMessage -Message $null }; Says = '-Message is $null. Is the variable set?*' }
        @{ Line = { Send-QwenMessage $c $null -Image a.png }; Says = '-Message is $null. Is the variable set?*omit -Message.' }
        @{ Line = { 'x' | Send-QwenMessage -Message $null }; Says = '-Message is $null. Is the variable set?*omit -Message.' }
        @{ Line = { $c | Send-QwenMessage -Message $null }; Says = '-Message is $null. Is the variable set?*' }
        @{ Line = { 'x' | New-QwenBatchRequest -Message $null }; Says = '-Message is $null. Is the variable set?*omit -Message.' }
        @{ Line = { New-QwenBatchRequest $null }; Says = '-Message is $null. Is the variable set?*' }
        @{ Line = { $null | Send-QwenMessage $c }; Says = '$null was piped, so there is no message. Is the variable set?*' }
        @{ Line = { $null | New-QwenBatchRequest }; Says = '$null was piped, so there is no message. Is the variable set?*' }
        @{ Line = { Send-QwenMessage $c 'x' -Image @(@($null), 'a.png') }; Says = '*is $null. Is the variable set?*' }
        @{ Line = { Send-QwenMessage $c '' }; Says = 'The message is empty*' }
        @{ Line = { Send-QwenMessage ($c, $c) 'x' }; Says = '2 objects*pipe them*' }
        @{ Line = { $c | Send-QwenMessage talk 'x' }; Says = '*both specified with -Conversation and piped*' }
        @{ Line = { 'a note', $c | Send-QwenMessage 'x' }; Says = 'The piped input contains conversations as well as input to attach*' }
        @{ Line = { Send-QwenMessage $c $c }; Says = '*was specified in place of the message*' }
    ) {
        $before = $emulator.Requests.Count
        { $ErrorActionPreference = 'Stop'; & $Line } | Should -Throw $Says
        $emulator.Requests.Count | Should -Be $before
    }

    It 'warns when a single argument is the name of a conversation' {
        $warned = (Send-QwenMessage talk -WarningVariable warned -WarningAction SilentlyContinue) ? $warned : $null
        $warned | Should -BeLike "*'talk' is sent as the message*-Conversation*"
    }
}

Describe 'Other commands that accept a second argument' {
    BeforeEach { New-Talk }

    It 'Export-QwenConversation writes one file for each conversation, and rejects a second path' {
        { $c | Export-QwenConversation (Join-Path $TestDrive a.md) (Join-Path $TestDrive b.md) -ErrorAction Stop } |
            Should -Throw -ErrorId 'QwenInvalidRequest*'
        Join-Path $TestDrive a.md | Should -Not -Exist
        Join-Path $TestDrive b.md | Should -Not -Exist
        $c | Export-QwenConversation (Join-Path $TestDrive a.md)
        Join-Path $TestDrive a.md | Should -Exist
        $c, (Copy-QwenConversation $c -Name copy) | Export-QwenConversation { Join-Path $TestDrive "$($_.Name).json" }
        Join-Path $TestDrive talk.json | Should -Exist
        Join-Path $TestDrive copy.json | Should -Exist
    }

    It 'Search-QwenConversation uses a single argument as the query' {
        { Search-QwenConversation 'one' 'two' -Store $store -ErrorAction Stop } | Should -Throw -ErrorId 'PositionalParameterNotFound*'
        (Search-QwenConversation 'two' -Store $store -Mode Words).Count | Should -BeGreaterThan 0
        (Search-QwenConversation $file 'two' -Mode Words).Count | Should -BeGreaterThan 0
        ($c | Search-QwenConversation 'two' -Mode Words).Turn | Should -Be 2
        { Search-QwenConversation 'two' -ErrorAction Stop } | Should -Throw 'No store was specified*' -ErrorId 'QwenInvalidRequest*'
        { Search-QwenConversation $store -ErrorAction Stop } | Should -Throw '-Query is missing*' -ErrorId 'QwenInvalidRequest*'
    }

    It 'Undo-QwenTurn accepts a count after a piped conversation, and Get-QwenConversationItem accepts ids' {
        ($c | Get-QwenConversationItem $c.Turns[1].Items[0].Id).Text | Should -Be 'Two'
        ($c | Undo-QwenTurn 2 -PassThru).Turns.Count | Should -Be 0
    }

    It 'Undo-QwenTurn and Add-QwenConversationItem reject a reply that is not the last' {
        $null = Send-QwenMessage $c 'Three'
        { Undo-QwenTurn $r -ErrorAction Stop } | Should -Throw '*not the last reply in talk*' -ErrorId 'QwenInvalidRequest*'
        { Add-QwenConversationItem $r 'Note' } | Should -Throw '*not the last reply in talk*' -ErrorId 'QwenInvalidRequest*'
        $c.Turns.Count | Should -Be 3
    }
}
