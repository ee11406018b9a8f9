using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using QwenChat.Storage.Postgres;
using Xunit;

namespace QwenChat.Tests.Storage;

/// <summary>Tests connections that a PostgreSQL server rejects.</summary>
public class PostgresTroubleTests
{
    [Theory]
    [InlineData("28P01", "password authentication failed for user \"me\"", "Check Username and Password")]
    [InlineData("28000", "no pg_hba.conf entry for host", "Check Username and Password")]
    [InlineData("3D000", "database \"chats\" does not exist", "Create the database first")]
    [InlineData("53300", "sorry, too many clients already", "Close other sessions")]
    public async Task The_error_of_a_server_that_rejects_connections_has_advice(string code, string message, string advice)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var server = RefuseAsync(listener, code, message);

        var failure = await Assert.ThrowsAsync<QwenException>(() => PostgresStore.OpenAsync(
            $"Host=127.0.0.1;Port={((IPEndPoint)listener.LocalEndpoint).Port};Username=me;Password=s3cret;Database=chats;SSL Mode=Disable;Pooling=false",
                TimeProvider.System, default));

        Assert.Equal("s3cret", await server);
        Assert.Equal(QwenErrorKind.StoreUnavailable, failure.Kind);
        Assert.Contains(message, failure.Message, StringComparison.Ordinal);
        Assert.Contains(advice, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", failure.ToString(), StringComparison.Ordinal);
    }

    /// <summary>Accepts a connection, requests a clear-text password (PostgreSQL manual §55.2), and rejects the connection with an error.</summary>
    /// <returns>The password that the client sent.</returns>
    private static async Task<string> RefuseAsync(TcpListener listener, string code, string message)
    {
        string password = "";
        // QwenChat connects again if the server has no free connections (53300).
        for (int i = 0; i < (code == "53300" ? 5 : 1); i++)
            password = await RefuseOnceAsync(listener, code, message);
        return password;
    }

    private static async Task<string> RefuseOnceAsync(TcpListener listener, string code, string message)
    {
        using var client = await listener.AcceptTcpClientAsync();
        var stream = client.GetStream();
        await ReadAsync(stream);
        await stream.WriteAsync(new byte[] { (byte)'R', 0, 0, 0, 8, 0, 0, 0, 3 });
        await stream.ReadExactlyAsync(new byte[1]);
        byte[] password = await ReadAsync(stream);
        byte[] fields = System.Text.Encoding.UTF8.GetBytes($"SFATAL\0VFATAL\0C{code}\0M{message}\0\0");
        byte[] error = [(byte)'E', 0, 0, 0, 0, .. fields];
        BinaryPrimitives.WriteInt32BigEndian(error.AsSpan(1), fields.Length + 4);
        await stream.WriteAsync(error);
        return System.Text.Encoding.UTF8.GetString(password).TrimEnd('\0');
    }

    private static async Task<byte[]> ReadAsync(NetworkStream stream)
    {
        byte[] length = new byte[4];
        await stream.ReadExactlyAsync(length);
        byte[] body = new byte[BinaryPrimitives.ReadInt32BigEndian(length) - 4];
        await stream.ReadExactlyAsync(body);
        return body;
    }
}
