# Functions shared by the batch tests. Dot-source this file in BeforeAll, after Common.ps1.

# Returns the text or the error id of each request in a batch, by request id.
function Receive-Outcome {
    param([Parameter(Mandatory, Position = 0)] [string] $Name)

    $replies = @(Receive-QwenBatch $Name -ErrorVariable failures -ErrorAction SilentlyContinue)
    $outcome = [ordered]@{}
    foreach ($reply in $replies) {
        $outcome.Contains($reply.CustomId) | Should -BeFalse -Because "the request $($reply.CustomId) must have only one outcome"
        $outcome[$reply.CustomId] = $reply.Text
    }
    foreach ($failure in $failures) {
        $outcome.Contains($failure.TargetObject.Id) | Should -BeFalse -Because "the request $($failure.TargetObject.Id) must have only one outcome"
        $outcome[$failure.TargetObject.Id] = ($failure.FullyQualifiedErrorId -split ',')[0]
    }
    $outcome
}

# Reads the emulator's batches with the Batch API instead of the module.
function Get-ServiceBatch {
    param([Parameter(Mandatory, Position = 0)] [QwenChat.QwenEmulator] $Emulator)

    @((Invoke-RestMethod "$($Emulator.CompatibleUri)/batches" -Authentication Bearer -Token $Emulator.ApiKey -AllowUnencryptedAuthentication).data |
            Where-Object { $_ })
}

function Clear-BatchFolder {
    Get-ChildItem $env:QWENCHAT_BATCHES -Directory -Force -ErrorAction Ignore | Remove-Item -Recurse -Force
}
