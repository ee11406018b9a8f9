# For BeforeAll: keystroke sequences, and a script that connects to an emulator, to test a chat at a terminal.

. $PSScriptRoot/Terminal.ps1

$connect = @(
    '$ErrorActionPreference = "Continue"'
    'Import-Module QwenChat'
    '$e = Start-QwenEmulator -DelayBetweenEvents 20 -Reply { param($Request) switch -Regex ($Request.LastMessage) {
        "long" { (1..500 | ForEach-Object { "n$_" }) -join " " }
        "boom" { throw "No luck." }
        "slow" { Start-Sleep 3; "Late." }
        "think" { @{ Thinking = "Hm."; Text = "**Done** thinking." } }
        "escape" { "a`e[2Jb" }
        default { "You said <$_>." }
    } }'
    'Set-QwenConnection -BaseUri $e.BaseUri -ApiKey $e.ApiKey -MaximumRetryCount 0'
)
$enter, $up, $left, $ctrlC, $ctrlD, $tab = "`r", "`e[A", "`e[D", "`u{3}", "`u{4}", "`t"
