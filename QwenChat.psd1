@{
    RootModule             = 'QwenChat.dll'
    ModuleVersion          = '0.1.0'
    CompatiblePSEditions   = @('Core')
    GUID                   = '5a1f3c0e-7d0b-4e55-9a1b-6f1f2f5a9c21'
    Author                 = 'The QwenChat contributors'
    Copyright              = '(c) The QwenChat contributors. MIT license.'
    Description            = 'Multi-turn conversations with Qwen models: one conversation object for the Responses API, Chat Completions, the Conversations API and the native DashScope protocol.'
    PowerShellVersion      = '7.4'
    FormatsToProcess       = @('QwenChat.batch.format.ps1xml', 'QwenChat.format.ps1xml', 'QwenChat.shapes.format.ps1xml', 'QwenChat.tools.format.ps1xml')
    FunctionsToExport      = @()
    VariablesToExport      = @()
    AliasesToExport        = @('etqc', 'gqcv', 'nqcv', 'sdqm')
    CmdletsToExport        = @(
        'Add-QwenConversationItem'
        'Close-QwenStore'
        'Compress-QwenConversation'
        'ConvertTo-QwenEmbedding'
        'Copy-QwenConversation'
        'Enter-QwenChat'
        'Export-QwenConversation'
        'Get-QwenBatch'
        'Get-QwenConnection'
        'Get-QwenConversation'
        'Get-QwenConversationItem'
        'Get-QwenModel'
        'Get-QwenResponse'
        'Import-QwenConversation'
        'Measure-QwenConversation'
        'New-QwenBatchRequest'
        'New-QwenConnection'
        'New-QwenContextPolicy'
        'New-QwenConversation'
        'New-QwenStore'
        'New-QwenTool'
        'Receive-QwenBatch'
        'Remove-QwenBatch'
        'Remove-QwenConversation'
        'Remove-QwenConversationItem'
        'Remove-QwenResponse'
        'Search-QwenConversation'
        'Send-QwenMessage'
        'Set-QwenConnection'
        'Set-QwenConversation'
        'Start-QwenBatch'
        'Start-QwenEmulator'
        'Stop-QwenBatch'
        'Stop-QwenEmulator'
        'Undo-QwenTurn'
        'Update-QwenModelCatalog'
        'Wait-QwenBatch'
    )
    PrivateData            = @{
        PSData = @{
            Tags         = @('Qwen', 'DashScope', 'LLM', 'Chat', 'AI', 'Conversation', 'PSEdition_Core', 'Windows', 'Linux', 'MacOS')
            LicenseUri   = 'https://opensource.org/license/mit'
            ReleaseNotes = 'See CHANGELOG.md, which is included in the module.'
        }
    }
}
