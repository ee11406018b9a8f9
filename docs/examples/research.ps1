<#
.SYNOPSIS
    Researches a question with the service's own tools, and writes a report with its sources.
.DESCRIPTION
    The model searches the web, reads pages and runs code for calculations; all of this runs on the service. The report contains the answer, the
    sources, the code with its output, the usage and the cost. With a key in $env:DASHSCOPE_API_KEY, the script uses the service; without one, an emulator
    whose searches always find the same pages.
.EXAMPLE
    ./docs/examples/research.ps1 'How much did solar power grow in 2025, in percent: 647 / 597?' -Path report.md
.EXAMPLE
    ./docs/examples/research.ps1 'What is our travel policy?' -KnowledgeBase kb-travel -Path report.md
.EXAMPLE
    ./docs/examples/research.ps1 'How far is it to the airport?' -Path report.md -Server @{
        label = 'maps'; url = 'https://mcp.example.com/sse'; headers = @{ Authorization = Read-Host -AsSecureString }
    }
#>
[CmdletBinding()]
param(
    # The question.
    [Parameter(Mandatory, Position = 0)]
    [string] $Question,

    # The report, a Markdown file.
    [Parameter(Mandatory)]
    [string] $Path,

    # The id of a knowledge base to search in addition to the web.
    [string] $KnowledgeBase,

    # MCP servers that the service may also call. Header values are secrets, and the script never writes them to a file.
    [hashtable[]] $Server
)

$ErrorActionPreference = 'Stop'
Import-Module (Join-Path $PSScriptRoot '../../output/QwenChat/QwenChat.psd1')

# Without a key, an emulator provides the answer and the knowledge base, so you can try the script.
if (-not $env:DASHSCOPE_API_KEY) {
    $emulator = Start-QwenEmulator -KnowledgeBase ($KnowledgeBase ? $KnowledgeBase : 'kb-example')
    $emulator | Set-QwenConnection
}

try {
    $options = @{
        Model = 'qwen3.8-max'
        Instructions = 'Answer from what you find, and name the numbers of the sources.'
        BuiltInTool = 'WebSearch', 'WebExtractor', 'CodeInterpreter'
    }
    if ($KnowledgeBase) { $options.KnowledgeBase = $KnowledgeBase }
    if ($Server) { $options.RemoteMcpServer = $Server }
    # Web searches take time, so the answer is displayed as it arrives.
    $reply = Send-QwenMessage $Question @options -Show
    $calls = $reply.ServiceToolCalls

    $report = @(
        "# $Question"
        ''
        $reply.Text
        ''
        '## Sources'
        ''
        # Each page is listed once, even if it was both found and read.
        $number = 0
        foreach ($source in $calls.Sources | Sort-Object Url -Unique) {
            $number++
            "$number. [$($source.Title ?? $source.Url)]($($source.Url))"
        }
        foreach ($file in $calls.Files) { "- $($file.FileName), $('{0:P0}' -f $file.Score): $($file.Text)" }
        foreach ($call in $calls | Where-Object Kind -EQ CodeInterpreter) {
            ''
            '## Calculation'
            ''
            '```python'
            $call.Code
            '```'
            ''
            "Output: ``$("$($call.Output)".Trim())``"
        }
        foreach ($call in $calls | Where-Object Kind -EQ Mcp) {
            ''
            "## $($call.Server): $($call.Name)"
            ''
            $call.Output
        }
        ''
        "$($reply.Usage)$(if ($null -ne $reply.Cost) { ", $($reply.Cost) $($reply.Currency)" })"
    )
    Set-Content -LiteralPath $Path -Value $report
    Get-Item -LiteralPath $Path
}
finally {
    if ($emulator) { $emulator | Stop-QwenEmulator }
}
