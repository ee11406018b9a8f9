# Text from a model, a service or a file must not move the cursor, run code or refer to a file. Objects must contain the text unchanged.

BeforeAll {
    . $PSScriptRoot/Common.ps1
    $PSStyle.OutputRendering = 'PlainText'
    # Escape sequences (CSI and OSC), a C1 control character, and characters that change the text direction.
    $attack = "<b>a`e[2Jb`e]0;title`ac$([char]0x9B)31md$([char]0x202E)e$([char]0x2066)f`bg</b>"
    $emulator = Connect-TestEmulator -Emulator @{ Reply = $attack, $attack, $attack, $attack, $attack, $attack, $attack, $attack } -Connection @{
        MaximumRetryCount = 0 }
    $obeyed = '[\x00-\x08\x0B\x0C\x0E-\x1F\x7F-\x9F\u202A-\u202E\u2066-\u2069]'
    $c = New-QwenConversation -Api ChatCompletions -Thinking Off -Name $attack -Instructions $attack
    $reply = Send-QwenMessage $c 'Hello'
}

AfterAll {
    Stop-QwenEmulator
    Remove-Module QwenChat
}

Describe 'Text from a model' {
    It 'is unchanged in the objects' {
        $reply.Text | Should -BeExactly $attack
        "$reply" | Should -BeExactly $attack
        $c.Turns[0].Text | Should -BeExactly $attack
        (Get-QwenConversationItem $c)[-1].Text | Should -BeExactly $attack
    }

    It 'is made visible when <_> is displayed' -ForEach 'a reply', 'a delta', 'a turn', 'a conversation', 'an item', 'an item''s parts', 'a tool call',
        'a search result', 'a summary', 'a search hit', 'a plan', 'an embedding', 'a stored response', 'a measure' {
        $shown = switch ($_) {
            'a reply' { $reply }
            'a delta' { Send-QwenMessage 'Hello' -Api ChatCompletions -Thinking Off -Stream }
            'a turn' { $c.Turns }
            'a conversation' { $c }
            'an item' { Get-QwenConversationItem $c }
            'an item''s parts' { (Get-QwenConversationItem $c).Content }
            'a tool call' { [QwenChat.QwenToolCall]::new($attack, $attack, $attack) }
            'a search result' { [QwenChat.QwenSearchResult]::new(1, $attack, $attack, $attack) }
            'a summary' {
                $long = New-QwenConversation -Api ChatCompletions -Thinking Off
                # The turns are short, because a summary that is much shorter than its turns is rejected.
                1..2 | ForEach-Object { $null = Send-QwenMessage $long ('word ' * 100) }
                Compress-QwenConversation $long -KeepVerbatim 0
            }
            'a search hit' {
                $store = New-QwenStore -Path (Join-Path $TestDrive chats.db)
                $null = Send-QwenMessage "needle $attack" -Api ChatCompletions -Store $store
                Search-QwenConversation -Store $store -Query needle -Mode Words
                $store.Dispose()
            }
            'a plan' { Send-QwenMessage $c $attack -DryRun }
            'an embedding' { ConvertTo-QwenEmbedding $attack }
            'a stored response' { Get-QwenResponse (Send-QwenMessage 'Hello' -Api Responses -Thinking Off).ResponseId }
            'a measure' { Measure-QwenConversation $c }
        }
        $text = $shown | Out-String -Width 300
        $text | Should -Not -BeNullOrEmpty
        $text | Should -Not -Match $obeyed
    }

    It 'is made visible in <_>' -ForEach 'md', 'html' {
        $path = Join-Path $TestDrive "page.$_"
        Export-QwenConversation $c $path
        $page = Get-Content $path -Raw
        $page | Should -Match '␛\[2J'
        $page | Should -Not -Match $obeyed
        $page | Should -Not -Match '(?<!\\)<b>'
    }

    It 'is made visible in errors, warnings, verbose and debug messages' {
        $emulator.AddFault([QwenChat.QwenEmulatorFault]@{ Status = 400
        Body = (@{ code = $attack; message = $attack; request_id = $attack } | ConvertTo-Json -Compress -EscapeHandling EscapeNonAscii) })
        $told = try { Send-QwenMessage $c 'Hello' -ErrorAction Stop -Verbose -Debug *>&1 } catch { $_ }
        ($told | Out-String -Width 300) | Should -Match '␛\[2J'
        ($told | Out-String -Width 300) | Should -Not -Match $obeyed
    }

    It 'is sent as a message if it is piped, even if it is a path' {
        $secret = Join-Path $TestDrive secret.txt
        Set-Content $secret 'MARKED SECRET'
        $secret | Send-QwenMessage 'What does it say?' -Api ChatCompletions | Out-Null
        $emulator.Requests[-1].Body | Should -Not -Match 'MARKED SECRET'
        $emulator.Requests[-1].Body | Should -Match 'secret\.txt'
    }
}

Describe 'An imported file' {
    It 'cannot cause a local file to be read, even if it contains the file''s path or address' {
        $secret = Join-Path $TestDrive secret.png
        Set-Content $secret 'MARKED SECRET'
        $path = Join-Path $TestDrive transcript.json
        ConvertTo-Json -Depth 6 @(
            @{
                role = 'user'; content = @(@{ type = 'text'; text = 'Look' }, @{ type = 'image_url'; image_url = @{ url = $secret } },
                    @{ type = 'image_url'; image_url = @{ url = "file://$secret" } },
                        @{ type = 'image_url'; image_url = @{ url = 'oss://waiting-for-upload/0123456789ABCDEF/secret.png' } })
            }
            @{ role = 'assistant'; content = 'Yes.' }
        ) | Set-Content $path
        $imported = Import-QwenConversation $path
        try { $null = Send-QwenMessage $imported 'And now?' -Model qwen3-vl-plus -ErrorAction Stop } catch { "$_" | Should -Not -Match 'MARKED' }
        $bodies = $emulator.Requests | Select-Object -Last 3 | ForEach-Object Body
        "$bodies" | Should -Not -Match 'MARKED SECRET'
        "$bodies" | Should -Not -Match ([Convert]::ToBase64String([Text.Encoding]::UTF8.GetBytes('MARKED SECRET')).Substring(0, 12))
    }

    It 'results only in a conversation, even if it contains names of other types' {
        $path = Join-Path $TestDrive typed.json
        Export-QwenConversation $c $path
        $text = (Get-Content $path -Raw) -replace '"conversation": \{',
            '"$type": "System.Diagnostics.Process", "conversation": { "$type": "System.IO.FileInfo, System.Private.CoreLib", "__type": "System.Diagnostics.Process",'
        Set-Content $path $text
        Import-QwenConversation $path | Should -BeOfType ([QwenChat.QwenConversation])
    }

    It 'cannot cause control sequences to be displayed' {
        $path = Join-Path $TestDrive named.json
        Export-QwenConversation $c $path
        Import-QwenConversation $path | Out-String -Width 300 | Should -Not -Match $obeyed
        Set-Content (Join-Path $TestDrive "bad.json") "{`"format`":`"QwenChat.Conversation`",`"version`":1,`"turns`":`"`e[2J`"}"
        try { Import-QwenConversation (Join-Path $TestDrive bad.json) -ErrorAction Stop } catch { $_ | Out-String | Should -Not -Match $obeyed }
    }
}
