BeforeAll {
    . $PSScriptRoot/Common.ps1
    $emulator = Connect-TestEmulator

    # Returns the export of a conversation, without the time of the export.
    function Get-FileText($Conversation) {
        $path = Join-Path $TestDrive "$([guid]::NewGuid()).json"
        Export-QwenConversation $Conversation $path
        (Get-Content $path -Raw) -replace '"exportedAt": "[^"]*",\s*'
    }

    # Creates a conversation with every kind of data.
    function New-FullConversation([string] $Api) {
        $c = New-QwenConversation "Reise 成都 👋 $Api" -Api $Api -Model qwen3.6-plus -Instructions 'Be brief.' -Metadata @{
            project = 'x' } -Temperature 0.3 -MaxOutputTokens 500 -TokenLimit 100000 -Thinking On -WarningAction SilentlyContinue
        $null = Send-QwenMessage $c 'My name is Ada.'
        $null = Send-QwenMessage $c 'Taken back.'
        Undo-QwenTurn $c
        $image = [byte[]] [Convert]::FromBase64String(
            'iVBORw0KGgoAAAANSUhEUgAAAAsAAAALCAIAAAAmzuBxAAAAF0lEQVR4nGP4z8BAEBJWMaqEgWQVxCgBABcgs1AQZQrSAAAAAElFTkSuQmCC')
        if ($Api -ne 'Conversations') { $null = Send-QwenMessage $c 'See: `x < y` & "z"' -Image $image -WarningAction SilentlyContinue }
        $null = Send-QwenMessage $c "Lines`r`nand 'quotes' $([char] 27)[31m" -Stream
        $null = Add-QwenConversationItem $c 'This waits.'
        $c
    }
}

AfterAll {
    Stop-QwenEmulator
    Remove-Module QwenChat
}

Describe 'A round trip with <_>' -ForEach 'Responses', 'Conversations', 'ChatCompletions', 'DashScope' {
    BeforeAll { $c = New-FullConversation $_ }

    It 'as <_> loses nothing' -ForEach 'json', 'jsonl' {
        $path = Join-Path $TestDrive "$($c.Api).$_"
        Export-QwenConversation $c $path
        $back = Import-QwenConversation $path
        Get-FileText $back | Should -Be (Get-FileText $c)
        'Id', 'Name', 'Api', 'Model', 'Instructions', 'LastResponseId', 'CreatedAt', 'TokenLimit' | Where-Object { $back.$_ -ne $c.$_ } | Should -BeNullOrEmpty
        $back.Usage | Should -Be $c.Usage
        $back.Metadata.project | Should -Be $c.Metadata.project
        $back.Turns.Text | Should -Be $c.Turns.Text
        $back.Turns.Thinking | Should -Be $c.Turns.Thinking
        @(Get-QwenConversationItem $back).Count | Should -Be @(Get-QwenConversationItem $c).Count
        ($back | Measure-QwenConversation).Cost | Should -Be ($c | Measure-QwenConversation).Cost
    }

    It 'results in a conversation that can be continued without changing the original' {
        $path = Join-Path $TestDrive "$($c.Api).json"
        Export-QwenConversation $c $path
        $back = Import-QwenConversation $path
        $turns = $c.Turns.Count
        "$(Send-QwenMessage $back 'What is my name?')" | Should -Be 'Your name is Ada.'
        $null = Send-QwenMessage $back 'My name is Bert.'
        $c.Turns.Count | Should -Be $turns
        "$(Send-QwenMessage $c 'What is my name?')" | Should -Be 'Your name is Ada.'
        "$(Send-QwenMessage $back 'What is my name?')" | Should -Be 'Your name is Bert.'
        $back.Turns[$turns].Items[0].Text | Should -Be 'This waits.'
    }

    It 'can end with another API: <_>' -ForEach 'Responses', 'Conversations', 'ChatCompletions', 'DashScope' {
        $path = Join-Path $TestDrive "$($c.Api).json"
        Export-QwenConversation $c $path
        $back = Import-QwenConversation $path -Api $_ -Name other -WarningAction SilentlyContinue
        $back.Api | Should -Be $_
        $back.Name | Should -Be 'other'
        $back.TokenLimit | Should -Be 100000
        $back.Turns.Text | Should -Be $c.Turns.Text
        "$(Send-QwenMessage $back 'What is my name?' -WarningAction SilentlyContinue)" | Should -Be 'Your name is Ada.'
    }
}

Describe 'A round trip' {
    It 'can end in another process, with every API' {
        $apis = 'Responses', 'Conversations', 'ChatCompletions', 'DashScope'
        foreach ($api in $apis) { Export-QwenConversation (New-FullConversation $api) (Join-Path $TestDrive "$api-there.jsonl") }
        $said = Invoke-FreshShell -Argument "$TestDrive", $emulator.BaseUri, ($emulator.ApiKey | ConvertFrom-SecureString -AsPlainText) {
            param($folder, $address, $key)
            Set-QwenConnection -BaseUri $address -ApiKey $key
            Get-ChildItem $folder -Filter *-there.jsonl | Import-QwenConversation | ForEach-Object { "$($_.Api): $(Send-QwenMessage $_ 'What is my name?')" }
        }
        $said | Sort-Object | Should -Be ($apis | Sort-Object | ForEach-Object { "${_}: Your name is Ada." })
    }
}

Describe 'Export-QwenConversation' {
    BeforeAll {
        $c = New-QwenConversation -Name trip -Api ChatCompletions -Thinking Off
        $first = Send-QwenMessage $c 'One'
        $null = Send-QwenMessage $c 'Two'
        Push-Location $TestDrive
    }

    AfterAll { Pop-Location }

    It 'accepts the conversation as the first argument or from the pipeline' {
        Export-QwenConversation $c a.json
        $c | Export-QwenConversation b.json
        Export-QwenConversation -Conversation $c -Path c.json
        $c | Export-QwenConversation -LiteralPath 'd[1].json'
        $c | Export-QwenConversation ([IO.FileInfo] (Join-Path $TestDrive 'e[1].json'))
        Test-Path -LiteralPath (Join-Path $TestDrive 'e[1].json') | Should -BeTrue
        'a.json', 'b.json', 'c.json', 'd[1].json' | ForEach-Object { Import-QwenConversation -LiteralPath $_ } | ForEach-Object { $_.Turns.Count } |
            Should -Be 2, 2, 2, 2
    }

    It 'writes a page to a file with the extension <_>' -ForEach 'md', 'html', 'markdown', 'htm' {
        Export-QwenConversation $c "page.$_"
        Get-Content "page.$_" -Raw | Should -Match '(?s)trip.*You.*One.*You said: (&quot;|"|&#34;)?.*Two.*Usage'
    }

    It 'writes UTF-8 without a byte order mark, and lines that end with LF' {
        'json', 'jsonl', 'md', 'html' | ForEach-Object {
            Export-QwenConversation $c "form.$_"
            $bytes = [IO.File]::ReadAllBytes("$PWD/form.$_")
            $bytes[0] | Should -Not -Be 0xEF
            $bytes | Should -Not -Contain 13
            $bytes[-1] | Should -Be 10
        }
    }

    It 'writes the conversation up to a reply' {
        $first | Export-QwenConversation first.json
        (Import-QwenConversation first.json).Turns.Message | Should -Be 'One'
    }

    It 'writes nothing to the pipeline without -PassThru' {
        Export-QwenConversation $c a.json | Should -BeNullOrEmpty
        Export-QwenConversation $c a.json -PassThru | Should -Be $c
        $first | Export-QwenConversation a.json -PassThru | Should -Be $first
    }

    It 'overwrites a file, unless -NoClobber is specified' {
        Set-Content keep.json mine
        { Export-QwenConversation $c keep.json -NoClobber -ErrorAction Stop } | Should -Throw -ErrorId 'QwenInvalidRequest*'
        Get-Content keep.json | Should -Be mine
        Export-QwenConversation $c keep.json
        (Import-QwenConversation keep.json).Turns.Count | Should -Be 2
        Export-QwenConversation $c fresh.json -NoClobber
        'fresh.json' | Should -Exist
    }

    It 'writes to a read-only file only with -Force' {
        Set-Content locked.json mine
        (Get-Item locked.json).IsReadOnly = $true
        { Export-QwenConversation $c locked.json -ErrorAction Stop } | Should -Throw '*read-only*'
        Get-Content locked.json | Should -Be mine
        Export-QwenConversation $c locked.json -Force
        (Import-QwenConversation locked.json).Turns.Count | Should -Be 2
    }

    It 'changes nothing with -WhatIf' {
        Set-Content same.json mine
        Export-QwenConversation $c same.json -WhatIf
        Export-QwenConversation $c none.jsonl -Append -WhatIf
        Get-Content same.json | Should -Be mine
        'none.jsonl' | Should -Not -Exist
    }

    It 'writes a separate file for each conversation' {
        $d = Copy-QwenConversation $c -Name second
        $c, $d | Export-QwenConversation -Path { "each-$($_.Name).json" }
        (Import-QwenConversation each-*.json).Name | Should -Be 'second', 'trip'
        $c, $d | Export-QwenConversation both.json -ErrorVariable refused -ErrorAction SilentlyContinue
        $refused.FullyQualifiedErrorId | Should -Be 'QwenInvalidRequest,QwenChat.Commands.ExportQwenConversationCommand'
        (Import-QwenConversation both.json).Name | Should -Be 'trip'
    }

    It 'rejects the path <Path> with advice' -ForEach @(
        @{ Path = 'a.txt'; Says = '*.json or .jsonl*' }
        @{ Path = 'name'; Says = '*has no extension*' }
        @{ Path = 'none/a.json'; Says = '*New-Item*' }
        @{ Path = 'Variable:a.json'; Says = '*does not support files*' }
        @{ Path = 'nodrive:/a.json'; Says = '*nodrive*' }
        @{ Path = 'x[1].json'; Says = '*-LiteralPath*' }
        @{ Path = '.'; Says = '*is a folder*' }
    ) {
        { Export-QwenConversation $c $Path -ErrorAction Stop } | Should -Throw $Says -ErrorId 'QwenInvalidRequest*'
    }

    It 'leaves no partial or temporary file' {
        $folder = New-Item whole -ItemType Directory
        Export-QwenConversation $c whole/a.json
        1..3 | ForEach-Object { Export-QwenConversation $c whole/a.json }
        (Get-ChildItem $folder -Force).Name | Should -Be 'a.json'
    }

    It 'writes the same file in every culture' {
        $c.Turns.Usage.InputTokens | Measure-Object -Sum | ForEach-Object Sum | Should -BeGreaterThan 0
        Export-QwenConversation $c "$PWD/from.json"
        $write = {
            param($folder, $culture)
            Import-Module QwenChat
            [cultureinfo]::CurrentCulture = [cultureinfo]::CurrentUICulture = $culture
            $c = Import-QwenConversation "$folder/from.json"
            'json', 'jsonl', 'md', 'html' | ForEach-Object { Export-QwenConversation $c "$folder/$culture.$_" }
            (Get-Culture).NumberFormat.NumberDecimalSeparator
        }
        Invoke-FreshShell $write -Argument $PWD, 'en-US' | Should -Be '.'
        Invoke-FreshShell $write -Argument $PWD, 'de-DE' | Should -Be ','
        foreach ($kind in 'json', 'jsonl', 'md', 'html') {
            $english, $german = 'en-US', 'de-DE' |
                ForEach-Object { [IO.File]::ReadAllText("$PWD/$_.$kind") -replace '"exportedAt": ?"[^"]*"|Exported by QwenChat, [^*<]*' }
            $german | Should -BeExactly $english
        }
    }
}

Describe 'Export-QwenConversation -Append' {
    BeforeEach { $path = Join-Path $TestDrive "$([guid]::NewGuid()).jsonl" }

    It 'adds each turn when it is complete, with <_>' -ForEach 'Responses', 'Conversations', 'ChatCompletions', 'DashScope' {
        $c = New-QwenConversation -Api $_ -Thinking Off
        $lines = 'One', 'Two', 'Three' | Send-QwenMessage -Conversation $c | Export-QwenConversation -Path $path -Append -PassThru |
            ForEach-Object { @(Get-Content $path).Count }
        $lines | Should -Be 2, 3, 4
        (Import-QwenConversation $path).Turns.Message | Should -Be 'One', 'Two', 'Three'
    }

    It 'never changes existing lines of the file' {
        $c = New-QwenConversation -Api ChatCompletions -Thinking Off
        $before = ''
        foreach ($step in { $null = Send-QwenMessage $c 'One' }, { $null = Send-QwenMessage $c 'Two' }, { Undo-QwenTurn $c },
            { Set-QwenConversation $c -Name later }, { $null = Send-QwenMessage $c 'Other' }) {
            & $step
            Export-QwenConversation $c $path -Append
            $now = [IO.File]::ReadAllText($path)
            $now | Should -BeLike ([WildcardPattern]::Escape($before) + '?*')
            $before = $now
        }
        Export-QwenConversation $c $path -Append
        [IO.File]::ReadAllText($path) | Should -Be $before
        $back = Import-QwenConversation $path
        $back.Name | Should -Be 'later'
        $back.Turns.Message | Should -Be 'One', 'Other'
    }

    It 'continues a file with the conversation imported from it, with <_>' -ForEach 'Responses', 'Conversations', 'ChatCompletions', 'DashScope' {
        'One', 'Two' | Send-QwenMessage -Conversation (New-QwenConversation -Api $_) | Export-QwenConversation -Path $path -Append
        $c = Import-QwenConversation $path
        $c | Send-QwenMessage 'Three' | Export-QwenConversation -Path $path -Append
        (Import-QwenConversation $path).Turns.Message | Should -Be 'One', 'Two', 'Three'
    }

    It 'continues with a branch from the exported reply' {
        $r = Send-QwenMessage 'One' -Api ChatCompletions
        $r | Export-QwenConversation -Path $path -Append
        $r | Send-QwenMessage 'Two' | Export-QwenConversation -Path $path -Append
        (Import-QwenConversation $path).Turns.Message | Should -Be 'One', 'Two'
    }

    It 'rejects another conversation and does not change the file' {
        Export-QwenConversation (Send-QwenMessage 'One' -Api ChatCompletions) $path -Append
        $before = [IO.File]::ReadAllText($path)
        { Export-QwenConversation (Send-QwenMessage 'Another' -Api ChatCompletions) $path -Append -ErrorAction Stop } |
            Should -Throw -ErrorId 'QwenInvalidRequest*'
        [IO.File]::ReadAllText($path) | Should -Be $before
    }

    It 'continues a conversation imported before its first turn, with <_>' -ForEach 'Responses', 'Conversations', 'ChatCompletions', 'DashScope' {
        $json = Join-Path $TestDrive "$([guid]::NewGuid()).json"
        Export-QwenConversation (New-QwenConversation -Api $_ -Thinking Off) $json
        $c = Import-QwenConversation $json
        Export-QwenConversation $c $path -Append
        $null = Send-QwenMessage $c 'One'
        Export-QwenConversation $c $path -Append
        (Import-QwenConversation $path).Turns.Message | Should -Be 'One'
    }

    It 'rejects another conversation even if the file has no turn yet' {
        Export-QwenConversation (New-QwenConversation -Api ChatCompletions) $path -Append
        { Export-QwenConversation (Send-QwenMessage 'Another' -Api ChatCompletions) $path -Append -ErrorAction Stop } |
            Should -Throw '*different conversation*' -ErrorId 'QwenInvalidRequest*'
        (Import-QwenConversation $path).Turns | Should -BeNullOrEmpty
    }

    It 'is only supported for .jsonl' {
        { Export-QwenConversation (Send-QwenMessage 'One') (Join-Path $TestDrive a.json) -Append -ErrorAction Stop } |
            Should -Throw '*-Append requires a .jsonl*' -ErrorId 'QwenInvalidRequest*'
    }

    It 'replaces an incomplete line that a crash left, with a warning' {
        $c = New-QwenConversation -Api ChatCompletions -Thinking Off
        $null = 'One', 'Two' | Send-QwenMessage -Conversation $c
        Export-QwenConversation $c $path
        $whole = [IO.File]::ReadAllText($path)
        [IO.File]::WriteAllText($path, $whole.Substring(0, $whole.Length - 40))
        (Import-QwenConversation $path -WarningVariable torn -WarningAction SilentlyContinue).Turns.Message | Should -Be 'One'
        "$torn" | Should -Match 'was ignored'
        Export-QwenConversation $c $path -Append -WarningVariable mended -WarningAction SilentlyContinue
        "$mended" | Should -Match 'incomplete last line'
        [IO.File]::ReadAllText($path) | Should -Be $whole
    }
}
