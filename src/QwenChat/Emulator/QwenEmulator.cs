using System.Collections.Immutable;
using System.Security;
using System.Security.Cryptography;
using QwenChat.Connection;
using QwenChat.Emulator;
using QwenChat.Emulator.Http;

namespace QwenChat;

/// <summary>
/// A Qwen service on this machine, on 127.0.0.1, without a model: it speaks the service's APIs, keeps conversations and responses,
/// checks requests and counts tokens like the service, and can be made to fail in every way a network can.
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
        // The shape of a key, but none that could be taken for a real one.
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

    /// <summary>The emulators of this process that are running, oldest first.</summary>
    public static IReadOnlyList<QwenEmulator> Running => s_running;

    /// <summary>The address, as a service's host.</summary>
    public Uri BaseUri { get; }

    /// <summary>The address of the OpenAI-compatible APIs, for any client of those.</summary>
    public Uri CompatibleUri { get; }

    /// <summary>The one key that is taken; random for each emulator.</summary>
    public SecureString ApiKey { get; }

    /// <summary>The requests that were received, oldest first.</summary>
    public IReadOnlyList<QwenEmulatorRequest> Requests => _service.Requests;

    /// <summary>How many answers are under way.</summary>
    public int ActiveRequests => _service.ActiveRequests;

    /// <summary>How many connections are open, idle ones included.</summary>
    public int OpenConnections => _server.OpenConnections;

    /// <summary>Whether the emulator was stopped.</summary>
    public bool HasStopped => Volatile.Read(ref _stopped) != 0;

    /// <summary>Starts an emulator on a free port.</summary>
    /// <param name="options">What it does differently from the defaults; null: nothing.</param>
    /// <returns>The emulator, which answers already. Dispose of it to stop it.</returns>
    public static QwenEmulator Start(QwenEmulatorOptions? options = null)
    {
        var emulator = new QwenEmulator(options ?? new QwenEmulatorOptions());
        ImmutableInterlocked.Update(ref s_running, list => list.Add(emulator));
        ImmutableInterlocked.Update(ref s_stopped, stopped => stopped.Remove(ServiceAddress.Server(emulator.BaseUri)));
        return emulator;
    }

    /// <summary>Whether an emulator of this process was at an address, and has been stopped.</summary>
    internal static bool HasStoppedAt(string server) => s_stopped.Contains(server);

    /// <summary>Whether an emulator of this process answers at an address.</summary>
    internal static bool RunsAt(string server) => s_running.Exists(emulator => ServiceAddress.Server(emulator.BaseUri) == server);

    /// <summary>Moves the emulator's clock forward, so that what it keeps grows old.</summary>
    /// <param name="time">By how much.</param>
    public void AdvanceClock(TimeSpan time)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(time, TimeSpan.Zero);
        _service.Clock.Advance(time);
    }

    /// <summary>Makes requests that are still to come fail.</summary>
    /// <param name="fault">How.</param>
    public void AddFault(QwenEmulatorFault fault)
    {
        ArgumentNullException.ThrowIfNull(fault);
        fault.Check();
        _service.Faults.Add(fault);
    }

    /// <summary>Forgets the faults that were not used up.</summary>
    public void ClearFaults() => _service.Faults.Clear();

    /// <summary>Stops the emulator: its port is closed, and so is every connection. What it kept is gone; the log of requests stays.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _stopped, 1) != 0)
            return;
        ImmutableInterlocked.Update(ref s_running, list => list.Remove(this));
        ImmutableInterlocked.Update(ref s_stopped, stopped => stopped.Add(ServiceAddress.Server(BaseUri)));
        ServiceClock.Clear(ServiceAddress.Server(BaseUri));
        _server.Stop();
    }

    /// <summary>The address.</summary>
    /// <returns>The base address.</returns>
    public override string ToString() => BaseUri.ToString();
}
