BeforeAll {
    . $PSScriptRoot/Common.ps1
    . $PSScriptRoot/MediaFiles.ps1
    $emulator = Connect-TestEmulator
    function Get-LastMessage {
        $body = $emulator.Requests[-1].Body | ConvertFrom-Json -AsHashtable
        @($body.messages ?? $body.input.messages ?? $body.input)[-1]
    }
    function Get-Refusal([scriptblock] $Script) {
        $before = $emulator.Requests.Count
        try { & $Script } catch { $refusal = $_ }
        $emulator.Requests.Count | Should -Be $before -Because 'nothing must be sent'
        $refusal.FullyQualifiedErrorId | Should -BeLike 'QwenMediaRefused,*'
        "$refusal"
    }
    # Creates a sparse image file.
    function New-LargeFile([string] $Name, [long] $Length) {
        Copy-Item red.png $Name
        $file = [IO.File]::OpenWrite("$TestDrive/$Name")
        $file.SetLength($Length)
        $file.Dispose()
    }
    [IO.File]::WriteAllBytes("$TestDrive/red.png", (New-TestPng))
    [IO.File]::WriteAllBytes("$TestDrive/blue.png", (New-TestPng -Color 0, 0, 255))
    [IO.File]::WriteAllBytes("$TestDrive/tone.wav", (New-TestWav))
    [IO.File]::WriteAllBytes("$TestDrive/film.mp4", (New-TestMp4))
    Push-Location $TestDrive
}

AfterAll {
    Pop-Location
    Remove-PSDrive Pics
    Stop-QwenEmulator
    Remove-Module QwenChat
}

Describe 'An image' {
    It 'is sent to <Api> in the format of that API' -ForEach @(
        @{ Api = 'ChatCompletions'; Shape = { $args[0].image_url.url } }
        @{ Api = 'Responses'; Shape = { $args[0].image_url } }
        @{ Api = 'DashScope'; Shape = { $args[0].image } }
    ) {
        $reply = Send-QwenMessage 'What is this?' -Image red.png -Api $Api
        $part = (Get-LastMessage).content[0]
        & $Shape $part | Should -BeExactly "data:image/png;base64,$([Convert]::ToBase64String((New-TestPng)))"
        $reply.Conversation.Turns[0].Message | Should -BeExactly 'What is this?'
        $reply.Conversation.Turns[0].Items[0].Content[0].Url | Should -BeLike 'data:image/png;base64,*'
    }

    It 'is accepted as <Name>' -ForEach @(
        @{ Name = 'a path'; Image = { 'red.png' } }
        @{ Name = 'a full path'; Image = { Join-Path $TestDrive red.png } }
        @{ Name = 'a path on the user''s drive'
        Image = { $null = New-PSDrive -Name Pics -PSProvider FileSystem -Root $TestDrive -Scope Global; 'Pics:/red.png' } }
        @{ Name = 'a wildcard'; Image = { 're?.png' } }
        @{ Name = 'a file'; Image = { Get-Item red.png } }
        @{ Name = 'a name with brackets'; Image = { Copy-Item red.png 'a[1].png'; 'a[1].png' } }
        @{ Name = 'bytes'; Image = { New-TestPng } }
        @{ Name = 'bytes one by one'; Image = { , (Get-Content red.png -AsByteStream) } }
        @{ Name = 'a data address'; Image = { "data:image/png;base64,$([Convert]::ToBase64String((New-TestPng)))" } }
    ) {
        $value = & $Image
        Send-QwenMessage 'What?' -Image $value -Api ChatCompletions | Should -Not -BeNullOrEmpty
        (Get-LastMessage).content[0].image_url.url | Should -BeExactly "data:image/png;base64,$([Convert]::ToBase64String((New-TestPng)))"
    }

    It 'can be an address, and several images can be sent' {
        $null = Send-QwenMessage 'Which?' -Image https://example.com/a.png, red.png, blue.png -Api ChatCompletions
        (Get-LastMessage).content.type | Should -Be image_url, image_url, image_url, text
        (Get-LastMessage).content[0].image_url.url | Should -BeExactly 'https://example.com/a.png'
    }

    It 'can be piped with a message' {
        $null = Get-ChildItem *e.png | Send-QwenMessage 'Which of these is blurred?' -Api ChatCompletions
        (Get-LastMessage).content.type | Should -Be image_url, text
        Set-Content notes.txt 'Taken in May.'
        $null = Get-Item red.png, notes.txt | Send-QwenMessage 'When?' -Api ChatCompletions
        (Get-LastMessage).content[1].text | Should -Match 'When\?\s+--- notes.txt ---\s+Taken in May.'
    }

    It 'is sent once with piped messages, and stays in the history' {
        $null = 'What is this?', 'And its color?' | Send-QwenMessage -Image red.png -Api ChatCompletions
        $messages = ($emulator.Requests[-1].Body | ConvertFrom-Json).messages
        @($messages[0].content)[0].type | Should -Be image_url
        $messages[-1].content | Should -BeExactly 'And its color?'
    }

    It 'requires no text' {
        $null = Send-QwenMessage '' -Image red.png -Api ChatCompletions
        @((Get-LastMessage).content).type | Should -Be image_url
    }
}

Describe 'Send-QwenMessage with video, audio or a document' {
    It 'sends a video file' {
        $null = Send-QwenMessage 'What happens?' -Video film.mp4 -Api ChatCompletions
        (Get-LastMessage).content[0].video_url.url | Should -BeLike 'data:video/mp4;base64,AAAAGGZ0eXBpc29t*'
    }

    It 'sends images as a video, with <_>' -ForEach ChatCompletions, DashScope {
        1..4 | ForEach-Object { [IO.File]::WriteAllBytes("$TestDrive/frame$_.png", (New-TestPng -Color (60 * $_), 0, 0)) }
        $null = Send-QwenMessage 'What happens?' -Video frame*.png -Api $_
        (Get-LastMessage).content[0].video.Count | Should -Be 4
    }

    It 'sends audio' {
        $null = Send-QwenMessage 'What is that?' -Audio tone.wav -Model qwen3.5-omni-plus
        $part = (Get-LastMessage).content[0]
        $part.input_audio.data | Should -BeLike 'data:audio/wav;base64,UklGR*'
        $part.input_audio.format | Should -Be wav
    }

    It 'sends audio without text to a captioning model, in a single turn' {
        $reply = Send-QwenMessage '' -Audio tone.wav -Model qwen3-omni-30b-a3b-captioner -Api ChatCompletions
        @((Get-LastMessage).content).type | Should -Be input_audio
        $before = $emulator.Requests.Count
        { Send-QwenMessage $reply 'And?' -ErrorAction Stop } | Should -Throw -ErrorId 'QwenSingleTurn,*'
        $emulator.Requests.Count | Should -Be $before
    }

    It 'references a document by its id, in a system message before the message' {
        $null = Send-QwenMessage 'Sum it up.' -File fileid://file-fe-123 -Model qwen-long -Api ChatCompletions
        $messages = ($emulator.Requests[-1].Body | ConvertFrom-Json).messages
        $messages[-2].role, $messages[-2].content | Should -Be system, 'fileid://file-fe-123'
    }

    It 'sends a text file as text' {
        Set-Content notes.txt 'Taken in May.'
        $null = Send-QwenMessage 'When?' -File notes.txt -Api ChatCompletions
        (Get-LastMessage).content | Should -Match 'Taken in May.'
    }
}

Describe 'Send-QwenMessage with a file that cannot be sent' {
    It 'rejects <Name>' -ForEach @(
        @{ Name = 'a missing file'; Image = 'nothing.png'; Text = 'The file *does not exist*' }
        @{ Name = 'a wildcard without a match'; Image = 'nothing*.png'; Text = 'No file matches*' }
        @{ Name = 'a folder'; Image = '.'; Text = '*is a folder*' }
        @{ Name = 'an empty file'; Image = 'empty.png'; Text = '*is empty*' }
        @{ Name = 'text named as an image'; Image = 'text.png'; Text = '*is a text file according to its first bytes*' }
        @{ Name = 'an audio file'; Image = 'tone.wav'; Text = '*Use -Audio*' }
        @{ Name = 'a file address'; Image = 'file:///etc/hosts.png'; Text = '*Specify the path instead*' }
        @{ Name = 'a missing drive'; Image = 'nowhere:/a.png'; Text = '*nowhere*' }
        @{ Name = 'a path of another provider'; Image = 'Env:/PATH'; Text = '*does not support files*' }
        @{ Name = 'invalid base64'; Image = 'data:image/png;base64,#'; Text = '*not valid base64*' }
        @{ Name = 'an object of a different type'; Image = [timespan]::Zero; Text = '*TimeSpan*' }
    ) {
        $null = New-Item empty.png -Force
        Set-Content text.png 'This is not an image.'
        Get-Refusal { Send-QwenMessage 'What?' -Image $Image } | Should -BeLike $Text
    }

    It 'rejects a sparse file of 3 GB without reading it' {
        New-LargeFile huge.png 3GB
        Get-Refusal { Send-QwenMessage 'What?' -Image huge.png } | Should -BeLike '*is 3 GB; *up to 20 MB*'
        Remove-Item huge.png
    }

    It 'rejects an unreadable file' -Skip:($IsWindows -or (id -u) -eq 0) -Tag 'needs a user for whom a file can be unreadable: not root, not on Windows' {
        Copy-Item red.png locked.png
        chmod 000 locked.png
        Get-Refusal { Send-QwenMessage 'What?' -Image locked.png } | Should -BeLike '*cannot be read*'
    }

    It 'rejects an image for a text model, and names models with image input' {
        Get-Refusal { Send-QwenMessage 'What?' -Image red.png -Model qwen3-max } | Should -BeLike '*only text*accept image input include qwen3.8-max*'
    }

    It 'rejects text with the captioner''s audio' {
        Get-Refusal { Send-QwenMessage 'What?' -Audio tone.wav -Model qwen3-omni-30b-a3b-captioner } | Should -BeLike '*without text*'
    }

    It 'does not change the conversation' {
        $c = New-QwenConversation
        $null = Get-Refusal { Send-QwenMessage $c 'What?' -Image nothing.png }
        $c.Turns.Count | Should -Be 0
    }
}

Describe 'The temporary store' {
    BeforeAll {
        function Get-Upload { $emulator.Requests | Where-Object Path -EQ /emulated-storage }
    }

    It 'receives a file once for each model' {
        $before = @(Get-Upload).Count
        $c = New-QwenConversation -Api ChatCompletions -Model qwen3.6-plus
        $null = Send-QwenMessage $c 'What is this?' -Image red.png -Upload
        (Get-LastMessage).content[0].image_url.url | Should -BeLike 'oss://*/red.png'
        $null = Send-QwenMessage $c 'And now?'
        $null = Send-QwenMessage 'What is this?' -Image red.png -Upload -Model qwen3.6-plus -Api ChatCompletions
        @(Get-Upload).Count | Should -Be ($before + 1)
        $null = Send-QwenMessage $c 'And you?' -Model qwen3.5-plus
        @(Get-Upload).Count | Should -Be ($before + 2)
        $c.Turns.Count | Should -Be 3
    }

    It 'reports the progress of an upload' {
        New-LargeFile noise.png 300KB
        $shell = [powershell]::Create()
        $null = $shell.AddScript({
            param($Emulator, $Path)
            Import-Module QwenChat
            Set-QwenConnection -BaseUri $Emulator.BaseUri -ApiKey $Emulator.ApiKey
            Send-QwenMessage 'What is this?' -Image $Path -Upload
        }).AddArgument($emulator).AddArgument("$TestDrive/noise.png").Invoke()
        $shell.Streams.Progress | Where-Object Activity -Like 'Uploading noise.png*' | Select-Object -Last 1 -ExpandProperty RecordType | Should -Be Completed
        $shell.Dispose()
    }

    It 'is used automatically for files that are too large for a request' {
        New-LargeFile large.png 8MB
        $null = Send-QwenMessage 'What is this?' -Image large.png -Api Responses
        (Get-LastMessage).content[0].image_url | Should -BeLike 'oss://*/large.png'
    }

    It 'receives a file again after the file has expired' {
        $c = New-QwenConversation -Api ChatCompletions
        $null = Send-QwenMessage $c 'What is this?' -Image blue.png -Upload
        $emulator.AdvanceClock([timespan]::FromHours(49))
        (Send-QwenMessage $c 'And now?').Text | Should -Not -BeNullOrEmpty
        Remove-Item blue.png
        $emulator.AdvanceClock([timespan]::FromHours(49))
        { Send-QwenMessage $c 'Still?' -ErrorAction Stop } | Should -Throw -ErrorId 'QwenMediaRefused,*' -ExpectedMessage '*no longer exists*'
        $c.Turns.Count | Should -Be 2
    }

    It 'is not available on other servers' {
        $other = New-QwenConnection -CompatibleUri $emulator.CompatibleUri -ApiKey $emulator.ApiKey
        Get-Refusal { Send-QwenMessage 'What?' -Image red.png -Upload -Connection $other } | Should -BeLike '*-Upload requires*'
    }
}

Describe 'A spoken answer' {
    It 'is a WAV file, in the reply and on disk' {
        $reply = Send-QwenMessage 'Say hello.' -Model qwen3.5-omni-plus -AudioVoice Cherry -AudioPath hello.wav
        $reply.Text | Should -Not -BeNullOrEmpty
        [Text.Encoding]::ASCII.GetString($reply.Audio, 0, 4) | Should -Be RIFF
        [BitConverter]::ToInt32($reply.Audio, 24) | Should -Be 24000
        [BitConverter]::ToInt32($reply.Audio, 40) | Should -Be ($reply.Audio.Length - 44)
        [Convert]::ToHexString([IO.File]::ReadAllBytes("$TestDrive/hello.wav")) | Should -Be ([Convert]::ToHexString($reply.Audio))
        $body = $emulator.Requests[-1].Body | ConvertFrom-Json
        $body.stream, "$($body.modalities)", $body.audio.voice, $body.audio.format | Should -Be $true, 'text audio', Cherry, wav
    }

    It 'is recognized as WAV by another program' -Skip:(-not (Get-Command file -CommandType Application -ErrorAction Ignore)) -Tag 'needs the program file' {
        $null = Send-QwenMessage 'Say hello.' -Model qwen3.5-omni-plus -AudioPath tool.wav
        file --brief tool.wav | Should -BeLike '*WAVE audio, Microsoft PCM, 16 bit, mono 24000 Hz'
    }

    It 'is sent back as text only' {
        $reply = Send-QwenMessage 'Say hello.' -Model qwen3.5-omni-plus -AudioVoice Cherry
        $null = Send-QwenMessage $reply 'Again?'
        ($emulator.Requests[-1].Body | ConvertFrom-Json).messages[1].content | Should -BeExactly $reply.Text
    }

    It 'is rejected for a model without audio output' {
        { Send-QwenMessage 'Hello' -AudioVoice Cherry -ErrorAction Stop } | Should -Throw -ErrorId 'QwenInvalidRequest,*'
        { Send-QwenMessage 'Hello' -AudioVoice Cherry -Api ChatCompletions -ErrorAction Stop } |
            Should -Throw -ExpectedMessage '*Models that speak: qwen3.5-omni-plus*'
    }

    It 'is not requested if it cannot be saved' {
        Get-Refusal { Send-QwenMessage 'Hello' -Model qwen3.5-omni-plus -AudioPath none/hello.wav } | Should -BeLike '*does not exist. Use New-Item*'
    }
}
