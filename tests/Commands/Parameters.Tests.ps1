# Text parameters must reject objects, and numbers must be validated when they are specified. Reflection finds the parameters.

BeforeDiscovery {
    Import-Module QwenChat
    $all = foreach ($command in Get-Command -Module QwenChat -CommandType Cmdlet) {
        foreach ($property in $command.ImplementingType.GetProperties()) {
            if ($property.IsDefined([Management.Automation.ParameterAttribute], $true)) {
                @{ Command = $command.Name; Parameter = $property.Name; Property = $property
                Type = [Nullable]::GetUnderlyingType($property.PropertyType) ?? $property.PropertyType }
            }
        }
    }
    $texts = $all | Where-Object { $_.Type -in [string], [string[]] }
    $numbers = $all | Where-Object { $_.Type -in [int], [long], [double], [decimal], [timespan] }
}

BeforeAll {
    . $PSScriptRoot/Common.ps1
    $emulator = Connect-TestEmulator
    # Runs a command with the value, and with sample values for other mandatory parameters. Returns the error, if any.
    function Get-Refusal([string] $Command, [string] $Parameter, $Value) {
        $before = $emulator.Requests.Count
        $given = @{ $Parameter = $Value; ErrorAction = 'Stop' }
        $set = (Get-Command $Command).ParameterSets | Where-Object { $_.Parameters.Name -contains $Parameter } |
            Sort-Object { @($_.Parameters | Where-Object IsMandatory).Count } | Select-Object -First 1
        foreach ($other in $set.Parameters | Where-Object { $_.IsMandatory -and $_.Name -ne $Parameter }) {
            $given[$other.Name] = switch ($other.Name) {
                Conversation { $c }
                Message { 'x' }
                Text { 'x' }
                Query { 'x' }
                Session { $true }
                InputObject { $Command -eq 'Start-QwenBatch' ? (New-QwenBatchRequest 'x') : 'x' }
                Default { 'x' }
            }
        }
        if ($Command -in 'Send-QwenMessage' -and $Parameter -ne 'Message') { $given.Message = 'x' }
        if ($Command -in 'Set-QwenConversation', 'Copy-QwenConversation', 'Undo-QwenTurn' -and -not $given.Conversation) { $given.Conversation = $c }
        $refusal = $null
        try { $null = & $Command @given 3> $null } catch { $refusal = $_ }
        $emulator.Requests.Count | Should -Be $before -Because 'nothing must be sent'
        $refusal
    }
    $c = New-QwenConversation -Api ChatCompletions
    $usage = (Send-QwenMessage 'x').Usage
    $fromAfar = [Management.Automation.PSSerializer]::Deserialize([Management.Automation.PSSerializer]::Serialize($usage))
}

AfterAll {
    Stop-QwenEmulator
    Remove-Module QwenChat
}

Describe 'The text parameter' {
    It '-<Parameter> of <Command> does not convert an object to the name of its type' -ForEach $texts {
        $attributes = $Property.GetCustomAttributes($true).ForEach{ $_.GetType().Name }
        @($attributes | Where-Object { $_ -in 'TextAttribute', 'ConversationIdAttribute' }).Count | Should -Be 1
        foreach ($value in @{ a = 1 }, [pscustomobject]@{ a = 1 }, ([Data.DataTable]::new()), ([Random]::new()),
            (ConvertTo-SecureString hunter2 -AsPlainText -Force), $fromAfar) {
            $refusal = Get-Refusal $Command $Parameter $value
            $refusal | Should -Not -BeNullOrEmpty -Because "$($value.GetType().Name) is not text"
            "$refusal" | Should -Match 'not text|not accepted as text|another process|secret'
            "$refusal" | Should -Not -Match hunter2
        }
    }
}

Describe 'A text parameter with pipeline input' {
    It 'accepts <Form> as an item or text, never as the name of its type' -ForEach @(
        @{ Form = 'a hashtable'; Value = { @{ role = 'assistant'; content = 'x' } }; Role = 'assistant'; Text = 'x' }
        @{ Form = 'an object'; Value = { [pscustomobject]@{ role = 'assistant'; content = 'x' } }; Role = 'assistant'; Text = 'x' }
        @{ Form = 'an item'; Value = { Add-QwenConversationItem (New-QwenConversation -Api Responses) x -Role assistant -PassThru }; Role = 'assistant'
        Text = 'x' }
        @{ Form = 'a number'; Value = { 1.5 }; Role = 'user'; Text = '1.5' }
        @{ Form = 'a date and time'; Value = { [datetime]'2026-01-02' }; Role = 'user'; Text = '2026-01-02T00:00:00' }
        @{ Form = 'a reply'; Value = { Send-QwenMessage 'My name is Ada.' -Thinking Off -Api ChatCompletions | Tee-Object -Variable r }; Role = 'user'
        Text = '*' }
        @{ Form = 'XML'; Value = { [xml]'<a />' }; Role = 'user'; Text = '<a />' }
    ) {
        $c = New-QwenConversation -Api ChatCompletions
        $added = & $Value | Add-QwenConversationItem $c -PassThru
        $added.Role | Should -BeExactly $Role
        $added.Text | Should -BeLike $Text
        $added.Text | Should -Not -BeLike 'System.*'
    }

    It 'rejects <Form> with <Command>' -ForEach @(
        foreach ($command in 'Add-QwenConversationItem', 'ConvertTo-QwenEmbedding') {
            @{ Command = $command; Form = 'an object without a role'; Value = { [pscustomobject]@{ a = 1 } } }
            @{ Command = $command; Form = 'a .NET object'; Value = { [Random]::new() } }
            @{ Command = $command; Form = 'a file'; Value = { Get-Item $PSCommandPath } }
            @{ Command = $command; Form = 'a secret'; Value = { ConvertTo-SecureString hunter2 -AsPlainText -Force } }
            @{ Command = $command; Form = 'an empty string'; Value = { '' } }
        }
    ) {
        $before = $emulator.Requests.Count
        $c = New-QwenConversation -Api ChatCompletions
        $named = if ($Command -eq 'Add-QwenConversationItem') { @{ Conversation = $c } } else { @{} }
        { & $Value | & $Command @named -ErrorAction Stop } | Should -Throw
        $emulator.Requests.Count | Should -Be $before
        @(Get-QwenConversationItem $c).Count | Should -Be 0
    }

    It 'uses the property that matches the parameter' {
        $r = Send-QwenMessage 'Hello' -Api Responses
        ([pscustomobject]@{ Text = 'x' } | ConvertTo-QwenEmbedding).Text | Should -BeExactly 'x'
        ($r | ConvertTo-QwenEmbedding).Text | Should -BeExactly $r.Text
        ($r | Get-QwenResponse).Id | Should -BeExactly $r.ResponseId
        ([pscustomobject]@{ ResponseId = $r.ResponseId } | Get-QwenResponse).Id | Should -BeExactly $r.ResponseId
        (Get-QwenResponse $r).Id | Should -BeExactly $r.ResponseId
        (Get-QwenModel qwen3.6-plus | Get-QwenModel).Id | Should -BeExactly 'qwen3.6-plus'
    }
}

Describe 'The number' {
    It '-<Parameter> of <Command> is validated when it is specified' -ForEach $numbers {
        $values = switch ($Type) {
            ([double]) { -1, [double]::NaN, [double]::PositiveInfinity, [double]::NegativeInfinity }
            ([timespan]) { -5, ([timespan]::FromMilliseconds(-5)), [double]::NaN, [double]::PositiveInfinity, '-00:00:01', [timespan]::MaxValue }
            Default { -1, [int]::MinValue }
        }
        foreach ($value in $values) {
            Get-Refusal $Command $Parameter $value | Should -Not -BeNullOrEmpty -Because "$value must be rejected"
        }
    }

    It 'is rejected: <Command> -<Parameter> <Value>' -ForEach @(
        foreach ($command in 'New-QwenConversation', 'Set-QwenConversation', 'Send-QwenMessage') {
            @{ Command = $command; Parameter = 'Temperature'; Value = 99 }
            @{ Command = $command; Parameter = 'Temperature'; Value = 2 }
            @{ Command = $command; Parameter = 'TopP'; Value = 0 }
            @{ Command = $command; Parameter = 'TopP'; Value = 1.1 }
            @{ Command = $command; Parameter = 'MaxOutputTokens'; Value = 0 }
            @{ Command = $command; Parameter = 'ThinkingBudget'; Value = 0 }
        }
    ) {
        "$(Get-Refusal $Command $Parameter $Value)" | Should -BeLike "*out of range*"
    }

    It 'is accepted if it equals a limit' {
        $c = New-QwenConversation -Api ChatCompletions -Temperature 0 -TopP 1 -MaxOutputTokens 1 -Seed 0 -ThinkingBudget 1
        Set-QwenConversation $c -Temperature $null -TopP 0.0001 -Seed ([long]::MaxValue) -MaxOutputTokens $null
        $e = Start-QwenEmulator -DelayBetweenEvents 0 -Fault @{ Times = 1; Status = 599 }
        Stop-QwenEmulator $e
    }

    It 'is validated in a fault of the emulator: <Name>' -ForEach @(
        @{ Name = 'Times'; Fault = @{ Times = 0 } }
        @{ Name = 'Skip'; Fault = @{ Skip = -1 } }
        @{ Name = 'Status'; Fault = @{ Status = 7 } }
        @{ Name = 'CutAfterBytes'; Fault = @{ CutAfterBytes = -1 } }
        @{ Name = 'DelayBeforeHeaders'; Fault = @{ DelayBeforeHeaders = -1 } }
        @{ Name = 'DelayBetweenEvents'; Fault = @{ DelayBetweenEvents = [double]::NaN } }
        @{ Name = 'an unknown member'; Fault = @{ Statsu = 500 } }
    ) {
        { Start-QwenEmulator -Fault $Fault -ErrorAction Stop } | Should -Throw
        if ($Name -notlike 'Delay*' -and $Name -notlike 'a*') { { $emulator.AddFault([QwenChat.QwenEmulatorFault]$Fault) } | Should -Throw "*$Name*" }
    }
}

Describe '-ExtraBody' {
    It 'is rejected by <Command> with <Api> and the field <Field>' -ForEach @(
        foreach ($command in 'New-QwenConversation', 'Set-QwenConversation', 'Send-QwenMessage') {
            foreach ($api in 'Responses', 'Conversations', 'ChatCompletions', 'DashScope') {
                @{ Command = $command; Api = $api; Field = 'model' }
                @{ Command = $command; Api = $api; Field = 'MODEL' }
            }
        }
    ) {
        $before = $emulator.Requests.Count
        $c = if ($Api -eq 'Conversations') { $null } else { New-QwenConversation -Api $Api }
        $refusal = $null
        try {
            switch ($Command) {
                'New-QwenConversation' { $null = New-QwenConversation -Api $Api -ExtraBody @{ $Field = 'x' } -ErrorAction Stop }
                'Set-QwenConversation' { if ($c) { Set-QwenConversation $c -ExtraBody @{ $Field = 'x' } -ErrorAction Stop } else { throw "'$Field'" } }
                'Send-QwenMessage' { $null = Send-QwenMessage 'x' -Api $Api -ExtraBody @{ $Field = 'x' } -ErrorAction Stop }
            }
        }
        catch { $refusal = $_ }
        "$refusal" | Should -BeLike "*'$Field'*"
        $emulator.Requests.Count | Should -Be $before
    }

    It 'writes <Kind> as its value' -ForEach @(
        @{ Kind = 'a date and time'; Value = { [datetime]'2026-01-02' }; Json = '"2026-01-02T00:00:00"' }
        @{ Kind = 'a date and time with an offset'; Value = { [datetimeoffset]'2026-01-02T03:04:05+02:00' }; Json = '"2026-01-02T03:04:05+02:00"' }
        @{ Kind = 'a JSON node'; Value = { , [Text.Json.Nodes.JsonNode]::Parse('{"a":[1]}') }; Json = '{"a":[1]}' }
        @{ Kind = 'a document'; Value = { [Text.Json.JsonDocument]::Parse('{"a":[1]}') }; Json = '{"a":[1]}' }
        @{ Kind = 'an enum'; Value = { [DayOfWeek]::Friday }; Json = '"Friday"' }
        @{ Kind = 'nested objects'; Value = { [pscustomobject]@{ a = [pscustomobject]@{ b = 1 } } }; Json = '{"a":{"b":1}}' }
        @{ Kind = 'nested lists'; Value = { , @(1, @(2, $null)) }; Json = '[1,[2,null]]' }
        @{ Kind = 'a GUID'; Value = { [guid]::Empty }; Json = '"00000000-0000-0000-0000-000000000000"' }
        @{ Kind = 'a time span'; Value = { [timespan]'01:02:03' }; Json = '"01:02:03"' }
        @{ Kind = 'a long number'; Value = { [long]::MaxValue }; Json = '9223372036854775807' }
        @{ Kind = 'a decimal'; Value = { 1.50d }; Json = '1.50' }
        @{ Kind = 'zero'; Value = { 0 }; Json = '0' }
        @{ Kind = 'false'; Value = { $false }; Json = 'false' }
        @{ Kind = 'null'; Value = { $null }; Json = 'null' }
        @{ Kind = 'an empty string'; Value = { '' }; Json = '""' }
    ) {
        foreach ($culture in 'de-DE', 'tr-TR', 'th-TH') {
            $before = [cultureinfo]::CurrentCulture
            try {
                [cultureinfo]::CurrentCulture = $culture
                $body = (Send-QwenMessage 'x' -Api ChatCompletions -ExtraBody @{ extra = & $Value } -DryRun).Body.ToString()
            }
            finally { [cultureinfo]::CurrentCulture = $before }
            $body | Should -BeLike ('*"extra":' + [WildcardPattern]::Escape($Json) + '}')
        }
    }

    It 'is rejected with <Kind>' -ForEach @(
        @{ Kind = 'a value that is not a number'; Value = { [double]::NaN } }
        @{ Kind = 'an infinite number'; Value = { [float]::PositiveInfinity } }
        @{ Kind = 'a secret'; Value = { ConvertTo-SecureString hunter2 -AsPlainText -Force } }
        @{ Kind = 'a nested secret'; Value = { @{ a = @(@{ b = ConvertTo-SecureString hunter2 -AsPlainText -Force }) } } }
        @{ Kind = 'a hashtable that contains itself'; Value = { $h = @{}; $h.a = $h; $h } }
    ) {
        { New-QwenConversation -Api ChatCompletions -ExtraBody @{ extra = & $Value } -ErrorAction Stop } | Should -Throw "*'extra'*"
    }
}

Describe 'Completion' {
    It 'offers <Expected> for <Line>' -ForEach @(
        @{ Line = 'Start-QwenEmulator -Fault '; Expected = '@{ Status = 429 }' }
        @{ Line = 'ConvertTo-QwenEmbedding x -Dimensions '; Expected = '1024' }
        @{ Line = 'ConvertTo-QwenEmbedding x -Model text-embedding-v2 -Dimensions '; Expected = '1536' }
    ) {
        (TabExpansion2 $Line $Line.Length).CompletionMatches.CompletionText | Should -Contain $Expected
    }
}
