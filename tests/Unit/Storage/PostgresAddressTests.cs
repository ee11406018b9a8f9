using QwenChat.Storage.Postgres;
using Xunit;

namespace QwenChat.Tests.Storage;

public class PostgresAddressTests
{
    [Theory]
    [InlineData("Host=db;Database=chats;Username=me;Password=s3cret", "me@db:5432/chats")]
    [InlineData("Server=db;Port=5433;User Id=me;Password=s3cret", "me@db:5433/me")]
    [InlineData("postgresql://me:s3cret@db:5433/chats?sslmode=verify-full", "me@db:5433/chats")]
    [InlineData("postgres://db/chats", "db:5432/chats")]
    public void The_displayed_address_has_no_password(string address, string shown) => Assert.Equal(shown, PostgresAddress.Show(PostgresAddress.Read(address)));

    [Fact]
    public void An_address_is_decoded()
    {
        var read = PostgresAddress.Read("postgresql://m%40e:p%3Aw%2F@db/chats?sslmode=verify-full&connect_timeout=3");
        Assert.Equal(("m@e", "p:w/", Npgsql.SslMode.VerifyFull, 3), (read.Username, read.Password, read.SslMode, read.Timeout));
    }

    [Theory]
    [InlineData("s3cret")]
    [InlineData("Host=db;Password=a;s3cret=x")]
    [InlineData("Host=db;s3cret")]
    [InlineData("postgresql://me:s3cret@db:port/chats")]
    [InlineData("Password=s3cret")]
    public void An_unreadable_address_is_rejected_without_repeating_it(string address)
    {
        var failure = Assert.Throws<QwenException>(() => PostgresAddress.Read(address));
        Assert.Equal(QwenErrorKind.StoreUnavailable, failure.Kind);
        Assert.DoesNotContain("s3cret", failure.ToString(), StringComparison.Ordinal);
    }
}
