# Messages of the long tasks before they begin; docs/reliability.md describes the tasks.

BeforeAll {
    . $PSScriptRoot/Common.ps1
    $folder = Join-Path (Split-Path $PSScriptRoot) Reliability
}

Describe 'A long task' {
    It 'that needs a key is skipped without one, with a message' {
        $page = Join-Path $RepositoryRoot docs/reliability.md
        $before = Get-Content $page -Raw
        $text = Invoke-FreshShell -Argument (Join-Path $folder Live.ps1) { param($file) & $file; "exit code $LASTEXITCODE" }
        $text | Should -Be 'Skipped: there is no key. Set DASHSCOPE_API_KEY to run this against the service, or try it with -Emulator.', 'exit code 0'
        Get-Content $page -Raw | Should -BeExactly $before
    }

    It 'with an unknown group lists the known groups' {
        { & (Join-Path $folder Fuzz.ps1) -Group pages, nothing } |
            Should -Throw 'There is no group ''nothing''. Groups: events protocols import catalogue pages.'
    }
}
