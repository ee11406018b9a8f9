BeforeDiscovery {
    . $PSScriptRoot/Terminal.ps1
}

Describe 'The picture of the README' -Skip:$noTerminal -Tag 'needs the script program of util-linux, which provides a terminal' {
    It 'matches the module''s display' {
        $root = Split-Path (Split-Path $PSScriptRoot)
        & (Join-Path $root docs/picture.ps1) -Path (Join-Path $TestDrive chat.svg)
        $shown, $kept = (Join-Path $TestDrive chat.svg), (Join-Path $root docs/images/chat.svg) | ForEach-Object { Get-Content $_ -Raw }
        [regex]::Matches($shown, '<text').Count | Should -BeGreaterThan 40
        $shown | Should -Not -Match '\e|<script|href'
        $shown | Should -Be $kept -Because 'the picture must match the display of a chat; pwsh -NoProfile -File docs/picture.ps1 creates it again'
    }
}
