using System.Collections.Concurrent;

namespace QwenChat.Connection;

/// <summary>
/// The clock that determines when state on a service expires: the system clock, or the clock of an emulator in this process, which can be set forward.
/// </summary>
internal static class ServiceClock
{
    private static readonly ConcurrentDictionary<string, TimeProvider> s_moved = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Returns the clock of the service at an address.</summary>
    /// <param name="address">The scheme, host and port of the service.</param>
    public static TimeProvider Of(string address) => s_moved.GetValueOrDefault(address, TimeProvider.System);

    public static void Set(string address, TimeProvider clock) => s_moved[address] = clock;

    public static void Clear(string address) => s_moved.TryRemove(address, out _);
}
