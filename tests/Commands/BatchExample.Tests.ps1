# docs/examples/nightly-batch.ps1

BeforeAll {
    . $PSScriptRoot/Common.ps1
    $example = Join-Path $RepositoryRoot docs/examples/nightly-batch.ps1
    $tickets, $answers, $folder = 'tickets.csv', 'answers.csv', 'batches' | ForEach-Object { Join-Path $TestDrive $_ }
    $rows = 1..6 | ForEach-Object { [pscustomobject]@{ Id = $_; Text = ('It crashes.', 'How does it work?', 'Thank you!')[$_ % 3] } }
    $run = { param($file, $path, $out, $folder) & $file -Path $path -OutPath $out -Folder $folder 3>&1 }
}

Describe 'The example of a nightly batch' {
    BeforeEach {
        Get-ChildItem $TestDrive | Remove-Item -Recurse -Force
        $rows | Export-Csv $tickets
    }

    It 'classifies the tickets without a key, each once' {
        (Invoke-FreshShell $run -Argument $example, $tickets, $answers, $folder)[-1] | Should -Be '6 tickets are answered'
        $written = Import-Csv $answers
        $written.Id | Should -Be (1..6)
        $written.Kind | Should -Be 'question', 'praise', 'bug', 'question', 'praise', 'bug'
        Invoke-FreshShell $run -Argument $example, $tickets, $answers, $folder | Should -Be 'No new tickets'
        Get-ChildItem $folder | Should -BeNullOrEmpty
    }

    It 'continues from night to night' {
        Import-Module QwenChat
        $emulator = Start-QwenEmulator -BatchDuration 1.00:00 -Reply {
            param($Request) if ($Request.LastMessage -like '*crash*') { throw 'not tonight' } else { 'fine' }
        }
        $env:DASHSCOPE_HTTP_BASE_URL, $env:DASHSCOPE_API_KEY = "$($emulator.BaseUri)", [Net.NetworkCredential]::new('', $emulator.ApiKey).Password
        try {
            Invoke-FreshShell $run -Argument $example, $tickets, $answers, $folder | Should -BeLike 'tickets-* has 6 tickets'
            $emulator.AdvanceClock('12:00')
            Invoke-FreshShell $run -Argument $example, $tickets, $answers, $folder | Should -BeLike '* is in progress (InProgress): 2 of 6 tickets are answered'
            Test-Path $answers | Should -BeFalse
            $emulator.AdvanceClock('12:00')
            $text = Invoke-FreshShell $run -Argument $example, $tickets, $answers, $folder
            @($text -like "*No answer yet. Request '?': not tonight*").Count | Should -Be 2
            $text[-1] | Should -BeLike 'tickets-* has 2 tickets'
            (Import-Csv $answers).Id | Should -Be 1, 2, 4, 5
        }
        finally {
            Remove-Item Env:DASHSCOPE_HTTP_BASE_URL, Env:DASHSCOPE_API_KEY
            $emulator | Stop-QwenEmulator
            Remove-Module QwenChat
        }
    }
}
