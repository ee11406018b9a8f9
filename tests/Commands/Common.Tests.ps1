BeforeAll {
    . $PSScriptRoot/Common.ps1
}

Describe 'A skipped test' {
    It 'names its requirement' {
        foreach ($file in Get-ChildItem $PSScriptRoot -Filter *.Tests.ps1) {
            $block = ''
            foreach ($line in Get-Content $file | Where-Object { $_ -match '^\s*(Describe|Context|It) ' }) {
                if ($line -match '^Describe') { $block = $line }
                if ($line -match ' -Skip\b') { "$block`n$line" | Should -Match " -Tag 'needs " -Because "$($file.Name) may skip it" }
            }
        }
    }
}

Describe 'Wait-Until' {
    It 'returns once the condition holds' {
        $watch = [Diagnostics.Stopwatch]::StartNew()
        Wait-Until { $watch.ElapsedMilliseconds -gt 20 }
        $watch.Elapsed.TotalSeconds | Should -BeLessThan 10
    }

    It 'fails when the condition never holds' {
        { Wait-Until { $false } -Seconds 0.02 } | Should -Throw 'The condition * was not met within 0.02 s*'
    }
}

Describe 'Invoke-FreshShell' {
    It 'returns the output of the script, and passes arguments' {
        Invoke-FreshShell { param($a, $b) "$b-$a"; 2 } -Argument 'x y', 'z' | Should -Be 'z-x y', '2'
    }

    It 'fails when the script fails' {
        { Invoke-FreshShell { throw 'Gone.' } } | Should -Throw '*Gone.*'
        Invoke-FreshShell { throw 'Gone.' } -AllowFailure | Out-String | Should -Match 'Gone\.'
    }

    It 'does not have the user''s key' {
        Invoke-FreshShell { "[$env:DASHSCOPE_API_KEY]" } | Should -Be '[]'
    }
}

Describe 'Invoke-AndStop' {
    It 'stops the pipeline once the condition holds' {
        $stopped = Invoke-AndStop { 1; Start-Sleep 60; $after } { $_ -contains 1 } -Variable @{ after = 2 }
        $stopped.State | Should -Be 'Stopped'
        $stopped.Output | Should -Be 1
        $stopped.Elapsed.TotalSeconds | Should -BeLessThan 10
    }

    It 'fails when there is nothing left to stop' {
        { Invoke-AndStop { 1 } { $false } } | Should -Throw '*ended before*'
    }
}
