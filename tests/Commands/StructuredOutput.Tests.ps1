# Structured output (-As and -Schema) with each API and each form of request.

BeforeDiscovery {
    $ways = @(
        @{ Api = 'Responses'; Model = 'qwen3.6-plus' }
        @{ Api = 'Conversations'; Model = 'qwen3.6-plus' }
        @{ Api = 'ChatCompletions'; Model = 'qwen3.7-plus' }
        @{ Api = 'ChatCompletions'; Model = 'qwen3.6-plus' }
        @{ Api = 'DashScope'; Model = 'qwen3.7-plus' }
        @{ Api = 'DashScope'; Model = 'qwen3.6-plus' }
    )
    # Each entry contains the type, the JSON of the answer, and the value as text.
    $values = @(
        @{ type = 'string'; json = '{"value":"a"}'; is = 'String a' }
        @{ type = 'int'; json = '{"value":5}'; is = 'Int32 5' }
        @{ type = 'long'; json = '{"value":5000000000}'; is = 'Int64 5000000000' }
        @{ type = 'double'; json = '{"value":1.5}'; is = 'Double 1.5' }
        @{ type = 'decimal'; json = '{"value":1.10}'; is = 'Decimal 1.10' }
        @{ type = 'bool'; json = '{"value":true}'; is = 'Boolean True' }
        @{ type = 'char'; json = '{"value":"x"}'; is = 'Char x' }
        @{ type = 'datetime'; json = '{"value":"2026-03-04T10:00:00"}'; is = 'DateTime 03/04/2026 10:00:00' }
        @{ type = 'DateTimeOffset'; json = '{"value":"2026-03-04T10:00:00+05:00"}'; is = 'DateTimeOffset 03/04/2026 10:00:00 +05:00' }
        @{ type = 'DateOnly'; json = '{"value":"2026-03-04"}'; is = 'DateOnly 03/04/2026' }
        @{ type = 'timespan'; json = '{"value":"1.02:03:04"}'; is = 'TimeSpan 1.02:03:04' }
        @{ type = 'guid'; json = '{"value":"00000000-0000-0000-0000-000000000001"}'; is = 'Guid 00000000-0000-0000-0000-000000000001' }
        @{ type = 'uri'; json = '{"value":"https://example.com/"}'; is = 'Uri https://example.com/' }
        @{ type = 'version'; json = '{"value":"1.2"}'; is = 'Version 1.2' }
        @{ type = 'bigint'; json = '{"value":123456789012345678901234567890}'; is = 'BigInteger 123456789012345678901234567890' }
        @{ type = 'DayOfWeek'; json = '{"value":"Friday"}'; is = 'DayOfWeek Friday' }
        @{ type = 'IO.FileShare'; json = '{"items":["Read","Write"]}'; is = 'FileShare ReadWrite' }
        @{ type = 'Nullable[int]'; json = '{"value":null}'; is = 'null' }
        @{ type = 'int[]'; json = '{"items":[1,2]}'; is = 'Int32 1,Int32 2' }
        @{ type = 'string[]'; json = '{"items":[]}'; is = '' }
        @{ type = 'Collections.Generic.List[string]'; json = '{"items":["a","b"]}'; is = 'String a,String b' }
        @{ type = 'int[][]'; json = '{"items":[[1],[2,3]]}'; is = 'Int32[] 1,Int32[] 2 3' }
        @{ type = 'hashtable'; json = '{"a":[1]}'; is = 'Hashtable a' }
        @{ type = 'Collections.Generic.Dictionary[string,int]'; json = '{"a":1}'; is = 'Dictionary`2 a' }
        @{ type = 'pscustomobject'; json = '{"b":1,"a":2}'; is = 'PSCustomObject b a' }
        @{ type = 'QwenTestPlain'; json = '{"Name":"Ada","Age":36}'; is = 'QwenTestPlain Name=Ada Age=36' }
        @{ type = 'QwenTestPlain[]'; json = '{"items":[{"Name":"Ada","Age":36},{"Name":"Eve","Age":1}]}'; is = 'QwenTestPlain Name=Ada Age=36,QwenTestPlain Name=Eve Age=1' }
        @{ type = 'QwenTestDeep'; json = '{"Kind":"Monday","When":"2026-03-04","Maybe":null,"Of":{"Name":"Ada","Age":3},"All":[{"Name":"B","Age":4}],"Map":{"x":1}}'
            is = 'QwenTestDeep Kind=Monday When=03/04/2026 00:00:00 Maybe= Of=[QwenTestPlain Name=Ada Age=3] All=[QwenTestPlain Name=B Age=4] Map=x:1' }
        @{ type = 'QwenTestPoint'; json = '{"X":1,"Tags":["a"]}'; is = 'Point X=1 Tags=a' }
        @{ type = 'object'; json = '{"value":{"a":1}}'; is = 'Hashtable a' }
        @{ type = 'Collections.IDictionary'; json = '{"a":1}'; is = 'Hashtable a' }
    )
}

BeforeAll {
    . $PSScriptRoot/Common.ps1
    Import-Module QwenChat
    # Answers "say A then B" with A. If A is rejected, answers with B.
    $emulator = Start-QwenEmulator -Reply {
        param($Request)
        $said = ($Request.Messages | Where-Object Role -EQ user)[-1].Text
        if ($said -eq 'mark') { return '{"mark":"xyzzy"}' }
        $first = ($Request.Messages | Where-Object { $_.Role -eq 'user' -and $_.Text -like 'say *' })[-1].Text
        $again = $said -like 'This answer does not fit*' -or $Request.Messages[-1].Role -eq 'tool'
        $null = $first -match '(?s)^say (.*?)( then (.*))?$'
        if ($again) { $Matches[3] ?? $Matches[1] } else { $Matches[1] }
    }
    $emulator | Set-QwenConnection
    # These classes are written in C#, because the Pester blocks cannot refer to PowerShell classes in this file.
    Add-Type 'public class QwenTestPlain { public string Name { get; set; } public int Age { get; set; } public string Fixed { get { return "f"; } } }
public class QwenTestPoint { public int X { get; set; } public System.Collections.Generic.List<string> Tags { get; set; } }
public class QwenTestDeep { public System.DayOfWeek Kind { get; set; } public System.DateTime When { get; set; } public int? Maybe { get; set; }
  public QwenTestPlain Of { get; set; } public QwenTestPlain[] All { get; set; } public System.Collections.Generic.Dictionary<string, int> Map { get; set; } }
public class QwenTestTree { public string Name { get; set; } public System.Collections.Generic.List<QwenTestTree> Children { get; set; } }
public class QwenTestClosed { public QwenTestClosed(string name) { } public string Name { get; set; } }
public class QwenTestHolder { public QwenTestClosed Inner { get; set; } }
public class QwenTestEmpty { }'
    # Validation attributes require PowerShell classes. The functions of the module return the types of these classes to the Pester blocks.
    $module = New-Module {
        class QwenTestChecked { [ValidateRange(0, 150)] [int] $Age; [ValidateSet('a', 'b')] [string] $Kind; [ValidatePattern('^\d+$')] [string] $Zip
            [ComponentModel.Description('What it is.')] [string] $Note; hidden [string] $Secret }
        class QwenTestNode { [string] $Name; [QwenTestNode[]] $Children }
        function Get-CheckedType { [QwenTestChecked] }
        function Get-NodeType { [QwenTestNode] }
    }
    $checked = & $module { Get-CheckedType }
    $node = & $module { Get-NodeType }

    function Show($Value) {
        if ($null -eq $Value) { return 'null' }
        $name = $Value.GetType().Name
        $plain = { param($v) if ($v -is [Collections.IList]) { return "$($v -join ' ')" } [string]::Format([cultureinfo]::InvariantCulture, '{0}', [object[]] @(, $v)) }
        if ($name -like 'QwenTest*') {
            $fields = $Value.PSObject.Properties | Where-Object Name -NE Fixed | ForEach-Object {
                $v = $_.Value
                "$($_.Name)=" + $(if ($v -is [Collections.IDictionary]) { ($v.GetEnumerator() | ForEach-Object { "$($_.Key):$($_.Value)" }) -join ' ' }
                    elseif ($v -is [object[]] -or "$(${v}?.GetType())" -like 'QwenTest*') { '[' + (($v | ForEach-Object { Show $_ }) -join ',') + ']' }
                    else { & $plain $v })
            }
            return "$($name -replace 'QwenTestPoint', 'Point') $fields"
        }
        if ($Value -is [Collections.IDictionary]) { return "$name $($Value.Keys)" }
        if ($name -eq 'PSCustomObject') { return "$name $($Value.PSObject.Properties.Name)" }
        if ($Value -is [array]) { return "$name $Value" }
        "$name $(& $plain $Value)"
    }
}

AfterAll {
    Stop-QwenEmulator
    Remove-Module QwenChat
}

Describe 'A value with <Api> and <Model>' -ForEach $ways {
    It 'of [<type>] is <is>' -ForEach $values {
        $c = New-QwenConversation -Api $Api -Model $Model
        $reply = Send-QwenMessage $c "say $json" -As ($type -as [type]) -PassThru
        $reply.Text | Should -BeExactly $json
        $reply.State | Should -Be Completed
        $written = @(Send-QwenMessage $c "say $json" -As ($type -as [type]) | ForEach-Object { Show $_ }) -join ','
        $written | Should -BeExactly $is
        $c.TurnCount | Should -Be 2
    }

    It 'of a schema is an object whose properties are in schema order' {
        $c = New-QwenConversation -Api $Api -Model $Model -Schema 'name, age int, nick?, tags string[]'
        $value = Send-QwenMessage $c 'say {"tags":["a"],"age":36,"name":"Ada"}'
        $value.PSObject.TypeNames[0] | Should -Be 'System.Management.Automation.PSCustomObject'
        $value | ConvertTo-Json -Compress | Should -BeExactly '{"name":"Ada","age":36,"nick":null,"tags":["a"]}'
    }

    It 'is in the last delta of a stream' {
        $c = New-QwenConversation -Api $Api -Model $Model
        $pieces = Send-QwenMessage $c 'say {"name":"Ada"}' -Schema name -Stream
        -join ($pieces | Where-Object Kind -EQ Text).Text | Should -BeExactly '{"name":"Ada"}'
        $pieces[-1].Reply.Value.name | Should -Be Ada
    }

    It 'is created from the second answer if the first does not match, and only the second is kept' {
        $c = New-QwenConversation -Api $Api -Model $Model
        $value = Send-QwenMessage $c 'say {"name":"Ada"} then {"name":"Ada","age":36}' -Schema 'name, age int'
        $value.age | Should -Be 36
        ($c | Get-QwenConversationItem | Where-Object Type -EQ message).Text | Should -Be 'say {"name":"Ada"} then {"name":"Ada","age":36}', '{"name":"Ada","age":36}'
    }

    It 'is missing if no answer matches: an error contains the text, and there is no turn' {
        $c = New-QwenConversation -Api $Api -Model $Model
        $failed = { Send-QwenMessage $c 'say {"age":"x"}' -Schema 'age int' } | Should -Throw -PassThru -ErrorId 'QwenSchemaMismatch,*'
        "$failed" | Should -BeLike '*age must be an integer, not "x".*'
        $failed.CategoryInfo.Category | Should -Be InvalidResult
        $failed.Exception.PartialReply.Text | Should -BeExactly '{"age":"x"}'
        $c.TurnCount | Should -Be 0
    }

    It 'must satisfy the validation attributes of a class' {
        $c = New-QwenConversation -Api $Api -Model $Model
        $good = '{"Age":36,"Kind":"a","Zip":"123","Note":"n"}'
        $value = Send-QwenMessage $c "say {`"Age`":36,`"Kind`":`"a`",`"Zip`":`"abc`",`"Note`":`"n`"} then $good" -As $checked
        $value.GetType() | Should -Be $checked
        $value.Age, $value.Kind, $value.Zip, $value.Note | Should -Be 36, 'a', '123', 'n'
        { Send-QwenMessage $c 'say {"Age":36,"Kind":"a","Zip":"abc","Note":"n"}' -As $checked } | Should -Throw -ErrorId 'QwenSchemaMismatch,*'
        { Send-QwenMessage $c 'say {"Age":151,"Kind":"a","Zip":"1","Note":"n"}' -As $checked } | Should -Throw '*Age must be at most 150, not 151.*'
    }

    It 'appears once in ConvertTo-Json, CliXml and exports' {
        $c = New-QwenConversation -Api $Api -Model $Model
        $reply = Send-QwenMessage $c mark -Schema mark -PassThru
        ($reply | ConvertTo-Json -Depth 3 -WarningAction Ignore | ConvertFrom-Json).Value.mark | Should -Be xyzzy
        ([Management.Automation.PSSerializer]::Deserialize([Management.Automation.PSSerializer]::Serialize($reply, 3))).Value.mark | Should -Be xyzzy
        $file = Join-Path $TestDrive 'answer.md'
        Export-QwenConversation $c $file -Force
        [regex]::Matches((Get-Content $file -Raw), 'xyzzy').Count | Should -Be 1
    }
}

Describe 'A type or schema that cannot be used' {
    It '[<type>] is rejected when it is specified' -ForEach @(
        @{ type = 'QwenTestTree'; reason = '*QwenTestTree.Children`[`]: `[QwenTestTree`] contains itself*' }
        @{ type = 'QwenTestClosed'; reason = '*`[QwenTestClosed`] has no parameterless constructor*' }
        @{ type = 'QwenTestHolder'; reason = '*QwenTestHolder.Inner: `[QwenTestClosed`] has no parameterless constructor*' }
        @{ type = 'QwenTestEmpty'; reason = '*has no public settable properties*' }
        @{ type = 'int[,]'; reason = '*cannot be the type of an answer*' }
        @{ type = 'scriptblock'; reason = '*`[scriptblock`] *' }
        @{ type = 'void'; reason = '*cannot be the type of an answer*' }
        @{ type = 'Collections.Generic.List`1'; reason = '*cannot be the type of an answer*' }
        @{ type = 'IDisposable'; reason = '*cannot be the type of an answer*' }
        @{ type = 'Collections.Specialized.OrderedDictionary'; reason = '*cannot be the type of an answer*' }
        @{ type = 'Collections.Generic.Dictionary[int,string]'; reason = '*cannot be the type of an answer*' }
    ) {
        $requests = $emulator.Requests.Count
        { Send-QwenMessage 'say x' -As ($type -as [type]) } | Should -Throw $reason -ErrorId 'ParameterArgumentTransformationError,*'
        { New-QwenConversation -As ($type -as [type]) } | Should -Throw $reason
        $emulator.Requests.Count | Should -Be $requests
    }

    It 'a class that refers to itself is rejected' {
        { New-QwenConversation -As $node } | Should -Throw '*QwenTestNode.Children`[`]*contains itself*'
    }

    It '<schema> is rejected when it is specified' -ForEach @(
        @{ schema = 'age integr'; reason = "*'integr' in 'age integr' is not a type*" }
        @{ schema = '{"type":"object"'; reason = '*The schema is not JSON*' }
        @{ schema = '{"type":"int"}'; reason = '*"int" is not a JSON Schema type*' }
        @{ schema = @{ name = 'string' }; reason = '*none of type, properties*' }
        @{ schema = @{ type = 'object'; properties = @{ a = @{ '$ref' = '#/x' } } }; reason = '*does not refer to a part of the schema*' }
        @{ schema = [int]; reason = '*with -As*' }
        @{ schema = 5; reason = '*is not a schema*' }
        @{ schema = @('a', 'b'); reason = '*is not a schema*' }
    ) {
        { Send-QwenMessage 'say x' -Schema $schema } | Should -Throw $reason -ErrorId 'ParameterArgumentTransformationError,*'
    }

    It 'a name in brackets without parentheses leads to advice' {
        { Send-QwenMessage 'say x' -As [NoSuchType] } | Should -Throw '*in parentheses: -As (`[NoSuchType`])*'
        Send-QwenMessage 'say {"value":5}' -As [int] | Should -Be 5
    }

    It 'an array of types is rejected' {
        { Send-QwenMessage 'say x' -As @([int], [string]) } | Should -Throw '*is not a type. Specify one type in parentheses*'
    }

    It '-As together with -Schema is rejected' {
        { Send-QwenMessage 'say x' -As ([int]) -Schema 'a int' } | Should -Throw '*Remove one of them*'
    }

    It 'response_format in -ExtraBody is rejected together with a schema' {
        { Send-QwenMessage 'say x' -Schema 'a int' -Api ChatCompletions -ExtraBody @{ response_format = @{ type = 'json_object' } } } | Should -Throw "*'response_format'*"
    }
}

Describe 'A schema of a conversation' {
    It 'is set, used and reset' {
        $c = New-QwenConversation -Api ChatCompletions -Model qwen3.7-plus -As ([int])
        Send-QwenMessage $c 'say {"value":5}' | Should -Be 5
        Set-QwenConversation $c -Schema 'name'
        (Send-QwenMessage $c 'say {"name":"Ada"}').name | Should -Be Ada
        Set-QwenConversation $c -Schema $null
        (Send-QwenMessage $c 'say hello').Text | Should -Be hello
    }

    It 'causes one warning about unchecked keywords' {
        $c = New-QwenConversation -Api ChatCompletions -Schema @{ type = 'object'; properties = @{ a = @{ type = 'array'; uniqueItems = $true } } }
        $null = Send-QwenMessage $c 'say {"a":[1]}' -WarningVariable first -WarningAction SilentlyContinue
        $null = Send-QwenMessage $c 'say {"a":[1]}' -WarningVariable second -WarningAction SilentlyContinue
        "$first" | Should -Be 'The schema contains keywords that QwenChat does not check in answers: uniqueItems.'
        $second | Should -BeNullOrEmpty
    }

    It 'results in a table with the same columns in each row' {
        'say {"a":"1","b":2}', 'say {"a":"3"}' | ForEach-Object { Send-QwenMessage $_ -Schema 'a, b? int' } | ConvertTo-Csv |
            Should -Be '"a","b"', '"1","2"', '"3",'
    }
}

Describe 'Objects from many messages' {
    It 'are written as they complete, and with -PassThru include their input' {
        $inputs = 1..8 | ForEach-Object { "say {`"n`":$_}" }
        $inputs | Send-QwenMessage -ThrottleLimit 4 -Schema 'n int' | ForEach-Object n | Sort-Object | Should -Be (1..8)
        $replies = $inputs | Send-QwenMessage -ThrottleLimit 4 -Ordered -Schema 'n int' -PassThru
        $replies.Value.n | Should -Be (1..8)
        $replies.InputObject | Should -Be $inputs
    }

    It 'that do not match cause error records' {
        $values = 'say {"n":1}', 'say {"n":"x"}', 'say {"n":3}' | Send-QwenMessage -ThrottleLimit 2 -Ordered -Schema 'n int' -ErrorVariable failed -ErrorAction SilentlyContinue
        $values.n | Should -Be 1, 3
        $failed[0].FullyQualifiedErrorId | Should -BeLike 'QwenSchemaMismatch,*'
        $failed[0].TargetObject | Should -Be 'say {"n":"x"}'
    }
}
