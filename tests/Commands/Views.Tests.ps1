# The display of objects. The objects are created by reflection, because the views must work for any data from a service.

BeforeAll {
    Import-Module QwenChat
    $PSStyle.OutputRendering = 'PlainText'

    function Build-Hidden([type] $Type, [object[]] $Argument = @(), [hashtable] $Property = @{}) {
        $flags = [Reflection.BindingFlags] 'Instance, Public, NonPublic'
        # Reflection requires objects without their PowerShell wrappers.
        $plain = [object[]]::new($Argument.Count)
        for ($i = 0; $i -lt $plain.Count; $i++) {
            if ($null -ne $Argument[$i]) { $plain[$i] = $Argument[$i].psobject.BaseObject }
        }
        $object = [Activator]::CreateInstance($Type, $flags, $null, $plain, $null)
        foreach ($name in $Property.Keys) { $Type.GetProperty($name, $flags).SetValue($object, $Property[$name]) }
        $object
    }
    function ConvertTo-Item([string] $Json, [string] $Role, [string] $Type = 'message') {
        $bytes = [ReadOnlyMemory[byte]]::new([Text.Encoding]::UTF8.GetBytes($Json))
        Build-Hidden ([QwenChat.QwenItem]) -Argument @($bytes, $null, $Type, $Role)
    }

    $usage = Build-Hidden ([QwenChat.QwenUsage]) -Property @{ InputTokens = 1200L; OutputTokens = 34L; TotalTokens = 1234L; CachedTokens = 1024L }
    $items = [QwenChat.QwenItem[]] @(
        (ConvertTo-Item '{"role":"user","content":"Line one\nline two"}' user)
        (ConvertTo-Item '{"role":"assistant","content":"\u001b[31mred\u202e\u009b"}' assistant)
    )
    $turn = Build-Hidden ([QwenChat.QwenTurn]) -Argument @(1, $items, 1) -Property @{ Usage = $usage; Model = 'qwen-x' }
    $options = Build-Hidden ([QwenChat.QwenOptions]) -Property @{ Model = 'qwen-x' }
    $conversation = Build-Hidden ([QwenChat.QwenConversation]) -Argument @([QwenChat.QwenApi]::ChatCompletions, (New-QwenConnection), $options, $null,
        $null) -Property @{ Name = "trip`e[2J" }
    $path = [Activator]::CreateInstance([QwenChat.QwenTurn].Assembly.GetType('QwenChat.Model.TurnPath'))
    $reply = Build-Hidden ([QwenChat.QwenReply]) -Argument @($conversation, $path, $turn) -Property @{ Duration = [timespan]::FromSeconds(1.25) }
    $escape = [char] 0x241B
}

AfterAll {
    Remove-Module QwenChat -ErrorAction Ignore
}

Describe 'The view of' {
    It 'a reply is its text, with visible control sequences' {
        ($reply | Out-String) | Should -BeLike "*$escape?31mred<U+202E><U+009B>*"
    }

    It 'a reply has its footer only at a console' {
        if ([Console]::IsOutputRedirected) { $reply | Out-String | Should -Not -BeLike '*qwen-x*' }
        else { $reply | Out-String | Should -BeLike '*qwen-x*' }
        [QwenChat.Commands.Transcript]::FooterOf($reply) |
            Should -Be "qwen-x · $((1200).ToString('N0')) in, 34 out · $((1024).ToString('N0')) cached · $((1.25).ToString('N1')) s"
    }

    It 'a delta is its text' {
        Build-Hidden ([QwenChat.QwenReplyDelta]) -Argument @([QwenChat.QwenReplyDeltaKind]::Text, "a`e", $null) | Out-String | ForEach-Object Trim |
            Should -Be "a$escape"
    }

    It 'several items is a transcript' {
        $lines = ($items | Out-String).Trim() -split '\r?\n' | Where-Object { $_.Trim() }
        $lines | Should -Be 'user', '  Line one', '  line two', 'assistant', "  $escape[31mred<U+202E><U+009B>"
    }

    It 'an item with media contains the kind of media, but not the bytes' {
        $item = ConvertTo-Item '{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA"}},{"type":"text","text":"What is it?"}]}' user
        $text = $item | Out-String
        $text | Should -BeLike '*What is it?*image_url: data:image/png;base64,…*'
        $text | Should -Not -BeLike '*AAAA*'
    }

    It 'a turn is one line' {
        $text = $turn | Out-String
        $text | Should -BeLike "*1 Completed*1234 Line one line two*$escape?31mred*"
    }

    It 'a conversation is one line' {
        $text = $conversation | Out-String
        $text | Should -BeLike "*Name/Id*Expires*trip$escape?2J*ChatCompletions*qwen-x*0*"
    }

    It 'usage is one line' {
        $usage | Out-String | Should -Match '1200\s+1024\s+34\s+1234'
    }

    It 'any object contains no escape character' {
        $reply, $turn, $conversation, $items[1] | ForEach-Object { $_ | Out-String | Should -Not -Match "`e" }
    }

    It 'an object from another process contains its text' {
        foreach ($depth in 1, 2) {
            foreach ($object in $reply, $items[0], $turn) {
                $far = [Management.Automation.PSSerializer]::Deserialize([Management.Automation.PSSerializer]::Serialize($object, $depth))
                ($far | Out-String) | Should -BeLike "*$(($object.Text -split "`n")[0] -replace '\p{C}.*')*"
                ($far | Out-String) | Should -Not -Match "`e"
            }
            $far = [Management.Automation.PSSerializer]::Deserialize([Management.Automation.PSSerializer]::Serialize($conversation, $depth))
            ($far | Out-String) | Should -BeLike '*trip*ChatCompletions*qwen-x*'
        }
    }

    It 'a measurement with a cost fits in 80 columns' {
        $measure = Build-Hidden ([QwenChat.QwenMeasure]) -Property @{ Conversation = 'trip'; Model = 'qwen3.6-plus'; Turns = 2; Cost = [decimal]0.0123
        Currency = 'CNY' }
        ($measure | Out-String -Width 80) | Should -Match 'trip\s+qwen3\.6-plus\s+2\s+CNY 0\.0123'
    }

    It 'an object as JSON contains the names of enumeration values' {
        $json = $turn, $conversation | ConvertTo-Json -Depth 1 -WarningAction Ignore | ConvertFrom-Json
        $json[0].State, $json[1].Api | Should -BeExactly 'Completed', 'ChatCompletions'
        $model = Get-QwenModel qwen3.6-plus | ConvertTo-Json -Depth 3 -WarningAction Ignore | ConvertFrom-Json
        $model.Apis[0], $model.Prices[0].Region | Should -BeExactly 'Responses', 'Beijing'
        (New-QwenConnection -Region Singapore | ConvertTo-Json -WarningAction Ignore | ConvertFrom-Json).Region | Should -BeExactly 'Singapore'
        foreach ($type in [QwenChat.QwenReply].Assembly.GetExportedTypes() |
            Where-Object { $_.Namespace -eq 'QwenChat' -and $_.Name -notin 'QwenException', 'QwenEmulatorFault', 'QwenOptions' }) {
            $type.GetProperties() | Where-Object { ([Nullable]::GetUnderlyingType($_.PropertyType) ?? $_.PropertyType).IsEnum } |
                Should -BeNullOrEmpty -Because $type.Name
        }
    }
}
