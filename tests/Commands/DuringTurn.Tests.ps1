# A downstream command must not wait for the turn whose answer the command receives, because that turn waits for the pipeline.

BeforeDiscovery {
    $apis = 'ChatCompletions', 'Responses', 'Conversations', 'DashScope'
    # Commands that work while the pipeline handles the last chunk of a stream, or a reply with or without -Show.
    $works = @(
        @{ what = 'Set-QwenConversation'; do = { Set-QwenConversation $c -Name x -Metadata @{ a = 'b' } -Instructions 'Be brief.' } }
        @{ what = 'Set-QwenConversation -Store'; do = { Set-QwenConversation $c -Store $null; Set-QwenConversation $c -Store $s } }
        @{ what = 'Undo-QwenTurn'; do = { Undo-QwenTurn $c } }
        @{ what = 'Add-QwenConversationItem'; do = { Add-QwenConversationItem $c 'a note' } }
        @{ what = 'Get-QwenConversationItem'
        do = { Get-QwenConversationItem $c -ErrorAction Stop; Get-QwenConversationItem $c -Id (Get-QwenConversationItem $c)[0].Id -ErrorAction Stop } }
        @{ what = 'Remove-QwenConversationItem'; do = { Remove-QwenConversationItem $c (Get-QwenConversationItem $c)[0].Id -Confirm:$false } }
        @{ what = 'Compress-QwenConversation'; not = 'Conversations'; do = { Compress-QwenConversation $c -KeepVerbatim 1 } }
        @{ what = 'Copy-QwenConversation'; do = { Send-QwenMessage (Copy-QwenConversation $c) 'on a branch' } }
        @{ what = 'a branch from the reply'; do = { if ($reply) { Send-QwenMessage $reply 'on a branch' } } }
        @{ what = 'Export-QwenConversation'; do = { Export-QwenConversation $c "$TestDrive/out.json" -Force } }
        @{ what = 'Measure-QwenConversation'; do = { Measure-QwenConversation $c } }
        @{ what = 'Search-QwenConversation'; do = { Search-QwenConversation -Conversation $c -Query one -Mode Words } }
        @{ what = 'Get-QwenConversation'; do = { Get-QwenConversation -Store $s -ErrorAction Stop; Get-QwenConversation -Last } }
        @{ what = 'Send-QwenMessage -DryRun'; do = { Send-QwenMessage $c 'look' -DryRun } }
        @{ what = 'Remove-QwenConversation'; do = { Remove-QwenConversation $c -Confirm:$false } }
    )
    $cases = foreach ($api in $apis) { foreach ($work in $works | Where-Object { $_.not -ne $api }) { $work + @{ api = $api } } }
}

BeforeAll {
    . $PSScriptRoot/Common.ps1
    $emulator = Connect-TestEmulator -Emulator @{ Reply = { 'one two three' } }
    $s = New-QwenStore "$TestDrive/during.db"
}

AfterAll {
    Stop-QwenEmulator
    Remove-Module QwenChat
}

Describe '<what> with <api>' -ForEach $cases {
    It 'works downstream of <how>' -ForEach @(
        @{ how = 'the last chunk of a stream'; switch = @{ Stream = $true } }
        @{ how = '-Show'; switch = @{ Show = $true } }
        @{ how = 'a reply'; switch = @{} }
    ) {
        $c = New-QwenConversation -Api $api -Store $s -Metadata @{ z = 'z' }
        'A first message, which is long enough for a summary of it to be shorter than it is.', 'second' | Send-QwenMessage $c | Out-Null
        $watch = [Diagnostics.Stopwatch]::StartNew()
        $seen = 0
        Send-QwenMessage $c third @switch 6> $null | ForEach-Object {
            $reply = if ($_ -is [QwenChat.QwenReply]) { $_ } else { $_.Reply }
            if ($reply) {
                $seen++
                $null = & $do
            }
        }
        $seen | Should -Be 1
        $watch.Elapsed.TotalSeconds | Should -BeLessThan 10
        (Send-QwenMessage $c after -WarningAction SilentlyContinue).Text | Should -Be 'one two three'
    }
}

Describe 'A message sent while an answer is read, with <api>' -ForEach ($apis | ForEach-Object { @{ api = $_ } }) {
    BeforeEach {
        $c = New-QwenConversation -Api $api -Store $s
        $null = Send-QwenMessage $c first
    }

    It 'is rejected immediately in the same pipeline, with <how>' -ForEach @(
        @{ how = '-Stream'; switch = @{ Stream = $true } }
        @{ how = '-Show'; switch = @{ Show = $true } }
        @{ how = 'no switch'; switch = @{} }
    ) {
        $failures = @(Send-QwenMessage $c hi @switch 6> $null | ForEach-Object { try { $null = Send-QwenMessage $c nested } catch { $_ } })
        $failures.Count | Should -BeGreaterThan 0
        $failures | ForEach-Object {
            $_.FullyQualifiedErrorId | Should -BeLike 'QwenInvalidRequest,*'
            $_.Exception.Message | Should -BeLike '*in the middle of a turn*Copy-QwenConversation*'
        }
        $c.Turns.Message | Should -Be first, hi
        (Send-QwenMessage $c after).Text | Should -Be 'one two three'
    }

    It 'is rejected in another runspace if the pipeline waits for that runspace' {
        $said = Send-QwenMessage $c hi -Stream | ForEach-Object {
            if ($_.Reply) {
                1 | ForEach-Object -Parallel { Import-Module QwenChat; try { Send-QwenMessage $using:c nested } catch { "$($_.FullyQualifiedErrorId)" } }
            }
        }
        $said | Should -BeLike 'QwenInvalidRequest,*'
        $c.Turns.Message | Should -Be first, hi
    }
}

Describe 'Several runspaces on one conversation' {
    It 'send their messages one at a time, even if an answer is streamed' {
        $c = New-QwenConversation -Api ChatCompletions
        $failures = 1..12 | ForEach-Object -Parallel {
            Import-Module QwenChat
            try { $null = Send-QwenMessage $using:c "message $_" -Stream:($_ % 2) } catch { "$_" }
        } -ThrottleLimit 4
        $failures | Should -BeNullOrEmpty
        $c.Turns.Count | Should -Be 12
        ($c.Turns.Message | Sort-Object -Unique).Count | Should -Be 12
    }
}

Describe 'An answer whose reader ends early' {
    It 'frees the conversation after <how>' -ForEach @(
        @{ how = 'Select-Object -First'; read = { Send-QwenMessage $c hi -Stream | Select-Object -First 1 } }
        @{ how = 'an exception'; read = { try { Send-QwenMessage $c hi -Stream | ForEach-Object { throw 'enough' } } catch { "$_" } } }
        @{ how = 'an exception at the reply'
        read = { try { Send-QwenMessage $c hi -Stream | ForEach-Object { if ($_.Reply) { throw 'enough' } } } catch { "$_" } } }
        @{ how = 'a break out of a loop'; read = { foreach ($i in 1) { Send-QwenMessage $c hi -Stream | ForEach-Object { break } } } }
    ) {
        $c = New-QwenConversation -Api ChatCompletions -Store $s
        $null = & $read
        $c.Turns.Count | Should -Be 1
        (Send-QwenMessage $c after).Text | Should -Be 'one two three'
        Get-QwenConversation $c.Id -Store $s | ForEach-Object { $_.Turns.Count } | Should -Be 2
    }
}
