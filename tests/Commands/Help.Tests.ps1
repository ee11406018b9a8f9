# Runs the examples, and compares every page with its command. docs/check.ps1 describes the examples, and writes new output to the pages.

BeforeDiscovery {
    Import-Module QwenChat
    $root = Split-Path (Split-Path $PSScriptRoot)
    $files = Get-ChildItem (Join-Path $root docs/en-US) -Filter *.md
    $pages = @(@(Join-Path $root README.md | Get-Item) + $files | ForEach-Object { @{ Name = $_.Name; File = $_.FullName } })
    $commandPages = @($files | Where-Object Name -Match '^[A-Z]\w*-' | ForEach-Object { @{ Name = $_.BaseName; File = $_.FullName } })
    $noPlatyPS = -not (Get-Module platyPS -ListAvailable)
}

BeforeAll {
    . $PSScriptRoot/Common.ps1
    Import-Module QwenChat

    # Returns the section of a page below a heading, up to the next heading of the same level.
    function Get-Section([string] $Text, [string] $Heading) {
        $level = ($Heading -split ' ')[0]
        if ($Text -match "(?sm)^$([regex]::Escape($Heading))[ \t]*\r?\n(.*?)(?=^$level \S|\z)") { $Matches[1] }
    }

    # Removes formatting that is not in Get-Help, so that a page can be compared with its help.
    function ConvertTo-Plain([string[]] $Text) {
        $plain = ($Text -join "`n") -replace '(?s)<!--.*?-->' -replace '(?m)^```\w*\r?$' -replace '\[([^\]]+)\]\([^)]*\)', '$1' -replace '\\(?=[\[\]<>*_`#])'
        ($plain -replace '\s+', ' ').Trim()
    }

    $commonParameters = [System.Management.Automation.PSCmdlet]::CommonParameters
}

Describe 'The examples' {
    BeforeAll {
        $results = Join-Path $TestDrive examples.json
        $null = Invoke-FreshShell -Argument (Join-Path $RepositoryRoot docs/check.ps1), $results { param($script, $results) & $script -ResultPath $results }
        $examples = Get-Content $results -Raw | ConvertFrom-Json
    }

    It 'of <Name> write the output on the page' -ForEach $pages {
        $wrong = @($examples | Where-Object { $_.Page -eq $Name -and $_.Agrees -eq $false })
        $said = $wrong | ForEach-Object { "line $($_.Line), $($_.Example):", $_.Expected, '--- but writes', $_.Actual }
        $said -join "`n" | Should -BeNullOrEmpty -Because 'the page must show the actual output of its examples; docs/check.ps1 -Update writes the output into the page'
    }

    It 'are run, except for at most 5%' {
        $examples.Count | Should -BeGreaterThan 40
        $left = @($examples | Where-Object Reason)
        $left.Count | Should -BeLessOrEqual ($examples.Count / 20) -Because ($left | ForEach-Object { "$($_.Page):$($_.Line) is not run: $($_.Reason)" })
    }
}

Describe 'The page of <Name>' -ForEach $commandPages {
    BeforeAll {
        $text = Get-Content $File -Raw
        $command = Get-Command $Name -Module QwenChat -ErrorAction Ignore
    }

    It 'belongs to a command' {
        $command | Should -Not -BeNullOrEmpty
    }

    It 'has a synopsis of one or two sentences, and a description' {
        (Get-Section $text '## SYNOPSIS').Trim() | Should -Match '^[A-Z][^\n]{10,150}\.$'
        Get-Section $text '## DESCRIPTION' | Should -Match '\w{4}'
    }

    It 'has at least three examples, with their output' {
        $examples = @((Get-Section $text '## EXAMPLES') -split '(?m)^### Example ' | Select-Object -Skip 1)
        $examples.Count | Should -BeGreaterOrEqual 3
        @($examples -match '(?m)^```output').Count | Should -BeGreaterOrEqual 3
        $examples | ForEach-Object { ($_ -split ':')[0] } | Should -Be (1..$examples.Count)
    }

    It 'has the syntax of the command' {
        $section = Get-Section $text '## SYNTAX'
        foreach ($set in $command.ParameterSets) {
            $heading = "### $($set.Name)$(if ($set.IsDefault -and $command.ParameterSets.Count -gt 1) { ' (Default)' })"
            $ofSet = if ($command.ParameterSets.Count -eq 1) { $section } else { Get-Section $section $heading }
            $ofSet | Should -Not -BeNullOrEmpty -Because "the page must contain the parameter set $($set.Name)"
            $said = [regex]::Matches($ofSet, '(?<=[\s\[])-(\w+)') | ForEach-Object { $_.Groups[1].Value } | Sort-Object
            $is = $set.Parameters.Name | Where-Object { $_ -notin $commonParameters } | Sort-Object
            $said -join "`n" | Should -Be ($is -join "`n") -Because "the page must list the parameters of $($set.Name)"
        }
    }

    It 'has a section for each parameter, and no others' {
        $said = [regex]::Matches((Get-Section $text '## PARAMETERS'), '(?m)^### -(\w+)') | ForEach-Object { $_.Groups[1].Value } | Sort-Object
        $is = $command.Parameters.Keys | Where-Object { $_ -notin $commonParameters } | Sort-Object
        $said -join "`n" | Should -Be ($is -join "`n")
    }

    It 'describes each parameter correctly' {
        $wrong = foreach ($parameter in $command.Parameters.Values | Where-Object Name -NotIn $commonParameters) {
            $section = Get-Section (Get-Section $text '## PARAMETERS') "### -$($parameter.Name)"
            $facts = ConvertFrom-StringData (
                ([regex]::Match($section, '(?s)```yaml(.*?)```').Groups[1].Value -replace '(?m)^([\w ]+?): ?(.*)$', '$1=$2') -replace '\\', '\\')
            $sets = $parameter.ParameterSets.Values
            $only = if ($parameter.ParameterSets.ContainsKey('__AllParameterSets')) { '(All)' } else { $parameter.ParameterSets.Keys -join ', ' }
            $pipeline = @(
                if ($sets.ValueFromPipelineByPropertyName -contains $true) { 'ByPropertyName' }
                if ($sets.ValueFromPipeline -contains $true) { 'ByValue' }
            ) -join ', '
            $positions = @($sets.Position | Sort-Object -Unique)
            $expected = @{
                'Type'                        = ([Nullable]::GetUnderlyingType($parameter.ParameterType) ?? $parameter.ParameterType).Name
                'Aliases'                     = $parameter.Aliases -join ', '
                'Accept pipeline input'       = if ($pipeline) { "True ($pipeline)" } else { 'False' }
                'Accept wildcard characters'  = "$([bool] $parameter.Attributes.Where{ $_ -is [SupportsWildcards] })"
            }
            # If position or "required" differs between parameter sets, platyPS writes several blocks. Only the first block is read here, so these values
            # are not compared.
            if ($positions.Count -eq 1 -and @($sets.IsMandatory | Sort-Object -Unique).Count -eq 1) {
                $expected['Position'] = if ($positions[0] -eq [int]::MinValue) { 'Named' } else { "$($positions[0])" }
                $expected['Required'] = "$($sets.IsMandatory -contains $true)"
                if ($only -eq '(All)') { $expected['Parameter Sets'] = $only }
            }
            if ($parameter.ParameterType.IsEnum) { $expected['Accepted values'] = [enum]::GetNames($parameter.ParameterType) -join ', ' }
            foreach ($fact in $expected.Keys) {
                if ("$($facts[$fact])".Trim() -ne $expected[$fact]) {
                    "-$($parameter.Name): '$fact' is '$($expected[$fact])', and the page says '$($facts[$fact])'"
                }
            }
        }
        $wrong | Should -BeNullOrEmpty
    }

    It 'names the output types of the command' {
        $said = Get-Section $text '## OUTPUTS'
        foreach ($type in $command.OutputType.Type) {
            $said | Should -Match $(if ($type -eq [void]) { '### None' } else { "### .*$([regex]::Escape($type.FullName))" })
        }
    }
}

Describe 'The links in <Name>' -ForEach $pages {
    It 'lead to existing pages' {
        $links = [regex]::Matches((Get-Content $File -Raw), '\]\((?!https?:|#)([^)#]+)') | ForEach-Object { $_.Groups[1].Value }
        $links | Where-Object { -not (Test-Path (Join-Path (Split-Path $File) $_)) } | Should -BeNullOrEmpty
    }
}

Describe 'The README' {
    It 'shows the output of the demo' {
        $text = Get-Content (Join-Path $RepositoryRoot README.md) -Raw
        $shown = [regex]::Match($text, '(?s)```text\r?\n(.*?)```').Groups[1].Value
        $demo = (Invoke-FreshShell -Argument (Join-Path $RepositoryRoot docs/examples/demo.ps1) { param($file) & $file }) -join "`n"
        # "..." stands for omitted lines.
        $pattern = ($shown.Trim() -replace '127\.0\.0\.1:\d+', '127.0.0.1:PORT' -split '(?m)^\.\.\.$' |
            ForEach-Object { [regex]::Escape($_.Trim()) }) -join '.*'
        $demo -replace '127\.0\.0\.1:\d+', '127.0.0.1:PORT' | Should -Match "(?s)$($pattern -replace '\\r')"
    }
}

Describe 'Get-Help <Name>' -ForEach $commandPages {
    BeforeAll {
        $help = Get-Help $Name -Full
        $shown = ConvertTo-Plain ($help | Out-String -Width 100000)
        $page = Get-Content $File -Raw
    }

    It 'has the synopsis and the description of the page' {
        $help.Synopsis | Should -Be (Get-Section $page '## SYNOPSIS').Trim()
        ConvertTo-Plain $help.description.Text | Should -Be (ConvertTo-Plain (Get-Section $page '## DESCRIPTION'))
    }

    It 'has the syntax of the page' {
        $blocks = [regex]::Matches((Get-Section $page '## SYNTAX'), '(?sm)^```\r?$(.*?)^```') | ForEach-Object { ConvertTo-Plain $_.Groups[1].Value }
        # Get-Help shows the accepted values of a parameter instead of its type.
        $syntax = [regex]::Match($shown, ' SYNTAX (.*?) DESCRIPTION ').Groups[1].Value
        $types = [regex]::Matches($syntax, '-(\w+) \{').ForEach({ $_.Groups[1].Value }) | Sort-Object -Unique
        $syntax = $syntax -replace '\{[^}]*\}', '<>'
        foreach ($type in $types) { $blocks = $blocks -replace "(?<=-$type )<\w+(\[\])?>", '<>' }
        $syntax | Should -BeExactly ($blocks -join ' ')
    }

    It 'has each parameter of the page with its text' {
        $section = Get-Section $page '## PARAMETERS'
        $names = [regex]::Matches($section, '(?m)^### -(\w+)') | ForEach-Object { $_.Groups[1].Value }
        $help.parameters.parameter.name | Sort-Object | Should -Be ($names | Sort-Object)
        foreach ($parameter in $help.parameters.parameter) {
            $text = ConvertTo-Plain ((Get-Section $section "### -$($parameter.name)") -split '(?m)^```yaml')[0]
            $text | Should -Match '\w{3}' -Because "-$($parameter.name) must be described"
            ConvertTo-Plain $parameter.description.Text | Should -Be $text
        }
    }

    It 'has the examples of the page' {
        $examples = @((Get-Section $page '## EXAMPLES') -split '(?m)^### ' | Select-Object -Skip 1)
        @($help.examples.example).Count | Should -Be $examples.Count
        for ($i = 0; $i -lt $examples.Count; $i++) {
            $example = @($help.examples.example)[$i]
            $title, $body = $examples[$i] -split '\r?\n', 2
            ConvertTo-Plain ($example.title -replace '^-+|-+$') | Should -Be (ConvertTo-Plain $title)
            ConvertTo-Plain (@($example.introduction.Text) + $example.code + @($example.remarks.Text)) | Should -Be (ConvertTo-Plain $body)
            $example.code | Should -Match '\S'
        }
    }

    It 'has the other parts of the page' {
        foreach ($part in 'INPUTS', 'OUTPUTS', 'NOTES') {
            $texts = (Get-Section $page "## $part") -split '(?m)^(?:### .*)?\r?\n' | ForEach-Object { ConvertTo-Plain $_ } | Where-Object { $_ }
            foreach ($text in $texts) { $shown.Contains($text) | Should -BeTrue -Because "$part must contain: $text" }
        }
        $help.relatedLinks.navigationLink.linkText |
            Should -Be @([regex]::Matches((Get-Section $page '## RELATED LINKS'), '\[([^\]]+)\]') | ForEach-Object { $_.Groups[1].Value })
        $shown | Should -Not -Match '<!--|\{\{|```|\(\.\./'
    }
}

Describe 'The help of the commands' {
    It 'has exactly the commands of the module' {
        $named = ([xml](Get-Content (Join-Path $ModulePath en-US/QwenChat.dll-Help.xml) -Raw)).SelectNodes('/*/*/*/*[local-name() = "name"]').InnerText
        $named | Should -Be (Get-Command -Module QwenChat -CommandType Cmdlet).Name
    }

    It 'is generated by platyPS from the pages' -Skip:$noPlatyPS -Tag 'needs platyPS 0.14' {
        $null = Invoke-FreshShell -Argument (Join-Path $RepositoryRoot docs/help.ps1), $TestDrive { param($script, $output) & $script -Output $output }
        $made, $kept = (Join-Path $TestDrive QwenChat.dll-Help.xml), (Join-Path $RepositoryRoot docs/help/QwenChat.dll-Help.xml) |
            ForEach-Object { (Get-FileHash $_).Hash }
        $made | Should -Be $kept -Because 'a page has changed: ./build.ps1 Docs generates the help'
    }

    It 'reports with -Online that there is no address' {
        { Get-Help Send-QwenMessage -Online } | Should -Throw '*address (URI) of the Help topic is not specified*'
    }
}

Describe 'Get-Help about_*' {
    It 'shows <Name>' -ForEach ($pages | Where-Object Name -Match '^about_') {
        $topic = $Name -replace '\.md$'
        $help = (Get-Help $topic | Out-String) -replace '\r'
        $help | Should -Match 'SHORT DESCRIPTION'
        $help | Should -Not -Match '<!--|```'
        (Get-Help about_Qwen* | Where-Object Name -EQ $topic).Synopsis | Should -Be (Get-Section (Get-Content $File -Raw) '## SHORT DESCRIPTION').Trim()
    }

    It 'fits <Name> in 80 columns, without tables' -ForEach ($pages | Where-Object Name -Match '^about_') {
        $lines = Get-Content (Join-Path $ModulePath "en-US/$($Name -replace '\.md$').help.txt")
        $lines | Where-Object { $_.Length -gt 80 -or $_ -match '^\s*\|' } | Should -BeNullOrEmpty
    }

    It 'shows every word of <Name>' -ForEach ($pages | Where-Object Name -Match '^about_') {
        # Headings of tables with two columns are omitted from the help.
        $page = (Get-Content $File -Raw) -replace '(?s)<!--.*?-->' -replace '\]\([^)]*\)', ' ' -replace '(?m)^\|.*\n(?=\|-)'
        $shown = Get-Content (Join-Path $ModulePath "en-US/$($Name -replace '\.md$').help.txt") -Raw
        $words = [regex]::Matches($page, '[\w$]+').Value | Where-Object { $_ -notin 'powershell', 'output', 'sql', 'text' } | Sort-Object -Unique
        $known = [Collections.Generic.HashSet[string]] [string[]] [regex]::Matches($shown, '[\w$]+').Value
        $words | Where-Object { -not $known.Contains($_) } | Should -BeNullOrEmpty
    }
}
