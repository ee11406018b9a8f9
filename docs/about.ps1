<#
.SYNOPSIS
    Formats the about pages in docs/en-US for Get-Help: plain text for a terminal with 80 columns.
.DESCRIPTION
    Paragraphs and lists are wrapped. A table row becomes an entry: the first cell and, indented below it, the other cells, with their
    headings if there are several. Code blocks become indented lines; output is wrapped, and code is not changed. Comments, which
    docs/check.ps1 reads, are omitted.

    Get-Help uses the fifth line, the text below SHORT DESCRIPTION, as the synopsis of the topic. build.ps1 runs this script.
#>
[CmdletBinding()]
param(
    # The folder to which the .help.txt files are written.
    [Parameter(Mandatory)]
    [string] $Output
)

Set-StrictMode -Version 3
$ErrorActionPreference = 'Stop'
$columns = 78

# Breaks text between words. The first line begins with $First, and the other lines are indented by $Indent columns.
function Wrap([string] $Text, [string] $First, [int] $Indent = $First.Length) {
    $line = $First
    $start = $true
    foreach ($word in $Text.Trim() -split '\s+') {
        if (-not $start -and $line.Length + 1 + $word.Length -gt $columns) {
            $line
            $line = ' ' * $Indent
            $start = $true
        }
        $line += $(if ($start) { '' } else { ' ' }) + $word
        $start = $false
    }
    $line
}

# Local links point to other Get-Help topics, so only their text is kept. Other links keep their address.
function PlainText([string] $Text) { $Text -replace '\[([^\]]+)\]\((?!https?:)[^)]*\)', '$1' -replace '\[([^\]]+)\]\(([^)]*)\)', '$1 ($2)' }

function ReadCells([string] $Row) { , @($Row.Trim().Trim('|') -split '(?<!\\)\|' | ForEach-Object { $_.Trim() -replace '\\\|', '|' }) }

function LayOutTable([string[]] $Rows) {
    $headings = ReadCells $Rows[0]
    foreach ($row in $Rows | Select-Object -Skip 2) {
        $cells = ReadCells $row
        Wrap $cells[0] (' ' * 4)
        for ($i = 1; $i -lt $cells.Count; $i++) {
            if ($cells.Count -gt 2) { Wrap "$($headings[$i]): $($cells[$i])" (' ' * 8) 10 } else { Wrap $cells[$i] (' ' * 8) }
        }
        ''
    }
}

function LayOutFence([string] $Kind, [string[]] $Lines) {
    foreach ($line in $Lines) {
        if ($Kind -eq 'output' -and $line.Length + 6 -gt $columns) { Wrap $line (' ' * 6) } else { "      $line".TrimEnd() }
    }
}

function LayOut([string[]] $Lines) {
    $at = 0
    while ($at -lt $Lines.Count) {
        $line = $Lines[$at++]
        $block = @($line)
        switch -Regex ($line) {
            '^```(\w*)' {
                $kind = $Matches[1]
                $block = @(while ($Lines[$at] -notmatch '^```') { $Lines[$at++] })
                $at++
                LayOutFence $kind $block
                ''
                break
            }
            '^# (.+)' { 'TOPIC', "    $($Matches[1])", ''; break }
            '^## (.+)' { $Matches[1]; break }
            '^###+ (.+)' { "  $($Matches[1])"; break }
            '^\|' {
                $block += @(while ($at -lt $Lines.Count -and $Lines[$at] -match '^\|') { $Lines[$at++] })
                LayOutTable $block
                break
            }
            '\S' {
                # A paragraph or a list item, with its continuation lines.
                $block += @(while ($at -lt $Lines.Count -and $Lines[$at] -match '^(?!\s*$|\s*- |\s*\d+\. |\||#|```)') { $Lines[$at++] })
                $mark = if ($line -match '^(- |\d+\. )') { $Matches[1] } else { '' }
                Wrap (($block -join ' ').Substring($mark.Length)) "    $mark"
                if (-not $mark -or $at -ge $Lines.Count -or $Lines[$at] -notmatch '^(- |\d+\. )') { '' }
            }
        }
    }
}

$null = New-Item $Output -ItemType Directory -Force
foreach ($page in Get-ChildItem (Join-Path $PSScriptRoot en-US) -Filter about_*.md) {
    $text = PlainText ((Get-Content $page -Raw) -replace '\r' -replace '(?s)<!--.*?-->\n')
    $help = (LayOut ($text -split '\n')) -join "`n"
    Set-Content (Join-Path $Output "$($page.BaseName).help.txt") ($help -replace '\n{3,}', "`n`n") -NoNewline
}
