# A real pseudo-terminal for tests, by util-linux' script, which Linux distributions bring along. Dot-source it.

# Whether there is one. Other systems' program of that name takes other parameters.
function Test-Terminal {
    [bool] (Get-Command script -CommandType Application -ErrorAction Ignore) -and "$(script --version 2>&1)" -match 'util-linux'
}

# Runs command lines, each with a number of its own in the history, in a fresh pwsh -NoProfile whose three streams are a terminal
# (the lines alone come from a file). Gives what each of them displayed, as text, by its own words or by those of -Name.
function Invoke-InTerminal {
    param(
        [Parameter(Mandatory)] [System.Collections.Specialized.OrderedDictionary] $Line,
        [string[]] $Before = @(),
        [int] $Columns = 100,
        # Keeps the escape sequences of colours.
        [switch] $Raw
    )

    $file = Join-Path ([IO.Path]::GetTempPath()) "qwenchat-$([guid]::NewGuid()).txt"
    $shell = [Environment]::ProcessPath
    $start = if ((Split-Path $shell -LeafBase) -eq 'dotnet') { "'$shell' '$(Join-Path $PSHOME pwsh.dll)'" } else { "'$shell'" }
    # The mark is put together where it is displayed, so that a line which is echoed holds none.
    $Before + @($Line.GetEnumerator() | ForEach-Object { "'<' + '<$($_.Key)>>'"; $_.Value }) | Set-Content $file
    try {
        $text = $null | script -qefc "stty cols $Columns rows 40; $start -NoProfile -Command - < '$file'" /dev/null | Out-String -Width 10000
    }
    finally {
        Remove-Item $file
    }
    # What switches the keyboard's mode is no display.
    $text = $text -replace '\r', '' -replace '\e\[\?1[hl]|\e[=>]|\e\[6n'
    if (-not $Raw) { $text = $text -replace '\e\[[0-9;]*m' }
    $shown = @{}
    foreach ($part in ($text -split '(?m)^<<' | Select-Object -Skip 1)) {
        $name, $rest = $part -split '>>\n', 2
        $shown[$name] = "$rest".Trim()
    }
    $shown
}
