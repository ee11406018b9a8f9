using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace QwenChat.Tests.Storage;

/// <summary>A loopback proxy whose connections to a server can be interrupted.</summary>
internal sealed class CuttableWire : IDisposable
{
    private readonly string _host;
    private readonly int _port;
    private readonly ConcurrentBag<TcpClient> _ends = [];
    private TcpListener _listener = new(IPAddress.Loopback, 0);

    public CuttableWire(string host, int port)
    {
        (_host, _port) = (host, port);
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _ = AcceptAsync(_listener);
    }

    public int Port { get; }

    /// <summary>Ends the current connections, and refuses new connections.</summary>
    public void Cut()
    {
        _listener.Stop();
        while (_ends.TryTake(out var end))
            end.Dispose();
    }

    /// <summary>Accepts connections again, at the same port.</summary>
    public void Mend()
    {
        _listener = new TcpListener(IPAddress.Loopback, Port);
        _listener.Start();
        _ = AcceptAsync(_listener);
    }

    public void Dispose() => Cut();

    private async Task AcceptAsync(TcpListener listener)
    {
        try
        {
            while (true)
            {
                var near = await listener.AcceptTcpClientAsync();
                var far = new TcpClient();
                _ends.Add(near);
                _ends.Add(far);
                await far.ConnectAsync(_host, _port);
                (near.NoDelay, far.NoDelay) = (true, true);
                _ = PumpAsync(near, far);
                _ = PumpAsync(far, near);
            }
        }
        catch (Exception cut) when (cut is SocketException or ObjectDisposedException)
        {
            // The connection was cut.
        }
    }

    private static async Task PumpAsync(TcpClient from, TcpClient to)
    {
        try
        {
            await from.GetStream().CopyToAsync(to.GetStream());
        }
        catch (Exception cut) when (cut is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // The connection was cut, or the client or server disconnected.
        }
        to.Dispose();
    }
}
