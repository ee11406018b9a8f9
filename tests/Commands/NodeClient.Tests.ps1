# The official OpenAI package for Node, an independent client, runs a tool loop and a batch with the emulator.

BeforeDiscovery {
    $folder = Join-Path $PSScriptRoot NodeClient
    $got = Join-Path $folder node_modules/.package-lock.json
    $hasPrograms = @(Get-Command node, npm -CommandType Application, ExternalScript -ErrorAction Ignore).Count -ge 2
    if ($hasPrograms -and -not (Test-Path $got)) {
        $null = & npm ci --prefix $folder --no-audit --no-fund --fetch-retries 0 2>&1
    }
    $isMissing = -not ($hasPrograms -and (Test-Path $got))
}

BeforeAll {
    Import-Module QwenChat
}

AfterAll {
    Remove-Module QwenChat -ErrorAction Ignore
}

Describe 'The OpenAI package for Node' -Skip:$isMissing -Tag 'needs Node and the npm registry' {
    BeforeAll {
        # The model makes two parallel calls, and then answers with the text of both results.
        $emulator = Start-QwenEmulator {
            param($Request)
            $results = @($Request.Messages | Where-Object Role -EQ tool)
            if ($results) { "$($Request.Api): $($results.Text -join ' and ') ($($results.ToolCallId -join ', '))" }
            else {
                @{
                    ToolCalls = @(
                        @{ Name = $Request.Tools[0].Name; Id = 'a'; Arguments = @{ city = 'Rome' } }
                        @{ Name = $Request.Tools[0].Name; Id = 'b'; Arguments = '{"city":"Oslo"}' }
                    )
                }
            }
        }
    }

    AfterAll {
        Stop-QwenEmulator
    }

    It 'runs a tool loop with <Api>, streamed: <Streamed>' -ForEach @(
        @{ Api = 'chat'; Streamed = 'false'; Name = 'ChatCompletions' }
        @{ Api = 'chat'; Streamed = 'true'; Name = 'ChatCompletions' }
        @{ Api = 'responses'; Streamed = 'false'; Name = 'Responses' }
        @{ Api = 'responses'; Streamed = 'true'; Name = 'Responses' }
    ) {
        $env:OPENAI_API_KEY = ConvertFrom-SecureString $emulator.ApiKey -AsPlainText
        try {
            $said = & node (Join-Path $PSScriptRoot NodeClient/loop.mjs) "$($emulator.CompatibleUri)" $Api $Streamed 2>&1
        }
        finally {
            $env:OPENAI_API_KEY = $null
        }
        $LASTEXITCODE | Should -Be 0 -Because "$said"
        $result = $said | ConvertFrom-Json
        $result.answer | Should -Be "${Name}: Rome: sunny and Oslo: sunny (a, b)"
        $result.calls | Should -Be Rome, Oslo
        $emulator.Requests[-2..-1].Status | Should -Be 200, 200
    }

    It 'runs a batch' {
        $plain = Start-QwenEmulator
        $env:OPENAI_API_KEY = ConvertFrom-SecureString $plain.ApiKey -AsPlainText
        try {
            $said = & node (Join-Path $PSScriptRoot NodeClient/batch.mjs) "$($plain.CompatibleUri)" 2>&1
        }
        finally {
            $env:OPENAI_API_KEY = $null
        }
        $LASTEXITCODE | Should -Be 0 -Because "$said"
        $result = $said | ConvertFrom-Json
        $result.first, $result.status | Should -Be 'validating', 'completed'
        $result.counts.total, $result.counts.completed, $result.counts.failed | Should -Be 3, 2, 1
        $start = 'This is the beginning of our conversation.'
        $result.texts | Should -Be "one: You said: `"Hello`". $start", "two: You said: `"Again`". $start"
        $result.errors | Should -Be 'bad: 400'
        $result.listed, $result.cancelled, $result.deleted | Should -Be $true, 'cancelling', $true
        Stop-QwenEmulator $plain
    }
}
