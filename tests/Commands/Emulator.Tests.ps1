# Start- and Stop-QwenEmulator. The unit tests cover the emulator's wire format.

BeforeAll {
    Import-Module QwenChat
    . $PSScriptRoot/EmulatorClient.ps1
}

AfterAll {
    Remove-Module QwenChat -ErrorAction Ignore
}

Describe 'Emulators' {
    AfterEach {
        Stop-QwenEmulator
    }

    Context 'Start-QwenEmulator' {
        It 'starts an emulator with its own key, which answers only on this machine' {
            $emulator = Start-QwenEmulator
            $emulator | Should -BeOfType QwenChat.QwenEmulator
            $emulator.BaseUri.Host | Should -Be 127.0.0.1
            Send-Chat $emulator 'Is anybody there?' | Should -BeLike '*Is anybody there?*'
            $emulator.Requests.Count | Should -Be 1
        }

        It 'starts an emulator that can be piped to Set-QwenConnection' {
            $emulator = Start-QwenEmulator
            $emulator | Set-QwenConnection
            $connection = Get-QwenConnection
            $connection.BaseUri | Should -Be $emulator.BaseUri
            $connection.CompatibleUri | Should -BeNullOrEmpty
            $connection.HasApiKey | Should -BeTrue
        }

        It 'runs several emulators concurrently' {
            $one, $two = (Start-QwenEmulator 'I am one.'), (Start-QwenEmulator 'I am two.')
            Send-Chat $two | Should -Be 'I am two.'
            Send-Chat $one | Should -Be 'I am one.'
        }

        It 'does not show the key' {
            $emulator = Start-QwenEmulator
            $key = ConvertFrom-SecureString $emulator.ApiKey -AsPlainText
            $emulator | Out-String | Should -Not -BeLike "*$key*"
            $emulator | Format-List * -Force | Out-String | Should -Not -BeLike "*$key*"
        }

        It 'accepts durations as a TimeSpan or in milliseconds' {
            $watch = [Diagnostics.Stopwatch]::StartNew()
            $null = Send-Chat (Start-QwenEmulator -Fault @{ DelayBeforeHeaders = 60 })
            $watch.ElapsedMilliseconds | Should -BeGreaterOrEqual 55
            $watch.Restart()
            $null = Send-Chat (Start-QwenEmulator -Fault @{ DelayBeforeHeaders = [timespan]::FromMilliseconds(60) })
            $watch.ElapsedMilliseconds | Should -BeGreaterOrEqual 55
        }
    }

    Context '-Reply' {
        It 'answers with the strings in order, then with the emulator''s own answers' {
            $emulator = Start-QwenEmulator -Reply 'First.', 'Second.'
            Send-Chat $emulator | Should -Be 'First.'
            Send-Chat $emulator | Should -Be 'Second.'
            Send-Chat $emulator 'Third?' | Should -BeLike '*Third?*'
        }

        It 'calls a script block with the input of a model' {
            $emulator = Start-QwenEmulator {
                param($Request)
                "$($Request.Api) $($Request.Model) $($Request.Instructions) $($Request.Messages.Count) $($Request.LastMessage)"
            }
            Send-Chat $emulator 'Hello' -Instructions 'Be brief.' | Should -BeLike 'ChatCompletions qwen-plus Be brief. ? Hello'
        }

        It 'also passes the request to a block without parameters, as $Request' {
            Send-Chat (Start-QwenEmulator { "You said $($Request.LastMessage)" }) 'x' | Should -Be 'You said x'
        }

        It 'accepts a block created from text' {
            Send-Chat (Start-QwenEmulator ([scriptblock]::Create('param($r) & { $r.LastMessage }'))) 'y' | Should -Be 'y'
        }

        It 'joins output as lines' {
            Send-Chat (Start-QwenEmulator { 'one'; 'two' }) | Should -Be "one`ntwo"
        }

        It 'reads $using: variables when the emulator starts, and shares their objects by reference' {
            $name = 'before'
            $count = @{ n = 0 }
            $list = 'a', 'b'
            function Join { "$args" }
            $emulator = Start-QwenEmulator {
                param($Request)
                $c = $using:count
                $c.n++
                "$using:name $($c.n) $(${using:name}.Length) $($using:list[1]) $(Write-Output @using:list | ForEach-Object { $_ + $using:name[0] })"
            }
            $name = 'after'
            Send-Chat $emulator | Should -Be 'before 1 6 b ab bb'
            Send-Chat $emulator | Should -Be 'before 2 6 b ab bb'
            $count.n | Should -Be 2
        }

        It 'rejects a $using: variable that is not set' {
            { Start-QwenEmulator { $using:noSuchVariable } } | Should -Throw '*$noSuchVariable is not set*' -ErrorId 'QwenInvalidRequest,*'
            [QwenChat.QwenEmulator]::Running | Should -BeNullOrEmpty
        }

        It 'cannot use the caller''s functions, and answers 500 with the error of the block' {
            function Get-Mine { 'mine' }
            $emulator = Start-QwenEmulator { Get-Mine }
            $null = Send-Chat $emulator
            $Status | Should -Be 500
            $Answer | ConvertTo-Json -Depth 5 | Should -BeLike '*Get-Mine*'
        }

        It 'answers 500 for <_>' -ForEach @('throw "So it is."', 'Write-Error "So it is."', '@{ Wrong = 1 }') {
            $null = Send-Chat (Start-QwenEmulator ([scriptblock]::Create($_)))
            $Status | Should -Be 500
            $Answer | ConvertTo-Json -Depth 5 | Should -Match 'So it is\.|''Wrong'''
        }

        It 'accepts a hashtable for an answer with tool calls' {
            $emulator = Start-QwenEmulator { @{ ToolCalls = @(@{ Id = 'call_7'; Name = 'get_weather'; Arguments = '{"city":"Rome"}' }) } }
            $null = Send-Chat $emulator
            $Answer.choices.message.tool_calls.function.name | Should -Be get_weather
            $Answer.choices.finish_reason | Should -Be tool_calls
        }

        It 'accepts arguments as <_>' -ForEach @(
            '@{ city = "Rome" }'
            '[ordered] @{ city = "Rome" }'
            '[pscustomobject] @{ city = "Rome" }'
            "'{`"city`":`"Rome`"}'"
        ) {
            $null = Send-Chat (Start-QwenEmulator ([scriptblock]::Create("@{ ToolCalls = @{ Name = 'f'; Arguments = $_ } }")))
            $call = $Answer.choices[0].message.tool_calls
            $call.function.arguments | Should -Be '{"city":"Rome"}'
            $call.id | Should -Be call_1
        }

        It 'makes no tool calls for <_>' -ForEach '$null', '@()' {
            Send-Chat (Start-QwenEmulator ([scriptblock]::Create("@{ ToolCalls = $_; Text = 'Hi.' }"))) | Should -Be 'Hi.'
            $Answer.choices[0].finish_reason | Should -Be stop
        }

        It 'numbers calls without an id, and keeps specified ids' {
            $emulator = Start-QwenEmulator -Reply @(
                @{ ToolCalls = @{ Name = 'f' }; Text = 'Wait.' }
                @{ ToolCalls = [pscustomobject] @{ Name = 'g'; Id = 'mine' } }
                @{ ToolCalls = @{ name = 'h'; arguments = $null } }
            )
            Send-Chat $emulator | Should -Be 'Wait.'
            $Answer.choices[0].message.tool_calls[0].function.arguments | Should -Be '{}'
            $null = Send-Chat $emulator
            $Answer.choices[0].message.tool_calls[0].id | Should -Be mine
            $null = Send-Chat $emulator
            $Answer.choices[0].message.tool_calls[0].id | Should -Be call_2
        }

        It 'rejects <_> as a tool call' -ForEach '@{ Arguments = 1 }', '@{ Name = ""; Id = 1 }', '@{ Name = "f"; Args = "{}" }', '"f"', '7' {
            $answer = [scriptblock]::Create("@{ ToolCalls = $_ }")
            { Start-QwenEmulator (& $answer), 'b' } | Should -Throw '*tool call*' -ErrorId 'QwenInvalidRequest,*'
            $null = Send-Chat (Start-QwenEmulator $answer)
            $Status | Should -Be 500
            $script:Answer.error.message | Should -BeLike '*tool call*'
        }

        It 'runs one call at a time, even if the caller''s runspace is busy' {
            $state = @{ now = 0; most = 0 }
            $emulator = Start-QwenEmulator {
                $s = $using:state
                $s.now++
                $s.most = [Math]::Max($s.most, $s.now)
                [Threading.Thread]::Sleep(20)
                $s.now--
                'done'
            }
            $uri, $key = $emulator.CompatibleUri, $emulator.ApiKey
            $answers = 1..4 | ForEach-Object -Parallel {
                $body = '{"model":"qwen-plus","messages":[{"role":"user","content":"x"}]}'
                (Invoke-RestMethod "$using:uri/chat/completions" -Method Post -Body $body -ContentType application/json -Authentication Bearer `
                    -Token $using:key -AllowUnencryptedAuthentication).choices.message.content
            }
            $answers | Should -Be done, done, done, done
            $state.most | Should -Be 1
        }

        It 'accepts a block or answers, not both' {
            { Start-QwenEmulator -Reply { 'a' }, 'b' } | Should -Throw -ErrorId 'QwenInvalidRequest,*'
        }
    }

    Context '-Fault' {
        It 'affects the specified number of requests' {
            $emulator = Start-QwenEmulator 'fine', 'fine' -Fault @{ Status = 429; Times = 2 }
            $seen = 1..3 | ForEach-Object { $null = Send-Chat $emulator; $Status }
            $seen | Should -Be 429, 429, 200
        }

        It 'accepts several faults, and more while the emulator runs' {
            $emulator = Start-QwenEmulator -Fault @{ Status = 500 }, ([QwenChat.QwenEmulatorFault] @{ Status = 503 })
            $emulator.AddFault(@{ Status = 401 })
            $seen = 1..4 | ForEach-Object { $null = Send-Chat $emulator; $Status }
            $seen | Should -Be 500, 503, 401, 200
        }

        It 'accepts headers as a hashtable, with -Fault, AddFault and a cast' {
            $emulator = Start-QwenEmulator -Fault @{ Status = 500; Headers = @{ 'x-a' = 1; 'x-b' = 'two' } }
            $emulator.AddFault(@{ Status = 500; Headers = [ordered] @{ 'x-a' = 1; 'x-b' = 'two' } })
            $emulator.AddFault([QwenChat.QwenEmulatorFault] @{ Status = 500; Headers = [Collections.Generic.Dictionary[string, string]]::new() })
            foreach ($expected in '1two', '1two', '') {
                $answer = Invoke-WebRequest "$($emulator.CompatibleUri)/models" -Authentication Bearer -Token $emulator.ApiKey -AllowUnencryptedAuthentication -SkipHttpErrorCheck
                "$($answer.Headers['x-a'])$($answer.Headers['x-b'])" | Should -Be $expected
            }
        }

        It 'rejects an unknown member of a fault, and names it' {
            { Start-QwenEmulator -Fault @{ Staus = 500 } } | Should -Throw '*Staus*'
            [QwenChat.QwenEmulator]::Running | Should -BeNullOrEmpty
        }
    }

    Context 'Stop-QwenEmulator' {
        It 'closes the port' {
            $emulator = Start-QwenEmulator
            Test-Port $emulator | Should -BeTrue
            $emulator | Stop-QwenEmulator
            Test-Port $emulator | Should -BeFalse
            $emulator.HasStopped | Should -BeTrue
        }

        It 'stops the specified emulator' {
            $one, $two = (Start-QwenEmulator), (Start-QwenEmulator)
            Stop-QwenEmulator $one
            $one.HasStopped, $two.HasStopped | Should -Be $true, $false
        }

        It 'stops all emulators without an argument, and none for empty input' {
            $both = (Start-QwenEmulator), (Start-QwenEmulator)
            @() | Stop-QwenEmulator
            $both.HasStopped | Should -Be $false, $false
            Stop-QwenEmulator
            $both.HasStopped | Should -Be $true, $true
            Stop-QwenEmulator
        }

        It 'cuts off an answer in progress' {
            $emulator = Start-QwenEmulator { Start-Sleep 60 }
            $uri, $key = $emulator.CompatibleUri, $emulator.ApiKey
            $job = Start-ThreadJob {
                Invoke-RestMethod "$using:uri/chat/completions" -Method Post -Body '{"model":"qwen-plus","messages":[{"role":"user","content":"x"}]}' `
                    -ContentType application/json -Authentication Bearer -Token $using:key -AllowUnencryptedAuthentication
            }
            $watch = [Diagnostics.Stopwatch]::StartNew()
            while (-not $emulator.ActiveRequests -and $watch.Elapsed.TotalSeconds -lt 30) { Start-Sleep -Milliseconds 5 }
            $watch.Restart()
            Stop-QwenEmulator $emulator
            { $job | Receive-Job -Wait -AutoRemoveJob -ErrorAction Stop } | Should -Throw
            $watch.Elapsed.TotalSeconds | Should -BeLessThan 10
        }

        It 'leaves no runspace behind' {
            $before = @(Get-Runspace).Count
            $emulator = Start-QwenEmulator { 'x' }
            $null = Send-Chat $emulator
            @(Get-Runspace).Count | Should -Be ($before + 1)
            Stop-QwenEmulator
            @(Get-Runspace).Count | Should -Be $before
        }
    }

    Context 'An emulator ends' {
        It 'with the runspace that started it' {
            $shell = [powershell]::Create()
            $emulator = $shell.AddScript('Start-QwenEmulator').Invoke()[0].psobject.BaseObject
            Test-Port $emulator | Should -BeTrue
            $shell.Dispose()
            $emulator.HasStopped | Should -BeTrue
            Test-Port $emulator | Should -BeFalse
        }

        It 'with the module' {
            $emulator = Start-QwenEmulator
            Remove-Module QwenChat
            $emulator.HasStopped | Should -BeTrue
            Import-Module QwenChat
        }
    }
}
