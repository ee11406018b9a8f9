# For BeforeAll: an emulator, a connection without retries, and functions for the tests of bulk messages.

. $PSScriptRoot/MediaFiles.ps1
$emulator = Connect-TestEmulator

function Get-Said { process { $_.Conversation.Turns[0].Message } }

# Returns the error message of a call that must be rejected before any request.
function Get-Refusal([scriptblock] $Script) {
    $before = $emulator.Requests.Count
    $refused = $null
    try { $null = & $Script } catch { $refused = $_ }
    $refused.FullyQualifiedErrorId | Should -Be 'QwenInvalidRequest,QwenChat.Commands.SendQwenMessageCommand'
    $emulator.Requests.Count | Should -Be $before
    "$refused"
}

# Sends the items. Only the third request fails.
function Send-WithFailure([object[]] $Items, [int] $Status, [int] $Limit, [hashtable] $More = @{}) {
    $emulator.AddFault([QwenChat.QwenEmulatorFault] @{ Status = $Status; Times = 1; Skip = 2 })
    try {
        $Items | Send-QwenMessage -ThrottleLimit $Limit -Connection $noRetries -ErrorVariable script:failures -ErrorAction SilentlyContinue @More
    }
    finally { $emulator.ClearFaults() }
}
[IO.File]::WriteAllBytes((Join-Path $TestDrive red.png), (New-TestPng))
$noRetries = New-QwenConnection -BaseUri $emulator.BaseUri -ApiKey $emulator.ApiKey -MaximumRetryCount 0
