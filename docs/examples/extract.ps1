<#
.SYNOPSIS
    Reads invoices, letters or notes in a folder, and writes a CSV file with one row for each file.
.DESCRIPTION
    Each text is sent with a schema, and the answer is an object. If an answer does not match the schema after a retry, an error record is written, and the
    remaining texts are still processed. With a key in $env:DASHSCOPE_API_KEY, the script uses the service; without one, an emulator that reads "Label: value".
.EXAMPLE
    ./docs/examples/extract.ps1 -Folder ./invoices -Csv ./invoices.csv
.EXAMPLE
    ./docs/examples/extract.ps1 -Folder ./mails -Csv ./mails.csv -Schema 'sender, topic: bug|question|praise, urgent bool'
#>
[CmdletBinding()]
param(
    # The folder whose .txt and .md files are read.
    [Parameter(Mandatory)]
    [string] $Folder,

    # The CSV file to write.
    [Parameter(Mandatory)]
    [string] $Csv,

    # The columns, as a schema in the short form.
    [string] $Schema = 'vendor, date date: the day of the invoice, total number: with tax, currency: EUR|USD|CNY, note?: a sentence',

    # The maximum number of texts to send concurrently.
    [ValidateRange(1, 100)]
    [int] $ThrottleLimit = 4
)

$ErrorActionPreference = 'Stop'
Import-Module (Join-Path $PSScriptRoot '../../output/QwenChat/QwenChat.psd1')

# Without a key, an emulator generates the answers from the text, so you can try the script.
if (-not $env:DASHSCOPE_API_KEY) {
    $script = {
        param($Request)
        $answer = [ordered] @{}
        $text = ($Request.Messages.Text -like 'Read this text.*')[-1]
        foreach ($line in $text -split '\r?\n') {
            if ($line -match '^(\w+): (.+)$') {
                $number = 0d
                $isNumber = [double]::TryParse($Matches[2], 'Float', [cultureinfo]::InvariantCulture, [ref] $number)
                $answer[$Matches[1].ToLowerInvariant()] = $isNumber ? $number : $Matches[2]
            }
        }
        [pscustomobject] $answer
    }
    Start-QwenEmulator -Reply $script | Set-QwenConnection
}

$files = @(Get-ChildItem -LiteralPath $Folder -File | Where-Object Extension -In .txt, .md | Sort-Object Name)
$messages = foreach ($file in $files) { "Read this text.`n`n" + (Get-Content -LiteralPath $file.FullName -Raw) }
$rows = $messages | Send-QwenMessage -ThrottleLimit $ThrottleLimit -Ordered -Api ChatCompletions -Schema $Schema -PassThru -ErrorAction Continue |
    ForEach-Object {
        $name = $files[$_.Index].Name
        $_.Value | Select-Object @{ Name = 'File'; Expression = { $name } }, *
    }
$rows | Export-Csv -LiteralPath $Csv
"$(@($rows).Count) of $($files.Count) texts are in $Csv."
