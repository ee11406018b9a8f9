BeforeAll {
    . $PSScriptRoot/Common.ps1
    $examples = Join-Path $RepositoryRoot docs/examples
}

Describe 'The demo' {
    It 'runs three rounds with each API' {
        $text = Invoke-FreshShell { param($file) & $file } -Argument (Join-Path $examples demo.ps1)
        @($text -match '^You:').Count | Should -Be 15
        @($text -match '^Qwen: \S').Count | Should -Be 15
        @($text -match '^ +3 turns, \d+ tokens in, \d+ tokens out$').Count | Should -Be 5
    }

    It 'works if the environment specifies a proxy, which is bypassed for this machine' {
        # .NET uses a proxy from the environment even for 127.0.0.1.
        $text = Invoke-FreshShell -Argument (Join-Path $examples demo.ps1) {
            param($file)
            $env:http_proxy = $env:HTTP_PROXY = 'http://127.0.0.1:9'
            & $file
        }
        @($text -match '^Qwen: \S').Count | Should -Be 15
    }
}

Describe 'The example' {
    It 'using-conversations sends messages, adds an item, reads the conversation and deletes it' {
        $text = Invoke-FreshShell { param($file) & $file } -Argument (Join-Path $examples using-conversations.ps1)
        @($text -match '^(First|Second|Third) response: +\S').Count | Should -Be 3
        $text -match 'coastal cities' | Should -Not -BeNullOrEmpty
        $text -match '^Read back, 3 turns, travel:$' | Should -Not -BeNullOrEmpty
        @($text -match '^ +user: ').Count | Should -Be 4
        @($text -match '^ +assistant: ').Count | Should -Be 3
    }

    It 'tools lets the model read logs, and rejects a restart without approval' {
        $logs = New-Item (Join-Path $TestDrive logs) -ItemType Directory
        Set-Content (Join-Path $logs shop.log) '10:01 started', '10:02 ERROR out of memory'
        $text = (Invoke-FreshShell { param($file, $folder) & $file -Folder $folder -WarningAction SilentlyContinue 3>$null } `
            -Argument (Join-Path $examples tools.ps1), "$logs") -join "`n"
        $text | Should -Match 'Get-ChildItem +\{"Path":"\.","Filter":"\*\.log"\}|Get-ChildItem +\{"Filter"'
        $text | Should -BeLike '*The log says: *10:02 ERROR out of memory*The restart: *rejected*'
    }

    It 'extract creates a CSV file from a folder of texts, and omits answers that do not match the schema' {
        $folder = New-Item (Join-Path $TestDrive invoices) -ItemType Directory
        Set-Content (Join-Path $folder a.txt) 'Vendor: Ikea', 'Date: 2026-03-04', 'Total: 12.5', 'Currency: EUR', 'Note: paid, in cash'
        Set-Content (Join-Path $folder b.md) 'Vendor: Lidl', 'Date: 2026-03-05', 'Total: 3', 'Currency: USD'
        Set-Content (Join-Path $folder c.txt) 'Vendor: Aldi', 'Date: 4 March', 'Total: 1', 'Currency: EUR'
        Set-Content (Join-Path $folder d.log) 'No text.'
        $csv = Join-Path $TestDrive invoices.csv
        $text = (Invoke-FreshShell { param($file, $folder, $csv) & $file -Folder $folder -Csv $csv } `
            -Argument (Join-Path $examples extract.ps1), "$folder", $csv) -join "`n"
        Get-Content $csv | Should -Be '"File","vendor","date","total","currency","note"', '"a.txt","Ikea","2026-03-04","12.5","EUR","paid, in cash"',
            '"b.md","Lidl","2026-03-05","3","USD",'
        $text | Should -BeLike '*date must be an ISO*4 March*2 of 3 texts are in *'
    }

    It 'research writes a report with sources, files, code and the results of MCP servers, and no secret' {
        $report = Join-Path $TestDrive report.md
        $text = (Invoke-FreshShell -Argument (Join-Path $examples research.ps1), $report {
            param($file, $report)
            $server = @{ label = 'maps'; url = 'https://mcp.example.com/sse'; headers = @{ Authorization = 'Bearer tok-0123456789abcdef' } }
            & $file 'What is 647 * 3?' -Path $report -KnowledgeBase kb-solar -Server $server
        }) -join "`n"
        $lines = Get-Content $report
        $lines[0] | Should -Be '# What is 647 * 3?'
        $lines | Should -Contain '1. [https://example.com/1?q=What%20is%20647%20%2A%203%3F](https://example.com/1?q=What%20is%20647%20%2A%203%3F)'
        $lines | Should -Contain '- kb-solar.md, 75 %: The knowledge base kb-solar on: What is 647 * 3?'
        $lines | Should -Contain 'print(647 * 3)'
        $lines | Should -Contain 'Output: `1941`'
        $lines | Should -Contain '## maps: echo'
        $lines[-1] | Should -Match '1 web search, 1 page read, 1 code run, 1 file search, 1 MCP call$'
        "$text $lines" | Should -Not -Match 'tok-0123456789abcdef'
    }

    It 'thinking shows the thinking, then the answer, then the usage, round after round' {
        $text = (Invoke-FreshShell { param($file) 'What is 17 * 19?', 'And twice that?' | & $file } -Argument (Join-Path $examples thinking.ps1)) -join "`n"
        $round = '=Thinking process=+\s+\w[\s\S]*?=Complete response=+\s+\w[\s\S]*?Usage: \d+ in, \d+ out, including \d+ for thinking'
        $text | Should -Match "Round 1=[\s\S]*$round[\s\S]*Round 2=[\s\S]*$round"
    }
}

Describe 'The nightly example' {
    BeforeAll {
        $log = Join-Path $TestDrive app.log
        Set-Content $log '10:01 started', '10:02 out of memory'
        $run = { param($file, $log, $folder) & $file -Log $log -Folder $folder -WarningAction SilentlyContinue; "exit code $LASTEXITCODE" }
    }

    It 'continues its conversation each night' {
        foreach ($night in 1, 2) {
            $text = Invoke-FreshShell $run -Argument (Join-Path $examples nightly.ps1), $log, "$TestDrive"
            $text | Select-Object -First 1 | Should -BeLike 'You said:*'
            $text | Select-Object -Last 1 | Should -Be 'exit code 0'
        }
        $page = Get-Content (Join-Path $TestDrive nightly.md) -Raw
        [regex]::Matches($page, 'out of memory').Count | Should -BeGreaterOrEqual 2
        Import-Module QwenChat
        $kept = @(Get-QwenConversation -Store (Join-Path $TestDrive nightly.db))
        $kept.Name, $kept.TurnCount, $kept.TokenLimit | Should -Be 'nightly', 2, 1000000
    }

    It 'reports why there is no answer, and sets the exit code' {
        $text = Invoke-FreshShell -Argument (Join-Path $examples nightly.ps1), "$TestDrive" {
            param($file, $folder)
            & $file -Log (Join-Path $folder missing.log) -Folder $folder 3>&1
            "exit code $LASTEXITCODE"
        }
        $text -join ' ' | Should -BeLike '*The nightly job failed: *missing.log*exit code 1'
    }

    It 'stays within its limit' {
        $text = Invoke-FreshShell -Argument (Join-Path $examples nightly.ps1), $log, "$TestDrive" {
            param($file, $log, $folder)
            & $file -Log $log -Folder $folder -TokenLimit 1 3>&1
        }
        $text -join ' ' | Should -BeLike '*The nightly job failed: Nothing was sent*-TokenLimit of 1*'
    }
}

Describe 'The example of many messages' {
    It 'answers each ticket once, reports failures, and continues with the next run' {
        $tickets = Join-Path $TestDrive tickets.csv
        $rows = 1..40 | ForEach-Object { [pscustomobject]@{ Id = $_; Text = ('It crashes.', 'How does it work?', 'Thank you!')[$_ % 3] } }
        $rows[6].Text = ''
        $rows | Export-Csv $tickets
        $run = { param($file, $path, $out) & $file -Path $path -OutPath $out 3>&1 }
        $paths = (Join-Path $examples bulk.ps1), $tickets, (Join-Path $TestDrive answers.csv)
        $text = Invoke-FreshShell $run -Argument $paths
        $text[0] | Should -BeLike '*Ticket 7: *returned nothing*'
        $text[-1] | Should -Be '39 of 40 tickets answered'
        $answers = Import-Csv $paths[2]
        $answers.Id | Sort-Object { [int] $_ } | Should -Be (1..40 -ne 7)
        ($answers | Where-Object Id -EQ 12).Kind, ($answers | Where-Object Id -EQ 13).Kind, ($answers | Where-Object Id -EQ 14).Kind |
            Should -Be 'bug', 'question', 'praise'
        $rows[6].Text = 'It crashes.'
        $rows | Export-Csv $tickets
        @(Invoke-FreshShell $run -Argument $paths)[-1] | Should -Be '1 of 1 tickets answered'
        (Import-Csv $paths[2]).Count | Should -Be 40
    }
}

Describe 'The example of an export' {
    It 'writes a file in every format' {
        $null = Invoke-FreshShell -Argument (Join-Path $examples export.ps1), "$TestDrive" { param($file, $folder) & $file -Path $folder }
        (Get-ChildItem $TestDrive).Extension | Should -Be '.html', '.json', '.jsonl', '.md'
        Get-Content (Join-Path $TestDrive memory.html) -Raw | Should -Match 'Sort-Object'
    }
}

Describe 'The example for CI' {
    BeforeAll {
        $folder = Join-Path $examples ci
        $workflow = Get-Content (Join-Path $folder qwenchat.yml) -Raw
    }

    It 'has tests that pass without a key or network' {
        $text = Invoke-FreshShell -Argument $folder {
            param($folder)
            $run = Invoke-Pester $folder -PassThru -Output None
            "$($run.PassedCount) passed, $($run.FailedCount) failed"
        }
        $text | Select-Object -Last 1 | Should -Be '4 passed, 0 failed'
    }

    It 'refers only to existing files' {
        # The code of a step is on the line of 'run:', or on the indented lines below it.
        $steps = [regex]::Matches($workflow, '(?m)^ {8}run: (?:\|\n(?<code>(?: {10}.*\n|\n)+)|(?<code>\S.*)\n)') | ForEach-Object { $_.Groups['code'].Value }
        $steps.Count | Should -Be 4
        foreach ($step in $steps) {
            $errors = $null
            $tree = [System.Management.Automation.Language.Parser]::ParseInput($step, [ref] $null, [ref] $errors)
            $errors | Should -BeNullOrEmpty
            $names = $tree.FindAll({ $args[0] -is [System.Management.Automation.Language.CommandAst] }, $true) | ForEach-Object { $_.GetCommandName() }
            foreach ($name in $names) {
                if ($name -like './*') { Join-Path $folder $name | Should -Exist }
                elseif ($name -notlike '*-PSResource*') { Get-Command $name -ErrorAction Ignore |
                    Should -Not -BeNullOrEmpty -Because "the workflow calls $name" }
            }
        }
    }

    It 'is indented with spaces, as YAML requires, and needs no key for its first job' {
        $workflow | Should -Not -Match "`t"
        ($workflow -split '(?m)^  service:')[0] | Should -Not -Match 'secrets'
    }
}
