<#
.SYNOPSIS
    Measures recall in long conversations and the accuracy of token estimates, and writes the tables into docs/context.md.
.DESCRIPTION
    Recall: one conversation about several topics, with facts and small talk, shuffled, in English and Chinese (ContextTopics.json). Each question is
    sent to a copy of the conversation with -KeepTurns 2 -Recall 5: once with semantic search (the emulator's vectors) combined with keyword search, and
    once with only keyword search.

    Estimates: each sample of the unit tests is estimated as the first message of a conversation. The file of the samples contains their token counts in
    the public Qwen3 vocabulary. Tokens.ps1 verifies the counts.
.EXAMPLE
    pwsh -NoProfile -File tests/Benchmarks/Context.ps1 -Update
#>
[CmdletBinding()]
param(
    # Writes the tables into docs/context.md.
    [switch] $Update
)

. $PSScriptRoot/Common.ps1
Import-Module $manifest

$set = Get-Content (Join-Path $PSScriptRoot ContextTopics.json) -Raw | ConvertFrom-Json
$turns = foreach ($topic in $set.topics) {
    for ($i = 0; $i -lt $topic.turns.Count; $i++) {
        [pscustomobject]@{ Topic = $topic.name; Fact = $i; Message = $topic.turns[$i][0]; Answer = $topic.turns[$i][1] }
    }
    foreach ($talk in $set.smallTalk.($topic.language)) {
        [pscustomobject]@{ Topic = $topic.name; Fact = -1; Message = $talk[0] -f $topic.name; Answer = $talk[1] -f $topic.name }
    }
}
$random = [Random]::new(11)
$turns = @($turns | Sort-Object { $random.Next() })
$answers = @{}
$turns | ForEach-Object { $answers[$_.Message] = $_.Answer }
$questions = @(foreach ($topic in $set.topics) {
        foreach ($question in $topic.questions) { [pscustomobject]@{ Before = $null; Text = $question[0]; Topic = $topic.name; Fact = $question[1] } }
    }
    foreach ($one in $set.followUps) { [pscustomobject]@{ Before = $one.before; Text = $one.question; Topic = $one.topic; Fact = $one.turn } })

function Measure-Recall([string] $Kind, [object] $Connection) {
    $policy = New-QwenContextPolicy -KeepTurns 2 -SlackTurns 0 -Recall 5
    $whole = New-QwenConversation -Api ChatCompletions -Thinking Off -Connection $Connection
    $null = $turns.Message | Send-QwenMessage -Conversation $whole
    Set-QwenConversation $whole -ContextPolicy $policy
    $modes = @{}
    $found = $first = $followed = $recalled = $onTopic = 0
    foreach ($question in $questions) {
        $copy = Copy-QwenConversation $whole
        if ($question.Before) { $null = Send-QwenMessage $copy $question.Before -WarningAction SilentlyContinue }
        $hits = @((Send-QwenMessage $copy $question.Text -WarningAction SilentlyContinue).Context.Recalled)
        $hits | ForEach-Object { $modes[$_.Mode]++ }
        # The two newest turns are always sent, so their facts count as found. If there is a Before message, its turn is one of the two.
        $seen = @($turns | Select-Object -Last ($question.Before ? 1 : 2) | Where-Object { $_.Topic -eq $question.Topic -and $_.Fact -eq $question.Fact }).Count
        $of = @($hits | ForEach-Object { $turns[$_.Turn - 1] })
        $right = $seen -or @($of | Where-Object { $_.Topic -eq $question.Topic -and $_.Fact -eq $question.Fact }).Count
        if ($question.Before) { $followed += [int] [bool] $right; continue }
        $found += [int] [bool] $right
        $best = $hits | Sort-Object Score -Descending | Select-Object -First 1
        $first += [int] ($seen -or ($best -and $turns[$best.Turn - 1].Topic -eq $question.Topic -and $turns[$best.Turn - 1].Fact -eq $question.Fact))
        $recalled += $hits.Count
        $onTopic += @($of | Where-Object Topic -EQ $question.Topic).Count
    }
    Write-Verbose "${Kind}: $($modes.GetEnumerator() | ForEach-Object { "$($_.Name) $($_.Value)" })"
    $thanks = foreach ($text in 'Thanks!', 'OK, great.', '好的，谢谢！') {
        @((Send-QwenMessage (Copy-QwenConversation $whole) $text -WarningAction SilentlyContinue).Context.Recalled).Count
    }
    $asked = @($questions | Where-Object { -not $_.Before }).Count
    [pscustomobject]@{
        Ranking        = $Kind
        Found          = "$found of $asked"
        'Best score'   = "$first of $asked"
        'Follow-ups'   = "$followed of $($questions.Count - $asked)"
        'On topic'     = '{0:0}% of {1}' -f (100 * $onTopic / [Math]::Max(1, $recalled)), $recalled
        'After thanks' = ($thanks | Measure-Object -Sum).Sum
    }
}

$emulator = Start-QwenEmulator -Reply { param($Request) ($using:answers)[$Request.Messages[-1].Text] ?? 'I see.' }
$connection = New-QwenConnection -BaseUri $emulator.BaseUri -ApiKey $emulator.ApiKey
$byWords = New-QwenConnection -CompatibleUri $emulator.CompatibleUri -ApiKey $emulator.ApiKey
$recall = @(
    Measure-Recall 'semantic and keyword search' $connection
    Measure-Recall 'keyword search only' $byWords 3> $null
)

# In a new conversation without instructions, the chat template adds 8 tokens to the text of the message.
$template = 8
$samples = Get-Content (Join-Path $root tests/Unit/Cost/token-samples.json) -Raw | ConvertFrom-Json
$estimates = foreach ($group in $samples | Group-Object kind) {
    $row = [ordered]@{ Kind = $group.Name }
    foreach ($fitted in $true, $false) {
        $real = $counted = 0
        foreach ($sample in $group.Group | Where-Object fitted -EQ $fitted) {
            $plan = Send-QwenMessage (New-QwenConversation -Api ChatCompletions -Thinking Off -Connection $connection) $sample.text -DryRun
            $counted += $plan.EstimatedInputTokens - $template
            $real += $sample.tokens
        }
        $row[$fitted ? 'Fitted samples' : 'Other samples'] = $real ? ('{0:+0;-0;0}%' -f (100 * ($counted / $real - 1))) : ''
    }
    [pscustomobject]$row
}
$emulator | Stop-QwenEmulator

function ConvertTo-Table([object[]] $Row) {
    $names = $Row[0].PSObject.Properties.Name
    "| $($names -join ' | ') |"
    "|$('---|' * $names.Count)"
    foreach ($one in $Row) { "| $(@($names | ForEach-Object { $one.$_ }) -join ' | ') |" }
}

if ($Update) {
    $page = Join-Path $root docs/context.md
    $text = Get-Content $page -Raw
    foreach ($part in @{ recall = $recall; estimates = $estimates }.GetEnumerator()) {
        $table = (ConvertTo-Table $part.Value) -join "`n"
        $pattern = "(?s)(<!-- $($part.Key): .*?-->\n).*?(<!-- end -->)"
        if ($text -notmatch $pattern) { throw "docs/context.md does not contain the markers of the table '$($part.Key)'." }
        $text = [regex]::Replace($text, $pattern, { param($match) $match.Groups[1].Value + $table + "`n" + $match.Groups[2].Value })
    }
    Set-Content $page $text -NoNewline
}
$recall
$estimates
