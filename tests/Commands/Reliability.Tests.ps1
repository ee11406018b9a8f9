# The messages that the long-running tasks write before they begin. docs/reliability.md describes the tasks.

BeforeAll {
    . $PSScriptRoot/Common.ps1
    $folder = Join-Path (Split-Path $PSScriptRoot) Reliability
}

Describe 'A long task' {
    It 'that requires a key is skipped with a message if no key is set' {
        $page = Join-Path $RepositoryRoot docs/reliability.md
        $before = Get-Content $page -Raw
        $text = Invoke-FreshShell -Argument (Join-Path $folder Live.ps1) { param($file) & $file; "exit code $LASTEXITCODE" }
        $text | Should -Be 'Skipped because there is no key. Set DASHSCOPE_API_KEY to run this task against the service, or use -Emulator.', 'exit code 0'
        Get-Content $page -Raw | Should -BeExactly $before
    }

    It 'with an unknown group lists the known groups' {
        { & (Join-Path $folder Fuzz.ps1) -Group pages, nothing } |
            Should -Throw 'There is no group ''nothing''. The groups are: events protocols import catalogue pages.'
    }
}
