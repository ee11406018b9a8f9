using System.Net;
using System.Net.Sockets;

namespace QwenChat.Benchmarks;

/// <summary>Answers each request with a prepared answer. Each connection has its own thread, and requests allocate no memory.</summary>
internal sealed class AnswerServer
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly AnswerSet _answers;
    private readonly TimeSpan _delay;
    private readonly bool _stamps;

    public AnswerServer(AnswerSet answers, TimeSpan delay, bool stamps)
    {
        (_answers, _delay, _stamps) = (answers, delay, stamps);
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen(256);
        Start(Accept);
    }

    public Uri Address => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndPoint!).Port}");

    private void Accept()
    {
        while (true)
        {
            var client = _listener.Accept();
            Start(() => Serve(client));
        }
    }

    private void Serve(Socket client)
    {
        using (client)
        {
            client.NoDelay = true;
            var input = new RequestInput(client);
            try
            {
                while (input.Read())
                    Send(client, _answers.For(input.Api, input.AsksForStream));
            }
            catch (SocketException)
            {
                // The client process ended during an answer.
            }
        }
    }

    private void Send(Socket client, PreparedAnswer answer)
    {
        if (_delay > TimeSpan.Zero)
            Thread.Sleep(_delay);
        if (_stamps && answer.Stamped is { } stamped)
            stamped.Send(client);
        else
            SendAll(client, answer.Bytes);
    }

    public static void SendAll(Socket client, ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
            bytes = bytes[client.Send(bytes)..];
    }

    private static void Start(ThreadStart work) => new Thread(work) { IsBackground = true }.Start();
}
