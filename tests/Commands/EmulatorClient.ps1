# For BeforeAll: a client of the emulator that is independent of the module.

# Sends a chat request, and returns the text of the answer. Sets $Status and $Answer.
function Send-Chat([QwenChat.QwenEmulator] $Emulator, [string] $Message = 'Hello', [string] $Instructions) {
    $messages = @(
        if ($Instructions) { @{ role = 'system'; content = $Instructions } }
        @{ role = 'user'; content = $Message }
    )
    $body = @{ model = 'qwen-plus'; messages = $messages } | ConvertTo-Json -Depth 5
    $answer = Invoke-RestMethod "$($Emulator.CompatibleUri)/chat/completions" -Method Post -Body $body -ContentType application/json -Authentication Bearer `
        -Token $Emulator.ApiKey -AllowUnencryptedAuthentication -SkipHttpErrorCheck -StatusCodeVariable status
    $script:Status = $status
    $script:Answer = $answer
    $answer.choices.message.content
}
function Test-Port([QwenChat.QwenEmulator] $Emulator) {
    $client = [Net.Sockets.TcpClient]::new()
    try { $client.Connect('127.0.0.1', $Emulator.BaseUri.Port); $true } catch { $false } finally { $client.Dispose() }
}
