using System.Globalization;
using Npgsql;

namespace QwenChat.Storage.Postgres;

/// <summary>
/// Parses an Npgsql connection string or a <c>postgresql://</c> URI. Error messages never quote the string, because it may contain a password.
/// </summary>
internal static class PostgresAddress
{
    /// <summary>The schema for the tables if the connection string does not specify a search path.</summary>
    public const string DefaultSchema = "qwenchat";

    /// <exception cref="QwenException">The text cannot be parsed, or does not specify a server.</exception>
    public static NpgsqlConnectionStringBuilder Read(string text)
    {
        NpgsqlConnectionStringBuilder builder;
        try
        {
            builder = text.StartsWith("postgres://", StringComparison.OrdinalIgnoreCase) || text.StartsWith("postgresql://", StringComparison.OrdinalIgnoreCase)
                ? ReadUri(new Uri(text)) : new NpgsqlConnectionStringBuilder(text);
        }
        catch (Exception e) when (e is ArgumentException or FormatException or InvalidCastException or OverflowException)
        {
            // The original exception is not attached, because its message may contain part of an unquoted password.
            throw new QwenException(QwenErrorKind.StoreUnavailable,
                "The connection string cannot be parsed. Specify 'Host=…;Port=…;Database=…;Username=…;Password=…', with double quotes around any "
                    + "value that contains ;, = or quotes. Or specify postgresql://user:password@host:port/database, with special characters percent-encoded.");
        }
        if (string.IsNullOrEmpty(builder.Host))
            throw new QwenException(QwenErrorKind.StoreUnavailable,
                "The connection string does not specify a server. Add Host=…, such as 'Host=localhost;Database=chats;Username=me'.");
        builder.ApplicationName ??= "QwenChat";
        builder.PersistSecurityInfo = false;
        return builder;
    }

    /// <summary>Returns the location of the database without secrets, for display.</summary>
    public static string Show(NpgsqlConnectionStringBuilder builder) => string.Create(
        CultureInfo.InvariantCulture,
            $"{(builder.Username is { Length: > 0 } user ? user + "@" : "")}{builder.Host}:{builder.Port}/{builder.Database ?? builder.Username}");

    private static NpgsqlConnectionStringBuilder ReadUri(Uri uri)
    {
        var builder = new NpgsqlConnectionStringBuilder { Host = uri.Host };
        if (uri.Port > 0)
            builder.Port = uri.Port;
        if (uri.AbsolutePath.Length > 1)
            builder.Database = Uri.UnescapeDataString(uri.AbsolutePath[1..]);
        string[] user = uri.UserInfo.Split(':', 2);
        if (user[0].Length > 0)
            builder.Username = Uri.UnescapeDataString(user[0]);
        if (user.Length > 1)
            builder.Password = Uri.UnescapeDataString(user[1]);
        foreach (string pair in uri.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] named = pair.Split('=', 2);
            string name = Uri.UnescapeDataString(named[0]), value = Uri.UnescapeDataString(named.Length > 1 ? named[1] : "");
            // The libpq value verify-full is VerifyFull in Npgsql.
            builder[name switch { "sslmode" => "SSL Mode", "application_name" => "Application Name", "connect_timeout" => "Timeout",
                "sslrootcert" => "Root Certificate", _ => name }] =
                name == "sslmode" ? value.Replace("-", "", StringComparison.Ordinal) : value;
        }
        return builder;
    }
}
