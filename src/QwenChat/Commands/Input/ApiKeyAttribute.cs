using System.Management.Automation;
using QwenChat.Connection;

namespace QwenChat.Commands.Input;

/// <summary>Converts a plain string to a SecureString, so that <c>-ApiKey $secret</c> works with secrets from CI systems and vaults.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class ApiKeyAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData) =>
        (inputData is PSObject shell ? shell.BaseObject : inputData) is string text ? ConnectionEnvironment.Protect(text.Trim()) : inputData;
}
