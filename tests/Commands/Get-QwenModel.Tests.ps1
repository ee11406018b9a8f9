BeforeAll {
    Import-Module QwenChat
    function Get-Completion {
        param([string] $Line)
        (TabExpansion2 $Line $Line.Length).CompletionMatches
    }
}

AfterAll { Remove-Module QwenChat }

Describe 'Get-QwenModel' {
    It 'lists all models, the newest generation first' {
        $models = Get-QwenModel
        $models[0].Id | Should -BeLike 'qwen3.8-*'
        $models.Id | Should -Contain 'text-embedding-v4'
        ($models.Id | Sort-Object -Unique).Count | Should -Be $models.Count
    }

    It 'accepts wildcards and names in any case, including from the pipeline' {
        (Get-QwenModel QWEN-Plus).Id | Should -BeExactly 'qwen-plus'
        (Get-QwenModel qwen3.6-plus*).Id | Should -Be 'qwen3.6-plus', 'qwen3.6-plus-2026-04-02'
        ('qwen-max', 'qwen-t*' | Get-QwenModel).Id | Should -Be 'qwen-max', 'qwen-turbo'
        (Get-QwenModel qwen-max | Get-QwenModel).Id | Should -Be 'qwen-max'
    }

    It 'reports an unknown name, which can still be used, and continues' {
        $models = Get-QwenModel nobody, qwen-max -ErrorVariable failed -ErrorAction SilentlyContinue
        $models.Id | Should -Be 'qwen-max'
        $failed.FullyQualifiedErrorId | Should -Be 'QwenModelNotFound,QwenChat.Commands.GetQwenModelCommand'
        "$failed" | Should -BeLike '*You can still use it*'
    }

    It 'writes nothing for a pattern that matches nothing' {
        Get-QwenModel nobody* -ErrorAction Stop | Should -BeNullOrEmpty
    }

    It 'shows a table that fits 80 columns' {
        $lines = (Get-QwenModel qwen3* | Out-String -Width 80) -split '\r?\n'
        $lines[1] | Should -Match '^Id +Window Thinking Price in/out'
        $lines -match '…' | Should -BeNullOrEmpty
    }
}

Describe 'The user''s own catalog' {
    BeforeAll { $path = Join-Path $TestDrive 'models.json' }
    AfterEach { Remove-Item Env:QWENCHAT_MODELS -ErrorAction Ignore }

    It 'adds models and replaces named values' {
        Set-Content $path '{ "models": { "qwen-max": { "contextWindow": 5 }, "our model": { "like": "qwen-plus" } } }'
        $env:QWENCHAT_MODELS = $path
        (Get-QwenModel qwen-max).ContextWindow | Should -Be 5
        (Get-QwenModel 'our model').MaxOutputTokens | Should -Be 32768
        $env:QWENCHAT_MODELS = $null
        (Get-QwenModel qwen-max).ContextWindow | Should -Be 32768
    }

    It 'causes an error that contains the line' {
        Set-Content $path "{`n `"models`": {`n `"a`": { `"thinking`": `"Maybe`" } } }"
        $env:QWENCHAT_MODELS = $path
        { Get-QwenModel } | Should -Throw -ErrorId 'QwenInvalidRequest,QwenChat.Commands.GetQwenModelCommand' `
            -ExpectedMessage "*$path*Line 3, column 21*'Maybe' is not one of Never, Off, On, Only.*QWENCHAT_MODELS*"
    }
}

Describe 'Completion of a model name' {
    AfterEach { Remove-Item Env:QWENCHAT_MODELS -ErrorAction Ignore }

    It 'completes from the catalog with window and price' {
        $found = Get-Completion 'Get-QwenModel qwen3.6-p'
        $found.CompletionText | Should -Be 'qwen3.6-plus', 'qwen3.6-plus-2026-04-02'
        $found[0].ToolTip | Should -BeLike '*1,000,000 tokens*CNY 3.7471 in, 22.4826 out*'
    }

    It 'quotes a name only if necessary' {
        $path = Join-Path $TestDrive 'quoted.json'
        Set-Content $path '{ "models": { "our ''model''": {}, "our/model:8b": {} } }'
        $env:QWENCHAT_MODELS = $path
        (Get-Completion 'Get-QwenModel our').CompletionText | Should -Be "'our ''model'''", 'our/model:8b'
    }

    It 'still works if the user''s file is invalid' {
        $env:QWENCHAT_MODELS = Join-Path $TestDrive 'absent.json'
        (Get-Completion 'Get-QwenModel qwen-tur').CompletionText | Should -Be 'qwen-turbo'
    }
}
