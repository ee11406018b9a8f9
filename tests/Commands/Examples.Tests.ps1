# The examples are run: what the README shows first must not be what breaks first.

BeforeDiscovery {
    Import-Module QwenChat
    $noEmulator = -not (Get-Command Start-QwenEmulator -Module QwenChat -ErrorAction Ignore)
}

BeforeAll {
    . $PSScriptRoot/Common.ps1
    $examples = Join-Path $RepositoryRoot docs/examples
}

Describe 'The demo' -Skip:$noEmulator {
    It 'holds three rounds over each API' {
        $text = Invoke-FreshShell { param($file) & $file } -Argument (Join-Path $examples demo.ps1)
        @($text -match '^You:').Count | Should -Be 9
        @($text -match '^Qwen: \S').Count | Should -Be 9
        @($text -match '^ +3 turns, \d+ tokens in, \d+ tokens out$').Count | Should -Be 3
    }

    It 'is the same in C#, without PowerShell' {
        $text = dotnet run --project (Join-Path $examples dotnet) --configuration Release
        $LASTEXITCODE | Should -Be 0 -Because ($text -join "`n")
        @($text -match '^You:').Count | Should -Be 9
        @($text -match '^Qwen: \S').Count | Should -Be 9
    }

    It 'holds where the environment names a proxy, which is not for this machine' {
        # .NET leaves out no address by itself when the proxy comes from the environment, 127.0.0.1 neither.
        $text = Invoke-FreshShell -Argument (Join-Path $examples demo.ps1) {
            param($file)
            $env:http_proxy = $env:HTTP_PROXY = 'http://127.0.0.1:9'
            & $file
        }
        @($text -match '^Qwen: \S').Count | Should -Be 9
    }
}

Describe 'The example of an export' -Skip:$noEmulator {
    It 'writes a file in every form' {
        $null = Invoke-FreshShell -Argument (Join-Path $examples export.ps1), "$TestDrive" { param($file, $folder) & $file -Path $folder }
        (Get-ChildItem $TestDrive).Extension | Should -Be '.html', '.json', '.jsonl', '.md'
        Get-Content (Join-Path $TestDrive memory.html) -Raw | Should -Match 'Sort-Object'
    }
}
