# The sources and the scope of connections. No key may ever be shown.

BeforeAll {
    Import-Module QwenChat
    $variables = 'DASHSCOPE_API_KEY', 'DASHSCOPE_API_KEY_FILE_PATH', 'DASHSCOPE_HTTP_BASE_URL'
    $before = @{}
    $variables | ForEach-Object { $before[$_] = [Environment]::GetEnvironmentVariable($_) }

    # Reads a non-public property or calls a non-public method.
    function Get-Hidden($Object, [string] $Name, [object[]] $Argument = @()) {
        $flags = [Reflection.BindingFlags] 'Instance, Static, Public, NonPublic'
        $type = $Object -is [type] ? $Object : $Object.GetType()
        $target = $Object -is [type] ? $null : $Object
        $property = $type.GetProperty($Name, $flags)
        if ($property) { return $property.GetValue($target) }
        try { $type.GetMethod($Name, $flags).Invoke($target, $Argument) }
        catch [Reflection.TargetInvocationException] { throw $_.Exception.InnerException }
    }
    function Get-Key($Connection) { Get-Hidden $Connection RevealKey }
    function Protect-Key([string] $Text) { [Net.NetworkCredential]::new('', $Text).SecurePassword }
}

AfterAll {
    $before.GetEnumerator() | ForEach-Object { [Environment]::SetEnvironmentVariable($_.Key, $_.Value) }
    Remove-Module QwenChat -ErrorAction Ignore
}

Describe 'Connections' {
    BeforeEach {
        $variables | ForEach-Object { [Environment]::SetEnvironmentVariable($_, $null) }
        Remove-Module QwenChat -ErrorAction Ignore
        Import-Module QwenChat
    }

    Context 'The environment' {
        It 'sets nothing when it is empty: the region is Singapore, and there is no key' {
            $connection = Get-QwenConnection
            $connection.BaseUri | Should -Be 'https://dashscope-intl.aliyuncs.com/'
            $connection.Region | Should -Be Singapore
            $connection.HasApiKey | Should -BeFalse
        }

        It 'specifies the key with DASHSCOPE_API_KEY' {
            $env:DASHSCOPE_API_KEY = 'sk-env'
            Get-Key (Get-QwenConnection) | Should -Be 'sk-env'
        }

        It 'specifies the key file with DASHSCOPE_API_KEY_FILE_PATH' {
            Set-Content TestDrive:/key "sk-file`nmore"
            $env:DASHSCOPE_API_KEY_FILE_PATH = (Get-Item TestDrive:/key).FullName
            Get-Key (Get-QwenConnection) | Should -Be 'sk-file'
        }

        It 'causes an error that names the key file if the file is missing' {
            $env:DASHSCOPE_API_KEY_FILE_PATH = '/not/there'
            $e = { Get-QwenConnection } | Should -Throw -PassThru -ErrorId 'QwenApiKeyMissing,QwenChat.Commands.GetQwenConnectionCommand'
            "$e" | Should -Match "'/not/there'"
        }

        It 'specifies the address with DASHSCOPE_HTTP_BASE_URL' {
            $env:DASHSCOPE_HTTP_BASE_URL = 'https://dashscope.aliyuncs.com/api/v1'
            (Get-QwenConnection).Region | Should -Be Beijing
        }

        It 'is read again only when it changes' {
            $env:DASHSCOPE_API_KEY = 'sk-1'
            $first = Get-QwenConnection
            Get-QwenConnection | Should -BeExactly $first
            [object]::ReferenceEquals((Get-QwenConnection), $first) | Should -BeTrue
            $env:DASHSCOPE_API_KEY = 'sk-2'
            Get-Key (Get-QwenConnection) | Should -Be 'sk-2'
        }
    }

    Context 'Set-QwenConnection' {
        It 'replaces the whole connection' {
            Set-QwenConnection -BaseUri http://localhost:1 -ApiKey sk-1 -Model m -IdleTimeoutSeconds 5
            Set-QwenConnection -Region Beijing
            $connection = Get-QwenConnection
            $connection.BaseUri | Should -Be 'https://dashscope.aliyuncs.com/'
            $connection.HasApiKey | Should -BeFalse
            $connection.Model | Should -BeNullOrEmpty
            $connection.IdleTimeout.TotalSeconds | Should -Be 120
        }

        It 'has the documented defaults' {
            $connection = New-QwenConnection
            $connection.ConnectionTimeout.TotalSeconds | Should -Be 15
            $connection.FirstByteTimeout | Should -BeNullOrEmpty
            $connection.IdleTimeout.TotalSeconds | Should -Be 120
            $connection.MaximumRetryCount | Should -Be 3
            $connection.MaximumConnections | Should -BeNullOrEmpty
            $connection.RequestsPerMinute | Should -BeNullOrEmpty
            $connection.TokensPerMinute | Should -BeNullOrEmpty
            $connection.AllowUnencryptedAuthentication | Should -BeFalse
        }

        It 'accepts every setting' {
            $connection = New-QwenConnection -WorkspaceId llm-a -ConnectionTimeoutSeconds 1 -FirstByteTimeoutSeconds 2 -IdleTimeoutSeconds 3 `
                -MaximumRetryCount 0 -MaximumConnections 4 -RequestsPerMinute 60 -TokensPerMinute 9000 `
                -AllowUnencryptedAuthentication -CostLimit 1.5 -TokenLimit 1000 `
                -ResponsesBaseUri https://dashscope-intl.aliyuncs.com/x/v1/
            $connection.BaseUri | Should -Be 'https://llm-a.ap-southeast-1.maas.aliyuncs.com/'
            $connection.ConnectionTimeout.TotalSeconds | Should -Be 1
            $connection.FirstByteTimeout.TotalSeconds | Should -Be 2
            $connection.IdleTimeout.TotalSeconds | Should -Be 3
            $connection.MaximumRetryCount | Should -Be 0
            $connection.MaximumConnections | Should -Be 4
            $connection.RequestsPerMinute | Should -Be 60
            $connection.TokensPerMinute | Should -Be 9000
            $connection.AllowUnencryptedAuthentication | Should -BeTrue
            $connection.CostLimit | Should -Be 1.5
            $connection.TokenLimit | Should -Be 1000
            $connection.ResponsesBaseUri | Should -Be 'https://dashscope-intl.aliyuncs.com/x/v1'
        }

        It 'uses only BaseUri and ApiKey of piped objects' {
            [pscustomobject]@{
                BaseUri = [uri] 'http://127.0.0.1:5'; ApiKey = Protect-Key sk-1; CompatibleUri = [uri] 'http://127.0.0.1:5/v1'
                Region = 'Beijing'; Model = 'm'
            } | Set-QwenConnection
            $connection = Get-QwenConnection
            $connection.BaseUri | Should -Be 'http://127.0.0.1:5/'
            $connection.CompatibleUri, $connection.Region, $connection.Model | Should -Be $null, $null, $null
            Get-Key $connection | Should -Be 'sk-1'
        }

        It 'accepts the key as plain text and as a secure string' {
            Get-Key (New-QwenConnection -ApiKey ' sk-1 ') | Should -Be 'sk-1'
            Get-Key (New-QwenConnection -ApiKey (Protect-Key sk-2)) | Should -Be 'sk-2'
        }

        It 'rejects an empty key (<_>) and keeps the previous connection' -ForEach @("''", '$null', '(New-Object securestring)') {
            Set-QwenConnection -ApiKey sk-1
            $command = [scriptblock]::Create("Set-QwenConnection -ApiKey $_")
            $command | Should -Throw -ErrorId 'QwenApiKeyMissing,QwenChat.Commands.SetQwenConnectionCommand'
            Get-Key (Get-QwenConnection) | Should -Be 'sk-1'
        }

        It 'never uses the environment''s key for another address' {
            $env:DASHSCOPE_API_KEY = 'sk-env'
            (New-QwenConnection -Region Virginia).HasApiKey | Should -BeTrue
            (New-QwenConnection -BaseUri https://gw.example).HasApiKey | Should -BeFalse
            (New-QwenConnection -CompatibleUri http://localhost:11434/v1).HasApiKey | Should -BeFalse
            $env:DASHSCOPE_HTTP_BASE_URL = 'https://gw.example'
            (New-QwenConnection -BaseUri https://gw.example/compatible-mode/v1).HasApiKey | Should -BeTrue
        }

        It 'rejects <command> with advice' -ForEach @(
            @{ command = 'Set-QwenConnection -BaseUri nowhere'; advice = 'https://dashscope-intl.aliyuncs.com' }
            @{ command = 'Set-QwenConnection -BaseUri http://['; advice = 'https://dashscope-intl.aliyuncs.com' }
            @{ command = 'Set-QwenConnection -CompatibleUri https://host:99999'; advice = 'http://localhost:11434/v1' }
            @{ command = 'Set-QwenConnection -BaseUri ftp://host'; advice = 'https://dashscope-intl.aliyuncs.com' }
            @{ command = 'Set-QwenConnection -BaseUri https://host?x=1'; advice = 'Remove the part' }
            @{ command = 'Set-QwenConnection -Region Tokyo'; advice = '-WorkspaceId' }
            @{ command = 'Set-QwenConnection -WorkspaceId a/b'; advice = 'llm-' }
        ) {
            $e = [scriptblock]::Create($command) | Should -Throw -PassThru -ErrorId 'QwenInvalidRequest,QwenChat.Commands.SetQwenConnectionCommand'
            "$e" | Should -BeLike "*$advice*"
            $e.CategoryInfo.Category | Should -Be InvalidArgument
        }

        It 'accepts one address at a time' {
            { Set-QwenConnection -BaseUri http://localhost:1 -Region Beijing } | Should -Throw -ErrorId 'AmbiguousParameterSet*'
            { Set-QwenConnection -BaseUri http://localhost:1 -CompatibleUri http://localhost:1/v1 } | Should -Throw -ErrorId 'AmbiguousParameterSet*'
        }

        It 'writes the connection with -PassThru' {
            Set-QwenConnection -ApiKey sk-1 | Should -BeNullOrEmpty
            Set-QwenConnection -ApiKey sk-1 -PassThru | Should -BeOfType QwenChat.QwenConnection
        }
    }

    Context 'A runspace' {
        BeforeAll {
            # Runs a script in a separate runspace, like ForEach-Object -Parallel and thread jobs.
            function Invoke-InRunspace([string] $Script) {
                $shell = [powershell]::Create()
                try { $shell.AddScript($Script).Invoke() } finally { $shell.Dispose() }
            }
        }

        It 'without its own connection uses that of the first runspace' {
            Set-QwenConnection -Region Beijing -ApiKey sk-1
            1..2 | ForEach-Object -Parallel { (Get-QwenConnection).Region } | Should -Be Beijing, Beijing
            Invoke-InRunspace '(Get-QwenConnection).Region' | Should -Be Beijing
            Start-ThreadJob { (Get-QwenConnection).Region } | Receive-Job -Wait -AutoRemoveJob | Should -Be Beijing
        }

        It 'has its own connection once it sets one, which other runspaces do not use' {
            Set-QwenConnection -Region Beijing -ApiKey sk-1
            Invoke-InRunspace 'Set-QwenConnection -Region Virginia; (Get-QwenConnection).Region' | Should -Be Virginia
            (Get-QwenConnection).Region | Should -Be Beijing
            Invoke-InRunspace '(Get-QwenConnection).Region' | Should -Be Beijing
        }

        It 'does not use the connection of an earlier iteration of ForEach-Object -Parallel' {
            $seen = 1..3 | ForEach-Object -Parallel {
                $region = (Get-QwenConnection).Region
                Set-QwenConnection -Region Virginia
                "$region $([runspace]::DefaultRunspace.Id)"
            } -ThrottleLimit 1
            @($seen -replace '.* ' | Select-Object -Unique).Count | Should -Be 1 -Because 'the test is meaningful only if the runspace is reused'
            $seen -replace ' .*' | Should -Be Singapore, Singapore, Singapore
        }

        It 'loses its connection when the module is removed' {
            Set-QwenConnection -Region Beijing -ApiKey sk-1
            Remove-Module QwenChat
            Import-Module QwenChat
            (Get-QwenConnection).HasApiKey | Should -BeFalse
            (Get-QwenConnection).Region | Should -Be Singapore
        }

        It 'that is not the first loses only its own connection when the module is removed' {
            Set-QwenConnection -Region Beijing -ApiKey sk-1
            Invoke-InRunspace 'Set-QwenConnection -Region Virginia; Remove-Module QwenChat; Import-Module QwenChat; (Get-QwenConnection).Region' |
                Should -Be Beijing
            (Get-QwenConnection).Region | Should -Be Beijing
        }
    }

    Context 'The key' {
        BeforeAll {
            $shown = @{
                'Format-List -Force' = { $_ | Format-List * -Force | Out-String }
                'Out-String' = { $_ | Out-String }
                'Format-Custom' = { $_ | Format-Custom -Depth 5 | Out-String }
                'ConvertTo-Json' = { $_ | ConvertTo-Json -Depth 5 }
                'ConvertTo-Csv' = { $_ | ConvertTo-Csv }
                'Export-Clixml' = { $_ | Export-Clixml TestDrive:/c.xml -Depth 5; Get-Content TestDrive:/c.xml -Raw }
                'a string' = { "$_" }
                'Get-Member -Force' = { $_ | Get-Member -Force | Out-String }
            }
        }

        It 'is not shown by <_>' -ForEach @('Format-List -Force', 'Out-String', 'Format-Custom', 'ConvertTo-Json', 'ConvertTo-Csv', 'Export-Clixml', 'a string',
            'Get-Member -Force') {
            $text = New-QwenConnection -ApiKey sk-very-secret | ForEach-Object $shown[$_]
            $text | Should -Not -BeNullOrEmpty
            $text | Should -Not -Match 'secret|SecureString'
        }

        It 'is not passed to another process, and the error says so' {
            $far = New-QwenConnection -Region Beijing -ApiKey sk-1 -FirstByteTimeoutSeconds 5 -CostLimit 1.5 -Model m |
                ForEach-Object { [System.Management.Automation.PSSerializer]::Deserialize([System.Management.Automation.PSSerializer]::Serialize($_)) }
            $assembly = [QwenChat.QwenConnection].Assembly
            $attribute = [Activator]::CreateInstance($assembly.GetType('QwenChat.Commands.Input.ConnectionAttribute'))
            $connection = Get-Hidden $attribute Transform -Argument @($null, $far)
            $connection | Should -BeOfType QwenChat.QwenConnection
            $connection.Region | Should -Be Beijing
            $connection.BaseUri | Should -Be 'https://dashscope.aliyuncs.com/'
            $connection.FirstByteTimeout.TotalSeconds | Should -Be 5
            $connection.CostLimit | Should -Be 1.5
            $connection.Model | Should -Be m
            $connection.HasApiKey | Should -BeFalse
            { Get-Hidden $connection EnsureKey } | Should -Throw '*another process*New-QwenConnection -ApiKey*'
        }
    }

    Context 'The table of errors' {
        BeforeAll {
            $table = [QwenChat.QwenConnection].Assembly.GetType('QwenChat.Commands.Errors.ErrorRecords')
        }

        It 'contains an id, a category and advice for <_>' -ForEach @(
            'ApiKeyMissing', 'AuthenticationFailed', 'AccessDenied', 'ModelNotFound', 'NotFound', 'InvalidRequest', 'MutuallyExclusive', 'InvalidResponseId',
                'SingleTurn'
            'MediaRefused', 'StateExpired', 'ContextLengthExceeded', 'ContentFiltered', 'BudgetExceeded', 'RateLimited', 'Billing', 'ServiceUnavailable',
                'Timeout'
            'ConnectionFailed', 'StreamBroken', 'ProtocolError', 'StoreUnavailable', 'StoreIncompatible', 'ImportInvalid'
        ) {
            $row = Get-Hidden $table RowOf -Argument @([QwenChat.QwenErrorKind] $_)
            $row.Id | Should -Be "Qwen$_"
            $row.Category | Should -Not -Be NotSpecified
            $row.Advice | Should -Match '\.$'
        }

        It 'includes every kind of error' {
            foreach ($kind in [enum]::GetValues([QwenChat.QwenErrorKind])) { Get-Hidden $table RowOf -Argument @($kind) | Should -Not -BeNullOrEmpty }
        }

        It 'shows the service''s message before the advice, and no control sequence in either' {
            $exception = [QwenChat.QwenException]::new('ConnectionFailed', "No route`e[2J to host.", $null)
            $record = Get-Hidden $table RecordOf -Argument @($exception, 'the message', $null, $null)
            "$record" | Should -BeLike "No route$([char]0x241B)?2J to host.*Check the address*"
            $record.TargetObject | Should -Be 'the message'
            $record.Exception | Should -Be $exception
        }
    }
}
