# Batches in adverse conditions: deleted and damaged files, two processes, a folder that is not writable, an interrupted wait.

BeforeAll {
    . $PSScriptRoot/Common.ps1
    . $PSScriptRoot/Batch.ps1
    $emulator = Connect-TestEmulator -Connection @{ Model = 'qwen-flash'; MaximumRetryCount = 0 }
    $key = [Net.NetworkCredential]::new('', $emulator.ApiKey).Password
    $env:QWENCHAT_BATCHES = Join-Path $TestDrive 'batches'
    $folder = Join-Path $env:QWENCHAT_BATCHES 'b'
}

AfterAll {
    Stop-QwenEmulator
    Remove-Module QwenChat
    Remove-Item Env:QWENCHAT_BATCHES
}

Describe 'A batch' {
    AfterEach {
        $emulator.ClearFaults()
        Clear-BatchFolder
    }

    It 'is downloaded again if its results were deleted from disk, and is counted once' {
        $null = 'a', 'b' | New-QwenBatchRequest | Start-QwenBatch b | Wait-QwenBatch | Receive-QwenBatch
        $turns = (Measure-QwenConversation -Session | Measure-Object Turns -Sum).Sum
        Remove-Item (Join-Path $folder output-001.jsonl)
        (Receive-QwenBatch b).CustomId | Should -Be '1', '2'
        (Measure-QwenConversation -Session | Measure-Object Turns -Sum).Sum | Should -Be $turns
    }

    It 'can be submitted again after the service has deleted the results, which is reported' {
        $b = 'a' | New-QwenBatchRequest | Start-QwenBatch b | Wait-QwenBatch
        $null = Invoke-RestMethod "$($emulator.CompatibleUri)/files/$($b.Parts[0].OutputFileId)" -Method Delete -Authentication Bearer `
            -Token $emulator.ApiKey -AllowUnencryptedAuthentication
        { Receive-QwenBatch b -ErrorAction Stop } | Should -Throw '*-Failed*'
        (Receive-QwenBatch b -Failed -WarningAction SilentlyContinue).Message | Should -Be 'a'
    }

    It 'whose request file is missing still writes errors' {
        $null = 'a' | New-QwenBatchRequest -Model unknown | Start-QwenBatch b | Wait-QwenBatch
        Remove-Item (Join-Path $folder requests-001.jsonl)
        $null = Receive-QwenBatch b -ErrorVariable failed -ErrorAction SilentlyContinue
        $failed.Count, $failed[0].TargetObject | Should -Be 1, '1'
    }

    It 'whose journal lacks the line for its submission is found by its metadata' {
        $null = 'a', 'b' | New-QwenBatchRequest | Start-QwenBatch b
        $journal = Join-Path $folder journal.jsonl
        $lines = Get-Content $journal
        Set-Content $journal ($lines[0], 'damaged')
        $before = @(Get-ServiceBatch $emulator).Count
        $null = Wait-QwenBatch b -WarningVariable warned -WarningAction SilentlyContinue
        $warned[0] | Should -BeLike '1 line in the journal of the batch*cannot be read*'
        @(Get-ServiceBatch $emulator).Count | Should -Be $before
        (Receive-QwenBatch b -WarningAction SilentlyContinue).CustomId | Should -Be '1', '2'
    }

    It 'is not uploaded if its requests were changed' {
        $emulator.AddFault([QwenChat.QwenEmulatorFault]@{ Path = '/batches'; Method = 'POST'; Status = 503; Times = 9 })
        { 'a' | New-QwenBatchRequest | Start-QwenBatch b } | Should -Throw "*The batch 'b' is kept*"
        $emulator.ClearFaults()
        Add-Content (Join-Path $folder requests-001.jsonl) '{}'
        $journal = Join-Path $folder journal.jsonl
        Set-Content $journal (Get-Content $journal)[0]
        { Get-QwenBatch b -ErrorAction Stop } | Should -Throw '*was not uploaded*'
    }

    It 'whose folder cannot be written is rejected before anything is sent' {
        $file = Join-Path $TestDrive 'file'
        Set-Content $file 'x'
        $before = $emulator.Requests.Count
        { 'a' | New-QwenBatchRequest | Start-QwenBatch b -Path (Join-Path $file 'sub') } | Should -Throw '*cannot be written*'
        $emulator.Requests.Count | Should -Be $before
    }

    It 'is submitted once when two processes resume its submission' {
        $emulator.AddFault([QwenChat.QwenEmulatorFault]@{ Path = '/batches'; Method = 'POST'; Status = 503; Times = 9 })
        { 'a', 'b' | New-QwenBatchRequest | Start-QwenBatch b } | Should -Throw
        $emulator.ClearFaults()
        $emulator.AddFault([QwenChat.QwenEmulatorFault]@{ Path = '/batches'; Method = 'POST'; DelayBeforeHeaders = [timespan]::FromSeconds(3) })
        $before = @(Get-ServiceBatch $emulator).Count
        $ids = 1..2 | ForEach-Object -Parallel {
            . $using:PSScriptRoot/Common.ps1
            Invoke-FreshShell {
                param($Module, $Uri, $Key)
                Import-Module $Module
                Set-QwenConnection -BaseUri $Uri -ApiKey (ConvertTo-SecureString $Key -AsPlainText) -Model qwen-flash
                $null = Wait-QwenBatch b
                (Get-QwenBatch b).Parts[0].BatchId
            } -Argument $using:ModulePath, $using:emulator.BaseUri, $using:key
        }
        @($ids | Sort-Object -Unique).Count | Should -Be 1
        @(Get-ServiceBatch $emulator).Count | Should -Be ($before + 1)
    }

    It 'continues when Ctrl+C ends the wait' {
        $slow = Start-QwenEmulator -BatchDuration 1.00:00
        $connection = New-QwenConnection -BaseUri $slow.BaseUri -ApiKey $slow.ApiKey -Model qwen-flash
        $null = 'a' | New-QwenBatchRequest -Connection $connection | Start-QwenBatch b
        $null = Invoke-AndStop { Import-Module $Module; Wait-QwenBatch b -Connection $connection } `
            { @($slow.Requests | Where-Object { $_.Method -eq 'GET' -and $_.Path -like '*/batches/*' }).Count -ge 1 } `
            -Variable @{ Module = $ModulePath; connection = $connection }
        (Get-QwenBatch b -Connection $connection).Status | Should -Be 'Validating'
        @($slow.Requests | Where-Object Path -Like '*cancel').Count | Should -Be 0
        Stop-QwenEmulator $slow
    }

    It 'of another server is rejected before anything is sent' {
        $null = 'a' | New-QwenBatchRequest | Start-QwenBatch b
        $other = New-QwenConnection -BaseUri http://127.0.0.1:9 -ApiKey x
        { Wait-QwenBatch b -Connection $other -ErrorAction Stop } | Should -Throw "The batch 'b' belongs to*"
    }

    It 'that does not exist causes an error' {
        { Get-QwenBatch none -ErrorAction Stop } | Should -Throw "There is no batch 'none'*"
        { Receive-QwenBatch '../b' -ErrorAction Stop } | Should -Throw '*is not a valid batch name*'
        Get-QwenBatch 'no*' | Should -BeNullOrEmpty
    }
}
