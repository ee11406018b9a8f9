using System.Management.Automation;
using System.Runtime.CompilerServices;

namespace QwenChat.Commands.Input;

/// <summary>
/// Accepts an emulator in place of its connection. Also accepts a deserialized connection (<c>Start-Job</c>, <c>Import-Clixml</c>), which has no key,
/// because keys are not serialized.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class ConnectionAttribute : ArgumentTransformationAttribute
{
    // Each emulator has a single connection, so that all commands share the limits and sockets of that connection.
    private static readonly ConditionalWeakTable<QwenEmulator, QwenConnection> s_emulators = [];

    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData) =>
        (inputData is PSObject wrapped ? wrapped.BaseObject : inputData) is QwenEmulator emulator ? s_emulators.GetValue(emulator, To)
        : inputData is PSObject shell && shell.TypeNames.Contains("Deserialized." + typeof(QwenConnection).FullName) ? Restore(shell) : inputData;

    private static QwenConnection To(QwenEmulator emulator) => QwenConnection.To(emulator.BaseUri, emulator.ApiKey);

    private static QwenConnection Restore(PSObject shell)
    {
        var connection = new QwenConnection
        {
            BaseUri = Read<Uri>(shell, nameof(QwenConnection.BaseUri)),
            CompatibleUri = Read<Uri>(shell, nameof(QwenConnection.CompatibleUri)),
            ResponsesBaseUri = Read<Uri>(shell, nameof(QwenConnection.ResponsesBaseUri)),
            RegionKind = Read<QwenRegion?>(shell, nameof(QwenConnection.Region)),
            WorkspaceId = Read<string>(shell, nameof(QwenConnection.WorkspaceId)),
            Model = Read<string>(shell, nameof(QwenConnection.Model)),
            ConnectionTimeout = Read<TimeSpan>(shell, nameof(QwenConnection.ConnectionTimeout)),
            FirstByteTimeout = Read<TimeSpan?>(shell, nameof(QwenConnection.FirstByteTimeout)),
            IdleTimeout = Read<TimeSpan>(shell, nameof(QwenConnection.IdleTimeout)),
            MaximumRetryCount = Read<int>(shell, nameof(QwenConnection.MaximumRetryCount)),
            MaximumConnections = Read<int?>(shell, nameof(QwenConnection.MaximumConnections)),
            RequestsPerMinute = Read<int?>(shell, nameof(QwenConnection.RequestsPerMinute)),
            TokensPerMinute = Read<long?>(shell, nameof(QwenConnection.TokensPerMinute)),
            ServiceLimits = ReadLimits(shell),
            AllowUnencryptedAuthentication = Read<bool>(shell, nameof(QwenConnection.AllowUnencryptedAuthentication)),
            CostLimit = Read<decimal?>(shell, nameof(QwenConnection.CostLimit)),
            TokenLimit = Read<long?>(shell, nameof(QwenConnection.TokenLimit)),
            LostKey = Read<bool>(shell, nameof(QwenConnection.HasApiKey)),
        };
        return connection.Addresses.Any()
            ? connection
            : throw new ArgumentTransformationMetadataException(
            "This connection comes from another process and has no address. Create a new connection with New-QwenConnection.");
    }

    private static QwenModelLimit[] ReadLimits(PSObject shell) =>
        LanguagePrimitives.GetEnumerable(shell.Properties[nameof(QwenConnection.ServiceLimits)]?.Value) is not { } limits ? []
        : [.. limits.OfType<PSObject>().Where(limit => Read<string>(limit, nameof(QwenModelLimit.Model)) is not null).Select(limit => new QwenModelLimit
        {
            Model = Read<string>(limit, nameof(QwenModelLimit.Model))!,
            RequestsPerMinute = Read<double?>(limit, nameof(QwenModelLimit.RequestsPerMinute)),
            TokensPerMinute = Read<double?>(limit, nameof(QwenModelLimit.TokensPerMinute)),
        })];

    private static T? Read<T>(PSObject shell, string name)
    {
        object? value = shell.Properties[name]?.Value;
        // An enum is a number after deserialization.
        if (value is PSObject { BaseObject: int number })
            value = number;
        return value is null ? default : (T?)LanguagePrimitives.ConvertTo(value, typeof(T), System.Globalization.CultureInfo.InvariantCulture);
    }
}
