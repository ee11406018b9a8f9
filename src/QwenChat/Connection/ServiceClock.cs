using System.Collections.Concurrent;

namespace QwenChat.Connection;

/// <summary>
/// The clock that decides when state at a service expires. A real service uses the same time as this machine. An emulator in this process has a
/// clock that can be set forward, which ages its state.
/// </summary>
internal static class ServiceClock
{
    private static readonly ConcurrentDictionary<string, TimeProvider> s_moved = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Returns the clock of the service at an address.</summary>
    /// <param name="address">Scheme, host and port.</param>
    public static TimeProvider Of(string address) => s_moved.GetValueOrDefault(address, TimeProvider.System);

    /// <summary>Registers a clock for the service at an address.</summary>
    public static void Set(string address, TimeProvider clock) => s_moved[address] = clock;

    /// <summary>Removes the clock of an address.</summary>
    public static void Clear(string address) => s_moved.TryRemove(address, out _);
}
