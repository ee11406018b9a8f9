# Round trips are tested in Export-QwenConversation.Tests.ps1.

BeforeAll {
    . $PSScriptRoot/Common.ps1
    $null = Connect-TestEmulator
    Push-Location $TestDrive
    $c = New-QwenConversation -Name trip -Api ChatCompletions -Thinking Off
    $null = Send-QwenMessage $c 'My name is Ada.'
    Export-QwenConversation $c a.json
    Export-QwenConversation $c b.jsonl
}

AfterAll {
    Pop-Location
    Stop-QwenEmulator
    Remove-Module QwenChat
}

Describe 'Import-QwenConversation' {
    It 'accepts paths, wildcards, files and literal names' {
        (Import-QwenConversation a.json, b.jsonl).Name | Should -Be 'trip', 'trip'
        @(Import-QwenConversation *.json*).Count | Should -Be 2
        @('a.json', 'b.jsonl' | Import-QwenConversation).Count | Should -Be 2
        @(Get-Item a.json, b.jsonl | Import-QwenConversation).Count | Should -Be 2
        Copy-Item a.json 'x[1].json'
        (Import-QwenConversation 'x[1].json').Name | Should -Be 'trip'
        (Get-Item -LiteralPath 'x[1].json' | Import-QwenConversation).Name | Should -Be 'trip'
        (Import-QwenConversation 'x`[1`].json').Name | Should -Be 'trip'
        (Import-QwenConversation TestDrive:/a.json).Name | Should -Be 'trip'
    }

    It 'marks the conversation as the most recently used' {
        $back = Import-QwenConversation a.json
        Get-QwenConversation -Last | Should -Be $back
    }

    It 'uses the specified connection, or otherwise that of the session' {
        (Import-QwenConversation a.json).Connection | Should -Be (Get-QwenConnection)
        $other = New-QwenConnection -BaseUri 'https://dashscope-us.aliyuncs.com'
        (Import-QwenConversation a.json -Connection $other).Connection | Should -Be $other
    }

    It 'requires neither a key nor the service' {
        Invoke-FreshShell -Argument "$TestDrive/a.json" { param($path) Import-Module QwenChat; (Import-QwenConversation $path).Turns.Message } |
            Should -Be 'My name is Ada.'
    }

    It 'reads a transcript in OpenAI''s format' {
        Set-Content chat.json '[{"role":"system","content":"Be brief."},{"role":"user","content":"My name is Ada."},{"role":"assistant","content":"Hello, Ada."}]'
        $back = Import-QwenConversation chat.json
        $back.Api | Should -Be 'ChatCompletions'
        $back.Instructions | Should -Be 'Be brief.'
        $back.Turns.Text | Should -Be 'Hello, Ada.'
        "$(Send-QwenMessage $back 'What is my name?')" | Should -Be 'Your name is Ada.'
        "$(Import-QwenConversation chat.json -Api Responses | Send-QwenMessage 'What is my name?')" | Should -Be 'Your name is Ada.'
        (Import-QwenConversation chat.json -Connection (New-QwenConnection -Model qwen-max)).Model | Should -Be 'qwen-max'
    }

    It 'reads a request body, and a file with a request body on each line' {
        Set-Content body.json '{"model":"qwen-flash","messages":[{"role":"user","content":[{"type":"text","text":"A"}]},{"role":"assistant","content":"a"}],"stream":true}'
        (Import-QwenConversation body.json).Model | Should -Be 'qwen-flash'
        Set-Content lines.jsonl ('{"messages":[{"role":"user","content":"A"},{"role":"assistant","content":"a"}]}',
            '{"messages":[{"role":"user","content":"B"},{"role":"assistant","content":"b"}]}')
        (Import-QwenConversation lines.jsonl).Turns.Text | Should -Be 'a', 'b'
    }

    It 'reads messages written by ConvertTo-Json' {
        @(@{ role = 'user'; content = 'A' }, @{ role = 'assistant'; content = 'a' }) | ConvertTo-Json | Set-Content made.json
        (Import-QwenConversation made.json).Turns.Message | Should -Be 'A'
    }

    It 'rejects <Name>' -ForEach @(
        @{ Name = 'a newer version'; File = 'new.json'; Text = '{"format":"QwenChat.Conversation","version":99}'; Says = '*newer version*Update the module*' }
        @{ Name = 'a JSON file of a different kind'; File = 'other.json'; Text = '{"a":1}'; Says = '*neither a .json or .jsonl file*' }
        @{ Name = 'a file that is not JSON'; File = 'text.json'; Text = 'hello'; Says = '*not valid JSON*' }
        @{ Name = 'an empty file'; File = 'empty.jsonl'; Text = ''; Says = '*' }
        @{ Name = 'a page'; File = 'page.md'; Text = '# A'; Says = '*conversations written by Export-QwenConversation*' }
    ) {
        Set-Content $File $Text -NoNewline
        { Import-QwenConversation $File -ErrorAction Stop } | Should -Throw $Says -ErrorId 'QwenImportInvalid*'
    }

    It 'reports missing files, and imports the other files' {
        $read = Import-QwenConversation none.json, a.json, *.none -ErrorVariable refused -ErrorAction SilentlyContinue
        $read.Name | Should -Be 'trip'
        $refused.Count | Should -Be 2
        $refused[0].FullyQualifiedErrorId | Should -Be 'QwenImportInvalid,QwenChat.Commands.ImportQwenConversationCommand'
        $refused[0].TargetObject | Should -Match 'none\.json$'
        $refused[0].CategoryInfo.Category | Should -Be 'InvalidData'
    }

    It 'rejects a file that is too large before it reads it' {
        $file = [IO.File]::Create("$TestDrive/large.json")
        $file.SetLength(201MB)
        $file.Dispose()
        { Import-QwenConversation large.json -ErrorAction Stop } | Should -Throw '*its size is 201 MB, and the maximum is 200 MB. Remove embedded media*' -ErrorId 'QwenImportInvalid*'
        Remove-Item large.json
    }

    It 'appends nothing to a damaged file, and says what to do' {
        $path = "$TestDrive/damaged.jsonl"
        $c = New-QwenConversation -Api ChatCompletions
        $null = 'One', 'Two' | Send-QwenMessage -Conversation $c
        Export-QwenConversation $c $path
        $lines = Get-Content $path
        $lines[1] = $lines[1].Substring(0, 20)
        $lines | Set-Content $path
        { Export-QwenConversation $c $path -Append -ErrorAction Stop } |
            Should -Throw '*cannot be appended to: line 2: *omit -Append to overwrite this file.' -ErrorId 'QwenInvalidRequest*'
        Get-Content $path | Should -Be $lines
        Remove-Item $path
    }
}
