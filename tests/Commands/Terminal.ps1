# A pseudo-terminal for tests (the script program of util-linux). Dot-source this file instead of Common.ps1, in BeforeAll, and in BeforeDiscovery for
# -Skip:$noTerminal.

. $PSScriptRoot/Common.ps1

# On other systems, the script program has different parameters.
$noTerminal = -not (Get-Command script -CommandType Application -ErrorAction Ignore) -or "$(script --version 2>&1)" -notmatch 'util-linux'

# Runs command lines at the prompt of a new pwsh -NoProfile process whose output is a terminal. Returns a hashtable with the keys of -Line. Each value
# is the text that the line displayed.
function Invoke-InTerminal {
    param(
        [Parameter(Mandatory)] [System.Collections.Specialized.OrderedDictionary] $Line,
        [string[]] $Before = @(),
        [int] $Columns = 100,
        # Keeps the escape sequences of colors.
        [switch] $Raw
    )

    $file = Join-Path ([IO.Path]::GetTempPath()) "qwenchat-$([guid]::NewGuid()).txt"
    $shell = [Environment]::ProcessPath
    $start = if ((Split-Path $shell -LeafBase) -eq 'dotnet') { "'$shell' '$(Join-Path $PSHOME pwsh.dll)'" } else { "'$shell'" }
    # Each marker is an expression that joins two strings. Otherwise, the echo of the input line would also contain the marker.
    $Before + @($Line.GetEnumerator() | ForEach-Object { "'<' + '<$($_.Key)>>'"; $_.Value }) | Set-Content $file
    try {
        $text = $null | script -qefc "stty cols $Columns rows 40; $start -NoProfile -Command - < '$file'" /dev/null | Out-String -Width 10000
    }
    finally {
        Remove-Item $file
    }
    # Sequences that switch the keyboard mode are not part of the display.
    $text = $text -replace '\r', '' -replace '\e\[\?1[hl]|\e[=>]|\e\[6n'
    if (-not $Raw) { $text = $text -replace '\e\[[0-9;]*m' }
    $shown = @{}
    foreach ($part in ($text -split '(?m)^<<' | Select-Object -Skip 1)) {
        $name, $rest = $part -split '>>\n', 2
        $shown[$name] = "$rest".Trim()
    }
    $shown
}

# Runs the lines as a script in a new pwsh -NoProfile process in a terminal. Use Send-Key to type, and Stop-Session at the end. PowerShell's prompt is
# not used, because this terminal does not report the cursor position to the prompt.
function Start-Session {
    param([Parameter(Mandatory)] [AllowEmptyString()] [string[]] $Line, [int] $Columns = 80, [int] $Rows = 24, [string[]] $Argument = @())

    $folder = New-Item (Join-Path ([IO.Path]::GetTempPath()) "qwenchat-$([guid]::NewGuid())") -ItemType Directory
    $file, $log = 'session.ps1', 'session.log' | ForEach-Object { Join-Path $folder $_ }
    Set-Content $file (@("Set-Location '$folder'") + $Line)
    $shell = [Environment]::ProcessPath
    $start = if ((Split-Path $shell -LeafBase) -eq 'dotnet') { "'$shell' '$(Join-Path $PSHOME pwsh.dll)'" } else { "'$shell'" }
    $command = "stty cols $Columns rows $Rows; $start -NoProfile $Argument -File '$file'"
    $info = [Diagnostics.ProcessStartInfo]::new('/bin/sh', [string[]] ('-c', 'exec script -qefc "$1" "$2" > /dev/null', 'sh', $command, $log))
    $info.RedirectStandardInput = $true
    $info.StandardInputEncoding = [Text.UTF8Encoding]::new($false)
    $info.Environment['TERM'] = 'xterm'
    [pscustomobject]@{ Process = [Diagnostics.Process]::Start($info); Log = $log; Folder = $folder }
}

# Sends text or keystrokes as a terminal encodes them: "`r" is Enter, "`u{3}" Ctrl+C, "`e[A" Up.
function Send-Key {
    param([Parameter(Mandatory)] $Session, [Parameter(Mandatory)] [string] $Key)

    $Session.Process.StandardInput.Write($Key)
    $Session.Process.StandardInput.Flush()
}

# Returns the current display of the session, without overwritten or removed text. With -Raw, returns the whole output.
function Get-Display {
    param([Parameter(Mandatory)] $Session, [switch] $Raw)

    # The script program has the file open for writing.
    $stream = [IO.File]::Open($Session.Log, 'OpenOrCreate', 'Read', 'ReadWrite')
    try { $text = [IO.StreamReader]::new($stream).ReadToEnd() } finally { $stream.Dispose() }
    # Removes the lines that the script program itself adds.
    $text = $text -replace '\A(?:Script started[^\n]*\n)?' -replace '(?s)\r?\nScript done.*\z'
    if ($Raw) { return $text }
    $rows, $row, $column = [Collections.Generic.List[string]] @(''), 0, 0
    foreach ($part in [regex]::Matches($text, '\e\[[?]?(?<count>[0-9;]*)(?<kind>[A-Za-z])|\e[=>]|\r|\n|[^\e\r\n]+')) {
        $count = if ($part.Groups['count'].Value -match '^\d+$') { [int] $part.Groups['count'].Value } else { 1 }
        switch -CaseSensitive ($part.Groups['kind'].Success ? "CSI $($part.Groups['kind'].Value)" : $part.Value) {
            "`r" { $column = 0 }
            "`n" { if (++$row -eq $rows.Count) { $rows.Add('') } }
            'CSI A' { $row = [Math]::Max(0, $row - $count) }
            'CSI B' { $row = [Math]::Min($rows.Count - 1, $row + $count) }
            'CSI C' { $column += $count }
            { $_ -cin 'CSI J', 'CSI K' } { $rows[$row] = $rows[$row].PadRight($column).Substring(0, $column) }
            'CSI J' { if ($row + 1 -lt $rows.Count) { $rows.RemoveRange($row + 1, $rows.Count - $row - 1) } }
            default {
                if ($part.Value[0] -ne "`e") {
                    # A wide character takes two columns.
                    $cells = $part.Value -replace '[\u2e80-\uffdc]', "`$0`0"
                    $line = $rows[$row].PadRight($column)
                    $rows[$row] = $line.Substring(0, $column) + $cells +
                        $(if ($line.Length -gt $column + $cells.Length) { $line.Substring($column + $cells.Length) })
                    $column += $cells.Length
                }
            }
        }
    }
    ($rows -join "`n") -replace "`0"
}

function Wait-Display {
    param([Parameter(Mandatory)] $Session, [Parameter(Mandatory)] [string] $Pattern, [double] $Seconds = 60)

    $watch = [Diagnostics.Stopwatch]::StartNew()
    while ((Get-Display $Session) -notmatch $Pattern) {
        if ($watch.Elapsed.TotalSeconds -gt $Seconds -or $Session.Process.HasExited) {
            throw "'$Pattern' is not displayed. The display is:`n$(Get-Display $Session)"
        }
        Start-Sleep -Milliseconds 20
    }
}

# Waits for the session to end, and returns the contents of its result.json. Throws if the session does not end in time.
function Stop-Session {
    param([Parameter(Mandatory)] $Session, [double] $Seconds = 30)

    $ended = $Session.Process.WaitForExit([timespan]::FromSeconds($Seconds))
    if (-not $ended) { $Session.Process.Kill($true) }
    $Session.Process.Dispose()
    $result = Join-Path $Session.Folder result.json
    if (Test-Path $result) { Get-Content $result -Raw | ConvertFrom-Json }
    if (-not $ended) { throw "The session did not end. The display is:`n$(Get-Display $Session)" }
    Remove-Item $Session.Folder -Recurse -Force
}
