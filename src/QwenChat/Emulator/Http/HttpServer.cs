using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace QwenChat.Emulator.Http;

/// <summary>
/// A small HTTP/1.1 server on 127.0.0.1. The <c>HttpListener</c> of .NET cannot choose a free port, detect a disconnect immediately, or abort a connection
/// in the middle of a header.
/// </summary>
internal sealed class HttpServer
{
    private static readonly TimeSpan StopTime = TimeSpan.FromSeconds(5);
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentDictionary<HttpConnection, Task> _connections = new();
    private readonly Func<HttpExchange, Task> _answer;
    private readonly Func<HttpExchange, HttpMalformedException, Task> _refuse;
    private readonly Task _accepting;

    public HttpServer(int maximumBodyBytes, Func<HttpExchange, Task> answer, Func<HttpExchange, HttpMalformedException, Task> refuse)
    {
        MaximumBodyBytes = maximumBodyBytes;
        _answer = answer;
        _refuse = refuse;
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _accepting = AcceptAsync();
    }

    public int Port { get; }

    public int MaximumBodyBytes { get; }

    public int OpenConnections => _connections.Count;

    public Task AnswerAsync(HttpExchange exchange) => _answer(exchange);

    public Task RefuseAsync(HttpExchange exchange, HttpMalformedException malformed) => _refuse(exchange, malformed);

    public void Stop()
    {
        _stopping.Cancel();
        _listener.Stop();
        _accepting.Wait(StopTime);
        // Wait until the connections have closed. WaitOne does not throw if one of them failed.
        ((IAsyncResult)Task.WhenAll(_connections.Values)).AsyncWaitHandle.WaitOne(StopTime);
    }

    private async Task AcceptAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            Socket socket;
            try
            {
                socket = await _listener.AcceptSocketAsync(_stopping.Token).ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException or OperationCanceledException)
            {
                if (exception is SocketException && !_stopping.IsCancellationRequested)
                    continue; // The client disconnected before it was accepted.
                return;
            }
            socket.NoDelay = true;
            Run(socket);
        }
    }

    private void Run(Socket socket)
    {
        var connection = new HttpConnection(socket, this);
        // The connection starts only after it has been added to _connections; otherwise, it could end before it is added.
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var running = RunAsync();
        _connections[connection] = running;
        entered.SetResult();

        async Task RunAsync()
        {
            await entered.Task.ConfigureAwait(false);
            try
            {
                await connection.RunAsync(_stopping.Token).ConfigureAwait(false);
            }
            finally
            {
                _connections.TryRemove(connection, out _);
            }
        }
    }
}
