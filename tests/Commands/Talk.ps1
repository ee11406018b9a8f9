# For BeforeAll: a store, and New-Talk, which creates the stored conversation $c with two turns. $r is the reply of the last turn.

$emulator = Connect-TestEmulator -Connection @{ MaximumRetryCount = 0 }
$file = Join-Path $TestDrive talks.db
$store = New-QwenStore -Path $file

function New-Talk([string] $Api = 'Responses') {
    Get-QwenConversation -Name talk -ErrorAction Ignore | Remove-QwenConversation
    $script:c = New-QwenConversation talk -Api $Api -Thinking Off -Store $store
    $script:r = @('One', 'Two' | Send-QwenMessage -Conversation $c)[-1]
}
