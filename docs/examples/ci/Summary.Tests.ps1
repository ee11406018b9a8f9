# Tests Summary.ps1 without a key. The emulator returns the answers that a test specifies, and logs the requests.

BeforeAll {
    Import-Module QwenChat
    $file = Join-Path $TestDrive notes.txt
    Set-Content $file 'Ships sail on Monday.'
}

Describe 'Summary.ps1' {
    AfterEach {
        Stop-QwenEmulator
    }

    It 'writes the trimmed answer' {
        Start-QwenEmulator '  It is about ships.  ' | Set-QwenConnection
        & $PSScriptRoot/Summary.ps1 -Path $file | Should -Be 'It is about ships.'
    }

    It 'sends the file, and limits the output' {
        $emulator = Start-QwenEmulator 'It is about ships.'
        $emulator | Set-QwenConnection
        $null = & $PSScriptRoot/Summary.ps1 -Path $file
        $emulator.Requests[0].Body | Should -Match 'Ships sail on Monday'
        ($emulator.Requests[0].Body | ConvertFrom-Json).max_output_tokens | Should -Be 200
    }

    It 'sends nothing for an empty file' {
        $emulator = Start-QwenEmulator
        $emulator | Set-QwenConnection
        $empty = New-Item (Join-Path $TestDrive empty.txt)
        { & $PSScriptRoot/Summary.ps1 -Path $empty } | Should -Throw 'There is nothing in*'
        $emulator.Requests.Count | Should -Be 0
    }

    It 'fails with an error id when the service rejects the key' {
        $emulator = Start-QwenEmulator -Fault @{ Status = 401 }
        Set-QwenConnection -BaseUri $emulator.BaseUri -ApiKey $emulator.ApiKey
        { & $PSScriptRoot/Summary.ps1 -Path $file } | Should -Throw -ErrorId 'QwenAuthenticationFailed*'
    }
}
