# Markdown of answers in exported files. PowerShell's own Markdown reader checks the .md file, independently of the module's reader.

BeforeAll {
    . $PSScriptRoot/Common.ps1
    Start-QwenEmulator -Reply { param($Request) $Request.LastMessage } | Set-QwenConnection

    # Exports a conversation with the specified answer, and returns the path of the file.
    function Export-Answer([string] $Text, [string] $Type) {
        $path = Join-Path $TestDrive "$([guid]::NewGuid()).$Type"
        Send-QwenMessage $Text -Api ChatCompletions -Thinking Off | Export-QwenConversation -Path $path
        $path
    }
}

AfterAll {
    Stop-QwenEmulator
    Remove-Module QwenChat
}

Describe 'Markdown in an export' {
    It 'shows the emphasis of <text> in .html, and in .md with another Markdown reader' -ForEach @(
        @{ text = '**「重点」**内容'; html = '<strong>「重点」</strong>内容' }
        @{ text = '内容**“重点”**内容'; html = '内容<strong>“重点”</strong>内容' }
        @{ text = '**스크립트(script)**라고'; html = '<strong>스크립트(script)</strong>라고' }
        @{ text = 'これは**「重要」**です'; html = 'これは<strong>「重要」</strong>です' }
        @{ text = '~~「删除」~~内容'; html = '<del>「删除」</del>内容' }
        @{ text = '*「重点」*内容和**重点**'; html = '<em>「重点」</em>内容和<strong>重点</strong>' }
    ) {
        Get-Content (Export-Answer $text html) -Raw | Should -BeLike "*$html*"
        (ConvertFrom-Markdown (Export-Answer $text md)).Html | Should -BeLike "*$html*"
    }

    It 'resolves link references, so that they do not apply to other messages' {
        $text = "See [the page][1] and [1].`n`n[1]: https://example.org/a `"T`""
        Get-Content (Export-Answer $text html) -Raw | Should -BeLike '*<a href="https://example.org/a" title="T"*>the page</a>*'
        $page = Get-Content (Export-Answer $text md) -Raw
        $page | Should -BeLike '*`[the page`](<https://example.org/a> "T")*'
        $page | Should -Not -BeLike '*`[1`]: *'
    }

    It 'contains no control sequences and no script' {
        $text = "&#27;[31m &#x9b;1m [x](&#106;avascript:alert(1)) [y]`n`n[y]: java&Tab;script:alert(1)`n`n<script>alert(1)</script>"
        foreach ($type in 'html', 'md') {
            $page = Get-Content (Export-Answer $text $type) -Raw
            $page | Should -Not -Match '[\x1b\x9b]'
            $page | Should -Not -Match '(?<!\\)<script'
            $page | Should -Not -Match 'href="\s*javascript'
        }
        (ConvertFrom-Markdown (Export-Answer $text md)).Html | Should -Not -Match '[\x1b\x9b]|<script|href="\s*java'
    }
}
