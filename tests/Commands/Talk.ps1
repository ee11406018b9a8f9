# Dot-source this file in BeforeAll. New-Talk creates the conversation $c with two turns in $store. $r is the last reply.

$emulator = Connect-TestEmulator -Connection @{ MaximumRetryCount = 0 }
$file = Join-Path $TestDrive talks.db
$store = New-QwenStore -Path $file

function New-Talk([string] $Api = 'Responses') {
    Get-QwenConversation -Name talk -ErrorAction Ignore | Remove-QwenConversation
    $script:c = New-QwenConversation talk -Api $Api -Thinking Off -Store $store
    $script:r = @('One', 'Two' | Send-QwenMessage -Conversation $c)[-1]
}
