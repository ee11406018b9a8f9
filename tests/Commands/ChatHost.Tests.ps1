# Tests the examples on the Enter-QwenChat help page, and hosts without a console.

BeforeDiscovery {
    . $PSScriptRoot/Terminal.ps1
}

BeforeAll {
    . $PSScriptRoot/ChatTerminal.ps1
}

Describe 'The examples on the help page' -Skip:$noTerminal -Tag 'needs the script program of util-linux, which provides a terminal' {
    BeforeDiscovery {
        $page = Get-Content (Join-Path (Split-Path (Split-Path $PSScriptRoot)) docs/en-US/Enter-QwenChat.md) -Raw
        $examples = [regex]::Matches($page, '(?s)### (Example \d[^\n]*)\n<!-- not run: [^\n]*-->\n```powershell\n(.*?)```\s+```output\n(.*?)```') |
            ForEach-Object { @{ Name = $_.Groups[1].Value; Code = $_.Groups[2].Value; Output = $_.Groups[3].Value } }
    }

    It 'write the output on the page: <Name>' -ForEach $examples {
        # Durations, identifiers and line breaks differ from run to run.
        function ConvertTo-Comparable([string] $Text) {
            $Text -replace '\d+[.,]\d s', 'N s' -replace 'local_\w+…?', 'ID' -replace '\d\d-\d\d \d\d:\d\d', 'TIME' -replace '\s'
        }

        $session = Start-Session -Columns 100 (@('Import-Module QwenChat', 'Start-QwenEmulator | Set-QwenConnection') + ($Code -split '\n'))
        try {
            $seen = @{}
            foreach ($typed in [regex]::Matches($Output, '(?m)^> (.*)$') | ForEach-Object { $_.Groups[1].Value }) {
                Wait-Display $session '(?m)^> [^\n]*\z'
                $rows = (Get-Display $session) -split "`n"
                # A chat that resumes a conversation displays the last turn, so the message of that turn is not typed.
                $seen[$typed]++
                if (@($rows -ceq "> $typed").Count -ge $seen[$typed]) { continue }
                # After an undo, the message of the undone turn is already at the prompt, so only the text after it is typed.
                Send-Key $session $typed.Substring($rows[-1].Length - 2)
                Wait-Display $session "$([regex]::Escape($typed))\z"
                Send-Key $session $enter
                Wait-Display $session "$([regex]::Escape($typed))\n"
            }
            if (-not $session.Process.WaitForExit(30000)) { throw "The example did not end. The display is:`n$(Get-Display $session)" }
            ConvertTo-Comparable (Get-Display $session) | Should -Be (ConvertTo-Comparable $Output)
        }
        finally {
            Stop-Session $session
        }
    }

    It 'are all found' {
        $examples = [regex]::Matches((Get-Content (Join-Path $RepositoryRoot docs/en-US/Enter-QwenChat.md) -Raw), '<!-- not run: ').Count
        $examples | Should -Be 2
    }
}

Describe 'A host without a console' {
    It 'is rejected with advice: redirected input, a job, a runspace of a program' {
        $said = Invoke-FreshShell {
            Import-Module QwenChat
            try { Enter-QwenChat } catch { "$_" }
            try { Start-Job { Import-Module QwenChat; Enter-QwenChat } | Receive-Job -Wait } catch { "$_" }
            $p = [powershell]::Create().AddScript('Import-Module QwenChat; Enter-QwenChat')
            $null = $p.Invoke()
            "$($p.Streams.Error)"
        }
        $said.Count | Should -Be 3
        $said | ForEach-Object { $_ | Should -Match 'A chat needs a console.*redirected.*Send-QwenMessage' }
    }

    It 'is rejected at a terminal in <Name>' -Skip:$noTerminal -Tag 'needs the script program of util-linux, which provides a terminal' -ForEach @(
        @{
            Name     = 'a parallel iteration, and in a thread job'
            Script   = '1 | ForEach-Object -Parallel { Import-Module QwenChat; Enter-QwenChat }; Start-ThreadJob { Import-Module QwenChat; Enter-QwenChat } | Receive-Job -Wait'
            Argument = @()
            Why      = 'has no console of its own[\s\S]*needs a console[\s\S]*has no console of its own'
        }
        @{ Name = 'a non-interactive session'; Script = 'Import-Module QwenChat; Enter-QwenChat'; Argument = '-NonInteractive'; Why = 'NonInteractive' }
    ) {
        $session = Start-Session -Columns 200 -Argument $Argument $Script
        try {
            Wait-Display $session "needs a console[\s\S]*$Why"
        }
        finally {
            Stop-Session $session
        }
    }

    It 'begins no conversation and sends no request' {
        $text = Invoke-FreshShell {
            Import-Module QwenChat
            $e = Start-QwenEmulator
            $e | Set-QwenConnection
            try { Enter-QwenChat -ConversationId conv_1 } catch { $_.FullyQualifiedErrorId }
            $e.Requests.Count
        }
        $text | Should -Be 'QwenInvalidRequest,QwenChat.Commands.EnterQwenChatCommand', '0'
    }
}
