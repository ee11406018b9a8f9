# Displays objects of every type in every PowerShell format, and every prompt of -WhatIf and -Confirm. No control character from a model, a service
# or a file may reach the terminal.

BeforeDiscovery {
    Import-Module QwenChat
    $types = [QwenChat.QwenReply].Assembly.GetExportedTypes() | Where-Object {
        $_.Namespace -eq 'QwenChat' -and $_.IsClass -and -not ($_.IsAbstract -and $_.IsSealed) -and -not $_.IsSubclassOf([Exception]) -and
            -not $_.IsSubclassOf([Delegate]) -and
        $_.Name -notin 'QwenEmulatorOptions', 'QwenMetadataDictionary' -and $_.GetProperties().Where({ $_.PropertyType -eq [string] })
    }
    $asking = Get-Command -Module QwenChat -CommandType Cmdlet | Where-Object { $_.Parameters.ContainsKey('WhatIf') }
}

BeforeAll {
    . $PSScriptRoot/Common.ps1
    $PSStyle.OutputRendering = 'PlainText'
    $attack = "A`e]52;c;ZQ==`aB`e[2J$([char]0x9B)31m$([char]0x202E)C$([char]0x2066)D$([char]0x85)E$([char]0)F`b$([char]0x200B)$([char]0x2028)$([char]0x2029)$([char]0xFEFF)$([char]0xAD)$([char]::ConvertFromUtf32(0xE0041))G"
    $obeyed = '[\x00-\x08\x0B\x0C\x0E-\x1F\x7F-\x9F\u00AD\u200B\u2028\u2029\uFEFF\u202A-\u202E\u2066-\u2069]|\uDB40[\uDC00-\uDDEF]'
    $emulator = Connect-TestEmulator -Emulator @{ Reply = @($attack) * 40 } -Connection @{ MaximumRetryCount = 0 }

    # Creates an object of the type, with hostile text in every string field.
    function Build-Hostile([type] $Type) {
        $object = [Runtime.CompilerServices.RuntimeHelpers]::GetUninitializedObject($Type)
        foreach ($field in $Type.GetFields([Reflection.BindingFlags] 'Instance, NonPublic, Public')) {
            if ($field.FieldType -eq [string]) { $field.SetValue($object, $attack) }
            elseif ($field.FieldType -eq [Uri]) { $field.SetValue($object, [Uri] 'http://127.0.0.1/') }
            elseif ($field.FieldType.IsAssignableFrom([string[]])) { $field.SetValue($object, [string[]] @($attack, $attack)) }
        }
        $object
    }
}

AfterAll {
    Stop-QwenEmulator
    Remove-Module QwenChat
}

Describe 'A <_.Name>' -ForEach $types {
    It 'is safe in the default, table, list and wide formats' {
        $object = Build-Hostile $_
        foreach ($shape in { $object }, { $object | Format-Table }, { $object | Format-Table -Wrap }, { $object | Format-List }, { $object | Format-Wide }) {
            & $shape | Out-String -Width 300 | Should -Not -Match $obeyed -Because $shape
        }
        $object | Format-List | Out-String -Width 300 | Should -Not -BeNullOrEmpty
    }

    It 'has a view for each format' {
        $shapes = (Get-FormatData $_.FullName -PowerShellVersion $PSVersionTable.PSVersion).FormatViewDefinition.Control | ForEach-Object { $_.GetType().Name }
        foreach ($shape in 'TableControl', 'ListControl', 'WideControl') { $shapes | Should -Contain $shape }
    }
}

Describe 'A value in a list' {
    It 'is displayed on the same line as its name' {
        [QwenChat.Commands.SafeText]::Value([string[]] @("a`e", 'b', 'c', 'd', 'e')) | Should -Be '{a␛, b, c, d, …}'
        [QwenChat.Commands.SafeText]::Value([byte[]]::new(3)) | Should -Be '3 bytes'
        [QwenChat.Commands.SafeText]::Value($null) | Should -BeNullOrEmpty
        [QwenChat.Commands.SafeText]::Line("a`nb") | Should -Be 'a b'
        [QwenChat.Commands.SafeText]::Line([uri] 'http://x/') | Should -Be 'http://x/'
    }
}

Describe 'Text from a service' {
    BeforeAll {
        $c = New-QwenConversation -Api ChatCompletions -Thinking Off -Name $attack -Instructions $attack -Metadata @{ $attack = $attack }
        $reply = Send-QwenMessage $c $attack
    }

    It 'is safe in every format: <_>' -ForEach 'reply', 'conversation', 'turns', 'items', 'measure', 'metadata', 'usage', 'context', 'plan', 'deltas' {
        $objects = switch ($_) {
            'reply' { $reply }
            'conversation' { $c }
            'turns' { $c.Turns }
            'items' { Get-QwenConversationItem $c }
            'measure' { Measure-QwenConversation $c }
            'metadata' { , $c.Metadata }
            'usage' { $reply.Usage }
            'context' { $reply.Context }
            'plan' { Send-QwenMessage $c $attack -DryRun }
            'deltas' { Send-QwenMessage $attack -Api ChatCompletions -Thinking Off -Stream }
        }
        foreach ($shape in { $objects }, { $objects | Format-Table }, { $objects | Format-List }, { $objects | Format-Wide }) {
            & $shape | Out-String -Width 300 | Should -Not -Match $obeyed -Because $shape
        }
    }

    It 'does not change the type of the metadata' {
        $c.Metadata[$attack] | Should -BeExactly $attack
        $c.Metadata.Count | Should -Be 1
        $c.Metadata.GetEnumerator().ForEach{ $_.Key } | Should -BeExactly $attack
        ($c.Metadata | ConvertTo-Json | ConvertFrom-Json -AsHashtable)[$attack] | Should -BeExactly $attack
        (New-QwenConversation -Metadata @{ topic = 'tea' }).Metadata.topic | Should -Be 'tea'
    }

    It 'is safe if a delta is converted to a string, but unchanged in its Text property' {
        $deltas = Send-QwenMessage $attack -Api ChatCompletions -Thinking Off -Stream
        -join $deltas | Should -Not -Match $obeyed
        -join $deltas.Where({ $_.Kind -eq 'Text' }).Text | Should -BeExactly $attack
    }

    It 'is safe in the message of an error' {
        $emulator.AddFault([QwenChat.QwenEmulatorFault]@{ Status = 400
        Body = (@{ message = $attack; code = 'x' } | ConvertTo-Json -Compress -EscapeHandling EscapeNonAscii) })
        $failure = try { Send-QwenMessage 'Hello' -Api ChatCompletions -ErrorAction Stop } catch { $_ }
        $failure.Exception.Message | Should -Match '␛\]52'
        "$($failure.Exception.Message)$($failure.Exception)$failure" | Should -Not -Match $obeyed
    }
}

Describe 'The prompt of <_.Name>' -ForEach $asking {
    It 'is safe' {
        $c = New-QwenConversation -Api ChatCompletions -Thinking Off -Name $attack
        $null = Send-QwenMessage $c $attack
        $null = Send-QwenMessage $c $attack
        $env:QWENCHAT_BATCHES = Join-Path $TestDrive 'batches'
        $batch = "a$([char]0x202E)$([char]0x200B)$($_.Noun)"
        $request = New-QwenBatchRequest $attack -Model "unknown $attack"
        if ($_.Name -in 'Stop-QwenBatch', 'Remove-QwenBatch') { $null = $request | Start-QwenBatch $batch }
        $transcript = Join-Path $TestDrive "$($_.Name).txt"
        $null = Start-Transcript $transcript
        try {
            switch ($_.Name) {
                'Send-QwenMessage' { Send-QwenMessage $c $attack -WhatIf }
                'Export-QwenConversation' { Export-QwenConversation $c -LiteralPath (Join-Path $TestDrive "a`e[2J.json") -WhatIf }
                'Remove-QwenConversation' { Remove-QwenConversation $c -WhatIf }
                'Remove-QwenConversationItem' { Remove-QwenConversationItem $c $c.Turns[0].Items[0].Id -WhatIf }
                'Remove-QwenResponse' { Remove-QwenResponse $attack -WhatIf }
                'Set-QwenConversation' { Set-QwenConversation $c -Name x -WhatIf }
                'Start-QwenBatch' { $request | Start-QwenBatch $batch -WhatIf }
                'Stop-QwenBatch' { Stop-QwenBatch $batch -WhatIf }
                'Remove-QwenBatch' { Remove-QwenBatch $batch -Force -WhatIf }
                'Undo-QwenTurn' { Undo-QwenTurn $c -WhatIf }
                'Compress-QwenConversation' { Compress-QwenConversation $c -KeepVerbatim 0 -WhatIf }
                'Update-QwenModelCatalog' {
                    $userFolder = $env:QWENCHAT_HOME
                    $env:QWENCHAT_HOME = Join-Path $TestDrive "a`e[2J"
                    try { Update-QwenModelCatalog -WhatIf } finally { $env:QWENCHAT_HOME = $userFolder }
                }
                default { throw "The prompt of $_ is not tested." }
            }
        }
        finally {
            $null = Stop-Transcript
            Remove-Item Env:QWENCHAT_BATCHES
            Get-ChildItem $TestDrive -Directory -Filter batches | Remove-Item -Recurse
        }
        $said = Get-Content $transcript -Raw
        $said | Should -Match 'What if'
        $said.Replace("`r", '') | Should -Not -Match $obeyed
    }
}
