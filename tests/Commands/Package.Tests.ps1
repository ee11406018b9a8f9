# The PowerShell Gallery package: its contents, and its use without other modules.

BeforeAll {
    . $PSScriptRoot/Common.ps1
    $script = Join-Path $RepositoryRoot packaging/package.ps1
    $version = (Import-PowerShellDataFile (Join-Path $ModulePath QwenChat.psd1)).ModuleVersion

    # Runs a script that finds only the modules in one folder and those of PowerShell.
    function Invoke-WithOnly([string] $ModuleFolder, [scriptblock] $Script) {
        Invoke-FreshShell -Argument $ModuleFolder, $Script.ToString() {
            param($folder, $text)
            $env:PSModulePath = $folder + [IO.Path]::PathSeparator + (Join-Path $PSHOME Modules)
            & ([scriptblock]::Create($text))
        }
    }

    $conversation = {
        Start-QwenEmulator -Reply 'Hello from the package.' | Set-QwenConnection
        $store = New-QwenStore (Join-Path (Split-Path $folder) 'package.db')
        "$(Send-QwenMessage 'Hi' -Store $store)"
        Split-Path (Split-Path (Get-Module QwenChat).Path) -Leaf
        (Get-Help Send-QwenMessage).Synopsis
    }
}

Describe 'A module without help' {
    It 'is not packed, with advice' {
        $copy = Join-Path $TestDrive without
        Copy-Item $ModulePath $copy -Recurse
        Remove-Item (Join-Path $copy en-US/*-Help.xml)
        { & $script -ModulePath $copy -Destination $TestDrive } | Should -Throw '*has no help*build.ps1 Build*'
        Join-Path $TestDrive "QwenChat.$version.nupkg" | Should -Not -Exist
    }

    It 'is not packed, even if help is missing for only one command' {
        $copy = Join-Path $TestDrive one
        Copy-Item $ModulePath $copy -Recurse
        $file = Join-Path $copy en-US/QwenChat.dll-Help.xml
        $help = [xml](Get-Content $file -Raw)
        $name = Select-Xml '//*[local-name() = "details"]/*[local-name() = "name" and . = "Undo-QwenTurn"]' -Xml $help
        $command = $name.Node.ParentNode.ParentNode
        $null = $command.ParentNode.RemoveChild($command)
        $help.Save($file)
        { & $script -ModulePath $copy -Destination $TestDrive } | Should -Throw '*no help for Undo-QwenTurn*'
    }
}

Describe 'The package' {
    BeforeAll {
        $folder = Join-Path $TestDrive packed
        $said = & $script -Destination $folder
        $package = Join-Path $folder "QwenChat.$version.nupkg"
        $unpacked = Join-Path $TestDrive modules
        # PowerShell looks for each version of a module in a folder that is named after the version.
        [IO.Compression.ZipFile]::ExtractToDirectory($package, (Join-Path $unpacked "QwenChat/$version"))
        $content = Join-Path $unpacked "QwenChat/$version"
        $facts = ([xml](Get-Content (Join-Path $content QwenChat.nuspec) -Raw)).package.metadata
    }

    It 'is smaller than 1.25 MB without the stores, and its size is reported' {
        $said | Should -Match ([regex]::Escape("QwenChat.$version.nupkg"))
        $archive = [IO.Compression.ZipFile]::OpenRead($package)
        try {
            $own = $archive.Entries | Where-Object FullName -NotLike 'Storage/*'
            ($own | Measure-Object CompressedLength -Sum).Sum | Should -BeLessThan 1.25MB
        }
        finally {
            $archive.Dispose()
        }
    }

    It 'has an icon, a license, release notes and tags' {
        Join-Path $content $facts.icon | Should -Exist
        $facts.license.InnerText | Should -Be 'MIT'
        Join-Path $content LICENSE | Should -Exist
        $facts.releaseNotes | Should -Match 'Added'
        $tags = $facts.tags -split ' '
        'PSModule', 'PSEdition_Core', 'Qwen', 'PSCommand_Send-QwenMessage' | ForEach-Object { $tags | Should -Contain $_ }
    }

    It 'has the same files as the built module' {
        $relative = { param($base) Get-ChildItem $base -Recurse -File | ForEach-Object { [IO.Path]::GetRelativePath($base, $_) -replace '\\', '/' } }
        $own = @(& $relative $content) -notmatch '^(_rels/|package/|\[Content_Types\]|QwenChat\.nuspec$|icon\.png$)' | Sort-Object
        $own -join "`n" | Should -Be ((& $relative $ModulePath | Sort-Object) -join "`n")
    }

    It 'works from an empty module path, with help and store' {
        Invoke-WithOnly $unpacked $conversation |
            Should -Be 'Hello from the package.', $version, 'Sends a message and writes the reply: one turn of a conversation.'
    }

    It 'is installed by Install-PSResource from a folder' {
        $installed = Join-Path $TestDrive installed
        $name = "QwenChat-$([guid]::NewGuid())"
        Register-PSResourceRepository $name -Uri $folder -Trusted
        try {
            $null = New-Item $installed -ItemType Directory
            Save-PSResource QwenChat -Repository $name -Path $installed
            Find-PSResource -Name QwenChat -Repository $name | Select-Object -ExpandProperty Version | Should -Be $version
        }
        finally {
            Unregister-PSResourceRepository $name
        }
        Invoke-WithOnly $installed $conversation | Select-Object -First 2 | Should -Be 'Hello from the package.', $version
    }
}
