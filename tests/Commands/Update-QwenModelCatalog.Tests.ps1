# The service's model list: Get-QwenModel -Online, Update-QwenModelCatalog, and the saved file.

BeforeAll {
    . $PSScriptRoot/Common.ps1
    . $PSScriptRoot/Listing.ps1
    $emulator = Connect-TestEmulator
    $before = $env:QWENCHAT_HOME
}

AfterAll {
    $env:QWENCHAT_HOME = $before
    Stop-QwenEmulator
    Remove-Module QwenChat
}

Describe 'The service''s model list' {
    BeforeEach {
        $env:QWENCHAT_HOME = Join-Path $TestDrive "home-$([guid]::NewGuid())"
        $file = Join-Path $env:QWENCHAT_HOME models.json
    }

    AfterEach {
        $emulator.ClearFaults()
        Remove-Item Env:QWENCHAT_MODELS -ErrorAction Ignore
    }

    Context 'Get-QwenModel -Online' {
        It 'reads all pages of the list, and writes no file' {
            $sent = $emulator.Requests.Count
            $models = Get-QwenModel -Online
            $models.Id | Should -Be (Get-QwenModel).Id
            $emulator.Requests[$sent].Path | Should -Be '/api/v1/models'
            $models[0].AsOf | Should -Be ([DateOnly]::FromDateTime([datetime]::UtcNow))
            Test-Path $env:QWENCHAT_HOME | Should -BeFalse
        }

        It 'shows the service''s values instead of those in the catalog' {
            $prices = @{ Default = @{ input_token = 0.5; output_token = 2; input_token_batch = 0.25 } }
            Set-Listing $emulator (New-Listed qwen-plus @{ context_window = 7000 } @('batch') $prices)
            $model = Get-QwenModel -Online qwen-plus -Connection $connection
            $model.ContextWindow, $model.MaxOutputTokens, $model.Thinking | Should -Be 7000, 32768, 'Off'
            $model.Features | Should -Be 'batch'
            $price = $model.Prices | Where-Object Region -EQ Singapore
            "$price" | Should -Be 'Singapore: CNY 0.5 in, 2 out'
            $price.BatchInput | Should -Be 0.25
            $price.AsOf | Should -Be ([DateOnly]::FromDateTime([datetime]::UtcNow))
            (Get-QwenModel qwen-plus).ContextWindow | Should -Be 1000000
        }

        It 'accepts names, wildcards and pipeline input, and reports unlisted names' {
            $models = 'qwen-max', 'qwen-t*', 'nobody' | Get-QwenModel -Online -ErrorVariable failed -ErrorAction SilentlyContinue
            $models.Id | Should -Be 'qwen-max', 'qwen-turbo'
            $failed.FullyQualifiedErrorId | Should -Be 'QwenModelNotFound,QwenChat.Commands.GetQwenModelCommand'
            "$failed" | Should -BeLike '*service lists no model*nobody*'
        }

        It 'sends one request for many names' {
            $sent = $emulator.Requests.Count
            $null = 'qwen-max', 'qwen-plus', 'qwen-turbo' | Get-QwenModel -Online
            $emulator.Requests.Count - $sent | Should -Be 1
        }

        It 'accepts a currency only together with -Online: <_>' -ForEach 'EUR', 'USD' {
            ((Get-QwenModel -Online qwen-plus -Currency $_).Prices | Where-Object Region -EQ Singapore).Currency | Select-Object -Unique | Should -Be $_
            { Get-QwenModel qwen-plus -Currency $_ } | Should -Throw -ErrorId 'QwenInvalidRequest,*'
            { Get-QwenModel -Online qwen-plus -Currency euro } | Should -Throw -ErrorId 'ParameterArgumentValidationError,*'
        }
    }

    Context 'Update-QwenModelCatalog' {
        It 'writes the list to a file, which immediately overrides the built-in catalog, including in other processes' {
            Set-Listing $emulator (New-Listed qwen-plus @{ context_window = 7000 }), (New-Listed brand-new @{ max_output_tokens = 900 } @('batch'))
            Update-QwenModelCatalog -Connection $connection -WarningVariable told -WarningAction SilentlyContinue | Should -BeNullOrEmpty
            "$told" | Should -BeLike 'The connection is to an emulator,*'
            (Get-QwenModel qwen-plus).ContextWindow, (Get-QwenModel brand-new).MaxOutputTokens | Should -Be 7000, 900
            (Get-QwenModel brand-new).Features | Should -Be 'batch'
            Invoke-FreshShell { Import-Module QwenChat; (Get-QwenModel brand-new).MaxOutputTokens } | Should -Be '900'
            (Get-ChildItem $env:QWENCHAT_HOME -Force).Name | Should -Be 'models.json'
            (TabExpansion2 'Get-QwenModel brand' 19).CompletionMatches.CompletionText | Should -Be 'brand-new'
        }

        It 'uses the prices of the list' {
            $prices = @{ 'Input<=1k' = @{ input_token = 1000; output_token = 2000 }; '1k<Input' = @{ input_token = 7; output_token = 9 } }
            Set-Listing $emulator (New-Listed qwen3.6-plus @{} @() $prices)
            Update-QwenModelCatalog -Connection $connection -WarningAction SilentlyContinue
            $reply = Send-QwenMessage 'Hello' -Model qwen3.6-plus -Thinking Off
            # Calculated by hand: the tokens at prices of 1,000 and 2,000 per million.
            $reply.Cost | Should -Be (($reply.Usage.InputTokens * 1000 + $reply.Usage.OutputTokens * 2000) / 1000000)
            $reply.Currency | Should -Be 'CNY'
            (Measure-QwenConversation $reply.Conversation).PricesAsOf | Should -Be ([DateOnly]::FromDateTime([datetime]::UtcNow))
        }

        It 'uses the highest price if the list contains only prices for times of day' {
            Set-Listing $emulator (New-Listed qwen3.6-plus @{} @() @{ Default = @{
                        'input_token@offpeak' = 1; 'output_token@offpeak' = 1; 'input_token@peak' = 100; 'output_token@peak' = 300 } })
            Update-QwenModelCatalog -Connection $connection -WarningAction SilentlyContinue
            $reply = Send-QwenMessage 'Hello' -Model qwen3.6-plus -Thinking Off
            $reply.Cost | Should -Be (($reply.Usage.InputTokens * 100 + $reply.Usage.OutputTokens * 300) / 1000000)
        }

        It 'writes the models with -PassThru, and the file''s path with -Verbose' {
            $models = Update-QwenModelCatalog -PassThru -Verbose 4>&1 3>$null
            @($models | Where-Object { $_ -is [QwenChat.QwenModel] }).Id | Should -Be (Get-QwenModel).Id
            "$($models | Where-Object { $_ -is [System.Management.Automation.VerboseRecord] })" | Should -BeLike "*Wrote * models to $file*"
        }

        It 'sends and writes nothing with -WhatIf' {
            $sent = $emulator.Requests.Count
            Update-QwenModelCatalog -WhatIf
            $emulator.Requests.Count | Should -Be $sent
            Test-Path $env:QWENCHAT_HOME | Should -BeFalse
        }

        It 'does not override the user''s own file' {
            $env:QWENCHAT_MODELS = Join-Path $TestDrive own.json
            Set-Content $env:QWENCHAT_MODELS '{ "models": { "qwen-plus": { "contextWindow": 5 }, "house": { "like": "qwen-plus", "note": "ours" } } }'
            Set-Listing $emulator (New-Listed qwen-plus @{ context_window = 7000; max_output_tokens = 800 }), (New-Listed house @{ context_window = 1000 })
            Update-QwenModelCatalog -Connection $connection -WarningAction SilentlyContinue
            (Get-QwenModel qwen-plus).ContextWindow, (Get-QwenModel qwen-plus).MaxOutputTokens | Should -Be 5, 800
            (Get-QwenModel house).Note | Should -Be 'ours'
            $env:QWENCHAT_MODELS = $null
            (Get-QwenModel qwen-plus).ContextWindow | Should -Be 7000
        }

        It 'keeps the old file if <Why>' -ForEach @(
            @{ Why = 'the service fails'; Fault = @{ Status = 500 }; Id = 'QwenServiceUnavailable' }
            @{ Why = 'the service has no list'; Fault = @{ Status = 404 }; Id = 'QwenInvalidRequest' }
            @{ Why = 'the answer is not a list'; Fault = @{ Status = 200; Body = '<html>' }; Id = 'QwenProtocolError' }
            @{ Why = 'the list is empty'; Fault = @{ Status = 200; Body = '{"success":true,"output":{"total":0,"models":[]}}' }; Id = 'QwenProtocolError' }
            @{ Why = 'the list is cut off'; Fault = @{ CutAfterBytes = 500; Cut = 'Reset' }; Id = 'QwenStreamBroken' }
        ) {
            $null = New-Item $env:QWENCHAT_HOME -ItemType Directory
            Set-Content $file '{ "models": { "old": {} } }'
            $text = Get-Content $file -Raw
            $emulator.AddFault([QwenChat.QwenEmulatorFault] $Fault)
            $once = New-QwenConnection -BaseUri $emulator.BaseUri -ApiKey $emulator.ApiKey -MaximumRetryCount 0
            $failure = { Update-QwenModelCatalog -Connection $once -WarningAction SilentlyContinue } | Should -Throw -PassThru
            $failure.FullyQualifiedErrorId | Should -Match "^($Id|QwenConnectionFailed),QwenChat.Commands.UpdateQwenModelCatalogCommand$"
            Get-Content $file -Raw | Should -BeExactly $text
            (Get-QwenModel old).Id | Should -Be 'old'
            (Get-ChildItem $env:QWENCHAT_HOME -Force).Count | Should -Be 1
        }

        It 'is rejected if <Why>' -ForEach @(
            @{ Why = 'there is no key'; How = @{ BaseUri = 'http://localhost:1' }; Id = 'QwenApiKeyMissing' }
            @{ Why = 'the key is wrong'; How = @{ ApiKey = 'sk-wrong' }; Id = 'QwenAuthenticationFailed' }
            @{ Why = 'no server listens'; How = @{ BaseUri = 'http://127.0.0.1:9'; ApiKey = 'sk-1'; MaximumRetryCount = 0 }; Id = 'QwenConnectionFailed' }
            @{ Why = 'it is a different kind of server'; How = @{ CompatibleUri = 'http://127.0.0.1:9/v1' }; Id = 'QwenInvalidRequest'; Says = 'connection to the Qwen service' }
        ) {
            $at = if ($How.BaseUri -or $How.CompatibleUri) { @{} } else { @{ BaseUri = $emulator.BaseUri } }
            $other = New-QwenConnection @at @How
            { Update-QwenModelCatalog -Connection $other -WarningAction SilentlyContinue } | Should -Throw "*$Says*" -ErrorId "$Id,*"
            { Get-QwenModel -Online -Connection $other } | Should -Throw -ErrorId "$Id,*"
            Test-Path $env:QWENCHAT_HOME | Should -BeFalse
        }

        It 'reports that it cannot write the file: <Why>' -ForEach @(
            @{ Why = 'a file instead of the folder'; Prepare = { Set-Content $env:QWENCHAT_HOME 'x' } }
            @{ Why = 'a folder instead of the file'; Prepare = { $null = New-Item $file -ItemType Directory -Force } }
        ) {
            . $Prepare
            { Update-QwenModelCatalog -WarningAction SilentlyContinue } | Should -Throw -ErrorId 'QwenInvalidRequest,*' -ExpectedMessage "*models.json*"
            (Get-QwenModel qwen-plus).ContextWindow | Should -Be 1000000
        }

        It 'skips a damaged file with a warning, and writes it again' {
            $null = New-Item $env:QWENCHAT_HOME -ItemType Directory
            Set-Content $file '{ "models": { "a": { "memberOfTomorrow": 1 } } }'
            $model = Get-QwenModel qwen-plus -WarningVariable told -WarningAction SilentlyContinue
            $model.ContextWindow | Should -Be 1000000
            "$told" | Should -BeLike ("The model catalog '*models.json' cannot be used. Line 1, *'memberOfTomorrow' is not a member*" +
                'Run Update-QwenModelCatalog to write it again.')
            $c = New-QwenConversation
            $null = Send-QwenMessage $c 'one' -WarningVariable told -WarningAction SilentlyContinue
            "$told" | Should -BeLike '*cannot be used*'
            $null = Send-QwenMessage $c 'two' -WarningVariable told -WarningAction SilentlyContinue
            $told | Should -BeNullOrEmpty
            Update-QwenModelCatalog -WarningAction SilentlyContinue
            $null = Get-QwenModel qwen-plus -WarningVariable told
            $told | Should -BeNullOrEmpty
        }

        It 'always writes a complete file, even in several concurrent processes' {
            $results = 1..4 | ForEach-Object -Parallel {
                Import-Module QwenChat
                Update-QwenModelCatalog -Connection $using:emulator -WarningAction SilentlyContinue -PassThru | Measure-Object | ForEach-Object Count
            } -ThrottleLimit 4
            $results | Select-Object -Unique | Should -Be @(Get-QwenModel).Count
            (Get-ChildItem $env:QWENCHAT_HOME -Force).Count | Should -Be 1
            $null = Get-QwenModel -WarningVariable told
            $told | Should -BeNullOrEmpty
        }

        It 'can be stopped while the service is silent' {
            $emulator.AddFault([QwenChat.QwenEmulatorFault] @{ NeverAnswer = $true })
            $result = Invoke-AndStop -Variable @{ emulator = $emulator } {
                Import-Module QwenChat
                Update-QwenModelCatalog -Connection $emulator -WarningAction SilentlyContinue
            } { $emulator.ActiveRequests -eq 1 }
            $result.State | Should -Be 'Stopped'
            $result.Errors | Should -BeNullOrEmpty
            Test-Path $env:QWENCHAT_HOME | Should -BeFalse
        }
    }

    Context 'A model that will go offline' {
        BeforeAll { $day = [DateOnly]::FromDateTime([datetime]::UtcNow.AddDays(33)).ToString('yyyy-MM-dd') }
        BeforeEach {
            Set-Listing $emulator (New-Listed qwen-plus -Offline "$day 00:00:00"), (New-Listed qwen-max)
            Update-QwenModelCatalog -Connection $connection -WarningAction SilentlyContinue
        }

        It 'causes one warning per conversation' {
            (Get-QwenModel qwen-plus).OfflineDate.ToString('yyyy-MM-dd') | Should -Be $day
            $c = New-QwenConversation -Model qwen-plus
            $told = foreach ($i in 1..3) { Send-QwenMessage $c 'Hello' 3>&1 | Where-Object { $_ -is [System.Management.Automation.WarningRecord] } }
            $said = 'as announced by the service. To see the available models, use Get-QwenModel -Online.'
            "$told" | Should -Be "qwen-plus goes offline on $day, in 33 days, $said"
        }

        It 'causes one warning for many messages' {
            $replies = 1..6 | Send-QwenMessage -ThrottleLimit 3 -Model qwen-plus -WarningVariable told -WarningAction SilentlyContinue
            $replies.Count | Should -Be 6
            @($told).Count | Should -Be 1
            "$told" | Should -BeLike '*goes offline on*'
        }

        It 'causes no warning if another model is used' {
            $null = Send-QwenMessage 'Hello' -Model qwen-max -WarningVariable told
            $told | Should -BeNullOrEmpty
        }

        It 'is reported according to the service''s clock: <Days> days later' -ForEach @(
            @{ Days = 32; Says = '*goes offline tomorrow, on *' }
            @{ Days = 33; Says = '*goes offline today, on *' }
            @{ Days = 40; Says = '*went offline on *' }
        ) {
            $later = Start-QwenEmulator
            try {
                $later.AdvanceClock([timespan]::FromDays($Days))
                $null = Send-QwenMessage 'Hello' -Model qwen-plus -Connection $later -WarningVariable told -WarningAction SilentlyContinue
                "$told" | Should -BeLike $Says
            }
            finally { $later | Stop-QwenEmulator }
        }
    }
}
