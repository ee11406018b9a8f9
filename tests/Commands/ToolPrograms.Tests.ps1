# Tools that are programs, and tools in a session without a prompt.

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

Describe 'A program as a tool' -Skip:$IsWindows -Tag 'needs a Unix shell' {
    It 'receives its arguments unchanged, and all its output is returned' {
        $r = Invoke-TestTool (New-QwenTool printf) '{"arguments":["%s|","*","a b","$HOME","\"q\"",""]}' @never
        $r.Result | Should -BeExactly "exit code 0`noutput:`n*|a b|`$HOME|`"q`"||"
        $r.Error | Should -BeNullOrEmpty
    }

    It 'can return an error exit code, which is not a failed call' {
        $r = Invoke-TestTool (New-QwenTool sh) '{"arguments":["-c","echo out; echo err >&2; exit 3"]}' @never
        $r.Result | Should -BeExactly "exit code 3`noutput:`nout`nerror output:`nerr"
        $r.Error | Should -BeNullOrEmpty
    }

    It 'has no input' {
        (Invoke-TestTool (New-QwenTool cat) '{"arguments":[]}' @never).Result | Should -BeExactly 'exit code 0'
    }

    It 'is ended with its child processes after a timeout' {
        $r = Invoke-TestTool (New-QwenTool sh -TimeoutSeconds 1) '{"arguments":["-c","sleep 61.25 & echo here; wait"]}' @never
        $r.Error | Should -BeLike 'The tool timed out after 1 s*'
        $r.Result | Should -Match 'here'
        Wait-Until { -not (Get-Process sleep -ErrorAction Ignore | Where-Object CommandLine -Match '61\.25') }
    }

    It 'ends with the pipeline' {
        $stopped = Invoke-AndStop { Import-Module QwenChat; . $runnerFile
        Invoke-TestTool (New-QwenTool sleep) '{"arguments":["63.25"]}' -ToolApproval Never } `
            { Get-Process sleep -ErrorAction Ignore | Where-Object CommandLine -Match '63\.25' } -Variable @{ runnerFile = $runnerFile }
        $stopped.State | Should -Be 'Stopped'
        $stopped.Elapsed.TotalSeconds | Should -BeLessThan 5
        Wait-Until { -not (Get-Process sleep -ErrorAction Ignore | Where-Object CommandLine -Match '63\.25') }
    }

    It 'does not change $LASTEXITCODE' {
        $global:LASTEXITCODE = 7
        $null = Invoke-TestTool (New-QwenTool t { sh -c 'exit 3' })
        $global:LASTEXITCODE | Should -Be 7
    }
}

Describe 'In a session without a prompt' {
    BeforeAll {
        $null = New-Item inside -ItemType Directory -Force
        Set-Content inside/a.txt 'text'
        # The target of the link is outside TestDrive, because Pester follows links when it clears TestDrive.
        $outside = [IO.Directory]::CreateTempSubdirectory('qwenchat-').FullName
        if (-not $IsWindows) { $link = New-Item link -ItemType SymbolicLink -Value $outside -Force }
        function Get-Own { 'own' }
        function Set-Own { 'own' }
    }

    AfterAll {
        if ($link) { $link.Delete() }
        Remove-Item $outside
    }

    It '<tool> <arguments> is allowed' -ForEach @(
        @{ tool = 'Get-Content'; arguments = '{"Path":"inside/a.txt"}' }
        @{ tool = 'Get-ChildItem'; arguments = '{}' }
        @{ tool = 'Get-ChildItem'; arguments = '{"Path":"inside/../inside"}' }
        @{ tool = 'Get-Own'; arguments = '{}' }
        @{ tool = 'ConvertFrom-Json'; arguments = '{"InputObject":"{}"}' }
    ) {
        $r = Invoke-TestTool (New-QwenTool $tool) $arguments
        $r.Duration | Should -Not -BeNullOrEmpty
        $r.Approved | Should -BeNullOrEmpty
    }

    It '<tool> <arguments> is rejected' -ForEach @(
        @{ tool = 'Get-Content'; arguments = '{"Path":"../x"}' }
        @{ tool = 'Get-Content'; arguments = '{"Path":["inside/a.txt","/etc/hostname"]}' }
        @{ tool = 'Get-Content'; arguments = '{"Path":"Env:PATH"}' }
        @{ tool = 'Get-Content'; arguments = '{"Path":"Microsoft.PowerShell.Core\\Environment::PATH"}' }
        @{ tool = 'Get-ChildItem'; arguments = '{"Path":"Variable:"}' }
        @{ tool = 'Get-Content'; arguments = '{"Path":"nodrive:/x"}' }
        @{ tool = 'Get-Content'; arguments = '{"Path":"link/x"}' }
        @{ tool = 'Get-Content'; arguments = '{"Path":"~/x"}' }
        @{ tool = 'Set-Content'; arguments = '{"Path":"inside/b.txt","Value":"x"}' }
        @{ tool = 'Set-Own'; arguments = '{}' }
        @{ tool = 'Get-Variable'; arguments = '{}' }
        @{ tool = 'dotnet'; arguments = '{"arguments":["--version"]}' }
    ) {
        if ($arguments -match 'link' -and $IsWindows) { Set-ItResult -Skipped -Because 'this test requires a symbolic link' }
        $r = Invoke-TestTool (New-QwenTool $tool) $arguments -WarningVariable warnings -WarningAction SilentlyContinue
        $r.Duration | Should -BeNullOrEmpty
        $r.Approved | Should -BeFalse
        $r.Result | Should -BeNullOrEmpty
        $r.Error | Should -Match 'needs approval'
        $warnings | Should -HaveCount 1
        "$warnings" | Should -Match '-ToolApproval'
    }

    It 'a command in another provider''s location is rejected' {
        Push-Location Env:
        try { (Invoke-TestTool (New-QwenTool Get-ChildItem) -WarningAction SilentlyContinue).Approved | Should -BeFalse }
        finally { Pop-Location }
    }

    It 'a turn causes only one warning' {
        $r = Invoke-TestTool (New-QwenTool Set-Own) '{}', '{}' -WarningVariable warnings -WarningAction SilentlyContinue
        $r | Should -HaveCount 2
        $warnings | Should -HaveCount 1
    }

    It 'the -Approval of a tool takes precedence over -ToolApproval: <approval>, <send>' -ForEach @(
        @{ approval = 'Never'; send = 'Always'; runs = $true }
        @{ approval = 'Always'; send = 'Never'; runs = $false }
        @{ approval = $null; send = 'Never'; runs = $true }
        @{ approval = $null; send = 'Always'; runs = $false }
        @{ approval = $null; send = 'Changes'; runs = $true }
    ) {
        $own = $approval ? @{ Approval = $approval } : @{}
        (Invoke-TestTool (New-QwenTool t { 1 } @own) -ToolApproval $send -WarningAction SilentlyContinue).Duration -is [timespan] | Should -Be $runs
    }

    It 'input that is piped into the process does not approve a call' -Skip:$IsWindows -Tag 'needs a Unix shell' {
        $script = Join-Path $TestDrive ask.ps1
        Set-Content $script "Import-Module QwenChat; . '$runnerFile'; (Invoke-TestTool (New-QwenTool t { 1 } -Approval Always)).Approved"
        $shell = [Environment]::ProcessPath
        $start = @(if ((Split-Path $shell -LeafBase) -eq 'dotnet') { Join-Path $PSHOME pwsh.dll })
        'y' | & $shell @start -NoProfile -File $script 3> $null | Should -Contain 'False'
    }

    It 'an approved command with ShouldProcess does not prompt' {
        Set-Content gone.txt 1
        $ConfirmPreference = 'Low'
        (Invoke-TestTool (New-QwenTool Remove-Item) '{"Path":"gone.txt"}' @never).Error | Should -BeNullOrEmpty
        'gone.txt' | Should -Not -Exist
    }
}
