# Each kind of piped object must be sent completely and in its documented form. Files must be read in their encodings.

BeforeDiscovery {
    $kinds = @(
        @{ Kind = 'a string'; Value = { 'one' }; Text = 'one' }
        @{ Kind = 'a string with a note property'; Value = { 'one' | Add-Member -PassThru PSPath 'x' }; Text = 'one' }
        @{ Kind = 'a number'; Value = { 1.5 }; Text = '1.5' }
        @{ Kind = 'a date and time'; Value = { [datetime]'2026-01-02' }; Text = '2026-01-02T00:00:00' }
        @{ Kind = 'a date and time with an offset'; Value = { [datetimeoffset]'2026-01-02T03:04:05.678+02:00' }; Text = '2026-01-02T03:04:05.678+02:00' }
        @{ Kind = 'a time span'; Value = { [timespan]'01:02:03' }; Text = '01:02:03' }
        @{ Kind = 'a GUID'; Value = { [guid]::Empty }; Text = '00000000-0000-0000-0000-000000000000' }
        @{ Kind = 'an enum'; Value = { [DayOfWeek]::Friday }; Text = 'Friday' }
        @{ Kind = 'a script block'; Value = { { 1 + 1 } }; Text = ' 1 + 1 ' }
        @{ Kind = 'XML'; Value = { [xml]'<a b="1"><c>x</c></a>' }; Text = '<a b="1"><c>x</c></a>' }
        @{ Kind = 'a nested object'; Value = { [pscustomobject]@{ a = 1; b = [pscustomobject]@{ c = 1, @{ d = 'x' } } } }
        Text = '{"a":1,"b":{"c":[1,{"d":"x"}]}}' }
        @{ Kind = 'a hashtable'; Value = { @{ a = @(1, 2) } }; Text = '{"a":[1,2]}' }
        @{ Kind = 'a generic dictionary'; Value = { $d = [Collections.Generic.Dictionary[string, object]]::new(); $d.Add('a', 1); , $d }; Text = '{"a":1}' }
        @{ Kind = 'many lines in a property'; Value = { [pscustomobject]@{ t = "one`ntwo" } }; Text = '{"t":"one\ntwo"}' }
        @{ Kind = 'emoji and Chinese characters'; Value = { [pscustomobject]@{ t = '你好 🎉' } }; Text = '{"t":"你好 🎉"}' }
        @{ Kind = 'half a surrogate pair'; Value = { [pscustomobject]@{ t = "a$([char]0xD83D)" } }; Text = '{"t":"a\uFFFD"}' }
        @{ Kind = 'values of many kinds'
            Value = {
                [pscustomobject][ordered]@{ d = [datetime]'2026-01-02'; e = [DayOfWeek]::Friday; x = [xml]'<a />'; u = [uri]'http://x/a b'
                b = [byte[]](1, 2, 3); n = [double]::NaN; z = $null; f = $false }
            }
            Text = '{"d":"2026-01-02T00:00:00","e":"Friday","x":"<a />","u":"http://x/a b","b":"AQID","n":"NaN","z":null,"f":false}' }
        @{ Kind = 'a secret in an object'; Value = { [pscustomobject]@{ s = ConvertTo-SecureString hunter2 -AsPlainText -Force } }
        Text = '{"s":"(secret, omitted)"}' }
        @{ Kind = 'a credential'; Value = { [pscredential]::new('ada', (ConvertTo-SecureString hunter2 -AsPlainText -Force)) }
        Text = '{"UserName":"ada","Password":"(secret, omitted)"}' }
        @{ Kind = 'a network credential'; Value = { [Net.NetworkCredential]::new('ada', 'hunter2') }
        Text = '{"UserName":"ada","Domain":"","Password":"(secret, omitted)"}' }
        @{ Kind = 'a data row'; Value = { $t = [Data.DataTable]::new(); $null = $t.Columns.Add('Id', [int]); $null = $t.Rows.Add(1); $t.Rows[0] }
        Text = '{"Id":1}' }
        @{ Kind = 'parsed JSON'; Value = { [Text.Json.JsonDocument]::Parse('{"a":[1,2]}') }; Text = '{"a":[1,2]}' }
        @{ Kind = 'a Select-String match'; Value = { 'alpha', 'beta' | Select-String l }; Text = 'alpha' }
        @{ Kind = 'a warning'; Value = { Write-Warning 'low' 3>&1 }; Text = 'low' }
        @{ Kind = 'an instance of a class'
            Value = {
                if (-not ('PipedOrder' -as [type])) {
                    Add-Type 'public class PipedPlace { public string City = "Rome"; } public class PipedBuyer { public PipedPlace Place = new(); } public class PipedOrder { public PipedBuyer Buyer = new(); public PipedOrder Self => this; }'
                }; [PipedOrder]::new()
            }
            Text = '{"Self":"PipedOrder","Buyer":{"Place":{"City":"Rome"}}}' }
    )
}

BeforeAll {
    . $PSScriptRoot/Common.ps1
    $emulator = Connect-TestEmulator
    # Returns the text that the request contains after the message. Sets $told to the warnings.
    function Get-Along([scriptblock] $Pipe) {
        $plan = & $Pipe | Send-QwenMessage 'Q' -Api ChatCompletions -DryRun -WarningVariable script:told -WarningAction SilentlyContinue
        $content = ($plan.Body.ToString() | ConvertFrom-Json).messages[-1].content
        $content | Should -BeLike 'Q*'
        if ($content.Length -gt 3) { $content.Substring(3) }
    }
    function Get-Refusal([scriptblock] $Pipe) {
        $before = $emulator.Requests.Count
        try { $null = & $Pipe | Send-QwenMessage 'Q' -Api ChatCompletions } catch { $refusal = $_ }
        $emulator.Requests.Count | Should -Be $before -Because 'nothing must be sent'
        $refusal
    }
    function Write-Bytes([string] $Name, [byte[]] $Bytes) {
        $path = Join-Path $TestDrive $Name
        $null = New-Item (Split-Path $path) -ItemType Directory -Force
        [IO.File]::WriteAllBytes($path, $Bytes)
        $path
    }
    function Get-Bytes([string] $Text, [Text.Encoding] $Encoding) { [byte[]](@($Encoding.GetPreamble()) + @($Encoding.GetBytes($Text))) }
}

AfterAll {
    Stop-QwenEmulator
    Remove-Module QwenChat
}

Describe 'An attached object' {
    It 'is <Text> for <Kind>' -ForEach $kinds {
        Get-Along $Value | Should -BeExactly $Text
        $told | Should -BeNullOrEmpty
    }

    It 'is a line of CSV if all objects have the same scalar properties' {
        Get-Along { [pscustomobject]@{ n = 'a'; t = "l1`nl2, `"q`"" }, [pscustomobject]@{ n = ''; t = $null } } |
            Should -BeExactly "n,t`na,`"l1`nl2, `"`"q`"`"`"`n`"`","
        Get-Along { [pscustomobject]@{ a = 1 }, [pscustomobject]@{ b = 1 } } | Should -BeExactly "{`"a`":1}`n{`"b`":1}"
        Get-Along { [pscustomobject]@{ a = 1 }, [pscustomobject]@{ a = @(1) } } | Should -BeExactly "{`"a`":1}`n{`"a`":[1]}"
    }

    It 'keeps its position between lines of text' {
        Get-Along { 'one'; 'two'; [pscustomobject]@{ a = 1 }; 'three' } | Should -BeExactly "one`ntwo`n`n{`"a`":1}`n`nthree"
    }

    It 'is the complete formatted text if it is output of Format-Table or Format-List' {
        $long = 'q' * 300
        $text = Get-Along { [pscustomobject]@{ a = $long; b = 1; c = $long; d = 4 } | Format-Table }
        $text | Should -BeExactly "a$(' ' * 299) b c$(' ' * 299) d`n-$(' ' * 299) - -$(' ' * 299) -`n$long 1 $long 4"
        Get-Along { [pscustomobject]@{ a = 1; b = "x`ny" } | Format-List } | Should -BeExactly "a : 1`nb : x`n    y"
        Get-Along { 1..3 | ForEach-Object { [pscustomobject]@{ Name = "n$_" } } | Format-Wide -Column 3 } | Should -BeExactly 'n1 n2 n3'
        Get-Along { 'before'; [pscustomobject]@{ a = 1 } | Format-List; 'after' } | Should -BeExactly "before`n`na : 1`n`nafter"
    }

    It 'can be the error output of a program, which is kept between its other lines' -Tag 'needs a POSIX shell' -Skip:$IsWindows {
        Get-Along { sh -c 'echo out; echo bad >&2' 2>&1 | Sort-Object { "$_" } } | Should -BeExactly "bad`nout"
    }

    It 'is the message and the position if it is an error' {
        $text = Get-Along { try { throw 'boom' } catch { $_ } } | ConvertFrom-Json
        $text.Message | Should -BeExactly boom
        $text.Exceptions | Should -BeLike '*RuntimeException: boom'
        $text.Position | Should -BeLike 'At *'
    }

    It 'is empty if it is null' {
        Get-Along { $null, 'x', $null } | Should -BeExactly 'x'
    }

    It 'is an array of its rows if it is a DataTable' {
        Get-Along { $t = [Data.DataTable]::new(); $null = $t.Columns.Add('Id', [int]); $null = $t.Columns.Add('N'); $null = $t.Rows.Add(1, 'x')
        $null = $t.Rows.Add(2, [DBNull]::Value); , $t } |
            Should -BeExactly '[{"Id":1,"N":"x"},{"Id":2,"N":null}]'
    }

    It 'is text if its bytes are text' {
        Get-Along { , [Text.Encoding]::UTF8.GetBytes('Grüße') } | Should -BeExactly 'Grüße'
    }

    It 'is rejected as <Kind>, with advice' -ForEach @(
        @{ Kind = 'a secret'; Value = { ConvertTo-SecureString hunter2 -AsPlainText -Force }; Message = '*never sent to a model*' }
        @{ Kind = 'a hashtable that contains itself'; Value = { $h = @{}; $h.a = $h; $h }; Message = '*contains itself*Select-Object*' }
        @{ Kind = 'a deeply nested hashtable'; Value = { $h = @{}; $x = $h; 1..100 | ForEach-Object { $x.n = @{}; $x = $x.n }; $h }; Message = '*64 levels*' }
        @{ Kind = 'an endless list'; Value = { [pscustomobject]@{ e = [Linq.Enumerable]::Repeat('x', 2000000000) } }
        Message = '*bytes as JSON*Select-Object*' }
        @{ Kind = 'a hundred thousand objects'; Value = { foreach ($i in 1..100000) { [pscustomobject]@{ i = $i } } }
        Message = '*200,000 characters*Select-Object*' }
        @{ Kind = 'bytes of an unknown format'; Value = { , [byte[]](0..255) }; Message = '*the piped data is neither*' }
        @{ Kind = 'a reply from another process'
        Value = {
            [Management.Automation.PSSerializer]::Deserialize([Management.Automation.PSSerializer]::Serialize((Send-QwenMessage hi -Api ChatCompletions)))
        }; Message = '*Import-QwenConversation*-Store*' }
    ) {
        $piped = & $Value
        $refusal = Get-Refusal { , $piped }
        if ($Kind -eq 'a hundred thousand objects') { $refusal = Get-Refusal { $piped } }
        $refusal.FullyQualifiedErrorId | Should -Match '^Qwen(InvalidRequest|MediaRefused),'
        "$refusal" | Should -BeLike $Message
    }
}

Describe 'An attached text file' {
    It 'is read as <Name>' -ForEach @(
        @{ Name = 'UTF-8'; Encoding = [Text.UTF8Encoding]::new($false); Guess = $false }
        @{ Name = 'UTF-8 with a byte order mark'; Encoding = [Text.UTF8Encoding]::new($true); Guess = $false }
        @{ Name = 'UTF-16'; Encoding = [Text.UnicodeEncoding]::new($false, $true); Guess = $false }
        @{ Name = 'UTF-16, big-endian'; Encoding = [Text.UnicodeEncoding]::new($true, $true); Guess = $false }
        @{ Name = 'UTF-32'; Encoding = [Text.UTF32Encoding]::new($false, $true); Guess = $false }
        @{ Name = 'UTF-32, big-endian'; Encoding = [Text.UTF32Encoding]::new($true, $true); Guess = $false }
        @{ Name = 'UTF-16 without a byte order mark'; Encoding = [Text.UnicodeEncoding]::new($false, $false); Guess = $true }
        @{ Name = 'UTF-16 without a byte order mark, big-endian'; Encoding = [Text.UnicodeEncoding]::new($true, $false); Guess = $true }
        @{ Name = 'UTF-32 without a byte order mark'; Encoding = [Text.UTF32Encoding]::new($false, $false); Guess = $true }
    ) {
        foreach ($sample in 'plain words', 'Ошибка: нет памяти', "你好世界`n今天天气很好", 'a🎉b') {
            $path = Write-Bytes 'sample.log' (Get-Bytes $sample $Encoding)
            Get-Along { Get-Item $path } | Should -BeExactly "--- sample.log ---`n$sample"
            @($told).Count | Should -Be ([int]$Guess)
            if ($Guess) { $told | Should -BeLike "*sample.log*$($Encoding.WebName)*-Encoding*" }
            $plan = Send-QwenMessage Q -File $path -Api ChatCompletions -DryRun -WarningAction SilentlyContinue
            ($plan.Body.ToString() | ConvertFrom-Json).messages[-1].content | Should -BeExactly "Q`n`n--- sample.log ---`n$sample"
        }
    }

    It 'is read in the code page of <Culture>, with a warning' -ForEach @(
        @{ Culture = 'en-US'; Page = 1252; Sample = 'Grüße, café' }
        @{ Culture = 'ru-RU'; Page = 1251; Sample = 'Ошибка: нет памяти' }
        @{ Culture = 'zh-CN'; Page = 936; Sample = '错误：内存不足' }
        @{ Culture = 'ja-JP'; Page = 932; Sample = 'エラー：メモリ不足' }
    ) {
        [Text.Encoding]::RegisterProvider([Text.CodePagesEncodingProvider]::Instance)
        $path = Write-Bytes 'old.txt' ([Text.Encoding]::GetEncoding($Page).GetBytes($Sample))
        $before = [cultureinfo]::CurrentCulture
        try {
            [cultureinfo]::CurrentCulture = $Culture
            Get-Along { Get-Item $path } | Should -BeExactly "--- old.txt ---`n$Sample"
        }
        finally {
            [cultureinfo]::CurrentCulture = $before
        }
        $told | Should -BeLike '*old.txt*-Encoding*'
    }

    It 'is read by the command that the warning suggests: <_>' -ForEach "it's.txt", 'a[1].txt' {
        $path = Write-Bytes $_ ([byte[]](0x47, 0xFC, 0x73))
        $null = Send-QwenMessage Q -DryRun -InputObject (Get-Item -LiteralPath $path) -WarningVariable warned -WarningAction SilentlyContinue
        $command = "$warned" -replace '(?s)^.*(Get-Content .*-Raw) and the correct.*$', '$1'
        & ([scriptblock]::Create("$command -Encoding latin1")) | Should -Be 'Güs'
    }

    It 'is rejected if it is not text' {
        $path = Write-Bytes 'noise.bin' ([byte[]](0..255))
        "$(Get-Refusal { Get-Item $path })" | Should -BeLike "*noise.bin' is neither*"
    }

    It 'is distinguished from another file of the same name by its folder' {
        $paths = (Write-Bytes 'x/a/app.log' 65), (Write-Bytes 'x/b/app.log' 66), (Write-Bytes 'x/other.log' 67)
        Get-Along { Get-Item $paths } | Should -BeExactly "--- a/app.log ---`nA`n`n--- b/app.log ---`nB`n`n--- other.log ---`nC"
        Get-Along { Get-Item $paths[0], $paths[2] } | Should -BeExactly "--- app.log ---`nA`n`n--- other.log ---`nC"
    }
}
