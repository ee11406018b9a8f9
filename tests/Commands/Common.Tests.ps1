# What the other tests lean on must itself hold.

BeforeAll {
    . $PSScriptRoot/Common.ps1
}

Describe 'A test that may be skipped' {
    It 'says what it needs' {
        $lines = Get-ChildItem $PSScriptRoot -Filter *.Tests.ps1 | Select-String '^\s*(Describe|Context|It) .* -Skip\b'
        $lines.Count | Should -BeGreaterThan 5
        $lines | Where-Object Line -NotMatch " -Tag 'needs " | ForEach-Object ToString | Should -BeNullOrEmpty
    }
}

Describe 'Wait-Until' {
    It 'returns once the condition holds' {
        $watch = [Diagnostics.Stopwatch]::StartNew()
        Wait-Until { $watch.ElapsedMilliseconds -gt 20 }
        $watch.Elapsed.TotalSeconds | Should -BeLessThan 2
    }

    It 'fails when it never does' {
        { Wait-Until { $false } -Seconds 0.02 } | Should -Throw 'Waited 0.02 s in vain*'
    }
}

Describe 'Invoke-FreshShell' {
    It 'gives back what the script wrote, and hands arguments over' {
        Invoke-FreshShell { param($a, $b) "$b-$a"; 2 } -Argument 'x y', 'z' | Should -Be 'z-x y', '2'
    }

    It 'fails when the script fails' {
        { Invoke-FreshShell { throw 'Gone.' } } | Should -Throw '*Gone.*'
        Invoke-FreshShell { throw 'Gone.' } -AllowFailure | Out-String | Should -Match 'Gone\.'
    }

    It 'has no key of the user' {
        Invoke-FreshShell { "[$env:DASHSCOPE_API_KEY]" } | Should -Be '[]'
    }
}

Describe 'Invoke-AndStop' {
    It 'stops the pipeline once the condition holds' {
        $stopped = Invoke-AndStop { 1; Start-Sleep 60; $after } { $_ -contains 1 } -Variable @{ after = 2 }
        $stopped.State | Should -Be 'Stopped'
        $stopped.Output | Should -Be 1
        $stopped.Elapsed.TotalSeconds | Should -BeLessThan 2
    }

    It 'fails when there was nothing left to stop' {
        { Invoke-AndStop { 1 } { $false } } | Should -Throw '*ended before*'
    }
}
