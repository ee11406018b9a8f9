# Invalid items must be rejected before anything is added.

BeforeAll {
    . $PSScriptRoot/Common.ps1
    $null = Connect-TestEmulator
}

AfterAll {
    Stop-QwenEmulator
    Remove-Module QwenChat
}

Describe 'An item' {
    It 'is accepted as <Form>' -ForEach @(
        @{ Form = 'a hashtable'; Item = { @{ role = 'assistant'; content = 'x' } } }
        @{ Form = 'a hashtable in uppercase'; Item = { @{ ROLE = 'ASSISTANT'; CONTENT = 'x' } } }
        @{ Form = 'an ordered dictionary'; Item = { [ordered]@{ role = 'assistant'; content = 'x' } } }
        @{ Form = 'a generic dictionary'
        Item = { $d = [Collections.Generic.Dictionary[string, object]]::new(); $d.Add('role', 'assistant'); $d.Add('content', 'x'); , $d } }
        @{ Form = 'an object'; Item = { '{"role":"assistant","content":"x"}' | ConvertFrom-Json } }
        @{ Form = 'parts'; Item = { @{ role = 'assistant'; content = @(@{ type = 'output_text'; text = 'x' }) } } }
        @{ Form = 'one part'; Item = { @{ role = 'assistant'; content = @{ text = 'x' } } } }
        @{ Form = 'an item written by a service'
        Item = {
            @{ type = 'message'; id = 'msg_1'; status = 'completed'; role = 'assistant'
            content = @(@{ type = 'output_text'; text = 'x'; annotations = @(); logprobs = $null }) }
        } }
        @{ Form = 'an item of another conversation'; Item = { Add-QwenConversationItem (New-QwenConversation -Api Responses) 'x' -Role assistant -PassThru } }
    ) {
        $c = New-QwenConversation -Api ChatCompletions
        $added = Add-QwenConversationItem $c -Item (& $Item) -PassThru
        $added.Role, $added.Text | Should -BeExactly 'assistant', 'x'
        (New-QwenConversation -Api ChatCompletions -Item (& $Item) | Get-QwenConversationItem).Text | Should -BeExactly 'x'
    }

    It 'can have an image' {
        $c = New-QwenConversation -Api ChatCompletions
        foreach ($part in @{ image_url = 'https://x/a.png' }, @{ type = 'image_url'; image_url = @{ url = 'https://x/a.png' } }) {
            (Add-QwenConversationItem $c -Item @{ role = 'user'; content = @($part) } -PassThru).Content.Url | Should -BeExactly 'https://x/a.png'
        }
    }

    It 'is rejected with <Fault>' -ForEach @(
        @{ Fault = 'an unknown member'; Item = { @{ role = 'assistant'; content = 'x'; partial = $true } }
        Message = "*the member 'partial'*Remove 'partial'*" }
        @{ Fault = 'an unknown member of an object'; Item = { [pscustomobject]@{ role = 'assistant'; content = 'x'; name = 'ada' } }; Message = "*the member 'name'*" }
        @{ Fault = 'a member of a part'; Item = { @{ role = 'user'; content = @(@{ text = 'x'; cache_control = @{ type = 'ephemeral' } }) } }
        Message = "*the member 'cache_control'*" }
        @{ Fault = 'a member of an address'; Item = { @{ role = 'user'; content = @(@{ image_url = @{ url = 'https://x/a.png'; detail = 'low' } }) } }
        Message = "*the member 'detail'*" }
        @{ Fault = 'text and an image in one part'; Item = { @{ role = 'user'; content = @(@{ text = 'x'; image_url = 'https://x/a.png' }) } }
        Message = '*exactly one of*' }
        @{ Fault = 'an empty string'; Item = { '' }; Message = '*empty*' }
        @{ Fault = 'empty content'; Item = { @{ role = 'user'; content = '' } }; Message = '*empty*' }
        @{ Fault = 'no content'; Item = { @{ role = 'user' } }; Message = '*a role and content*' }
        @{ Fault = 'an unknown role'; Item = { @{ role = 'robot'; content = 'x' } }; Message = "*'robot'*" }
        @{ Fault = 'a number instead of an item'; Item = { 5 }; Message = '*Int32 is not an item*' }
        @{ Fault = 'a file instead of an item'; Item = { Get-Item $PSCommandPath }; Message = '*FileInfo is not an item*' }
        @{ Fault = 'a secret as its text'; Item = { @{ role = 'user'; content = @(@{ text = (ConvertTo-SecureString x -AsPlainText -Force) }) } }
        Message = '*SecureString*' }
        @{ Fault = 'an object as its text'; Item = { @{ role = 'user'; content = @(@{ text = @{ a = 1 } }) } }; Message = '*not text*ConvertTo-Json*' }
        @{ Fault = 'an object from another process'
            Item = { $i = Add-QwenConversationItem (New-QwenConversation -Api ChatCompletions) 'x' -PassThru
            [Management.Automation.PSSerializer]::Deserialize([Management.Automation.PSSerializer]::Serialize($i)) }
            Message = '*Import-QwenConversation*' }
    ) {
        $c = New-QwenConversation -Api ChatCompletions
        $value = & $Item
        { Add-QwenConversationItem $c -Item $value -ErrorAction Stop } | Should -Throw $Message
        { New-QwenConversation -Api ChatCompletions -Item $value -ErrorAction Stop } | Should -Throw $Message
        @(Get-QwenConversationItem $c).Count | Should -Be 0
    }
}
