# Runs tools on the pipeline thread, without a turn.

BeforeDiscovery {
    $bindings = @(
        @{ type = 'bool'; given = '"false"'; is = '[bool]False' }
        @{ type = 'bool'; given = '1'; is = '[bool]True' }
        @{ type = 'switch'; given = '"true"'; is = '[switch]True' }
        @{ type = 'switch'; given = '1'; is = '[switch]True' }
        @{ type = 'int'; given = '"12"'; is = '[int]12' }
        @{ type = 'int'; given = '12.6'; fails = 'x must be an integer, not 12.6.' }
        @{ type = 'int'; given = '""'; fails = 'x must be an integer, not "".' }
        @{ type = 'string'; given = '["a","b"]'; fails = 'x must be a string, not ["a","b"].' }
        @{ type = 'string'; given = '{"a":1}'; fails = 'x must be a string, not {"a":1}.' }
        @{ type = 'string'; given = '"2026-03-04T10:00:00Z"'; is = '[string]2026-03-04T10:00:00Z' }
        @{ type = 'string'; given = '"$(throw 1)`n"'; is = '[string]$(throw 1)`n' }
        @{ type = 'hashtable'; given = '"{\"a\":1}"'; is = '[hashtable]a=1' }
        @{ type = 'hashtable'; given = '{"a":1}'; is = '[hashtable]a=1' }
        @{ type = 'Collections.Generic.Dictionary[string,int]'; given = '{"a":1}'; is = '[Dictionary`2]a=1' }
        @{ type = 'int[]'; given = '5'; is = '[int[]]5' }
        @{ type = 'int[]'; given = '"[5,6]"'; is = '[int[]]5,6' }
        @{ type = 'Collections.Generic.List[string]'; given = '["a","b"]'; is = '[List`1]a,b' }
        @{ type = 'timespan'; given = '"5"'; fails = 'x must be a time span in the form d.hh:mm:ss, such as 0.00:05:00, not "5".' }
        @{ type = 'timespan'; given = '"00:05:00"'; is = '[timespan]00:05:00' }
        @{ type = 'datetime'; given = '"04.03.2026"'; fails = 'x must be an ISO 8601 date and time, such as 2026-11-28T14:30:00Z, not "04.03.2026".' }
        @{ type = 'DateTimeOffset'; given = '"2026-03-04T10:00:00+05:00"'; is = '[DateTimeOffset]03/04/2026 10:00:00 +05:00' }
        @{ type = 'datetime'; given = '"2026-03-04T10:00:00"'; is = '[datetime]03/04/2026 10:00:00' }
        @{ type = 'ConsoleColor'; given = '"r"'; fails = 'x must be one of "Black"' }
        @{ type = 'ConsoleColor'; given = '"RED"'; is = '[ConsoleColor]Red' }
        @{ type = 'IO.FileShare'; given = '["Read","Write"]'; is = '[FileShare]ReadWrite' }
        @{ type = 'char'; given = '"ab"'; fails = 'x must be one character, not "ab".' }
        @{ type = 'Nullable[int]'; given = 'null'; is = '(no output)' }
        @{ type = 'bigint'; given = '123456789012345678901234567890'; is = '[bigint]123456789012345678901234567890' }
        @{ type = 'object'; given = '{"a":[1,{"b":null}]}'; is = '[hashtable]a=1 System.Collections.Hashtable' }
        @{ type = 'uri'; given = '"http://x/"'; is = '[uri]http://x/' }
    )
}

BeforeAll {
    . $PSScriptRoot/Common.ps1
    Import-Module QwenChat
    . $PSScriptRoot/ToolRunner.ps1
    $runnerFile = Join-Path $PSScriptRoot ToolRunner.ps1
    $never = @{ ToolApproval = 'Never' }
    Push-Location $TestDrive
}

AfterAll {
    Pop-Location
    Remove-Module QwenChat
}

Describe 'An argument <given> for [<type>]' -ForEach $bindings {
    It 'results in <is><fails>' {
        $tool = New-QwenTool t ([scriptblock]::Create("param([$type] `$x) " + {
                    if ($null -eq $x) { return '' }
                    $text = if ($x -is [Collections.IDictionary]) { @($x.Keys)[0] + '=' + @($x.Values)[0] } elseif ($x -is [Collections.IList]) { $x -join ',' }
                    elseif ($x -is [IFormattable] -and $x -isnot [uri]) { $x.ToString($null, [cultureinfo]::InvariantCulture) } else { "$x" }
                    $name = @{ Boolean = 'bool'; SwitchParameter = 'switch'; Int32 = 'int'; String = 'string'; Hashtable = 'hashtable'; 'Int32[]' = 'int[]'
                        TimeSpan = 'timespan'; DateTime = 'datetime'; BigInteger = 'bigint'; Uri = 'uri' }
                    "[$($name[$x.GetType().Name] ?? $x.GetType().Name)]$text"
                }))
        $r = Invoke-TestTool $tool "{`"x`":$given}"
        if ($fails) {
            $r.Error | Should -BeLike "$($fails -replace '[\[\]]', '`$0')*Call again with corrected arguments."
            $r.Duration | Should -BeNullOrEmpty
        }
        else {
            $r.Error | Should -BeNullOrEmpty
            $r.Result | Should -BeExactly ($is ? $is : '')
        }
    }
}

Describe 'The outcome of a call' {
    It 'has all fields' {
        $r = Invoke-TestTool (New-QwenTool get_weather { param([string] $City) "Sunny in $City" }) '{"City":"Porto"}'
        $r.Id | Should -Be 'call_1'
        $r.Name | Should -Be 'get_weather'
        $r.Arguments | Should -Be '{"City":"Porto"}'
        $r.Result | Should -BeExactly 'Sunny in Porto'
        $r.Error | Should -BeNullOrEmpty
        $r.Duration | Should -BeGreaterThan ([timespan]::Zero)
        $r.Approved | Should -BeNullOrEmpty
    }

    It 'of an unknown tool contains the names of the tools' {
        (Invoke-TestTool (New-QwenTool a { 1 }), (New-QwenTool b { 2 }) -Name c).Error | Should -Be "There is no tool 'c'. The tools are a, b."
        (Invoke-TestTool (New-QwenTool a { 1 }) -Name c).Error | Should -Be "There is no tool 'c'. The only tool is a."
    }

    It 'of <arguments> contains the error' -ForEach @(
        @{ arguments = '{"City":"Po'; says = 'not one complete JSON object' }
        @{ arguments = '{}'; says = 'City is missing' }
        @{ arguments = '{"City":"a","Ci":"b"}'; says = 'Ci is not allowed' }
    ) {
        $r = Invoke-TestTool (New-QwenTool t { param([Parameter(Mandatory)] $City) $args; $City }) $arguments
        $r.Error | Should -Match $says
        $r.Duration | Should -BeNullOrEmpty
    }
}

Describe 'A tool' {
    It 'that throws keeps its earlier output' {
        $r = Invoke-TestTool (New-QwenTool t { 'before'; throw 'oh' })
        $r.Result | Should -BeExactly "before`nError: oh"
        $r.Error | Should -BeExactly 'oh'
    }

    It 'that ends with <code> does not end its caller' -ForEach @{ code = 'break' }, @{ code = 'continue' }, @{ code = 'exit 5' }, @{ code = 'return' } {
        $rounds = 0
        $LASTEXITCODE = 7
        $global:LASTEXITCODE = 7
        foreach ($i in 1, 2) {
            $r = Invoke-TestTool (New-QwenTool t ([scriptblock]::Create("'before'; $code; 'after'")))
            $r.Result | Should -BeLike 'before*'
            $r.Result | Should -Not -BeLike '*after*'
            $rounds++
        }
        $rounds | Should -Be 2
        $global:LASTEXITCODE | Should -Be 7 -Because 'a tool must not change it'
    }

    It 'that hangs is stopped after its timeout' {
        $watch = [Diagnostics.Stopwatch]::StartNew()
        $r = Invoke-TestTool (New-QwenTool t -TimeoutSeconds 1 -ScriptBlock { 'before'; Start-Sleep 60 })
        $watch.Elapsed.TotalSeconds | Should -BeLessThan 20
        $r.Result | Should -BeLike "before`nError: The tool timed out after 1 s*"
        $r.Error | Should -BeLike 'The tool timed out after 1 s*'
        $r.Duration | Should -Not -BeNullOrEmpty
    }

    It 'is not affected by the caller''s preferences' {
        $ErrorActionPreference = 'Stop'
        Set-StrictMode -Version 3
        $r = Invoke-TestTool (New-QwenTool t { $nothing; Write-Error 'e'; 'after' })
        $r.Result | Should -BeExactly "Error: e`nafter"
        $r.Error | Should -BeNullOrEmpty
        (Invoke-TestTool (New-QwenTool Get-Item) '{"Path":["nothing","."]}').Result | Should -Match 'Error: Cannot find path'
    }

    It 'can write to every stream: the output is read in order, and host output is shown to the user' {
        $r = Invoke-TestTool (New-QwenTool t { 'a'; Write-Warning w; Write-Error e; Write-Host h; Write-Verbose v -Verbose; Write-Debug d; 'b' }) `
            -WarningVariable warnings -InformationVariable information -WarningAction SilentlyContinue 6> $null
        $r.Result | Should -BeExactly "a`nWarning: w`nError: e`nh`nb"
        $warnings | Should -Be 'w'
        $information | Should -Be 'h'
    }

    It 'can write any amount of output, which is truncated' {
        $r = Invoke-TestTool (New-QwenTool t { 1..100000; $global:drained = $true })
        $r.Result.Length | Should -BeLessThan 16200
        $r.Result | Should -Match '\[cut: 15,99\d of 588,894 characters, 100,000 objects; ask for less\]$'
        $global:drained | Should -BeTrue
        Remove-Variable drained -Scope Global
    }

    It 'returns <what>' -ForEach @(
        @{ what = 'nothing'; code = { }; is = '(no output)' }
        @{ what = 'null'; code = { $null }; is = '(no output)' }
        @{ what = 'a date'; code = { [datetime]'2026-01-02' }; is = '2026-01-02T00:00:00.0000000' }
        @{ what = 'numbers'; code = { 1; 2.5; $true }; is = "1`n2.5`ntrue" }
        @{ what = 'custom objects'; code = { [pscustomobject]@{ a = 1; b = 'x' * 300 } }; is = '{"a":1,"b":"' + 'x' * 300 + '"}' }
        @{ what = 'tables'; code = { [ordered]@{ a = 1; b = @{ c = 2 } } }; is = '{"a":1,"b":{"c":2}}' }
        @{ what = 'colors'; code = { "`e[31mred`e[0m" }; is = 'red' }
    ) {
        (Invoke-TestTool (New-QwenTool t $code)).Result | Should -BeExactly $is
    }

    It 'returns files as PowerShell displays them' {
        $null = New-Item here -ItemType Directory -Force
        Set-Content here.txt 1
        $r = Invoke-TestTool (New-QwenTool Get-ChildItem)
        ([regex]::Matches($r.Result, 'Name')).Count | Should -Be 1
        $r.Result | Should -Match 'here\b'
        $r.Result | Should -Match 'here\.txt'
    }

    It 'does not change the caller''s variables' {
        $null = Invoke-TestTool (New-QwenTool t { $leak = 1 })
        Get-Variable leak -ErrorAction Ignore | Should -BeNullOrEmpty
    }

    It 'can run another tool' {
        $inner = New-QwenTool inner { 'deep' }
        (Invoke-TestTool (New-QwenTool outer { (Invoke-TestTool $inner).Result + '!' }.GetNewClosure())).Result | Should -BeExactly 'deep!'
    }

    It 'is not replaced by a function that is defined later with the name of its command' {
        $tool = New-QwenTool Get-Date -Parameter Year, Format
        function Get-Date { 'hijacked' }
        (Invoke-TestTool $tool '{"Year":2001,"Format":"yyyy"}').Result | Should -Be '2001'
    }

    It 'uses its fixed values, whatever the model specifies' {
        $tool = New-QwenTool Get-Date -Parameter Year -FixedValue @{ Format = 'yyyy' }
        (Invoke-TestTool $tool '{"Year":2001}').Result | Should -Be '2001'
        (Invoke-TestTool $tool '{"Year":2001,"Format":"MM"}').Error | Should -Match 'Format is not allowed'
    }

    It 'that is a script block is recreated in other runspaces' {
        $tool = New-QwenTool t { param($n) $x = $n; foreach ($i in 1..20) { $x += 1 }; "$x" }
        $results = 1..40 | ForEach-Object -ThrottleLimit 4 -Parallel {
            Import-Module QwenChat
            . $using:runnerFile
            (Invoke-TestTool $using:tool "{`"n`":$_}").Result
        }
        $results | Sort-Object { [int] $_ } | Should -Be (21..60)
    }

    It 'that is a command works in other runspaces' {
        $tool = New-QwenTool Get-Date -Parameter Year, Format
        1 | ForEach-Object -Parallel {
            Import-Module QwenChat
            . $using:runnerFile
            (Invoke-TestTool $using:tool '{"Year":2001,"Format":"yyyy"}').Result
        } | Should -Be '2001'
    }

    It 'works in a job, without a prompt' {
        $result = Start-Job {
            Import-Module QwenChat
            . $using:runnerFile
            (Invoke-TestTool (New-QwenTool t { 'free' })).Result
            (Invoke-TestTool (New-QwenTool t -Approval Always -ScriptBlock { 'free' }) -WarningAction SilentlyContinue).Approved
        } | Receive-Job -Wait -AutoRemoveJob
        $result | Should -Be 'free', $false
    }

    It 'is stopped together with the pipeline: <what>' -ForEach @(
        @{ what = 'a sleep'; code = 'New-QwenTool t { $mark.Begun = $true; Start-Sleep 60 }' }
        @{ what = 'a loop'; code = 'New-QwenTool t { $mark.Begun = $true; while ($true) { } }' }
    ) {
        $mark = [hashtable]::Synchronized(@{})
        $stopped = Invoke-AndStop { Import-Module QwenChat; . $runnerFile; Invoke-TestTool (& ([scriptblock]::Create($code)))
        $mark.WentOn = $true } { $mark.Begun } `
            -Variable @{ mark = $mark; runnerFile = $runnerFile; code = $code }
        $stopped.State | Should -Be 'Stopped'
        $stopped.Errors | Should -BeNullOrEmpty
        $stopped.Elapsed.TotalSeconds | Should -BeLessThan 5
        $mark.WentOn | Should -BeNullOrEmpty
    }

    It 'ends if its turn is canceled, and the pipeline continues' {
        $watch = [Diagnostics.Stopwatch]::StartNew()
        { Invoke-TestTool (New-QwenTool t { Start-Sleep 60 }) -CancelAfter 200 } | Should -Throw '*cancel*'
        $watch.Elapsed.TotalSeconds | Should -BeLessThan 20
    }
}
