<#
.SYNOPSIS
    Shows a model's thinking, then its answer, then the usage of both, in each round.
.DESCRIPTION
    An empty line ends the script. With a key in $env:DASHSCOPE_API_KEY, the script uses the service; without one, the emulator in this process.
.EXAMPLE
    ./docs/examples/thinking.ps1
.EXAMPLE
    'What is 17 * 19?', 'And twice that?' | ./docs/examples/thinking.ps1
#>
[CmdletBinding()]
param(
    # The questions. If none are specified, the script prompts for them.
    [Parameter(ValueFromPipeline)]
    [string[]] $Question
)

begin {
    $ErrorActionPreference = 'Stop'
    Import-Module (Join-Path $PSScriptRoot '../../output/QwenChat/QwenChat.psd1')
    if (-not $env:DASHSCOPE_API_KEY) { Start-QwenEmulator | Set-QwenConnection }
    $conversation = New-QwenConversation -Api ChatCompletions -Thinking On

    function Show-Title([string] $Title) { Write-Host "`n$('=' * 20)$Title$('=' * 20)`n" }

    function Show-Round([string] $Question) {
        Show-Title "Round $($conversation.Turns.Count + 1)"
        Write-Host $Question
        $part = $null
        Send-QwenMessage $conversation $Question -Stream | ForEach-Object {
            if ($_.Kind -ne $part -and $_.Kind -in 'Thinking', 'Text') {
                $part = $_.Kind
                Show-Title ($part -eq 'Thinking' ? 'Thinking process' : 'Complete response')
            }
            if ($_.Kind -eq 'Done') { Write-Host "`n`nUsage: $($_.Reply.Usage.InputTokens) in, $($_.Reply.Usage.OutputTokens) out, including $($_.Reply.Usage.ReasoningTokens) for thinking" }
            else { Write-Host $_ -NoNewline }
        }
    }
}

process {
    foreach ($text in $Question) { Show-Round $text }
}

end {
    if (-not $PSBoundParameters.ContainsKey('Question') -and -not $MyInvocation.ExpectingInput) {
        while ($text = Read-Host 'Enter your message') { Show-Round $text }
    }
}
