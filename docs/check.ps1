<#
.SYNOPSIS
    Runs the examples of the help pages and compares their output with the output shown on the pages.
.DESCRIPTION
    An example is a code block marked powershell. If a code block marked output follows it, that block is the expected output. Otherwise,
    the example must not write output. The examples of each page run in order, in a separate session and an empty folder. Each statement
    runs as if it was typed at the prompt. The module is imported, and the session's connection is a new emulator. No key is set, no network
    is needed, and Read-Host returns a key. Warnings and errors are part of the output.

    These comments can be on a page directly before an example:

        <!-- before: Set-Content app.log 'stopped' -->   code that prepares the example; it is run, but not shown
        <!-- not run: needs a key -->                    the reason why the example is not run

    Standard output is redirected, as in a script, so a reply is shown without the footer that is displayed at a prompt.

    Creates an object for each example; its Agrees property is true if the output matches the page. -Update writes the actual output to the
    pages that differ.
.EXAMPLE
    pwsh -NoProfile -File docs/check.ps1 -Path docs/en-US/Send-QwenMessage.md -Update
#>
[CmdletBinding()]
param(
    # The pages to check. The default is all help pages and the README.
    [string[]] $Path,

    # Writes the actual output of the examples to the pages.
    [switch] $Update,

    # The JSON file for the results. If it is omitted, the script displays the examples that differ, and the exit code is their number.
    [string] $ResultPath
)

Set-StrictMode -Version 3
$ErrorActionPreference = 'Stop'

# Parts of the output that differ from run to run. They are replaced before the expected and the actual output are compared.
$differing = [ordered]@{
    '(?<![0-9a-f])[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(?![0-9a-f])' = '<id>'
    '\b(resp|msg|conv|rs|req|chatcmpl|local|item|call)[_-](?=[0-9a-z]*\d)[0-9a-z]{8,}\b' = '$1_<id>'
    '\bsk-[0-9a-z]{16,}\b' = '<key>'
    '127\.0\.0\.1:\d+' = '127.0.0.1:<port>'
    '\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?(\.\d+)?(Z|[+-]\d\d:\d\d)?' = '<time>'
    '\d{1,2}/\d{1,2}/\d{4}( \d{1,2}:\d\d(:\d\d)?(\s[AP]M)?(\s[+-]\d\d:\d\d)?)?' = '<time>'
    '\b\d\d-\d\d \d\d:\d\d\b' = '<time>'
    '\b\d\d:\d\d:\d\d\.\d+\b' = '<time>'
    '\b\d+([.,]\d+)? (ms|s)\b' = '<duration>'
}

function ToComparable([string] $Text) {
    foreach ($pattern in $differing.Keys) { $Text = $Text -replace $pattern, $differing[$pattern] }
    # White space is ignored, because line breaks and column widths depend on the replaced parts and on the system's language.
    $Text -replace '\s'
}

# Removes trailing spaces and repeated blank lines.
function Tidy([string] $Text) {
    (($Text -replace '\r', '' -replace '(?m)[ \t]+$', '') -replace '\n{3,}', "`n`n").Trim("`n")
}

function ReadExamples([string] $File) {
    $lines = @(Get-Content -LiteralPath $File)
    $heading, $before, $reason, $last = '', @(), $null, $null
    for ($i = 0; $i -lt $lines.Count; $i++) {
        if ($lines[$i] -match '^#+ (.*)') { $heading = $Matches[1] }
        if ($lines[$i] -match '^<!--') {
            $comment = $lines[$i]
            while ($comment -notmatch '-->') { $comment += "`n" + $lines[++$i] }
            if ($comment -match '(?s)^<!-- before: (.*?)\s*-->') { $before += $Matches[1] }
            elseif ($comment -match '(?s)^<!-- not run: (.*?)\s*-->') { $reason = $Matches[1] }
        }
        if ($lines[$i] -notmatch '^```(\w*)') { continue }
        $kind, $from = $Matches[1], ($i + 1)
        do { $i++ } until ($lines[$i] -match '^```')
        $text = if ($i -gt $from) { $lines[$from..($i - 1)] -join "`n" } else { '' }
        if ($kind -eq 'powershell') {
            $last = [pscustomobject]@{
                Page = Split-Path $File -Leaf; File = $File; Example = $heading; Line = $from; Before = $before; Reason = $reason
                Code = $text; Expected = ''; Actual = $null; Agrees = $null; OutputFrom = -1; OutputTo = -1
            }
            $before, $reason = @(), $null
            $last
        }
        elseif ($kind -eq 'output' -and $last) {
            $last.Expected, $last.OutputFrom, $last.OutputTo = $text, $from, $i
            $last = $null
        }
        else { $last = $null }
    }
}

# Creates a session that has imported the module and is connected to an emulator. Read-Host returns a key.
function NewSession {
    $runspace = [runspacefactory]::CreateRunspace($Host)
    $runspace.Open()
    $null = RunText $runspace {
        $PSStyle.OutputRendering = 'PlainText'
        $ProgressPreference = 'SilentlyContinue'
        Import-Module QwenChat
        Start-QwenEmulator | Set-QwenConnection
        # Makes this session the first of the process, because other sessions use the connection of the first session by default.
        $sessions = [QwenChat.QwenConnection].Assembly.GetType('QwenChat.Commands.SessionState.Session')
        $sessions.GetField('s_first', 'NonPublic, Static').SetValue($null, $sessions.GetProperty('Current').GetValue($null))
        Set-Item function:Read-Host {
            param([switch] $AsSecureString)
            if ($AsSecureString) { [Net.NetworkCredential]::new('', 'sk-typed').SecurePassword } else { 'sk-typed' }
        }
    }
    $runspace
}

# Runs code statement by statement, and returns all output as text.
function RunText([runspace] $Session, [string] $Code) {
    $errors = $null
    $tree = [System.Management.Automation.Language.Parser]::ParseInput($Code, [ref] $null, [ref] $errors)
    if ($errors) { return "The code is not valid PowerShell: $($errors[0].Message)" }
    $text = foreach ($statement in $tree.EndBlock.Statements) {
        $shell = [powershell]::Create($Session)
        $null = $console.GetStringBuilder().Clear()
        $objects = [System.Management.Automation.PSDataCollection[psobject]]::new()
        try {
            $null = $shell.AddScript($statement.Extent.Text)
            $shell.Commands.Commands[0].MergeMyResults('All', 'Output')
            $shell.Invoke($null, $objects)
        }
        catch {
            # An exception that ends the statement is wrapped twice: by this call and by the session.
            $failure = $_.Exception.InnerException ?? $_.Exception
            $objects.Add($(if ($failure -is [System.Management.Automation.RuntimeException]) { $failure.ErrorRecord } else { $_ }))
        }
        finally { $shell.Dispose() }
        ShowObjects $Session $objects
        # -WhatIf writes directly to the console instead of a stream, so the console's text is added.
        $console.ToString()
    }
    $text -join ''
}

# Returns the objects as a console displays them: views format the output, and the host writes the other streams.
function ShowObjects([runspace] $Session, [object[]] $Objects) {
    $text = [Text.StringBuilder]::new()
    $plain = [Collections.Generic.List[object]]::new()
    $flush = {
        if ($plain.Count) {
            $shell = [powershell]::Create($Session)
            $null = $shell.AddCommand('Out-String').AddParameter('Width', 120)
            $null = $text.Append(($shell.Invoke($plain) -join ''))
            $shell.Dispose()
            $plain.Clear()
        }
    }
    foreach ($object in $Objects) {
        $base = if ($null -ne $object) { $object.psobject.BaseObject }
        $line = switch ($base) {
            { $_ -is [System.Management.Automation.WarningRecord] } { "WARNING: $_`n" }
            { $_ -is [System.Management.Automation.VerboseRecord] } { "VERBOSE: $_`n" }
            { $_ -is [System.Management.Automation.DebugRecord] } { "DEBUG: $_`n" }
            { $_ -is [System.Management.Automation.InformationRecord] } {
                $said = $_.MessageData
                if ($said -isnot [System.Management.Automation.HostInformationMessage]) { '' } elseif ($said.NoNewLine) { $said.Message } else { "$($said.Message)`n" }
            }
        }
        if ($null -eq $line) { $plain.Add($object) } else { & $flush; $null = $text.Append($line) }
    }
    & $flush
    $text.ToString()
}

# Runs the examples of a page, and then restores the process's folder and environment.
function RunPage([string] $File) {
    $folder = New-Item (Join-Path ([IO.Path]::GetTempPath()) "qwenchat-$([guid]::NewGuid())") -ItemType Directory
    $variables = [Environment]::GetEnvironmentVariables()
    Push-Location $folder
    $session = NewSession
    $null = RunText $session "Set-Location '$folder'"
    try {
        foreach ($example in ReadExamples $File) {
            foreach ($code in $example.Before) {
                if ($said = RunText $session $code) { throw "The code before '$($example.Example)' in $($example.Page) must not write output: $said" }
            }
            if (-not $example.Reason) {
                # Files in the temporary folder are shown by name only.
                $example.Actual = Tidy ((RunText $session $example.Code) -replace "$([regex]::Escape($folder))[/\\]")
                $example.Agrees = (ToComparable $example.Actual) -ceq (ToComparable $example.Expected)
            }
            $example
        }
    }
    finally {
        $session.Dispose()
        Pop-Location
        Remove-Item $folder -Recurse -Force
        foreach ($name in [Environment]::GetEnvironmentVariables().Keys) { [Environment]::SetEnvironmentVariable($name, $variables[$name]) }
    }
}

# Replaces outputs from the last to the first, so that the line numbers of earlier examples stay valid.
function WriteOutput([object[]] $Examples) {
    $file = $Examples[0].File
    $lines = [Collections.Generic.List[string]] @(Get-Content -LiteralPath $file)
    foreach ($example in $Examples | Sort-Object Line -Descending) {
        if ($example.OutputFrom -lt 0) { continue }
        $lines.RemoveRange($example.OutputFrom, $example.OutputTo - $example.OutputFrom)
        $lines.InsertRange($example.OutputFrom, [string[]] ($example.Actual -split '\n'))
        $example.Expected, $example.Agrees = $example.Actual, $true
    }
    Set-Content -LiteralPath $file (($lines -join "`n") + "`n") -NoNewline
}

if (-not [Console]::IsOutputRedirected) {
    & ([Environment]::ProcessPath) -NoProfile -NonInteractive -File $PSCommandPath @PSBoundParameters | Out-Host
    exit $LASTEXITCODE
}

$root = Split-Path $PSScriptRoot
$output, $console = [Console]::Out, [IO.StringWriter]::new()
[Console]::SetOut($console)
Get-ChildItem Env: | Where-Object Name -Match '^(DASHSCOPE|QWEN|OPENAI)' | Remove-Item
# The examples must neither read nor change the user's model catalog.
$env:QWENCHAT_HOME = Join-Path ([IO.Path]::GetTempPath()) "qwenchat-pages-$([guid]::NewGuid())"
$env:PSModulePath = (Join-Path $root output) + [IO.Path]::PathSeparator + $env:PSModulePath
# PowerShell breaks lines between words only if the culture is known. The invariant culture also works on systems without culture data.
$culture = try { [cultureinfo] 'en-US' } catch { [cultureinfo]::InvariantCulture }
[Threading.Thread]::CurrentThread.CurrentCulture = [cultureinfo]::DefaultThreadCurrentCulture = $culture
Import-Module QwenChat

if (-not $Path) { $Path = @(Join-Path $root README.md) + @(Get-ChildItem (Join-Path $PSScriptRoot en-US) -Filter *.md | ForEach-Object FullName) }
$examples = foreach ($file in $Path | Convert-Path) {
    $ofPage = @(RunPage $file)
    if ($Update -and ($wrong = @($ofPage | Where-Object Agrees -EQ $false))) { WriteOutput $wrong }
    $ofPage
}
$examples = @($examples | Select-Object Page, Example, Line, Code, Reason, Expected, Actual, Agrees)
if ($ResultPath) {
    $examples | ConvertTo-Json -AsArray | Set-Content -LiteralPath $ResultPath
    return
}
$wrong = @($examples | Where-Object Agrees -EQ $false)
# Console output was redirected above, so the results are written to the original output.
foreach ($example in $wrong) {
    $output.WriteLine((@("$($example.Page):$($example.Line): $($example.Example)", $example.Code, 'should write', $example.Expected, 'and writes', $example.Actual) -join "`n`n") + "`n")
}
$output.WriteLine("$(@($examples | Where-Object Agrees).Count) match, $($wrong.Count) differ, $(@($examples | Where-Object Reason).Count) were not run")
exit $wrong.Count
