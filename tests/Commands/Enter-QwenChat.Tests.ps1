# Enter-QwenChat at a real terminal: the tests send keystrokes, and check the display.

BeforeDiscovery {
    . $PSScriptRoot/Terminal.ps1
}

BeforeAll {
    . $PSScriptRoot/ChatTerminal.ps1
}

Describe 'A chat with tools' -Skip:$noTerminal -Tag 'needs the script program of util-linux, which provides a terminal' {
    BeforeAll {
        $session = Start-Session -Rows 40 @(
            'Import-Module QwenChat'
            '$e = Start-QwenEmulator -Reply { param($Request)
                $last = $Request.Messages[-1]
                if ($last.Role -eq "tool") { "The tool said: $($last.Text)" }
                elseif ($last.Text -match "^call (\S+) (.*)") { @{ ToolCalls = @(@{ Id = "c1"; Name = $Matches[1]; Arguments = $Matches[2] }) } }
                else { "Heard." } }'
            '$e | Set-QwenConnection'
            '$weather = New-QwenTool get_weather { param([Parameter(Mandatory)] [string] $City) "Sunny in $City." }'
            'Set-Content kept.txt kept'
            '$c = Enter-QwenChat -Thinking Off -Tool $weather, Remove-Item'
            '$null = Send-QwenMessage $c "call get_weather {`"City`":`"Rom`"}" -Show'
            '@{ Turns = $c.Turns.Count; IsKept = Test-Path kept.txt } | ConvertTo-Json > result.json'
        )
        try {
            Wait-Display $session '/help lists'
            Send-Key $session "/tools$enter"
            Wait-Display $session 'Remove-Item\(.*asks: yes'
            $tools = Get-Display $session
            Send-Key $session "call get_weather {`"City`":`"Oslo`"}$enter"
            Wait-Display $session 'The tool said: Sunny in Oslo\.\n\n.* s\n'
            $answered = Get-Display $session
            Send-Key $session "call Remove-Item {`"Path`":[`"kept.txt`"]}$enter"
            Wait-Display $session '\[N\] No'
            # The host's prompt queries the cursor position (ESC [ 6 n), and reads input only after the terminal has answered.
            Wait-Until { (Get-Display $session -Raw).EndsWith("`e[6n") }
            Send-Key $session "`e[20;1R"
            Start-Sleep -Milliseconds 500
            Send-Key $session $enter
            Wait-Display $session 'The tool said: .*rejected'
            Send-Key $session $ctrlD
            Wait-Display $session 'The tool said: Sunny in Rom\.'
        }
        finally {
            $all = Get-Display $session
            $result = Stop-Session $session
        }
    }

    It 'lists the tools, and shows which of them prompt' {
        $tools | Should -Match 'get_weather\(City\) · asks: no'
    }

    It 'shows each run in one line' {
        ([regex]::Matches($answered, '(?m)^get_weather\(.*→ Sunny in Oslo\.$')).Count | Should -Be 1
        $answered | Should -Not -Match '\[get_weather'
        $all | Should -Match 'get_weather\(.*→ Sunny in Rom\.'
    }

    It 'prompts before a tool makes changes, and Enter means No' {
        $all | Should -Match 'Remove-Item -Path'
        $result.IsKept | Should -BeTrue
        $result.Turns | Should -Be 3
    }
}

Describe 'A chat' -Skip:$noTerminal -Tag 'needs the script program of util-linux, which provides a terminal' {
    BeforeAll {
        $session = Start-Session -Rows 40 ($connect + @(
                '$null = Start-Transcript transcript.txt'
                '$c = New-QwenConversation -Name talk'
                '$r = Enter-QwenChat $c -ErrorVariable failures'
                '$null = Stop-Transcript'
                '@{ Same = [object]::ReferenceEquals($c, $r); Messages = @($c.Turns.Message); States = @($c.Turns | ForEach-Object { "$($_.State)" }); Last = "$(Get-QwenConversation -Last)"
                    Errors = @($failures.FullyQualifiedErrorId); CtrlCIsInput = [Console]::TreatControlCAsInput
                    Transcript = Get-Content transcript.txt -Raw } | ConvertTo-Json > result.json'
            ))
        $shown = @{}
        try {
            Wait-Display $session '/help lists'
            Send-Key $session "hello$enter"
            Wait-Display $session 'You said <hello>\.\n\n.* s\n'
            Send-Key $session "think$enter"
            Wait-Display $session 'Done thinking\.\n\n.* s\n'
            $shown.markdown = Get-Display $session -Raw
            Send-Key $session "long$enter"
            Wait-Display $session 'n20 '
            Send-Key $session $ctrlC
            Wait-Display $session 'Stopped; the partial answer is kept'
            Send-Key $session "slow$enter"
            Wait-Display $session '> slow\n\n…\z'
            Send-Key $session $ctrlC
            Wait-Display $session '> slow\n\nStopped before the answer began; nothing is kept'
            Send-Key $session "boom$enter"
            Wait-Display $session 'No luck'
            Send-Key $session $up
            Wait-Display $session '> boom\z'
            Send-Key $session $ctrlC
            Wait-Display $session '> \z'
            Send-Key $session "/mdoel x$enter"
            Wait-Display $session 'no command /mdoel'
            Send-Key $session "//help me$enter"
            Wait-Display $session 'You said </help me>'
            Send-Key $session "one\$($enter)two$enter"
            Wait-Display $session 'You said <one\s+two>'
            Send-Key $session "`e[200~p1${enter}p2`tp3`e[201~"
            Wait-Display $session 'p2    p3\z'
            Send-Key $session $enter
            Wait-Display $session 'You said <p1\s+p2'
            Send-Key $session "夏天c$left${left}X$enter"
            Wait-Display $session 'You said <夏X天c>'
            Send-Key $session "escape$enter"
            Wait-Display $session "a\u241B\[2Jb"
            Send-Key $session "/us$tab$enter"
            Wait-Display $session '\d turns · '
            Send-Key $session "/model qwen3-ma$tab"
            Wait-Display $session 'qwen3-max .*tokens'
            Send-Key $session $ctrlC
            Send-Key $session $ctrlC
            Wait-Display $session 'Ctrl\+C again'
            Send-Key $session $ctrlD
        }
        finally {
            $shown.all = Get-Display $session
            $result = Stop-Session $session
        }
    }

    It 'writes the specified conversation, with every turn' {
        $result.Same | Should -BeTrue
        $result.Last | Should -Be 'talk'
        $result.Messages | Should -Be 'hello', 'think', 'long', '/help me', "one`ntwo", "p1`np2`tp3", '夏X天c', 'escape'
    }

    It 'keeps a stopped answer, but no turn that failed' {
        $result.States | Should -Be @('Completed', 'Completed', 'Interrupted' + (, 'Completed' * 5))
        $result.Errors | Should -Be 'QwenServiceUnavailable,QwenChat.Commands.EnterQwenChatCommand'
    }

    It 'renders Markdown, and displays thinking dimmed' {
        $shown.markdown | Should -Match '\e\[90mHm'
        $shown.markdown | Should -Match '\e\[1mDone\e\[22m thinking'
    }

    It 'uses bracketed paste, and restores the terminal' {
        $shown.markdown | Should -Match '\e\[\?2004;2004h'
        $result.CtrlCIsInput | Should -BeFalse
    }

    It 'is recorded in a transcript, with messages and answers' {
        # PowerShell begins a new line in the transcript for every chunk.
        $result.Transcript -replace '\s' | Should -Match '>hello.*Yousaid<hello>\.qwen3'
        $result.Transcript | Should -Not -Match '\e\[J'
    }

    It 'leaves no remains of earlier text on the screen' {
        $shown.all | Should -Not -Match '> (h|he|hel|hell)\n'
        $shown.all | Should -Not -Match '…\n'
    }
}

Describe 'A chat without colors' -Skip:$noTerminal -Tag 'needs the script program of util-linux, which provides a terminal' {
    BeforeAll {
        $session = Start-Session -Columns 60 ($connect + @(
                '$PSStyle.OutputRendering = "PlainText"'
                '$found = @(Enter-QwenChat -Name first -Instructions "Be brief." -Api ChatCompletions -FoldThinking -Temperature 0.5)'
                '@{ Names = @($found | ForEach-Object { "$($_.Name)" }); Turns = @($found.TurnCount); Bodies = @($e.Requests.Body); Files = @(Get-ChildItem *.json).Name } | ConvertTo-Json > result.json'
            ))
        try {
            Wait-Display $session '/help lists'
            Send-Key $session "think$enter"
            Wait-Display $session 'Done\*\* thinking\.\n\n.* s\n'
            Send-Key $session "/thinking$enter"
            Wait-Display $session 'Hm\.'
            Send-Key $session "/save talk.json$enter"
            Wait-Display $session 'Saved 1 turn to'
            Send-Key $session "/branch second$enter"
            Wait-Display $session 'Continuing in second'
            Send-Key $session "more$enter"
            Wait-Display $session 'You said <more>'
            Wait-Display $session ' s\n\n> \z'
            Send-Key $session "/undo$enter"
            Wait-Display $session '> more\z'
            Send-Key $session " please$enter"
            Wait-Display $session 'You said <more please>'
            Wait-Display $session ' s\n\n> \z'
            Send-Key $session "/system Rhyme.$enter/model qwen-max$enter/new third$enter"
            Wait-Display $session 'Started a new conversation: third'
            Send-Key $session "hello$enter"
            Wait-Display $session 'You said <hello>'
            Wait-Display $session ' s\n\n> \z'
            Send-Key $session "/load ta$tab$enter"
            Wait-Display $session 'Continuing first, 1 turn'
            Send-Key $session "/exit$enter"
        }
        finally {
            $raw, $text = (Get-Display $session -Raw), (Get-Display $session)
            $result = Stop-Session $session
        }
    }

    It 'writes every conversation that would otherwise be lost' {
        $result.Names | Should -Be 'first', 'second', 'third', 'first'
        $result.Turns | Should -Be 1, 2, 1, 1
    }

    It 'begins with the specified options, and commands change them' {
        $bodies = $result.Bodies | ConvertFrom-Json
        $bodies[0].temperature | Should -Be 0.5
        $bodies[0].messages[0].content | Should -Be 'Be brief.'
        $bodies[-1].messages.content | Should -Be 'Rhyme.', 'hello'
        $bodies[-1].model | Should -Be 'qwen-max'
    }

    It 'sends the edited message of an undone turn, without that turn' {
        $bodies = $result.Bodies | ConvertFrom-Json
        $bodies[2].messages.content | Should -Be 'Be brief.', 'think', '**Done** thinking.', 'more please'
    }

    It 'collapses thinking' {
        $text | Should -Match 'Thinking … \d+[.,]\d s, 3 characters. Use /thinking to show them\.'
    }

    It 'saves the conversation' {
        $result.Files | Should -Be 'talk.json'
    }

    It 'has no colors, but uses bracketed paste' {
        $raw | Should -Not -Match '\e\[\d*(;\d+)*m'
        $raw | Should -Match '\e\[\?2004;2004h'
    }
}
