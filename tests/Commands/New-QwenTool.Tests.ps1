# To update ToolSchemas.txt, set $env:QWENCHAT_TEST_REWRITE to 1, and run this file.

BeforeDiscovery {
    Import-Module QwenChat
    $snapshot = 'Get-ChildItem', 'Get-Content', 'Select-String', 'Get-Process', 'Stop-Process', 'Invoke-RestMethod', 'Get-Date', 'Test-Path', 'New-Item',
        'Remove-Item', 'Set-Content', 'Copy-Item', 'Get-FileHash', 'Get-Command', 'Get-Help', 'Test-Connection', 'ConvertFrom-Json', 'Measure-Object',
        'Start-Process', 'Get-Random', 'Compress-Archive', 'Get-Item', 'Move-Item', 'Rename-Item', 'Get-ItemProperty', 'Get-Module', 'Import-Csv', 'Export-Csv',
        'ConvertTo-Json', 'Sort-Object', 'Group-Object', 'Select-Object', 'Compare-Object', 'Get-Member', 'Invoke-WebRequest', 'Start-Sleep', 'Get-Culture',
        'Resolve-Path', 'Join-Path', 'Expand-Archive', 'Get-Location', 'Write-Output'
    $isWritten = $IsLinux -and "$($PSVersionTable.PSVersion)" -like '7.6.*'
    $types = @(
        @{ type = 'string'; schema = '{"type":"string"}' }
        @{ type = 'char'; schema = '{"type":"string"}' }
        @{ type = 'bool'; schema = '{"type":"boolean"}' }
        @{ type = 'switch'; schema = '{"type":"boolean"}' }
        @{ type = 'int'; schema = '{"type":"integer"}' }
        @{ type = 'byte'; schema = '{"type":"integer"}' }
        @{ type = 'uint64'; schema = '{"type":"integer"}' }
        @{ type = 'bigint'; schema = '{"type":"integer"}' }
        @{ type = 'double'; schema = '{"type":"number"}' }
        @{ type = 'decimal'; schema = '{"type":"number"}' }
        @{ type = 'Nullable[double]'; schema = '{"type":"number"}' }
        @{ type = 'datetime'; schema = '{"type":"string","format":"date-time"}' }
        @{ type = 'DateTimeOffset'; schema = '{"type":"string","format":"date-time"}' }
        @{ type = 'DateOnly'; schema = '{"type":"string","format":"date"}' }
        @{ type = 'guid'; schema = '{"type":"string","format":"uuid"}' }
        @{ type = 'uri'; schema = '{"type":"string","format":"uri"}' }
        @{ type = 'timespan'; schema = '{"type":"string","description":"d.hh:mm:ss"}' }
        @{ type = 'IO.FileInfo'; schema = '{"type":"string","description":"FileInfo"}' }
        @{ type = 'version'; schema = '{"type":"string","description":"Version"}' }
        @{ type = 'regex'; schema = '{"type":"string","description":"Regex"}' }
        @{ type = 'xml'; schema = '{"type":"string","description":"XmlDocument"}' }
        @{ type = 'Text.Encoding'; schema = '{"type":"string","description":"Encoding"}' }
        @{ type = 'ipaddress'; schema = '{"type":"string","description":"IPAddress"}' }
        @{ type = 'cultureinfo'; schema = '{"type":"string","description":"CultureInfo"}' }
        @{ type = 'mailaddress'; schema = '{"type":"string","description":"MailAddress"}' }
        @{ type = 'DayOfWeek'; schema = '{"type":"string","enum":["Sunday","Monday","Tuesday","Wednesday","Thursday","Friday","Saturday"]}' }
        @{ type = 'IO.FileShare'; schema = '{"type":"array","items":{"type":"string","enum":["None","Read","Write","ReadWrite","Delete","Inheritable"]}}' }
        @{ type = 'int[]'; schema = '{"type":"array","items":{"type":"integer"}}' }
        @{ type = 'Collections.Generic.List[string]'; schema = '{"type":"array","items":{"type":"string"}}' }
        @{ type = 'Collections.Generic.Dictionary[string,int]'; schema = '{"type":"object","additionalProperties":{"type":"integer"}}' }
        @{ type = 'hashtable'; schema = '{"type":"object"}' }
        @{ type = 'Collections.Specialized.OrderedDictionary'; schema = '{"type":"object"}' }
        @{ type = 'object'; schema = '{}' }
        @{ type = 'psobject'; schema = '{}' }
        @{ type = 'Collections.ArrayList'; schema = '{"type":"array"}' }
        @{ type = 'pscredential' }
        @{ type = 'securestring' }
        @{ type = 'scriptblock' }
        @{ type = 'type' }
        @{ type = 'IO.Stream' }
        @{ type = 'IO.StreamReader' }
        @{ type = 'array' }
        @{ type = 'int[,]' }
        @{ type = 'Management.Automation.CommandInfo' }
        @{ type = 'Diagnostics.Process' }
    )
    $attributes = @(
        @{ code = "[ValidateSet('a', 'b')] [string] `$x"; schema = '{"type":"string","enum":["a","b"]}' }
        @{ code = "[ValidateSet('a', 'b')] [string[]] `$x"; schema = '{"type":"array","items":{"type":"string","enum":["a","b"]}}' }
        @{ code = '[ValidateSet(1, 2)] [int] $x'; schema = '{"type":"integer","enum":[1,2]}' }
        @{ code = "[ValidateSet($((1..41 | ForEach-Object { "'w$_'" }) -join ','))] [string] `$x"; schema = '{"type":"string"}' }
        @{ code = '[ValidateRange(1, 5)] [int] $x'; schema = '{"type":"integer","minimum":1,"maximum":5}' }
        @{ code = '[ValidateRange(0.5, 1.5)] [double] $x'; schema = '{"type":"number","minimum":0.5,"maximum":1.5}' }
        @{ code = "[ValidateRange('Positive')] [int] `$x"; schema = '{"type":"integer","minimum":1}' }
        @{ code = "[ValidateRange('Positive')] [double] `$x"; schema = '{"type":"number","exclusiveMinimum":0}' }
        @{ code = "[ValidateRange('NonNegative')] [int] `$x"; schema = '{"type":"integer","minimum":0}' }
        @{ code = "[ValidateRange('Negative')] [int] `$x"; schema = '{"type":"integer","maximum":-1}' }
        @{ code = "[ValidateRange('NonPositive')] [int] `$x"; schema = '{"type":"integer","maximum":0}' }
        @{ code = '[ValidateLength(1, 3)] [string] $x'; schema = '{"type":"string","minLength":1,"maxLength":3}' }
        @{ code = '[ValidateCount(1, 2)] [int[]] $x'; schema = '{"type":"array","items":{"type":"integer"},"minItems":1,"maxItems":2}' }
        @{ code = "[ValidatePattern('^a')] [string] `$x"; schema = '{"type":"string","description":"Matches the .NET pattern ^a"}' }
        @{ code = '[ValidateScript({ throw 1 })] [string] $x'; schema = '{"type":"string"}' }
        @{ code = "[Parameter(HelpMessage = 'Why.')] [timespan] `$x"; schema = '{"type":"string","description":"Why. (d.hh:mm:ss)"}' }
        @{ code = '[int] $x = 3'; schema = '{"type":"integer","default":3}' }
        @{ code = '[string] $x = "a$(throw 1)"'; schema = '{"type":"string"}' }
        @{ code = '[bool] $x = $true'; schema = '{"type":"boolean","default":true}' }
        @{ code = '[string] $x = (throw 1)'; schema = '{"type":"string"}' }
        @{ code = '[ArgumentCompleter({ throw 1 })] $x'; schema = '{}' }
    )
    $refusals = @(
        @{ what = 'a pattern'; given = 'Get-*'; says = 'wildcards' }
        @{ what = 'an unknown name'; given = 'Get-NothingOfThis'; says = "no command 'Get-NothingOfThis'" }
        @{ what = 'an empty name'; given = ''; says = 'is empty' }
        @{ what = 'a number'; given = 5; says = 'Int32 is not a tool' }
        @{ what = 'a block without a name'; given = { 1 }; says = 'has no name' }
        @{ what = 'a mandatory script block'; given = 'ForEach-Object'; says = 'ScriptBlock' }
        @{ what = 'a name that is reserved by the service'; given = 'Get-Date'; more = @{ Name = 'search' }; says = "'search'" }
        @{ what = 'an invalid name'; given = 'Get-Date'; more = @{ Name = 'a b' }; says = "'a b' is not a valid tool name" }
        @{ what = 'an unknown parameter'; given = 'Get-Date'; more = @{ Parameter = 'Nothing' }; says = 'no parameter Nothing' }
        @{ what = 'an unknown fixed value'; given = 'Get-Date'; more = @{ FixedValue = @{ Nothing = 1 } }; says = 'no parameter Nothing' }
        @{ what = 'an unknown set'; given = 'Get-Date'; more = @{ ParameterSetName = 'Nothing' }; says = "no parameter set 'Nothing'" }
        @{ what = 'an unknown set of a command with one set'; given = 'Write-Output'; more = @{ ParameterSetName = 'Nothing' }; says = 'omit -ParameterSetName' }
        @{ what = 'parameters of two sets'; given = 'Get-Process'; more = @{ Parameter = 'Name', 'Id' }; says = 'No parameter set' }
        @{ what = 'a parameter that a model cannot specify'; given = 'Get-Content'; more = @{ Parameter = 'Path', 'Credential' }; says = '-Credential' }
        @{ what = 'a schema without a name'; given = @{ parameters = @{} }; says = 'needs a name' }
        @{ what = 'a schema with an unknown member'; given = @{ name = 'a'; paramters = @{} }; says = "'paramters'" }
        @{ what = 'a schema that does not describe an object'; given = @{ name = 'a'; parameters = @{ type = 'string' } }; says = 'must be a JSON schema of an object' }
        @{ what = 'a schema that is not JSON'; given = @{ name = 'a'; parameters = '{' }; says = 'not JSON' }
        @{ what = 'approval of a schema'; given = @{ name = 'a' }; more = @{ Approval = 'Always' }; says = 'does not run a command' }
        @{ what = 'a parameter of a program'; given = 'dotnet'; more = @{ Parameter = 'Path' }; says = "'arguments'" }
    )
}

BeforeAll {
    . $PSScriptRoot/Common.ps1
    Import-Module QwenChat
    $file = Join-Path $PSScriptRoot ToolSchemas.txt
    if ($env:QWENCHAT_TEST_REWRITE) { Set-Content $file '' -NoNewline }
    $known = @{}
    if (Test-Path $file) { Get-Content $file | ForEach-Object { $command, $text = $_ -split ' ', 2; $known[$command] = $text } }
}

AfterAll { Remove-Module QwenChat }

Describe 'The schema of a parameter of type <type>' -ForEach $types {
    It 'is <schema>' {
        $tool = New-QwenTool t ([scriptblock]::Create("param([$type] `$x)"))
        $expected = $schema ? "{`"type`":`"object`",`"properties`":{`"x`":$schema}}" : '{"type":"object","properties":{}}'
        $tool.Parameters | Should -BeExactly $expected
    }
}

Describe 'The schema of <code>' -ForEach $attributes {
    It 'is <schema>' {
        (New-QwenTool t ([scriptblock]::Create("param($code)"))).Parameters | Should -BeExactly "{`"type`":`"object`",`"properties`":{`"x`":$schema}}"
    }
}

Describe 'The schema of <_>' -ForEach $snapshot -Tag 'needs PowerShell 7.6 on Linux' -Skip:(-not $isWritten) {
    It 'has not changed' {
        $made = (New-QwenTool $_).Parameters
        if ($env:QWENCHAT_TEST_REWRITE) { Add-Content $file "$_ $made" }
        else { $made | Should -BeExactly $known[$_] }
    }
}

Describe 'New-QwenTool rejects' {
    It '<what>' -ForEach $refusals {
        $more ??= @{}
        $failure = { New-QwenTool $given @more } | Should -Throw -PassThru
        "$failure" | Should -Match ([regex]::Escape($says))
        $failure.FullyQualifiedErrorId | Should -BeLike 'QwenInvalidRequest,*'
    }

    It 'a command whose module is unknown, instead of treating it as safe' {
        $m = New-Module { function Get-Hidden { 1 }; Export-ModuleMember }
        (New-QwenTool (& $m { Get-Command Get-Hidden })).Asks | Should -Be 'outside location'
    }

    It 'a tool from another process' {
        $dead = [System.Management.Automation.PSSerializer]::Deserialize([System.Management.Automation.PSSerializer]::Serialize((New-QwenTool Get-Date)))
        { New-QwenTool $dead } | Should -Throw '*another process*'
    }
}

Describe 'A tool' {
    It 'has all values that were specified' {
        $tool = New-QwenTool get_weather -Description 'Weather.' -Approval Always -TimeoutSeconds 9 -ScriptBlock {
            param([Parameter(Mandatory, HelpMessage = 'The city.')] [string] $City)
        }
        $tool.Name | Should -BeExactly 'get_weather'
        $tool.Description | Should -BeExactly 'Weather.'
        $tool.Parameters | Should -BeExactly '{"type":"object","properties":{"City":{"type":"string","description":"The city."}},"required":["City"]}'
        $tool.ParameterNames | Should -Be 'City'
        $tool.RequiredParameters | Should -Be 'City'
        $tool.Approval | Should -Be 'Always'
        $tool.Timeout | Should -Be ([timespan]'0:0:9')
        $tool.Command | Should -Be '{…}'
        $tool.Asks | Should -Be 'always'
        @(Get-ChildItem function:QwenTool*) | Should -BeNullOrEmpty
    }

    It 'is created from <what>' -ForEach @(
        @{ what = 'an alias'; given = 'gci'; name = 'Get-ChildItem'; asks = 'outside location' }
        @{ what = 'a name with its module'; given = 'Microsoft.PowerShell.Management\Get-Item'; name = 'Get-Item'; asks = 'outside location' }
        @{ what = 'a command that makes changes'; given = 'Remove-Item'; name = 'Remove-Item'; asks = 'yes' }
        @{ what = 'a command that makes changes without ShouldProcess'; given = 'Invoke-RestMethod'; name = 'Invoke-RestMethod'; asks = 'yes' }
        @{ what = 'a command that shows secrets'; given = 'Get-Variable'; name = 'Get-Variable'; asks = 'yes' }
        @{ what = 'a program'; given = 'dotnet'; name = 'dotnet'; asks = 'yes' }
        @{ what = 'a schema'; given = @{ name = 'book'; description = 'd'; parameters = @{ type = 'object'; properties = @{ a = @{ type = 'string' } } } }
        name = 'book'; asks = 'does not run' }
        @{ what = 'a nested schema'; given = @{ type = 'function'; function = @{ name = 'book' } }; name = 'book'; asks = 'does not run' }
    ) {
        $tool = New-QwenTool $given
        $tool.Name | Should -BeExactly $name
        $tool.Asks | Should -Be $asks
    }

    It 'created from a CommandInfo prompts like the command, even if the module is not imported' {
        $says = Invoke-FreshShell {
            $info = Get-Command -Module Microsoft.PowerShell.Utility -Name Export-Csv
            Import-Module QwenChat
            (New-QwenTool $info).Asks
        }
        $says | Should -Be 'yes'
    }

    It 'created from a script file has the file''s help and parameters' {
        $script = Join-Path $TestDrive 'Get-Thing.ps1'
        Set-Content $script "<#`n.SYNOPSIS`nGets it.`n.PARAMETER Id`nWhich.`n#>`nparam([Parameter(Mandatory)][int] `$Id)"
        $tool = New-QwenTool $script
        $tool.Name | Should -BeExactly 'Get-Thing'
        $tool.Description | Should -BeExactly 'Gets it.'
        $tool.Parameters | Should -BeExactly '{"type":"object","properties":{"Id":{"type":"integer","description":"Which."}},"required":["Id"]}'
    }

    It 'offers the specified and the mandatory parameters, but no parameters with fixed values' {
        (New-QwenTool Get-Process -Parameter Name).ParameterNames | Should -Be 'Name'
        (New-QwenTool Get-Process -Parameter Id).ParameterNames | Should -Be 'Id'
        (New-QwenTool Stop-Process -Parameter PassThru).ParameterNames | Should -Be 'Id', 'PassThru'
        (New-QwenTool Stop-Process -FixedValue @{ Id = 0 }).ParameterNames | Should -Be 'PassThru'
        (New-QwenTool Remove-Item -Parameter Path, Force).ParameterNames | Should -Contain 'Force'
        (New-QwenTool Remove-Item).ParameterNames | Should -Not -Contain 'Force'
        (New-QwenTool ForEach-Object -ParameterSetName PropertyAndMethodSet).ParameterNames | Should -Contain 'MemberName'
    }

    It 'offers dynamic parameters only if they are specified' {
        (New-QwenTool Get-ChildItem).ParameterNames | Should -Not -Contain 'File'
        (New-QwenTool Get-ChildItem -Parameter Path, File).ParameterNames | Should -Contain 'File'
    }

    It 'describes the properties of a PowerShell class in its schema' {
        class ToolTestPerson { [string] $Name; [ValidateRange(0, 150)] [int] $Age; hidden [string] $Secret }
        (New-QwenTool t { param([ToolTestPerson] $Who) }).Parameters |
            Should -BeExactly ('{"type":"object","properties":{"Who":{"type":"object","properties":' +
            '{"Name":{"type":"string"},"Age":{"type":"integer","minimum":0,"maximum":150}},"required":["Name","Age"],"additionalProperties":false}}}')
    }

    It 'can be piped' {
        (Get-Command Get-Date, Get-Item | New-QwenTool).Name | Should -Be 'Get-Date', 'Get-Item'
    }

    It 'can be created from a completed command name' {
        (TabExpansion2 'New-QwenTool Get-ChildI').CompletionMatches.CompletionText | Should -Contain 'Get-ChildItem'
    }

    It 'is shown as a table that fits 80 columns' {
        $text = New-QwenTool Get-ChildItem | Format-Table | Out-String -Width 80
        $text | Should -Match 'Name\s+Asks\s+Parameters'
        $text | Should -Match 'Get-ChildItem outside location Path, Filter'
    }
}
