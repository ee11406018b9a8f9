BeforeDiscovery {
    Import-Module QwenChat
    $commands = @(Get-Command -Module QwenChat | ForEach-Object { @{ Name = $_.Name; Command = $_ } })
    $outputTypes = @($commands.Command.OutputType.Type | Where-Object { $_.Namespace -eq 'QwenChat' -and -not $_.IsEnum } |
            Sort-Object FullName -Unique | ForEach-Object { @{ Type = $_ } })
}

BeforeAll {
    . $PSScriptRoot/Common.ps1
    Import-Module QwenChat
    $manifest = Import-PowerShellDataFile (Join-Path $ModulePath QwenChat.psd1)
    $assembly = [AppDomain]::CurrentDomain.GetAssemblies() | Where-Object { $_.GetName().Name -eq 'QwenChat' }
    $cmdletTypes = @($assembly.GetTypes() | Where-Object { $_.IsDefined([System.Management.Automation.CmdletAttribute], $false) })
}

Describe 'The manifest' {
    It 'is valid' {
        Test-ModuleManifest (Join-Path $ModulePath QwenChat.psd1) -ErrorAction Stop | Should -Not -BeNullOrEmpty
    }

    It 'lists exactly the cmdlets of the assembly' {
        $attributes = $cmdletTypes | ForEach-Object { $_.GetCustomAttributes([System.Management.Automation.CmdletAttribute], $false) }
        $inAssembly = @($attributes | ForEach-Object { "$($_.VerbName)-$($_.NounName)" } | Sort-Object)
        @($manifest.CmdletsToExport | Sort-Object) -join "`n" | Should -Be ($inAssembly -join "`n")
    }

    It 'lists <_> by name, without a wildcard' -ForEach 'CmdletsToExport', 'FunctionsToExport', 'AliasesToExport', 'VariablesToExport' {
        $manifest.$_ | Should -Not -Match '[*?]'
    }

    It 'has the version of the assembly' {
        $assembly.GetName().Version.ToString(3) | Should -Be $manifest.ModuleVersion
    }
}

Describe 'The built module' {
    BeforeAll {
        # One new process returns the values for all checks that need a new process.
        $fresh = Invoke-FreshShell {
            $words = @(Import-Module QwenChat -WarningAction Continue 3>&1)
            $path = Split-Path (Get-Module QwenChat).Path
            $assemblies = [AppDomain]::CurrentDomain.GetAssemblies() | Where-Object { $_.GetName().Name -match '^QwenChat|Sqlite|SQLitePCL|Npgsql' } |
                ForEach-Object { $_.GetName().Name }
            $before = @(Get-Command -Module QwenChat).Count
            Remove-Module QwenChat
            $isGone = -not (Get-Module QwenChat)
            Import-Module QwenChat
            @{ Words = "$words"; Path = $path; Assemblies = @($assemblies); IsGone = $isGone; Before = $before
            After = @(Get-Command -Module QwenChat).Count } | ConvertTo-Json
        } | ConvertFrom-Json
    }

    It 'contains only its own DLL, and the DLLs for stores in a separate folder' {
        $all = Get-ChildItem $ModulePath -Recurse -Include *.dll, *.so, *.dylib | ForEach-Object { [IO.Path]::GetRelativePath($ModulePath, $_) }
        $all | Where-Object { $_ -notmatch '^Storage[\\/]' } | Should -Be 'QwenChat.dll'
        Join-Path $ModulePath Storage/QwenChat.Storage.dll | Should -Exist
        Join-Path $ModulePath Storage/QwenChat.dll | Should -Not -Exist
    }

    It 'contains SQLite only for the platforms on which PowerShell runs' {
        $platforms = 'linux', 'linux-musl', 'osx', 'win' | ForEach-Object { "$_-arm64", "$_-x64" }
        (Get-ChildItem (Join-Path $ModulePath Storage/runtimes)).Name | Sort-Object | Should -Be ($platforms | Sort-Object)
    }

    It 'is found by name, including in child runspaces and processes' {
        Split-Path (Get-Module QwenChat).Path | Should -Be $ModulePath
        $fresh.Path | Should -Be $ModulePath
        $path = 1 | ForEach-Object -Parallel { Split-Path (Import-Module QwenChat -PassThru).Path }
        $path | Should -Be $ModulePath
    }

    It 'loads only its own assembly in a new process' {
        $fresh.Assemblies | Should -Be 'QwenChat'
    }

    It 'can be removed and imported again' {
        $fresh.IsGone | Should -BeTrue
        $fresh.Before | Should -BeGreaterThan 0
        $fresh.After | Should -Be $fresh.Before
    }

    It 'imports without output' {
        $fresh.Words | Should -BeNullOrEmpty
    }
}

Describe '<Name>' -ForEach $commands {
    It 'has an approved verb' {
        (Get-Verb).Verb | Should -Contain $Command.Verb
    }

    It 'has a noun that begins with Qwen' {
        $Command.Noun | Should -MatchExactly '^Qwen([A-Z]|$)'
    }

    It 'is the sealed class <Command.ImplementingType.Name> in a file with that name' {
        $type = $Command.ImplementingType
        $type.Name | Should -BeExactly "$($Command.Verb)$($Command.Noun)Command"
        $type.IsSealed | Should -BeTrue
        Get-ChildItem (Join-Path $RepositoryRoot src/QwenChat/Commands) -Recurse -Filter "$($type.Name).cs" | Should -HaveCount 1
    }

    It 'declares its output types' {
        # A command without output declares [OutputType(typeof(void))].
        $Command.OutputType | Should -Not -BeNullOrEmpty
    }

    It 'has a complete help page that names every parameter' {
        $page = Join-Path $RepositoryRoot "docs/en-US/$Name.md"
        $page | Should -Exist
        $text = Get-Content $page -Raw
        @($text -split '\n' -match '\{\{') | Should -BeNullOrEmpty
        $common = [System.Management.Automation.PSCmdlet]::CommonParameters + [System.Management.Automation.PSCmdlet]::OptionalCommonParameters
        $own = $Command.Parameters.Keys | Where-Object { $_ -notin $common }
        $own | Where-Object { $text -notmatch "(?m)^### -$_\s*`$" } | Should -BeNullOrEmpty
    }
}

Describe '<Name>' -ForEach ($commands | Where-Object { $_.Command.Verb -eq 'Remove' }) {
    It 'prompts before it removes' {
        $Command.Parameters.Keys | Should -Contain 'WhatIf'
    }
}

Describe '<Type>' -ForEach $outputTypes {
    It 'has a view' {
        Get-FormatData -TypeName $Type.FullName -PowerShellVersion $PSVersionTable.PSVersion | Should -Not -BeNullOrEmpty
    }
}
