using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Npgsql;
using QwenChat.Storage.Postgres;
using Xunit;

namespace QwenChat.Tests.Storage;

/// <summary>A server that refuses, and one that goes away.</summary>
[Collection(StoreFactAttribute.PostgresCollection)]
public class PostgresTroubleTests
{
    [Theory]
    [InlineData("28P01", "password authentication failed for user \"me\"", "Check Username and Password")]
    [InlineData("28000", "no pg_hba.conf entry for host", "Check Username and Password")]
    [InlineData("3D000", "database \"chats\" does not exist", "Make the database first")]
    [InlineData("53300", "sorry, too many clients already", "End other sessions")]
    public async Task A_server_that_refuses_says_what_to_do(string code, string message, string advice)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var server = RefuseAsync(listener, code, message);

        var failure = await Assert.ThrowsAsync<QwenException>(() => PostgresStore.OpenAsync(
            $"Host=127.0.0.1;Port={((IPEndPoint)listener.LocalEndpoint).Port};Username=me;Password=s3cret;Database=chats;SSL Mode=Disable;Pooling=false", TimeProvider.System, default));

        Assert.Equal("s3cret", await server);
        Assert.Equal(QwenErrorKind.StoreUnavailable, failure.Kind);
        Assert.Contains(message, failure.Message, StringComparison.Ordinal);
        Assert.Contains(advice, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", failure.ToString(), StringComparison.Ordinal);
    }

    [StoreFact]
    public async Task A_server_that_goes_away_in_mid_turn_costs_no_reply_and_gets_the_turn_with_the_next_one()
    {
        string schema = "test_" + Guid.NewGuid().ToString("N");
        var target = new NpgsqlConnectionStringBuilder(StoreFactAttribute.Postgres);
        using var wire = new CuttableWire(target.Host!, target.Port);
        using var emulator = QwenEmulator.Start(new QwenEmulatorOptions
        {
            Reply = (prompt, _) =>
            {
                if (prompt.Messages[^1].Text == "Two")
                    wire.Cut();
                return "Answer " + prompt.Messages[^1].Text;
            },
        });
        var connection = QwenConnection.To(emulator.BaseUri, emulator.ApiKey);
        var client = new QwenClient(connection);
        var address = new NpgsqlConnectionStringBuilder(StoreFactAttribute.Postgres) { Host = "127.0.0.1", Port = wire.Port, SearchPath = schema + ",public" };
        await ExecuteAsync($"CREATE SCHEMA {schema}");
        try
        {
            using var store = new QwenStore("PostgreSQL", "here", await PostgresStore.OpenAsync(address.ToString(), TimeProvider.System, default));
            var conversation = client.NewConversation(QwenApi.ChatCompletions);
            conversation.Place = new StorePlace(store);
            await client.SendAsync(conversation, "One");

            Assert.Equal("Answer Two", (await client.SendAsync(conversation, "Two")).Text);

            Assert.True(conversation.Place.IsBehind);
            Assert.Equal([store, null], conversation.Turns.Select(turn => turn.SavedIn));
            wire.Mend();
            await client.SendAsync(conversation, "Three");
            Assert.False(conversation.Place.IsBehind);
            Assert.Equal(["One", "Two", "Three"], (await store.LoadAllAsync(connection)).Single().Turns.Select(turn => turn.Message));
        }
        finally
        {
            await ExecuteAsync($"DROP SCHEMA {schema} CASCADE");
        }
    }

    /// <summary>Asks for a password as a server does that takes it in the clear (PostgreSQL manual §55.2), and refuses whatever it is.</summary>
    /// <returns>The password.</returns>
    private static async Task<string> RefuseAsync(TcpListener listener, string code, string message)
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

    private static async Task ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(StoreFactAttribute.Postgres);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
