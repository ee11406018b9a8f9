using System.Net.Sockets;

namespace QwenChat.Emulator.Http;

/// <summary>
/// The connection of one client. Requests are processed sequentially until the client disconnects, a fault cuts the connection, or the server stops.
/// </summary>
internal sealed class HttpConnection(Socket socket, HttpServer server)
{
    private static readonly TimeSpan LingerTime = TimeSpan.FromSeconds(1);
    private readonly NetworkStream _stream = new(socket, ownsSocket: false);

    public async Task RunAsync(CancellationToken stopping)
    {
        // Closing the socket ends a pending read.
        using var registration = stopping.Register(static state => ((Socket)state!).Dispose(), socket);
        await using var stream = _stream;
        var input = new HttpInput(stream);
        var reader = new HttpRequestReader(input, stream, server.MaximumBodyBytes);
        try
        {
            while (await reader.ReadAsync().ConfigureAwait(false) is { } request)
            {
                using var exchange = new HttpExchange(request, stream, stopping);
                var watching = WatchAsync(exchange, input);
                await server.AnswerAsync(exchange).ConfigureAwait(false);
                if (exchange.Aborted || !exchange.KeepAlive)
                    break;
            }
            Close();
        }
        catch (HttpMalformedException malformed)
        {
            await RefuseAsync(malformed, input, stopping).ConfigureAwait(false);
        }
        catch (HttpCutException cut)
        {
            if (cut.Kind == QwenEmulatorCut.Reset)
                socket.LingerState = new LingerOption(enable: true, seconds: 0);
            else
                Close();
        }
        catch (Exception exception) when (exception is IOException or SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // The client has disconnected or the server has stopped, so the failure cannot be reported.
        }
        finally
        {
            socket.Dispose();
        }
    }

    private static async Task WatchAsync(HttpExchange exchange, HttpInput input)
    {
        while (!exchange.IsDone && input.HasRoom)
        {
            if (await input.WatchAsync().ConfigureAwait(false))
                continue;
            exchange.HangUp();
            return;
        }
    }

    private async Task RefuseAsync(HttpMalformedException malformed, HttpInput input, CancellationToken stopping)
    {
        try
        {
            var none = new HttpRequest("", "", "", [], [], KeepAlive: false);
            using var exchange = new HttpExchange(none, _stream, stopping);
            await server.RefuseAsync(exchange, malformed).ConfigureAwait(false);
            // If a socket is closed while it has unread bytes, it sends a reset, which would discard the response on the client.
            socket.Shutdown(SocketShutdown.Send);
            using var linger = CancellationTokenSource.CreateLinkedTokenSource(stopping);
            linger.CancelAfter(LingerTime);
            input.Take(input.Buffered.Length);
            while (await input.FillAsync(seen: 0).WaitAsync(linger.Token).ConfigureAwait(false))
                input.Take(input.Buffered.Length);
        }
        catch (Exception exception) when (exception is IOException or SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // The client has disconnected, or was still sending after LingerTime.
        }
    }

    private void Close()
    {
        try
        {
            socket.Shutdown(SocketShutdown.Both);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The connection was already closed by the client, or because the server stopped.
        }
    }
}
