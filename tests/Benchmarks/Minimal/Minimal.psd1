@{
    RootModule        = 'QwenChat.Benchmarks.Minimal.dll'
    ModuleVersion     = '1.0.0'
    GUID              = '0b7d1d0a-3f5e-4d0e-9a53-6c7f3c1b8f10'
    PowerShellVersion = '7.4'
    FormatsToProcess  = @('Minimal.format.ps1xml')
    FunctionsToExport = @()
    VariablesToExport = @()
    AliasesToExport   = @()
    CmdletsToExport   = @('Get-Minimal')
}
