using System.Collections.Concurrent;

namespace QwenChat.Connection;

/// <summary>
/// Whose clock decides what a service has forgotten. A real service's runs as this machine's does. An emulator in this process has one
/// that can be moved, and what is kept there grows old by that.
/// </summary>
internal static class ServiceClock
{
    private static readonly ConcurrentDictionary<string, TimeProvider> s_moved = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The clock of the service at an address.</summary>
    /// <param name="address">Scheme, host and port.</param>
    public static TimeProvider Of(string address) => s_moved.GetValueOrDefault(address, TimeProvider.System);

    /// <summary>Says that the service at an address has a clock of its own.</summary>
    public static void Set(string address, TimeProvider clock) => s_moved[address] = clock;

    /// <summary>Takes that back.</summary>
    public static void Clear(string address) => s_moved.TryRemove(address, out _);
}
