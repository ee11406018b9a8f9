using System.Collections.Immutable;
using System.Security;
using System.Security.Cryptography;
using QwenChat.Connection;
using QwenChat.Emulator;
using QwenChat.Emulator.Http;

namespace QwenChat;

/// <summary>
/// An emulator of the Qwen service. The emulator runs on 127.0.0.1, without a model. It implements the service's APIs, stores conversations and responses,
/// validates requests, counts tokens, and can simulate network failures.
/// </summary>
public sealed class QwenEmulator : IDisposable
{
    private static ImmutableList<QwenEmulator> s_running = [];
    private static ImmutableHashSet<string> s_stopped = [];
    private readonly EmulatorService _service;
    private readonly HttpServer _server;
    private int _stopped;

    private QwenEmulator(QwenEmulatorOptions options)
    {
        // The key has the format of a real key, but cannot be mistaken for one.
        string key = "sk-emulator-" + Convert.ToHexString(RandomNumberGenerator.GetBytes(12)).ToLowerInvariant();
        ApiKey = new SecureString();
        foreach (char c in key)
            ApiKey.AppendChar(c);
        ApiKey.MakeReadOnly();
        _service = new EmulatorService(options, key);
        _server = new HttpServer(options.MaximumBodyBytes, _service.AnswerAsync, EmulatorService.RefuseAsync);
        BaseUri = new Uri($"http://127.0.0.1:{_server.Port}");
        CompatibleUri = new Uri(BaseUri, "/compatible-mode/v1");
        _service.Address = BaseUri;
        ServiceClock.Set(ServiceAddress.Server(BaseUri), _service.Clock);
    }

    /// <summary>The running emulators of this process, oldest first.</summary>
    public static IReadOnlyList<QwenEmulator> Running => s_running;

    /// <summary>The base URL, in the same form as the URL of a service host.</summary>
    public Uri BaseUri { get; }

    /// <summary>The URL of the OpenAI-compatible APIs, for any OpenAI client.</summary>
    public Uri CompatibleUri { get; }

    /// <summary>The only key that the emulator accepts; random for each emulator.</summary>
    public SecureString ApiKey { get; }

    /// <summary>The received requests, oldest first.</summary>
    public IReadOnlyList<QwenEmulatorRequest> Requests => _service.Requests;

    /// <summary>The number of responses in progress.</summary>
    public int ActiveRequests => _service.ActiveRequests;

    /// <summary>The number of open connections, including idle connections.</summary>
    public int OpenConnections => _server.OpenConnections;

    /// <summary>Whether the emulator has been stopped.</summary>
    public bool HasStopped => Volatile.Read(ref _stopped) != 0;

    /// <summary>Starts an emulator on a free port.</summary>
    /// <param name="options">The settings; null to use the defaults.</param>
    /// <returns>The running emulator. Dispose it to stop it.</returns>
    public static QwenEmulator Start(QwenEmulatorOptions? options = null)
    {
        var emulator = new QwenEmulator(options ?? new QwenEmulatorOptions());
        ImmutableInterlocked.Update(ref s_running, list => list.Add(emulator));
        ImmutableInterlocked.Update(ref s_stopped, stopped => stopped.Remove(ServiceAddress.Server(emulator.BaseUri)));
        return emulator;
    }

    internal static bool HasStoppedAt(string server) => s_stopped.Contains(server);

    internal static bool RunsAt(string server) => s_running.Exists(emulator => ServiceAddress.Server(emulator.BaseUri) == server);

    /// <summary>Moves the emulator's clock forward, so that stored data ages.</summary>
    /// <param name="time">The duration to add to the clock.</param>
    public void AdvanceClock(TimeSpan time)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(time, TimeSpan.Zero);
        _service.Clock.Advance(time);
    }

    /// <summary>Adds a fault that affects subsequent requests.</summary>
    /// <param name="fault">The fault to simulate.</param>
    public void AddFault(QwenEmulatorFault fault)
    {
        ArgumentNullException.ThrowIfNull(fault);
        fault.Check();
        _service.Faults.Add(fault);
    }

    /// <summary>Removes the pending faults.</summary>
    public void ClearFaults() => _service.Faults.Clear();

    /// <summary>Stops the emulator, and closes its port and all connections. The stored data is lost, but the request log remains available.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _stopped, 1) != 0)
            return;
        ImmutableInterlocked.Update(ref s_running, list => list.Remove(this));
        ImmutableInterlocked.Update(ref s_stopped, stopped => stopped.Add(ServiceAddress.Server(BaseUri)));
        ServiceClock.Clear(ServiceAddress.Server(BaseUri));
        _server.Stop();
    }

    /// <summary>Returns the URL.</summary>
    /// <returns>The base URL.</returns>
    public override string ToString() => BaseUri.ToString();
}
