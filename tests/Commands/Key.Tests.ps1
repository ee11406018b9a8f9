# A marked key must not appear in anything that a user could view, log or save.

BeforeAll {
    . $PSScriptRoot/Common.ps1
    $folder = Join-Path ([IO.Path]::GetTempPath()) "qwenchat-key-$([guid]::NewGuid())"
    $null = New-Item $folder -ItemType Directory

    # A separate process keeps the tests' own output out of the transcript, errors and variables.
    Invoke-FreshShell -Argument $folder {
        param($Folder)
        $ErrorActionPreference = 'Continue'
        $PSStyle.OutputRendering = 'PlainText'
        function Save([string] $Name, [scriptblock] $Look) { & $Look *>&1 | Out-String -Width 500 | Set-Content (Join-Path $Folder "$Name.txt") }
        # Writes an object in every way a user could view or save it.
        function Show($Object, [string] $Name) {
            $Object | Format-List * -Force
            $Object | Format-Custom -Depth 4
            $Object | ConvertTo-Json -Depth 10 -WarningAction SilentlyContinue
            $Object | ConvertTo-Csv
            $Object | Get-Member -Force
            "$Object"
            $Object | Export-Clixml (Join-Path $Folder "$Name.clixml") -Depth 5
        }

        # Show would take minutes, because an error record refers to many other objects. The output of Get-Error is checked below.
        function ShowError($Object, [string] $Name) {
            $Object | Format-List * -Force
            $Object.Exception | Format-List * -Force
            $Object.InvocationInfo | Format-List * -Force
            $Object.Exception | ConvertTo-Json -Depth 2 -WarningAction SilentlyContinue
            $Object.Exception.ToString()
            $Object | Export-Clixml (Join-Path $Folder "$Name.clixml")
        }

        Import-Module QwenChat
        $emulator = Start-QwenEmulator
        $secret = $emulator.ApiKey
        $plain = [Net.NetworkCredential]::new('', $secret).Password
        $null = Start-Transcript (Join-Path $Folder 'transcript.txt')
        Set-QwenConnection -BaseUri $emulator.BaseUri -ApiKey $plain -MaximumRetryCount 0 -Verbose -Debug
        $c = New-QwenConversation -Api Responses

        Save 'verbose-and-debug' { Send-QwenMessage $c 'MARKED MESSAGE' -Verbose -Debug }
        $reply = Send-QwenMessage $c 'More'
        $deltas = Send-QwenMessage $c 'Still more' -Stream
        Save 'connection' { Show (Get-QwenConnection) connection; Show (New-QwenConnection -BaseUri $emulator.BaseUri -ApiKey $plain) made; Get-QwenConnection }
        Save 'conversation' { Show $c conversation; Show $c.Connection connection-of-it; $c }
        Save 'reply' { Show $reply reply; Show $deltas deltas; Show $reply.Conversation conversation-of-it; $reply }
        Save 'plan' { Show (Send-QwenMessage $c 'MARKED MESSAGE' -DryRun) plan }
        Save 'requests' { $emulator.Requests | Format-List * -Force }
        Save 'whatif' { Send-QwenMessage $c 'MARKED MESSAGE' -WhatIf; Remove-QwenConversation $c -WhatIf; Remove-QwenResponse $reply.ResponseId -WhatIf }

        foreach ($kind in 'json', 'jsonl', 'md', 'html') { Export-QwenConversation $c -Path (Join-Path $Folder "export.$kind") }
        $store = New-QwenStore -Path (Join-Path $Folder 'store.db')
        $kept = New-QwenConversation -Api ChatCompletions -Store $store -Name kept
        Save 'stored' { Send-QwenMessage $kept 'MARKED MESSAGE' -Verbose -Debug; Show (Get-QwenConversation -Store $store) stored; Show $store store
        Search-QwenConversation -Store $store -Query MARKED -Mode Words | Format-List * -Force }

        $faults = @{ Status = 400 }, @{ Status = 401 }, @{ Status = 500 }, @{ Status = 200; Body = '<html>' }, @{ CutBeforeHeaders = $true; Cut = 'Reset' },
            @{ CutAfterBytes = 9 }, @{ RedirectTo = 'https://example.org/' },
            @{ Status = 401; Body = "{`"code`":`"InvalidApiKey`",`"message`":`"Incorrect API key provided: $plain`"}" },
                @{ Status = 502; Body = "<html>Authorization: Bearer $plain</html>" }
        Save 'errors' {
            foreach ($fault in $faults) {
                $emulator.AddFault([QwenChat.QwenEmulatorFault] $fault)
                try { Send-QwenMessage $c 'MARKED MESSAGE' -ErrorAction Stop -Verbose -Debug }
                catch { ShowError $_ "error$([array]::IndexOf($faults, $fault))" }
            }
            # Sets invalid keys, and then the key for a plain HTTP address.
            foreach ($key in "$plain`nsecond line", "$plain with blanks", "x$plain", @{ Key = $plain }, @($plain, $plain)) {
                try { Set-QwenConnection -BaseUri $emulator.BaseUri -ApiKey $key -ErrorAction Stop; Send-QwenMessage 'MARKED MESSAGE' -ErrorAction Stop }
                catch { ShowError $_ 'key-error' }
            }
            Set-QwenConnection -BaseUri 'http://gateway.example' -ApiKey $plain
            try { Send-QwenMessage 'MARKED MESSAGE' -ErrorAction Stop } catch { ShowError $_ 'plain-http' }
        }
        Save 'error-list' { $Error | Format-List * -Force; $Error | ForEach-Object { $_ | Get-Error } }
        # The key is a secure string here, because PowerShell writes plain arguments to the trace.
        Save 'trace' {
            Trace-Command -Name * -Option All -FilePath (Join-Path $Folder 'trace.log') -Expression {
                Set-QwenConnection -BaseUri $emulator.BaseUri -ApiKey $secret
                Send-QwenMessage 'MARKED MESSAGE'
            }
        }
        $env:DASHSCOPE_API_KEY = $plain
        $env:DASHSCOPE_HTTP_BASE_URL = "$($emulator.BaseUri)"
        Save 'environment' {
            # The following commands use the environment's key.
            Set-QwenConnection
            Show (Get-QwenConnection) from-environment
            Trace-Command -Name ParameterBinding, TypeConversion,
                CommandDiscovery -Option All -FilePath (Join-Path $Folder 'trace-environment.log') -Expression {
                    Send-QwenMessage 'MARKED MESSAGE' -Verbose -Debug }
        }
        $null = Stop-Transcript
        # Saves the key itself last, in a file that is deleted before the search.
        Set-Content (Join-Path $Folder 'key') $plain -NoNewline
    } | Out-File (Join-Path $folder 'output.txt')

    # Saves the display of an unhandled error.
    Invoke-FreshShell -AllowFailure -Argument $folder {
        param($Folder)
        Import-Module QwenChat
        $emulator = Start-QwenEmulator
        Set-QwenConnection -BaseUri $emulator.BaseUri -ApiKey $emulator.ApiKey
        Set-Content (Join-Path $Folder 'crash-key') ([Net.NetworkCredential]::new('', $emulator.ApiKey).Password) -NoNewline
        $ErrorView = 'DetailedView'
        $emulator.AddFault([QwenChat.QwenEmulatorFault] @{ Status = 400 })
        Send-QwenMessage 'MARKED MESSAGE' -Debug -Verbose -ErrorAction Stop
    } | Out-File (Join-Path $folder 'crash.txt')

    $keys = 'key', 'crash-key' | ForEach-Object {
        Get-Content (Join-Path $folder $_) -Raw
        Remove-Item (Join-Path $folder $_)
    }
    # The strings to search for: the plain key, and its encodings in files and requests.
    $forms = foreach ($key in $keys) {
        $key
        [Convert]::ToBase64String([Text.Encoding]::UTF8.GetBytes($key)).TrimEnd('=')
        [Convert]::ToBase64String([Text.Encoding]::Unicode.GetBytes($key)).TrimEnd('=')
        [Convert]::ToHexString([Text.Encoding]::UTF8.GetBytes($key))
        [Convert]::ToHexString([Text.Encoding]::Unicode.GetBytes($key))
        # UTF-16 text, as found in the bytes of a file.
        $key.ToCharArray() -join "`0"
    }
}

AfterAll {
    Remove-Item $folder -Recurse -Force
}

Describe 'The key' {
    It 'does not appear in anything that is shown, traced, logged or saved' {
        $files = Get-ChildItem $folder
        $files.Count | Should -BeGreaterThan 30
        $found = foreach ($file in $files) {
            # Files are read as bytes, because a store is not text.
            $text = [Text.Encoding]::Latin1.GetString([IO.File]::ReadAllBytes($file))
            foreach ($form in $forms) {
                if ($text.Contains($form, [StringComparison]::OrdinalIgnoreCase)) { "$($file.Name) has $form" }
            }
        }
        $found | Should -BeNullOrEmpty
    }

    It 'would be found in <_>, which contains the request' -ForEach 'verbose-and-debug.txt', 'plan.txt', 'requests.txt', 'errors.txt', 'error-list.txt',
        'trace.log', 'trace-environment.log', 'transcript.txt', 'crash.txt', 'plan.clixml', 'error1.clixml', 'export.json', 'export.html', 'store.db*' {
        (Get-Content (Join-Path $folder $_) -Raw) -join '' | Should -BeLike '*MARKED MESSAGE*'
    }

    It 'is not in a serialized connection, which a job would return' {
        Import-Module QwenChat
        $connection = New-QwenConnection -BaseUri http://127.0.0.1:1 -ApiKey sk-marked-0123
        $there = [Management.Automation.PSSerializer]::Serialize($connection, 5)
        $there | Should -Not -Match 'sk-marked'
        $there | Should -Not -Match ([Convert]::ToHexString([Text.Encoding]::Unicode.GetBytes('sk-marked')))
    }
}

Describe '-Verbose and -Debug' {
    BeforeAll {
        $emulator = Connect-TestEmulator -Connection @{ MaximumRetryCount = 1 }
        function Get-Notice([scriptblock] $Script, [type] $Type) { & $Script *>&1 | Where-Object { $_ -is $Type } | ForEach-Object ToString }
    }
    AfterAll {
        Stop-QwenEmulator
        Remove-Module QwenChat
    }

    It 'show the method, address, status, request id, number and time of each attempt' {
        $header = [Collections.Generic.Dictionary[string, string]]::new()
        $header['Retry-After'] = '0'
        $emulator.AddFault([QwenChat.QwenEmulatorFault] @{ Status = 503; Headers = $header })
        $told = Get-Notice { Send-QwenMessage 'Hello' -Api ChatCompletions -Verbose } ([Management.Automation.VerboseRecord])
        $address = [regex]::Escape("$($emulator.CompatibleUri)/chat/completions")
        $told[0] | Should -Match "^POST ${address}: status 503, request id [0-9a-f-]{36}, attempt 1, \d+ ms$"
        $told[-1] | Should -Match "^POST ${address}: status 200, request id [0-9a-f-]{36}, attempt 2, \d+ ms$"
    }

    It 'show an attempt that received no response' {
        $emulator.AddFault([QwenChat.QwenEmulatorFault] @{ CutBeforeHeaders = $true })
        $told = Get-Notice {
            try {
                Send-QwenMessage 'Hello' -Api ChatCompletions -Verbose -Connection (
                    New-QwenConnection -BaseUri $emulator.BaseUri -ApiKey $emulator.ApiKey -MaximumRetryCount 0)
            } catch { 'failed' }
        } ([Management.Automation.VerboseRecord])
        "$told" | Should -Match 'chat/completions: no response, attempt 1, \d+ ms'
    }

    It 'show the request body, but not the bytes of files' {
        $image = Join-Path $TestDrive 'a.png'
        # An image of 16 by 16 pixels, followed by 20,000 other bytes.
        [IO.File]::WriteAllBytes($image,
            [Convert]::FromBase64String('iVBORw0KGgoAAAANSUhEUgAAABAAAAAQCAYAAAAf8/9hAAAADUlEQVR4nGP4z8DwHwAFAAH/iZk9HQAAAABJRU5ErkJggg==') +
                [byte[]]::new(20000))
        $told = Get-Notice {
            Send-QwenMessage 'What is this?' -Image $image -Model qwen3-vl-plus -Api ChatCompletions -Debug
        } ([Management.Automation.DebugRecord])
        $told[0] | Should -Match 'What is this\?'
        $told[0] | Should -Match 'data:image/png;base64,[^"]{24}… [\d,]+ bytes'
        $told[0].Length | Should -BeLessThan 2000
    }

    It '-Debug alone does not prompt, and also shows the attempts' {
        $text = Invoke-FreshShell {
            Import-Module QwenChat
            Start-QwenEmulator | Set-QwenConnection
            (Send-QwenMessage 'Hello' -Debug 5>&1) | ForEach-Object ToString
        }
        "$text" | Should -Match 'status 200, request id'
        "$text" | Should -Match 'You said: "Hello"'
    }
}
