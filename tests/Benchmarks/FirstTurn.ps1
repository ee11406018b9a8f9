<#
.SYNOPSIS
    Measures the first Send-QwenMessage of a process, before any code is compiled, compared with the first request of a plain HttpClient.
.DESCRIPTION
    The command and the HttpClient are measured in new processes. The module is imported and the connection is created before the measurement. The
    HttpClient only sends the request, reads the body, and gets the text from the JSON.
.EXAMPLE
    pwsh -NoProfile -File tests/Benchmarks/FirstTurn.ps1
#>
[CmdletBinding()]
param(
    # The number of new processes for each measurement.
    [int] $Sample = 15
)

. (Join-Path $PSScriptRoot Common.ps1)

$ours = {
    $manifest, $address, $api = $args
    Import-Module $manifest
    $connection = New-QwenConnection -BaseUri $address -ApiKey ([Net.NetworkCredential]::new('', 'x').SecurePassword)
    $watch = [Diagnostics.Stopwatch]::StartNew()
    $reply = Send-QwenMessage 'Hello' -Connection $connection -Api $api
    $elapsed = $watch.Elapsed.TotalMilliseconds
    if ($reply.Text.Length -ne 2048) { throw 'The received answer differs from the answer that was sent.' }
    $elapsed.ToString([cultureinfo]::InvariantCulture)
}
$bare = {
    $address = $args[0]
    $body = '{"model":"qwen3.6-plus","messages":[{"role":"user","content":"Hello"}]}'
    $watch = [Diagnostics.Stopwatch]::StartNew()
    $client = [Net.Http.HttpClient]::new()
    $client.DefaultRequestHeaders.Add('Authorization', 'Bearer x')
    $content = [Net.Http.StringContent]::new($body, [Text.Encoding]::UTF8, 'application/json')
    $response = $client.PostAsync($address, $content).GetAwaiter().GetResult()
    $json = [Text.Json.JsonDocument]::Parse($response.Content.ReadAsStringAsync().GetAwaiter().GetResult())
    $text = $json.RootElement.GetProperty('choices')[0].GetProperty('message').GetProperty('content').GetString()
    $elapsed = $watch.Elapsed.TotalMilliseconds
    if ($text.Length -ne 2048) { throw 'The received answer differs from the answer that was sent.' }
    $elapsed.ToString([cultureinfo]::InvariantCulture)
}
$server = Start-AnswerServer turn 2048
try {
    $times = foreach ($i in 1..$Sample) {
        [pscustomobject]@{
            ChatCompletions = [double](Invoke-Fresh $ours $manifest, $server.Address, 'ChatCompletions')
            Responses       = [double](Invoke-Fresh $ours $manifest, $server.Address, 'Responses')
            Baseline        = [double](Invoke-Fresh $bare ($server.Address + $apis.ChatCompletions))
        }
    }
    foreach ($api in 'ChatCompletions', 'Responses') {
        New-BenchmarkRow "First Send-QwenMessage of a process, $api; baseline: the first request of a bare HttpClient" (Get-Median $times.$api) (
            Get-Median $times.Baseline) -AtMost 2
    }
}
finally {
    Stop-AnswerServer $server
}
