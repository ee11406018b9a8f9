BeforeDiscovery {
    $root = Split-Path (Split-Path $PSScriptRoot)
    $scripts = @('build.ps1', 'docs', 'tests' | ForEach-Object { Get-ChildItem (Join-Path $root $_) -Recurse -Filter *.ps1 } |
            Where-Object FullName -NotMatch '[\\/](bin|obj|node_modules)[\\/]' |
            ForEach-Object { @{ Name = [IO.Path]::GetRelativePath($root, $_.FullName); Path = $_.FullName } })
    $noAnalyzer = -not (Get-Module PSScriptAnalyzer -ListAvailable)
}

Describe 'The script <Name>' -ForEach $scripts {
    It 'has no findings of PSScriptAnalyzer' -Skip:$noAnalyzer -Tag 'needs PSScriptAnalyzer' {
        $settings = Join-Path (Split-Path (Split-Path $PSScriptRoot)) PSScriptAnalyzerSettings.psd1
        $findings = Invoke-ScriptAnalyzer -Path $Path -Settings $settings
        $findings | ForEach-Object { "$($_.ScriptName):$($_.Line): $($_.RuleName): $($_.Message)" } | Should -BeNullOrEmpty
    }
}
