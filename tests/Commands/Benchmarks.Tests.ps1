# Tests for the shared benchmark functions, which decide whether a goal is met. build.ps1 Bench takes the measurements.

BeforeAll {
    . (Join-Path (Split-Path $PSScriptRoot) Benchmarks/Common.ps1)
}

Describe 'A row of the benchmarks' {
    It 'meets a goal of <Goal> with <Ours> compared with <Baseline>: <Met>' -ForEach @(
        @{ Ours = 15; Baseline = 10; Goals = @{ AtMost = 1.5 }; Goal = '≤ 1.5×'; Met = $true }
        @{ Ours = 16; Baseline = 10; Goals = @{ AtMost = 1.5 }; Goal = '≤ 1.5×'; Met = $false }
        @{ Ours = 8; Baseline = 10; Goals = @{ AtLeast = 0.8 }; Goal = '≥ 0.8×'; Met = $true }
        @{ Ours = 7; Baseline = 10; Goals = @{ AtLeast = 0.8 }; Goal = '≥ 0.8×'; Met = $false }
        @{ Ours = 1.2; Baseline = 0.3; Goals = @{ AtMostMore = 1 }; Goal = '≤ +1 ms'; Met = $true }
        @{ Ours = 1.4; Baseline = 0.3; Goals = @{ AtMostMore = 1 }; Goal = '≤ +1 ms'; Met = $false }
        @{ Ours = 70; Baseline = 60; Goals = @{ AtMost = 1.5; AtMostValue = 60 }; Goal = '≤ 1.5×, ≤ 60 ms'; Met = $false }
    ) {
        $row = New-BenchmarkRow What $Ours $Baseline @Goals
        $row.Goal, $row.Met | Should -Be $Goal, $Met
    }

    It 'without a goal is neither met nor missed' {
        (New-BenchmarkRow What 1 2).Met | Should -BeNullOrEmpty
    }

    It 'uses medians' {
        Get-Median 9, 1, 5 | Should -Be 5
    }
}
