# Finds conversations by name, creates missing conversations, and lists conversations without a request.

BeforeAll {
    . $PSScriptRoot/Common.ps1
    . $PSScriptRoot/MediaFiles.ps1
    $emulator = Connect-TestEmulator
}

AfterAll {
    Stop-QwenEmulator
    Remove-Module QwenChat
}

Describe 'Get-QwenConversation -OrNew' {
    It 'creates the conversation once, and then finds it, in the store at a path' {
        $file = Join-Path $TestDrive nightly.db
        $first = Get-QwenConversation nightly -Store $file -OrNew
        $null = Send-QwenMessage $first 'One' -Thinking Off
        $again = Get-QwenConversation NIGHTLY -Store $file -OrNew
        $again.Id, $again.Turns.Message | Should -Be $first.Id, 'One'
        @(Get-QwenConversation -Store $file).Count | Should -Be 1
        $count = Invoke-FreshShell -Argument $file { param($file) Import-Module QwenChat; (Get-QwenConversation nightly -Store $file -OrNew).Turns.Count }
        $count | Should -Be 1
    }

    It 'works with -Name, without a store, and with drive paths' {
        (Get-QwenConversation -Name here -OrNew).Id | Should -Be (Get-QwenConversation here -OrNew).Id
        $null = New-PSDrive Talks FileSystem "$TestDrive"
        $null = Get-QwenConversation app -Store Talks:/drive.db -OrNew
        Join-Path $TestDrive drive.db | Should -Exist
        Push-Location Talks:
        try { (Get-QwenConversation app -Store ./drive.db).Name | Should -Be 'app' } finally { Pop-Location }
    }

    It 'rejects <Case>, and creates nothing' -ForEach @(
        @{ Case = 'the id of an unknown conversation'; Name = 'local_0123456789abcdef'; Id = 'QwenNotFound*' }
        @{ Case = 'a wildcard'; Name = 'app*'; Id = 'QwenInvalidRequest*' }
        @{ Case = 'no name'; Name = ' '; Id = 'QwenInvalidRequest*' }
        @{ Case = 'a name that two conversations have'; Name = 'twin'; Id = 'QwenInvalidRequest*' }
    ) {
        $file = Join-Path $TestDrive "refuse.db"
        if ($Name -eq 'twin') { $null = New-QwenConversation twin -Store $file; $null = New-QwenConversation twin -Store $file -WarningAction SilentlyContinue }
        $before = @(Get-QwenConversation -Store (New-QwenStore $file)).Count
        { Get-QwenConversation $Name -Store $file -OrNew -ErrorAction Stop } | Should -Throw -ErrorId $Id
        @(Get-QwenConversation -Store $file).Count | Should -Be $before
    }

    It 'requires a name, and an existing folder' {
        { Get-QwenConversation -OrNew } | Should -Throw '-OrNew needs the name*' -ErrorId 'QwenInvalidRequest*'
        { Get-QwenConversation app -Store (Join-Path $TestDrive nowhere/x.db) -OrNew } | Should -Throw -ErrorId 'QwenStoreUnavailable*'
    }
}

Describe 'A removed conversation' {
    It 'is no longer found, regardless of the object with which it was removed' {
        $file = Join-Path $TestDrive removed.db
        $null = Get-QwenConversation gone -Store $file -OrNew
        $null = Get-QwenConversation gone -Store $file
        Get-QwenConversation gone -Store $file | Remove-QwenConversation
        { Send-QwenMessage gone 'x' } | Should -Throw "This session has no conversation 'gone'*" -ErrorId 'QwenNotFound*'
        $there = New-QwenConversation -Api Conversations
        Get-QwenConversation $there.Id | Remove-QwenConversation
        { Send-QwenMessage $there.Id 'x' } | Should -Throw -ErrorId 'QwenNotFound*'
    }
}

Describe 'Set-QwenConversation -Store' {
    It 'prefers a name in the store to a name in the session' {
        $file = Join-Path $TestDrive set.db
        $kept = New-QwenConversation both -Store $file
        $null = New-QwenConversation both
        (Set-QwenConversation both -Store $file -Instructions 'Be brief.' -PassThru).Id | Should -Be $kept.Id
    }
}

Describe 'A name that exists in a store' {
    It 'causes a warning: <Name>' -ForEach @(
        @{ Name = 'New-QwenConversation'; Make = { New-QwenConversation app1 -Store $store @more } }
        @{ Name = 'New-QwenConversation, in a different case'; Make = { New-QwenConversation APP1 -Store $store @more } }
        @{ Name = 'Send-QwenMessage'; Make = { Send-QwenMessage 'x' -Name app1 -Store $store @more } }
        @{ Name = 'Copy-QwenConversation'; Make = { Copy-QwenConversation $other -Name app1 @more } }
        @{ Name = 'Set-QwenConversation'; Make = { Set-QwenConversation $other -Name app1 @more } }
        @{ Name = 'Set-QwenConversation -Store'; Make = { Set-QwenConversation (New-QwenConversation app1) -Store $store @more } }
    ) {
        $store = New-QwenStore (Join-Path $TestDrive "$([guid]::NewGuid()).db")
        $null = New-QwenConversation app1 -Store $store -WarningVariable first
        $first | Should -BeNullOrEmpty
        $other = New-QwenConversation other -Store $store
        $more = @{ WarningVariable = 'warned'; WarningAction = 'SilentlyContinue' }
        $null = . $Make
        "$warned" | Should -BeLike "*already has a conversation named 'app1' (0 turns)*-Id 'local_*'*-OrNew*"
    }

    It 'causes a warning with the number of its conversations, and with its quotes doubled' {
        $store = New-QwenStore (Join-Path $TestDrive counted.db)
        $null = 1..2 | ForEach-Object { New-QwenConversation "it's" -Store $store -WarningAction SilentlyContinue }
        $null = New-QwenConversation "it's" -Store $store -WarningVariable warned -WarningAction SilentlyContinue
        "$warned" | Should -BeLike ("*already has 2 conversations named 'it's'. Now 3 conversations have this name, so none of them *" +
            "Get-QwenConversation -Store … -Name 'it''s'.")
    }

    It 'causes a warning whose command finds a name with wildcard characters' {
        $store = New-QwenStore (Join-Path $TestDrive pattern.db)
        $null = 1..2 | ForEach-Object { New-QwenConversation 'a[1]*' -Store $store -WarningAction SilentlyContinue }
        $null = New-QwenConversation 'a[1]*' -Store $store -WarningVariable warned -WarningAction SilentlyContinue
        $null = New-QwenConversation a1 -Store $store
        $command = "$warned" -replace '(?s)^.*use (Get-QwenConversation.*)\.$', '$1' -replace '…', '$store'
        (& ([scriptblock]::Create($command))).Name | Should -Be 'a[1]*', 'a[1]*', 'a[1]*'
    }

    It 'causes no warning if the conversation itself has the name' {
        $store = New-QwenStore (Join-Path $TestDrive same.db)
        $c = New-QwenConversation app1 -Store $store
        Set-QwenConversation $c -Name app1 -WarningVariable warned
        $warned | Should -BeNullOrEmpty
    }
}

Describe 'A value instead of an object' {
    It 'can be an emulator for -Connection: <Name>' -ForEach @(
        @{ Name = 'Send-QwenMessage'; Call = { Send-QwenMessage 'x' -Connection $own } }
        @{ Name = 'New-QwenConversation'; Call = { New-QwenConversation -Api Conversations -Connection $own } }
        @{ Name = 'ConvertTo-QwenEmbedding'; Call = { ConvertTo-QwenEmbedding 'x' -Connection $own } }
    ) {
        $own = Start-QwenEmulator
        $before = $emulator.Requests.Count
        $null = & $Call
        $own.Requests.Count, $emulator.Requests.Count | Should -Be 1, $before
    }

    It 'can be a path for -Store, which is opened once' {
        $file = Join-Path $TestDrive path.db
        $a = New-QwenConversation a -Store $file
        $b = New-QwenConversation b -Store (Get-Item $file)
        [object]::ReferenceEquals($a.Store, $b.Store) | Should -BeTrue
        (New-QwenContextPolicy -Recall 2 -Store $file).Store.Location | Should -Be $file
        { New-QwenConversation c -Store 42 } | Should -Throw '*Int32*' -ErrorId 'QwenInvalidRequest*'
        { New-QwenConversation c -Store 'postgresql://me@host/db' } | Should -Throw '*New-QwenStore -ConnectionString*' -ErrorId 'QwenInvalidRequest*'
    }
}

Describe 'Get-QwenConversation alone' {
    It 'lists the conversations of this session, most recent first, even if no variable refers to them' {
        $before = $emulator.Requests.Count
        1..3 | ForEach-Object { $null = New-QwenConversation "kept $_" }
        [gc]::Collect()
        [gc]::WaitForPendingFinalizers()
        @(Get-QwenConversation | Select-Object -First 3).Name | Should -Be 'kept 3', 'kept 2', 'kept 1'
        @(Get-QwenConversation 'kept*').Count | Should -Be 3
        $emulator.Requests.Count | Should -Be $before
    }
}

Describe 'Send-QwenMessage with media only' {
    It 'accepts a conversation: -<Parameter>' -ForEach @(
        @{ Parameter = 'Image'; Model = 'qwen3-vl-plus' }
        @{ Parameter = 'Audio'; Model = 'qwen3-omni-flash' }
    ) {
        if ($Parameter -eq 'Audio') { [IO.File]::WriteAllBytes((Join-Path $TestDrive x.wav), (New-TestWav)) } else {
            [IO.File]::WriteAllBytes((Join-Path $TestDrive x.png), (New-TestPng)) }
        $c = New-QwenConversation -Model $Model -Api ChatCompletions
        $media = @{ $Parameter = Join-Path $TestDrive ($Parameter -eq 'Audio' ? 'x.wav' : 'x.png') }
        (Send-QwenMessage $c @media).State | Should -Be 'Completed'
        $c.Turns.Count | Should -Be 1
    }
}
