# The prompt before a tool runs, answered by a test host.

BeforeAll {
    . $PSScriptRoot/Common.ps1
    Import-Module QwenChat
    . $PSScriptRoot/ToolRunner.ps1
    $runnerFile = Join-Path $PSScriptRoot ToolRunner.ps1
    if (-not ('QwenChatTests.AnsweringHost' -as [type])) {
        Add-Type @'
using System;
using System.Collections.Generic;
using System.Collections.ObjectModel;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Security;

namespace QwenChatTests
{
    public sealed class AnsweringHost : PSHost
    {
        private readonly AnsweringUI _ui = new AnsweringUI();
        public AnsweringHost(int[] answers) { foreach (int a in answers) _ui.Answers.Enqueue(a); }
        public List<string> Questions { get { return _ui.Questions; } }
        public List<int> Defaults { get { return _ui.Defaults; } }
        public override string Name { get { return "AnsweringHost"; } }
        public override Version Version { get { return new Version(1, 0); } }
        public override Guid InstanceId { get; } = Guid.NewGuid();
        public override PSHostUserInterface UI { get { return _ui; } }
        public override CultureInfo CurrentCulture { get { return CultureInfo.InvariantCulture; } }
        public override CultureInfo CurrentUICulture { get { return CultureInfo.InvariantCulture; } }
        public override void EnterNestedPrompt() { }
        public override void ExitNestedPrompt() { }
        public override void NotifyBeginApplication() { }
        public override void NotifyEndApplication() { }
        public override void SetShouldExit(int exitCode) { }
    }

    internal sealed class AnsweringUI : PSHostUserInterface
    {
        public readonly Queue<int> Answers = new Queue<int>();
        public readonly List<string> Questions = new List<string>();
        public readonly List<int> Defaults = new List<int>();
        public override PSHostRawUserInterface RawUI { get { return null; } }
        public override int PromptForChoice(string caption, string message, Collection<ChoiceDescription> choices, int defaultChoice)
        {
            Questions.Add(caption + "\n" + message);
            Defaults.Add(defaultChoice);
            return Answers.Dequeue();
        }
        public override Dictionary<string, PSObject> Prompt(string c, string m, Collection<FieldDescription> d) { throw new InvalidOperationException("a prompt"); }
        public override PSCredential PromptForCredential(string c, string m, string u, string t) { throw new InvalidOperationException("a prompt"); }
        public override PSCredential PromptForCredential(string c, string m, string u, string t, PSCredentialTypes a, PSCredentialUIOptions o)
        { throw new InvalidOperationException("a prompt"); }
        public override string ReadLine() { throw new InvalidOperationException("a prompt"); }
        public override SecureString ReadLineAsSecureString() { throw new InvalidOperationException("a prompt"); }
        public override void Write(string value) { }
        public override void Write(ConsoleColor f, ConsoleColor b, string value) { }
        public override void WriteDebugLine(string message) { }
        public override void WriteErrorLine(string value) { }
        public override void WriteLine(string value) { }
        public override void WriteProgress(long sourceId, ProgressRecord record) { }
        public override void WriteVerboseLine(string message) { }
        public override void WriteWarningLine(string message) { }
    }
}
'@ -IgnoreWarnings -WarningAction SilentlyContinue
    }

    # Runs a script in a runspace whose host answers prompts: 0 is Yes, 1 Yes to All, 2 No, 3 No to All.
    function Invoke-Answered([int[]] $Answers, [string] $Script) {
        $answering = [QwenChatTests.AnsweringHost]::new($Answers)
        $runspace = [runspacefactory]::CreateRunspace($answering)
        $runspace.Open()
        $shell = [powershell]::Create($runspace)
        try {
            $null = $shell.AddScript("Import-Module QwenChat; . '$runnerFile'; function Set-Own([string] `$Text, [switch] `$Hard) { 'did ' + `$Text }; $Script")
            $calls = $shell.Invoke()
            if ($shell.HadErrors) { throw $shell.Streams.Error[0] }
            [pscustomobject]@{ Calls = @($calls); Questions = $answering.Questions; Defaults = $answering.Defaults }
        }
        finally { $shell.Dispose(); $runspace.Dispose() }
    }
}

AfterAll { Remove-Module QwenChat }

Describe 'The prompt' {
    It 'shows the command as it would be typed, and its default is No' {
        $r = Invoke-Answered 0 'Invoke-TestTool (New-QwenTool Set-Own) ''{"Text":"it''''s $x\u001b[31m","Hard":true}'''
        $r.Questions | Should -HaveCount 1
        $r.Questions[0] | Should -Match ([regex]::Escape("Set-Own -Hard -Text 'it''s `$x␛[31m'"))
        $r.Defaults | Should -Be 2
        $r.Calls[0].Approved | Should -BeTrue
        $r.Calls[0].Result | Should -Match '^did '
        $r.Calls[0].Error | Should -BeNullOrEmpty
    }

    It 'is shown <asked> times for three calls if the answer is <what>, and <count> calls run' -ForEach @(
        @{ what = 'yes each time'; answers = 0, 0, 0; count = 3; asked = 3 }
        @{ what = 'yes to all'; answers = , 1; count = 3; asked = 1 }
        @{ what = 'no each time'; answers = 2, 2, 2; count = 0; asked = 3 }
        @{ what = 'no to all'; answers = , 3; count = 0; asked = 1 }
        @{ what = 'no, then yes'; answers = 2, 0, 2; count = 1; asked = 3 }
    ) {
        $r = Invoke-Answered $answers 'Invoke-TestTool (New-QwenTool Set-Own) ''{"Text":"a"}'', ''{"Text":"b"}'', ''{"Text":"c"}'''
        $r.Questions | Should -HaveCount $asked
        @($r.Calls | Where-Object Duration) | Should -HaveCount $count
        @($r.Calls | Where-Object { -not $_.Duration }).Error | Where-Object { $_ -notmatch '^The user rejected this call' } | Should -BeNullOrEmpty
        @($r.Calls | Where-Object { $_.Approved -ne ($null -ne $_.Duration) }) | Should -BeNullOrEmpty
    }

    It 'truncates long arguments, and shows the number of omitted characters' {
        $r = Invoke-Answered 2 'Invoke-TestTool (New-QwenTool Set-Own) (''{"Text":"'' + ''x'' * 5000 + ''"}'')'
        $r.Questions[0].Length | Should -BeLessThan 1000
        $r.Questions[0] | Should -Match '4,\d{3} more characters'
    }

    It 'is not shown for allowed commands or invalid arguments' {
        (Invoke-Answered @() 'Invoke-TestTool (New-QwenTool t { 1 }); Invoke-TestTool (New-QwenTool Set-Own) ''{"Tex":"a"}''').Questions | Should -BeNullOrEmpty
    }
}
