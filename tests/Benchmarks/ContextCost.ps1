<#
.SYNOPSIS
    Measures the cost of context policies with each cache, and writes the table into docs/context.md.
.DESCRIPTION
    Runs three kinds of conversation, each with every policy and every cache, against the emulator. The emulator's caches follow the documentation of the
    service. The cost includes all requests (turns, summaries and embeddings) at the catalog's prices.
.EXAMPLE
    pwsh -NoProfile -File tests/Benchmarks/ContextCost.ps1 -Update
#>
[CmdletBinding()]
param(
    # Writes the table into docs/context.md.
    [switch] $Update
)

. $PSScriptRoot/Common.ps1
Import-Module $manifest

$emulator = Start-QwenEmulator -Reply {
    param($Request)
    if ($Request.Instructions -like '*Write a summary*') { return 'They spoke of many places, and agreed on some. ' * 20 }
    # The number in the message is the length of the answer in words.
    'word ' * [int]($Request.Messages[-1].Text -replace '(?s)^.*#(\d+)$', '$1')
}
$connection = New-QwenConnection -BaseUri $emulator.BaseUri -ApiKey $emulator.ApiKey

$shapes = @(
    @{ Name = 'chat: 100 turns of about 300 tokens'; Turns = 100; Words = 140; Answer = 150; Instructions = '' }
    @{ Name = 'long answers: 40 turns of about 900 tokens'; Turns = 40; Words = 50; Answer = 850; Instructions = '' }
    @{ Name = 'long instructions: 60 turns of about 100 tokens, instructions of 2,800'; Turns = 60; Words = 40; Answer = 50; Instructions = 'knowledge ' * 2800 }
)
$policies = [ordered]@{
    'none'                          = $null
    '-KeepTurns 10'                 = New-QwenContextPolicy -KeepTurns 10
    '-KeepTurns 10 -SlackTurns 0'   = New-QwenContextPolicy -KeepTurns 10 -SlackTurns 0
    '-SummarizeAtTokens 6000'       = New-QwenContextPolicy -SummarizeAtTokens 6000
    '-KeepTurns 4 -Recall 3'        = New-QwenContextPolicy -KeepTurns 4 -Recall 3
}
$caches = [ordered]@{
    'implicit' = @{ Api = 'ChatCompletions' }
    'explicit' = @{ Api = 'ChatCompletions'; ExplicitCache = $true }
    'session'  = @{ Api = 'Responses'; SessionCache = $true }
}

$rows = foreach ($shape in $shapes) {
    foreach ($policy in $policies.GetEnumerator()) {
        $row = [ordered]@{ Shape = $shape.Name; Policy = $policy.Name -eq 'none' ? 'none' : "``$($policy.Name)``" }
        foreach ($cache in $caches.GetEnumerator()) {
            $arguments = $cache.Value.Clone()
            if ($shape.Instructions) { $arguments.Instructions = $shape.Instructions }
            if ($policy.Value) { $arguments.ContextPolicy = $policy.Value }
            # Each conversation begins with a different text, so that no run reads the cache entries of another run.
            $run = [guid]::NewGuid().ToString('N')
            if ($shape.Instructions) { $arguments.Instructions = "$run $($shape.Instructions)" }
            $c = New-QwenConversation -Model qwen3.5-plus -Thinking Off -Connection $connection @arguments
            $null = 1..$shape.Turns | ForEach-Object { "$run $_ $('text ' * $shape.Words)#$($shape.Answer)" } |
                Send-QwenMessage -Conversation $c -WarningAction SilentlyContinue
            $turns = Measure-QwenConversation $c | Where-Object Purpose -EQ Turns
            $total = Measure-QwenConversation $c -Total
            $row[$cache.Name] = [string]::Format([cultureinfo]::InvariantCulture, '{0:0.000}, {1:0}%', $total.Cost, 100 * $turns.CacheHitShare)
        }
        [pscustomobject]$row
    }
}
$emulator | Stop-QwenEmulator

$names = $rows[0].PSObject.Properties.Name
$table = @(
    "| $($names -join ' | ') |"
    "|$('---|' * $names.Count)"
    foreach ($one in $rows) { "| $(@($names | ForEach-Object { $one.$_ }) -join ' | ') |" }
) -join "`n"
if ($Update) {
    $page = Join-Path $root docs/context.md
    $text = Get-Content $page -Raw
    $pattern = '(?s)(<!-- cost: .*?-->\n).*?(<!-- end -->)'
    if ($text -notmatch $pattern) { throw "docs/context.md does not contain the markers of the table 'cost'." }
    Set-Content $page ([regex]::Replace($text, $pattern, { param($match) $match.Groups[1].Value + $table + "`n" + $match.Groups[2].Value })) -NoNewline
}
$rows
