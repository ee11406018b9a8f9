BeforeAll {
    . $PSScriptRoot/Common.ps1
    $emulator = Connect-TestEmulator
}

AfterAll {
    Stop-QwenEmulator
    Remove-Module QwenChat
}

Describe 'ConvertTo-QwenEmbedding' {
    It 'creates a vector with <Model> and <Api>' -ForEach @(
        @{ Model = 'text-embedding-v4'; Api = 'ChatCompletions' }
        @{ Model = 'text-embedding-v4'; Api = 'DashScope' }
        @{ Model = 'text-embedding-v3'; Api = 'ChatCompletions' }
        @{ Model = 'text-embedding-v3'; Api = 'DashScope' }
    ) {
        $embedding = ConvertTo-QwenEmbedding 'Hello' -Model $Model -Api $Api
        $embedding.Text | Should -Be 'Hello'
        $embedding.Model | Should -Be $Model
        $embedding.Dimensions | Should -Be 1024
        $embedding.Vector.Count | Should -Be 1024
        $emulator.Requests[-1].Path | Should -Be (
            $Api -eq 'DashScope' ? '/api/v1/services/embeddings/text-embedding/text-embedding' : '/compatible-mode/v1/embeddings')
    }

    It 'sends ten texts at a time and keeps the order' {
        $before = $emulator.Requests.Count
        $embeddings = 1..23 | ForEach-Object { "text number$_" } | ConvertTo-QwenEmbedding -Dimensions 64
        $emulator.Requests.Count - $before | Should -Be 3
        $embeddings.Text | Should -Be (1..23 | ForEach-Object { "text number$_" })
        $embeddings[17].Similarity((ConvertTo-QwenEmbedding 'text number18' -Dimensions 64)) | Should -BeGreaterThan 0.999
        $embeddings.Dimensions | Select-Object -Unique | Should -Be 64
    }

    It 'keeps the order with -ThrottleLimit <_>' -ForEach 1, 4 {
        $before = $emulator.Requests.Count
        $embeddings = 1..95 | ForEach-Object { "text $_" } | ConvertTo-QwenEmbedding -Dimensions 64 -ThrottleLimit $_
        $emulator.Requests.Count - $before | Should -Be 10
        $embeddings.Text | Should -Be (1..95 | ForEach-Object { "text $_" })
    }

    It 'continues after a failed request, with several concurrent requests' {
        $emulator.AddFault([QwenChat.QwenEmulatorFault] @{ Status = 400; Body = '{"error":{"code":"x","message":"no"}}'; Times = 1 })
        $embeddings = 1..40 | ForEach-Object { "text $_" } |
            ConvertTo-QwenEmbedding -ThrottleLimit 3 -ErrorVariable failed -ErrorAction SilentlyContinue
        $emulator.ClearFaults()
        $failed.Count | Should -Be 1
        $failed[0].TargetObject.Count | Should -Be 10
        @($embeddings.Text) + $failed[0].TargetObject | Sort-Object { [int] ($_ -replace '\D') } | Should -Be (1..40 | ForEach-Object { "text $_" })
    }

    It 'stops when Select-Object needs no more vectors' {
        $emulator.AddFault([QwenChat.QwenEmulatorFault] @{ NeverAnswer = $true; Times = 50; Skip = 4 })
        $done = 1..500 | ForEach-Object { "text $_" } | ConvertTo-QwenEmbedding -ThrottleLimit 4 | Select-Object -First 1
        $emulator.ClearFaults()
        $done.Text | Should -Be 'text 1'
        Wait-Until { $emulator.ActiveRequests -eq 0 }
    }

    It 'writes the vectors of each request before it sends the next request' {
        $done = 1..30 | ForEach-Object { "text $_" } | ConvertTo-QwenEmbedding | Select-Object -First 1
        $done.Text | Should -Be 'text 1'
    }

    It 'accepts replies and uses their text' {
        $reply = Send-QwenMessage 'Hello'
        ($reply | ConvertTo-QwenEmbedding).Text | Should -Be $reply.Text
    }

    It 'uses the native endpoint if only that endpoint supports the options' {
        $null = ConvertTo-QwenEmbedding 'What is my name?' -TextType query -Instruct 'Find what was said of it.'
        $body = $emulator.Requests[-1].Body | ConvertFrom-Json
        $body.parameters.text_type | Should -Be 'query'
        $body.parameters.instruct | Should -Be 'Find what was said of it.'
    }

    It 'creates similar vectors for texts that share words' {
        $a, $b, $c = 'My dog is called Bello', 'Bello is a dog', 'The train leaves at nine' | ConvertTo-QwenEmbedding
        $a.Similarity($b) | Should -BeGreaterThan ($a.Similarity($c) + 0.2)
    }

    It 'is counted in the session' {
        $before = @(Measure-QwenConversation -Session | Where-Object Model -EQ 'text-embedding-v4').InputTokens
        $null = ConvertTo-QwenEmbedding 'one two three'
        @(Measure-QwenConversation -Session | Where-Object Model -EQ 'text-embedding-v4').InputTokens | Should -BeGreaterThan $before
    }

    It 'embeds the other texts when one text is empty' {
        $embeddings = 'one', '', 'three' | ConvertTo-QwenEmbedding -ErrorVariable failed -ErrorAction SilentlyContinue
        $embeddings.Text | Should -Be 'one', 'three'
        $failed.FullyQualifiedErrorId | Should -BeLike 'QwenInvalidRequest*'
    }

    It 'rejects <Why> before any request' -ForEach @(
        @{ Why = 'dimensions that the model does not have'; Arguments = @{ Dimensions = 100 }; Says = '*does not support 100 dimensions*1024*' }
        @{ Why = 'a model that is not an embedding model'; Arguments = @{ Model = 'qwen3.6-plus' }; Says = '*text-embedding-v4*' }
        @{ Why = 'a text type with the compatible endpoint'; Arguments = @{ TextType = 'query'; Api = 'ChatCompletions' }; Says = '*-Api DashScope*' }
        @{ Why = 'an API without embeddings'; Arguments = @{ Api = 'Responses' }; Says = '*ChatCompletions*DashScope*' }
        @{ Why = 'an instruction for documents'; Arguments = @{ TextType = 'document'; Instruct = 'Find.' }; Says = '*-TextType query*' }
    ) {
        $before = $emulator.Requests.Count
        { ConvertTo-QwenEmbedding 'Hello' @Arguments } | Should -Throw $Says -ErrorId 'QwenInvalidRequest*'
        $emulator.Requests.Count | Should -Be $before
    }

    It 'rejects <Why> before any request, with several concurrent requests' -ForEach @(
        @{ Why = 'dimensions'; Arguments = @{ Dimensions = 100 } }
        @{ Why = 'a model that is not an embedding model'; Arguments = @{ Model = 'qwen3.6-plus' } }
        @{ Why = 'a text type with the compatible endpoint'; Arguments = @{ TextType = 'query'; Api = 'ChatCompletions' } }
        @{ Why = 'an API without embeddings'; Arguments = @{ Api = 'Responses' } }
    ) {
        $before = $emulator.Requests.Count
        { 1..50 | ForEach-Object { "text $_" } | ConvertTo-QwenEmbedding -ThrottleLimit 4 @Arguments } | Should -Throw -ErrorId 'QwenInvalidRequest*'
        $emulator.Requests.Count | Should -Be $before
    }

    It 'rejects an invalid limit: <_>' -ForEach 0, -1, 10001 {
        { 'text' | ConvertTo-QwenEmbedding -ThrottleLimit $_ } | Should -Throw -ErrorId 'ParameterArgumentValidationError,*'
    }

    It 'ends with one error for a wrong key, with several concurrent requests' {
        $wrong = New-QwenConnection -BaseUri $emulator.BaseUri -ApiKey sk-wrong
        $before = $emulator.Requests.Count
        { 1..500 | ForEach-Object { "text $_" } | ConvertTo-QwenEmbedding -ThrottleLimit 4 -Connection $wrong } |
            Should -Throw -ErrorId 'QwenAuthenticationFailed*'
        $emulator.Requests.Count - $before | Should -BeLessOrEqual 8
    }

    It 'stays within a token limit, with several concurrent requests' {
        $connection = New-QwenConnection -BaseUri $emulator.BaseUri -ApiKey $emulator.ApiKey -TokenLimit 200
        $embeddings = [Collections.Generic.List[object]]::new()
        { 1..500 | ForEach-Object { "text $_" } | ConvertTo-QwenEmbedding -ThrottleLimit 8 -Connection $connection -Dimensions 64 |
            ForEach-Object { $embeddings.Add($_) } } | Should -Throw -ErrorId 'QwenBudgetExceeded*'
        $embeddings.Count | Should -BeGreaterThan 0
        # Concurrent requests reserve tokens in any order, so any of the first requests may be sent.
        $embeddings.Text | Should -Be ($embeddings.Text | Sort-Object { [int] ($_ -replace '\D') } -Unique)
    }

    It 'writes the vectors of other requests before a token limit ends the command, with several concurrent requests' {
        $connection = New-QwenConnection -BaseUri $emulator.BaseUri -ApiKey $emulator.ApiKey -TokenLimit 200
        $embeddings = [Collections.Generic.List[object]]::new()
        $before = $emulator.Requests.Count
        { (, ('long ' * 100) * 10) + (1..20 | ForEach-Object { "text $_" }) |
            ConvertTo-QwenEmbedding -ThrottleLimit 8 -Connection $connection -Dimensions 64 | ForEach-Object { $embeddings.Add($_) } } |
            Should -Throw -ErrorId 'QwenBudgetExceeded*'
        $emulator.Requests.Count - $before | Should -Be 2
        $embeddings.Text | Should -Be (1..20 | ForEach-Object { "text $_" })
    }

    It 'can be stopped with several concurrent requests' {
        $emulator.AddFault([QwenChat.QwenEmulatorFault] @{ NeverAnswer = $true; Times = 50 })
        try {
            $result = Invoke-AndStop -Variable @{ connection = (Get-QwenConnection) } {
                Import-Module QwenChat
                1..500 | ForEach-Object { "text $_" } | ConvertTo-QwenEmbedding -ThrottleLimit 6 -Connection $connection
            } { $emulator.ActiveRequests -eq 6 }
            $result.State | Should -Be 'Stopped'
            $result.Errors | Should -BeNullOrEmpty
            $emulator.ActiveRequests | Should -Be 0
        }
        finally { $emulator.ClearFaults() }
    }

    It 'reports an empty text and continues, with several concurrent requests' {
        $embeddings = 'one', '', 'three' | ConvertTo-QwenEmbedding -ThrottleLimit 2 -ErrorVariable failed -ErrorAction SilentlyContinue
        $embeddings.Text | Should -Be 'one', 'three'
        $failed.FullyQualifiedErrorId | Should -BeLike 'QwenInvalidRequest*'
    }

    It 'repeats the service''s message for an unknown model' {
        { ConvertTo-QwenEmbedding 'Hello' -Model 'no-such-embedding' } | Should -Throw -ErrorId 'QwenModelNotFound*'
    }

    It 'stops at a limit' {
        $connection = New-QwenConnection -BaseUri $emulator.BaseUri -ApiKey $emulator.ApiKey -TokenLimit 5
        { ConvertTo-QwenEmbedding 'one two three four five six seven' -Connection $connection } | Should -Throw -ErrorId 'QwenBudgetExceeded*'
    }
}
