# What the long tasks say before they begin; what they do is in docs/reliability.md.

BeforeAll {
    . $PSScriptRoot/Common.ps1
    $folder = Join-Path (Split-Path $PSScriptRoot) Reliability
}

Describe 'A long task' {
    It 'that needs a key is skipped without one, and says so' {
        $page = Join-Path $RepositoryRoot docs/reliability.md
        $before = Get-Content $page -Raw
        $text = Invoke-FreshShell -Argument (Join-Path $folder Live.ps1) { param($file) & $file; "exit code $LASTEXITCODE" }
        $text | Should -Be 'Skipped: there is no key. Set DASHSCOPE_API_KEY to run this against the service, or try it with -Emulator.', 'exit code 0'
        Get-Content $page -Raw | Should -BeExactly $before
    }

    It 'that is given a group which there is not names those that there are' {
        { & (Join-Path $folder Fuzz.ps1) -Group pages, nothing } |
            Should -Throw 'There is no group ''nothing''. Groups: events protocols import catalogue pages.'
    }
}
