<#
.SYNOPSIS
    Creates the picture at the top of the README: a chat in a terminal, as displayed by the built module.
.DESCRIPTION
    Starts the module in a pseudo-terminal (the script program of util-linux), with an emulator that returns scripted answers. Types a message, and draws
    the display, with its colors, as an SVG. Times are replaced, so that the same module always creates the same picture. A test compares a new picture
    with the picture in docs/images.
.EXAMPLE
    pwsh -NoProfile -File docs/picture.ps1
#>
[CmdletBinding()]
param(
    # The file to write.
    [string] $Path = (Join-Path $PSScriptRoot 'images/chat.svg')
)

Set-StrictMode -Version 3
$ErrorActionPreference = 'Stop'
. (Join-Path $PSScriptRoot '../tests/Commands/Terminal.ps1')
$env:PSModulePath = (Join-Path $PSScriptRoot '../output'), $env:PSModulePath -join [IO.Path]::PathSeparator

$columns = 98
$script = @'
$PSStyle.OutputRendering = 'Ansi'
Import-Module QwenChat
Start-QwenEmulator -Reply { param($Request)
    $last = $Request.Messages[-1]
    if ($last.Role -eq 'tool') {
        "**Yes**, take one. In Oslo it is *raining*:`n`n| when | °C | rain |`n|---|---:|---:|`n| now | 7 | 80 % |`n| evening | 4 | 20 % |`n`n" +
        "Ask again with ``Get-Weather Oslo``."
    }
    else { @{ ToolCalls = @(@{ Id = 'call_1'; Name = 'Get-Weather'; Arguments = @{ City = 'Oslo' } }) } }
} | Set-QwenConnection
function Get-Weather { param([Parameter(Mandatory)] [string] $City) "$City`: rain, 7 degrees" }
Write-Host 'PS> ' -NoNewline; Write-Host '$c' -ForegroundColor Green -NoNewline; Write-Host ' = ' -NoNewline; Write-Host 'Enter-QwenChat' -ForegroundColor Yellow -NoNewline; Write-Host ' -Name umbrella -Tool Get-Weather'
$c = Enter-QwenChat -Name umbrella -Tool Get-Weather
Write-Host 'PS> ' -NoNewline; Write-Host 'Measure-QwenConversation' -ForegroundColor Yellow -NoNewline; Write-Host ' $c' -ForegroundColor Green
(Measure-QwenConversation $c | Out-String).Trim()
Write-Host 'PS> ' -NoNewline
Start-Sleep 2
'@

# Maps the color codes 30 to 37 and 90 to 97 of ECMA-48 to RGB colors.
$palette = @{
    30 = '#6e7681'; 31 = '#ff7b72'; 32 = '#7ee787'; 33 = '#e3b341'; 34 = '#79c0ff'; 35 = '#d2a8ff'; 36 = '#76e3ea'; 37 = '#e6edf3'
    90 = '#8b949e'; 91 = '#ffa198'; 92 = '#7ee787'; 93 = '#e3b341'; 94 = '#79c0ff'; 95 = '#d2a8ff'; 96 = '#b3f0ff'; 97 = '#ffffff'
}
$wide = '[\u1100-\u115F\u2E80-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6]'

# Applies the codes of an escape sequence to a style.
function Get-Style([string] $Style, [string] $Codes) {
    $set = [ordered]@{}
    foreach ($word in $Style -split ' ' -ne '') { $set[$word -replace '=.*'] = $word }
    foreach ($code in [int[]] @($Codes -split ';' -replace '^$', '0')) {
        switch ($code) {
            0 { $set.Clear() }
            1 { $set['bold'] = 'bold' }
            3 { $set['italic'] = 'italic' }
            4 { $set['underline'] = 'underline' }
            9 { $set['strike'] = 'strike' }
            22 { $set.Remove('bold') }
            23 { $set.Remove('italic') }
            24 { $set.Remove('underline') }
            29 { $set.Remove('strike') }
            39 { $set.Remove('color') }
            { $palette.ContainsKey($_) } { $set['color'] = "color=$_" }
        }
    }
    @($set.Values) -join ' '
}

# Returns the rows of the terminal display. Each cell has a character (Text) and a style.
function Get-Cell([string] $Text) {
    $rows, $row, $column, $style = [Collections.Generic.List[object]] @(, @{}), 0, 0, ''
    foreach ($part in [regex]::Matches($Text, '\e\[[?]?(?<count>[0-9;]*)(?<kind>[A-Za-z])|\e[=>]|[^\e]')) {
        $count = if ($part.Groups['count'].Value -match '^\d+$') { [int] $part.Groups['count'].Value } else { 1 }
        switch -CaseSensitive ($part.Groups['kind'].Success ? "CSI $($part.Groups['kind'].Value)" : $part.Value) {
            "`r" { $column = 0 }
            "`n" { if (++$row -eq $rows.Count) { $rows.Add(@{}) } }
            'CSI A' { $row = [Math]::Max(0, $row - $count) }
            'CSI B' { $row = [Math]::Min($rows.Count - 1, $row + $count) }
            'CSI C' { $column += $count }
            'CSI m' { $style = Get-Style $style $part.Groups['count'].Value }
            { $_ -cin 'CSI J', 'CSI K' } { foreach ($taken in @($rows[$row].Keys -ge $column)) { $rows[$row].Remove($taken) } }
            'CSI J' { while ($rows.Count -gt $row + 1) { $rows.RemoveAt($rows.Count - 1) } }
            default {
                if ($part.Value[0] -eq "`e") { break }
                $rows[$row][$column] = @{ Text = $part.Value; Style = $style }
                $column += $part.Value -match $wide ? 2 : 1
            }
        }
    }
    $rows
}

# Returns a row as SVG elements: one for each run of cells with the same style.
function ConvertTo-SvgText($Row, [double] $Y) {
    $runs = [Collections.Generic.List[object]]::new()
    foreach ($column in $Row.Keys | Sort-Object) {
        $cell = $Row[$column]
        $isWide = $cell.Text -match $wide
        # Each word is placed separately, because not every viewer keeps consecutive spaces.
        if ($cell.Text -eq ' ') { continue }
        if ($runs.Count -eq 0 -or $runs[-1].Style -ne $cell.Style -or $runs[-1].End -ne $column -or $runs[-1].IsWide -ne $isWide) {
            $runs.Add(@{ Start = $column; End = $column; Text = ''; Style = $cell.Style; IsWide = $isWide })
        }
        $runs[-1].Text += $cell.Text
        $runs[-1].End += $isWide ? 2 : 1
    }
    foreach ($run in $runs) {
        $style = ''
        switch -Regex ($run.Style -split ' ') {
            'color=(\d+)' { $style += " fill=`"$($palette[[int] $Matches[1]])`"" }
            'bold' { $style += ' font-weight="700"' }
            'italic' { $style += ' font-style="italic"' }
            'underline' { $style += ' text-decoration="underline"' }
            'strike' { $style += ' text-decoration="line-through"' }
        }
        $x, $length = (20 + 8.4 * $run.Start), (8.4 * ($run.End - $run.Start)) | ForEach-Object { $_.ToString('0.#', [cultureinfo]::InvariantCulture) }
        "<text x=`"$x`" y=`"$Y`" textLength=`"$length`"$style>" +
        [Security.SecurityElement]::Escape($run.Text) + '</text>'
    }
}

$session = Start-Session -Rows 60 -Columns $columns ($script -split '\r?\n')
try {
    Wait-Display $session '/help lists'
    Send-Key $session "Do I need an umbrella in Oslo?`r"
    Wait-Display $session 'Get-Weather Oslo\.\n\n.* s\n'
    Send-Key $session "`u{4}"
    Wait-Display $session 'PS> (?s:.*)PS> (?s:.*)PS> $'
}
finally {
    $raw = Get-Display $session -Raw
    $null = Stop-Session $session
}
$rows = @(Get-Cell ($raw -replace '(?<=\W)\d+[.,]\d+ s(?=\W)', '0.8 s'))
$last = ($rows.Count - 1)..0 | Where-Object { $rows[$_].Count } | Select-Object -First 1
$height = 64 + 20 * ($last + 1)
$width = 40 + [Math]::Ceiling(8.4 * $columns)
$lines = @(
    "<svg xmlns=`"http://www.w3.org/2000/svg`" width=`"$width`" height=`"$height`" viewBox=`"0 0 $width $height`" role=`"img`">"
    '<title>A chat at the prompt: a tool is called, and the answer is shown with its Markdown</title>'
    "<rect width=`"$width`" height=`"$height`" rx=`"10`" fill=`"#0d1117`"/>"
    '<circle cx="22" cy="20" r="6" fill="#ff5f57"/><circle cx="42" cy="20" r="6" fill="#febc2e"/><circle cx="62" cy="20" r="6" fill="#28c840"/>'
    '<g font-family="Cascadia Mono, Consolas, Menlo, DejaVu Sans Mono, Noto Sans Mono CJK SC, monospace" font-size="14" fill="#e6edf3">'
    for ($i = 0; $i -le $last; $i++) { ConvertTo-SvgText $rows[$i] (56 + 20 * $i) }
    '</g>'
    '</svg>'
)
[IO.File]::WriteAllText($Path, ($lines -join "`n") + "`n")
