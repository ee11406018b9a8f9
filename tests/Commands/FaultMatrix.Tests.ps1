# Answers are cut off, changed or interrupted at any position. The result must be a complete reply or an error.

BeforeDiscovery {
    $apis = 'ChatCompletions', 'Responses', 'Conversations', 'DashScope' | ForEach-Object { @{ api = $_ } }
}

BeforeAll {
    . $PSScriptRoot/Common.ps1
    $emulator = Connect-TestEmulator -Emulator @{ Reply = { 'one two three 四 five 😀 seven' } } -Connection @{ MaximumRetryCount = 0 }
    $answer = 'one two three 四 five 😀 seven'
    $counter = @{ Cases = 0 }

    # Returns a conversation of one turn, and the numbers of bytes and events in its next streamed answer.
    function New-Subject([string] $Api) {
        $conversation = New-QwenConversation -Api $Api -Thinking Off
        $first = Send-QwenMessage $conversation 'First'
        $first.Text | Should -BeExactly $answer
        $null = Send-QwenMessage $conversation 'Second' -Stream
        $request = $emulator.Requests[-1]
        $null = Undo-QwenTurn $conversation
        $client = [Net.Http.HttpClient]::new()
        $message = [Net.Http.HttpRequestMessage]::new('Post', [uri]::new($emulator.BaseUri, $request.Path))
        $message.Headers.Add('Authorization', "Bearer $([Net.NetworkCredential]::new('', $emulator.ApiKey).Password)")
        $message.Headers.Add('X-DashScope-SSE', 'enable')
        # The request is repeated only to measure its answer, so it is sent without the conversation object.
        $message.Content = [Net.Http.StringContent]::new(($request.Body -replace '"conversation":"[^"]*",?'))
        $stream = $client.Send($message).Content.ReadAsStringAsync().Result
        $client.Dispose()
        [pscustomobject]@{
            Api          = $Api
            Conversation = $conversation
            Turn         = $conversation.Turns[0]
            Bytes        = [Text.Encoding]::UTF8.GetByteCount($stream)
            Events       = ($stream -split '\n\n').Count - 1
        }
    }

    # Sends a turn with a fault, and returns each difference from the expected result. A successful turn is undone.
    function Test-Fault($Subject, [hashtable] $Fault, [string[]] $Id = @(), [switch] $Whole, [switch] $Body) {
        $counter.Cases++
        $path = if ($Subject.Api -eq 'Conversations') { '/responses' }
        $emulator.AddFault([QwenChat.QwenEmulatorFault]($Fault + @{ Path = $path }))
        $sent = @($emulator.Requests | Where-Object Path -NotMatch '/conversations').Count
        $reply = $failure = $null
        try { $reply = Send-QwenMessage $Subject.Conversation 'Second' -Stream:(-not $Body) -ErrorAction Stop -WarningAction SilentlyContinue |
            Select-Object -Last 1 } catch { $failure = $_ }
        if ($reply -is [QwenChat.QwenReplyDelta]) { $reply = $reply.Reply }
        $emulator.ClearFaults()
        Wait-Until { $emulator.ActiveRequests -eq 0 }
        $case = ($Fault.Keys | ForEach-Object { "$_ $($Fault[$_])" }) -join ', '
        $conversation = $Subject.Conversation
        if (-not [object]::ReferenceEquals($conversation.Turns[0], $Subject.Turn)) { "${case}: the previous turn has changed" }
        if (@($emulator.Requests | Where-Object Path -NotMatch '/conversations').Count -ne $sent + 1) { "${case}: sent more than once" }
        if ($reply) {
            if ($Id) { "${case}: a reply instead of $Id" }
            if ($reply.Text -cne $answer) { "${case}: '$($reply.Text)'" }
            if ($conversation.Turns.Count -ne 2) { "${case}: $($conversation.Turns.Count) turns" }
            Undo-QwenTurn $conversation
        }
        else {
            $was = $failure.FullyQualifiedErrorId -split ',' | Select-Object -First 1
            if ($Whole) { "${case}: $failure" }
            elseif ($was -notin $Id) { "${case}: $was instead of $Id" }
            if ($conversation.Turns.Count -ne 1) { "${case}: $($conversation.Turns.Count) turns" }
            $partial = $failure.Exception.PartialReply
            if ($partial -and -not $answer.StartsWith($partial.Text, [StringComparison]::Ordinal)) { "${case}: the partial reply is '$($partial.Text)'" }
        }
    }
}

AfterAll {
    # build.ps1 Reliability writes the number of cases into docs/reliability.md.
    $results = Join-Path $RepositoryRoot TestResults
    $null = New-Item $results -ItemType Directory -Force
    Set-Content (Join-Path $results 'FaultMatrix.Tests.cases') $counter.Cases
    Stop-QwenEmulator
    Remove-Module QwenChat
}

Describe 'A stream with <api>' -ForEach $apis {
    BeforeAll { $subject = New-Subject $api }

    It 'that is cut between two events is reported as broken (<cut>)' -ForEach @{ cut = 'Close' }, @{ cut = 'Reset' }, @{ cut = 'Truncate' } {
        # After the finish reason, an answer is complete, even if the connection breaks. Chat Completions then sends two more events: token counts and [DONE].
        $enough = if ($api -eq 'ChatCompletions') { 2 } else { 0 }
        $wrong = foreach ($count in 0..($subject.Events - 1)) {
            if ($count -lt $subject.Events - $enough) { Test-Fault $subject @{ CutAfterEvents = $count; Cut = $cut } -Id QwenStreamBroken }
            else { Test-Fault $subject @{ CutAfterEvents = $count; Cut = $cut } -Whole }
        }
        $wrong | Should -BeNullOrEmpty
    }

    It 'that is cut at any of 50 positions is complete, or is reported as broken' {
        $random = [Random]::new(7)
        $wrong = foreach ($i in 1..50) {
            $at = $random.Next($subject.Bytes)
            $cut = 'Close', 'Reset', 'Truncate' | Select-Object -Index $random.Next(3)
            # Near the end, a cut may lose only events that mark the end, so the answer may be complete.
            $id = if ($at -lt $subject.Bytes * 0.6) { 'QwenStreamBroken' } else { @() }
            if ($id) { Test-Fault $subject @{ CutAfterBytes = $at; Cut = $cut } -Id $id } else { Test-Fault $subject @{ CutAfterBytes = $at; Cut = $cut } |
                Where-Object { $_ -notmatch 'QwenStreamBroken instead of' } }
        }
        $wrong | Should -BeNullOrEmpty
    }

    It 'that reports an error at any position results in that error' {
        $wrong = foreach ($after in 0..($subject.Events - 3)) {
            Test-Fault $subject @{ ErrorAfterEvents = $after; ErrorStatus = 500 } -Id QwenServiceUnavailable
            Test-Fault $subject @{ ErrorAfterEvents = $after; ErrorStatus = 429 } -Id QwenRateLimited
        }
        $wrong | Should -BeNullOrEmpty
    }

    It 'results in the same answer in every form: <_>' -ForEach 'byte by byte', 'CR LF', 'CR', 'without spaces', 'without blank lines', 'compressed',
        'with a wrong content type' {
        $fault = switch ($_) {
            'byte by byte' { @{ ChunkBytes = 1 } }
            'CR LF' { @{ LineEnd = "`r`n" } }
            'CR' { @{ LineEnd = "`r" } }
            'without spaces' { @{ NoSpace = $true } }
            'without blank lines' { @{ NoBlankLine = $true } }
            'compressed' { @{ Gzip = $true } }
            'with a wrong content type' { @{ ContentType = 'text/html' } }
        }
        Test-Fault $subject $fault -Whole | Should -BeNullOrEmpty
    }
}

Describe 'A body with <api>' -ForEach $apis {
    BeforeAll { $subject = New-Subject $api }

    It 'that is cut at any of 20 positions is reported as broken' {
        $random = [Random]::new(11)
        # With Conversations, the service keeps the turn, so the answer is read from the conversation object.
        $expected = if ($api -eq 'Conversations') { @{ Whole = $true } } else { @{ Id = 'QwenStreamBroken' } }
        $wrong = foreach ($i in 1..20) {
            $cut = 'Close', 'Reset', 'Truncate' | Select-Object -Index $random.Next(3)
            Test-Fault $subject @{ CutAfterBytes = $random.Next(200); Cut = $cut } @expected -Body
        }
        $wrong | Should -BeNullOrEmpty
    }

    It 'results in the same answer in every form: <_>' -ForEach 'byte by byte', 'compressed', 'with a wrong content type' {
        $fault = switch ($_) {
            'byte by byte' { @{ ChunkBytes = 1 } }
            'compressed' { @{ Gzip = $true } }
            'with a wrong content type' { @{ ContentType = 'text/event-stream' } }
        }
        Test-Fault $subject $fault -Whole -Body | Should -BeNullOrEmpty
    }
}

Describe 'After all faults' {
    It 'only reusable connections are open' {
        Wait-Until { $emulator.OpenConnections -le 2 }
        $emulator.ActiveRequests | Should -Be 0
    }
}

Describe 'A retry' {
    It 'follows a reset before the headers, with <api>' -ForEach $apis {
        $connection = New-QwenConnection -BaseUri $emulator.BaseUri -ApiKey $emulator.ApiKey -MaximumRetryCount 1
        $conversation = New-QwenConversation -Api $api -Connection $connection -Thinking Off
        $emulator.AddFault([QwenChat.QwenEmulatorFault]@{ CutBeforeHeaders = $true; Cut = 'Reset'; Path = ($api -eq 'Conversations' ? '/responses' : $null) })
        $sent = @($emulator.Requests | Where-Object Path -NotMatch '/conversations').Count
        (Send-QwenMessage $conversation 'Hello').Text | Should -BeExactly $answer
        @($emulator.Requests | Where-Object Path -NotMatch '/conversations').Count | Should -Be ($sent + 2)
        $conversation.Turns.Count | Should -Be 1
    }

    It 'never follows a redirect to another address' {
        $other = Start-QwenEmulator
        $emulator.AddFault([QwenChat.QwenEmulatorFault]@{ RedirectTo = "$($other.BaseUri)compatible-mode/v1/chat/completions"; Times = 9 })
        { Send-QwenMessage 'Hello' -Api ChatCompletions -ErrorAction Stop } | Should -Throw -ErrorId 'QwenConnectionFailed*'
        $emulator.ClearFaults()
        $other.Requests.Count | Should -Be 0
        $other.OpenConnections | Should -Be 0
    }
}
