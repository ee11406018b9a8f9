# Send-QwenMessage -Show must display text as it arrives, write one reply, and never display text twice.

BeforeDiscovery {
    . $PSScriptRoot/Terminal.ps1
}

BeforeAll {
    . $PSScriptRoot/Terminal.ps1
    Import-Module QwenChat
    function Measure-Answer([string] $Text, [string] $Answer = 'The answer is 42.') { [regex]::Matches($Text, [regex]::Escape($Answer)).Count }
}

AfterAll {
    Stop-QwenEmulator
    Remove-Module QwenChat
}

Describe '-Show at a console' -Skip:$noTerminal -Tag 'needs the script program of util-linux, which provides a terminal' {
    BeforeAll {
        $before = @(
            'Import-Module QwenChat'
            '$e = Start-QwenEmulator -Reply { @{ Thinking = "Hm, 6 by 7."; Text = "The answer is 42." } } -DelayBetweenEvents 20'
            '$e | Set-QwenConnection'
            "`$folder = '$TestDrive'"
        )
        $lines = [ordered]@{
            plain    = 'Send-QwenMessage a -Show'
            captured = '$r = Send-QwenMessage a -Show'
            later    = '$r'
            both     = '$r = Send-QwenMessage a -Show; "kept: $r"'
            each     = 'Send-QwenMessage a -Show | ForEach-Object { $_ }'
            host     = 'Send-QwenMessage a -Show | Out-Host'
            text     = 'Send-QwenMessage a -Show | ForEach-Object Text'
            tee      = 'Send-QwenMessage a -Show | Tee-Object $folder/tee.txt'
            file     = 'Send-QwenMessage a -Show > $folder/file.txt'
            string   = '$s = Send-QwenMessage a -Show | Out-String'
            strings  = '$s'
            null     = 'Send-QwenMessage a -Show 6>$null'
            inner    = '& { Send-QwenMessage a -Show } 6> $folder/inner.txt'
            ignored  = 'Send-QwenMessage a -Show -InformationAction Ignore'
            variable = '$null = Send-QwenMessage a -Show -InformationVariable pieces; "$($pieces.Count -gt 3) $(-join $pieces) $($pieces[0].Tags)"'
            two      = "'a', 'b' | Send-QwenMessage -Show"
            stream   = '$d = Send-QwenMessage a -Show -Stream; "$($d.Count -gt 5) $(-join $d)"'
            dry      = '(Send-QwenMessage a -Show -DryRun).EstimatedInputTokens -gt 0'
            defaults = '$PSDefaultParameterValues["Send-QwenMessage:Show"] = $true; Send-QwenMessage a; $PSDefaultParameterValues.Clear()'
            parallel = '1, 2 | ForEach-Object -Parallel { Send-QwenMessage a -Show }'
            job      = 'Start-Job { Set-QwenConnection -BaseUri $using:e.BaseUri -ApiKey $using:e.ApiKey; Send-QwenMessage a -Show } | Receive-Job -Wait | ForEach-Object Text'
            thread   = '$j = Start-ThreadJob { Send-QwenMessage a -Show }; $null = Wait-Job $j; "$(-join $j.Information) / $($j.Output)"'
            create   = '$p = [powershell]::Create().AddScript("Send-QwenMessage a -Show"); "$($p.Invoke()) / $(-join $p.Streams.Information)"'
            record   = 'Start-Transcript $folder/transcript.txt | Out-Null; Send-QwenMessage a -Show; Stop-Transcript | Out-Null'
            stopped  = '$c = New-QwenConversation; $p = [powershell]::Create().AddScript("param(`$c) Send-QwenMessage `$c a -Show").AddArgument($c); $run = $p.BeginInvoke(); while ("$($p.Streams.Information)" -notlike "*answer*" -and -not $run.IsCompleted) { Start-Sleep -Milliseconds 2 }; $p.Stop(); "$($c.Turns.State) $($c.Turns[0].Text.Length -gt 4)"'
            pieces   = '$null = Stop-QwenEmulator; $e = Start-QwenEmulator -EventCount 5000; $e | Set-QwenConnection; $null = Send-QwenMessage a -Show -Thinking Off -InformationVariable many'
            coalesce = '$many.Count'
            unsafe   = 'Stop-QwenEmulator; Start-QwenEmulator "a`e[2Jb`r`nc`u{202e}" | Set-QwenConnection; Send-QwenMessage a -Show -Thinking Off'
            broken   = 'Stop-QwenEmulator; $e = Start-QwenEmulator "Half of it came." -Fault @{ ErrorAfterEvents = 6 }; $e | Set-QwenConnection; Send-QwenMessage a -Show -Thinking Off -Api ChatCompletions'
        }
        $shown = Invoke-InTerminal -Line $lines -Before $before
    }

    It 'displays thinking, answer and footer, each once' {
        $shown.plain | Should -Match '^Hm, 6 by 7\.\n\nThe answer is 42\.\n\n?qwen3\.6-plus · .+ s$'
    }

    It 'displays the text of an assigned reply, without a footer' {
        $shown.captured | Should -BeExactly "Hm, 6 by 7.`n`nThe answer is 42."
    }

    It 'displays the text of the assigned reply on request' {
        $shown.later | Should -Match '^The answer is 42\.\nqwen3\.6-plus'
        $shown.both | Should -BeLike '*kept: The answer is 42.'
    }

    It 'displays the text once if the reply is piped to another command (<_>)' -ForEach 'each', 'host' {
        Measure-Answer $shown.$_ | Should -Be 1
        $shown.$_ | Should -BeLike '*qwen3.6-plus*'
    }

    It 'provides the text to downstream commands' {
        Measure-Answer $shown.text | Should -Be 2
    }

    It 'writes the text to a file (<_>)' -ForEach 'tee', 'file' {
        Measure-Answer $shown.$_ | Should -Be 1
        Get-Content "$TestDrive/$_.txt" -Raw | Should -BeLike '*The answer is 42.*'
    }

    It 'writes the text to a string' {
        Measure-Answer $shown.string | Should -Be 1
        $shown.strings | Should -BeLike '*The answer is 42.*'
    }

    It 'displays the text of the reply if the information stream is redirected (<_>)' -ForEach 'null', 'inner', 'ignored' {
        $shown.$_ | Should -Match '^The answer is 42\.\nqwen3\.6-plus'
    }

    It 'writes chunks into the information stream, tagged PSHOST' {
        $shown.variable | Should -Match 'True Hm, 6 by 7\.\s+The answer is 42\.\s+PSHOST$'
    }

    It 'displays each of several turns' {
        Measure-Answer $shown.two | Should -Be 2
        [regex]::Matches($shown.two, 'qwen3\.6-plus').Count | Should -Be 2
    }

    It 'displays nothing with -Stream, and nothing with -DryRun' {
        $shown.stream | Should -BeExactly 'True Hm, 6 by 7.The answer is 42.'
        $shown.dry | Should -Be 'True'
    }

    It 'can be made the default' {
        $shown.defaults | Should -BeLike 'Hm, 6 by 7.*The answer is 42.*qwen3.6-plus*'
        Measure-Answer $shown.defaults | Should -Be 1
    }

    It 'does not display text as it arrives if several answers would be mixed' {
        Measure-Answer $shown.parallel | Should -Be 2
        $shown.parallel | Should -Not -BeLike '*Hm*'
    }

    It 'does not display text as it arrives in a job process' {
        $shown.job | Should -BeExactly 'The answer is 42.'
    }

    It 'writes to the information stream of a thread job, and of a host without a display (<_>)' -ForEach 'thread', 'create' {
        Measure-Answer $shown.$_ | Should -Be 2
    }

    It 'writes to a transcript' {
        (Get-Content $TestDrive/transcript.txt -Raw) -replace '\s+' | Should -BeLike '*Hm,6by7.Theansweris42.qwen3.6-plus*'
    }

    It 'keeps a stopped turn, with the text so far' {
        $shown.stopped | Should -BeExactly 'Interrupted True'
    }

    It 'combines many events into a few chunks' {
        [int] $shown.coalesce | Should -BeLessThan 1000
        [int] $shown.coalesce | Should -BeGreaterThan 0
    }

    It 'makes control sequences visible' {
        $shown.unsafe | Should -BeLike "a$([char] 0x241B)?2Jb`nc<U+202E>*"
    }

    It 'ends the line of an interrupted answer before the error' {
        $shown.broken | Should -Match '^Half of.*\nSend-QwenMessage: '
    }
}

Describe '-Show and color' -Skip:$noTerminal -Tag 'needs the script program of util-linux, which provides a terminal' {
    BeforeAll {
        $before = 'Import-Module QwenChat', 'Start-QwenEmulator -Reply { @{ Thinking = "Hm."; Text = "Yes." } } | Set-QwenConnection'
        $shown = Invoke-InTerminal -Raw -Before $before -Line ([ordered]@{
                colour = 'Send-QwenMessage a -Show'
                plain  = '$PSStyle.OutputRendering = "PlainText"; Send-QwenMessage a -Show'
            })
    }

    It 'displays thinking dimmed' {
        $shown.colour | Should -BeLike "*`e?90mHm*`e?0m`n`nYes.*"
    }

    It 'displays a heading above thinking if there are no colors' {
        $shown.plain | Should -BeLike "Thinking:`nHm.`n`nYes.*"
        $shown.plain | Should -Not -Match "`e"
    }
}

Describe '-Show with NO_COLOR' -Skip:$noTerminal -Tag 'needs the script program of util-linux, which provides a terminal' {
    It 'displays no colors' {
        $env:NO_COLOR = '1'
        try {
            $shown = Invoke-InTerminal -Raw -Before 'Import-Module QwenChat',
                'Start-QwenEmulator -Reply { @{ Thinking = "Hm."; Text = "Yes." } } | Set-QwenConnection' -Line ([ordered]@{ one = 'Send-QwenMessage a -Show' })
        }
        finally {
            Remove-Item Env:NO_COLOR
        }
        $shown.one | Should -Not -Match "`e"
        $shown.one | Should -BeLike '*Hm.*Yes.*qwen3.6-plus*'
    }
}

Describe '-Show with standard output redirected' {
    It 'does not display text as it arrives, and displays the reply''s text' {
        $text = Invoke-FreshShell {
            Import-Module QwenChat
            Start-QwenEmulator -Reply { @{ Thinking = 'Hm.'; Text = 'The answer is 42.' } } | Set-QwenConnection
            Send-QwenMessage a -Show -InformationVariable pieces
            $pieces.Count
        }
        ($text | Where-Object { $_ }) | Should -Be 'The answer is 42.', '0'
    }
}
