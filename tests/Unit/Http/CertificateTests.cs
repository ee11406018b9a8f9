using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using QwenChat.Connection;
using QwenChat.Http;
using QwenChat.Model;
using Xunit;

namespace QwenChat.Tests.Http;

/// <summary>Tests that certificates are validated, and that no code disables the validation.</summary>
public class CertificateTests
{
    [Fact]
    public async Task A_server_with_an_untrusted_certificate_gets_no_request()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var serving = ReceiveAsync(listener, certificate);
        var connection = QwenConnection.To(new Uri($"https://localhost:{((IPEndPoint)listener.LocalEndpoint).Port}"),
            ConnectionEnvironment.Protect("sk-1")) with { MaximumRetryCount = 3 };

        var failure = await Assert.ThrowsAsync<QwenException>(() =>
            Transport.For(connection)
            .SendAsync(new ServiceRequest(HttpMethod.Get, connection.Responses(["resp_1"])), body => body, new NoticeQueue(), default));

        Assert.Equal(QwenErrorKind.ConnectionFailed, failure.Kind);
        Assert.Contains("certificate", failure.Message, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(0, await serving);
        listener.Stop();
    }

    [Fact]
    public void No_code_overrides_certificate_validation()
    {
        string sources = Path.Combine(TestFiles.Root, "src");
        var found = Directory.EnumerateFiles(sources, "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            .Where(file => File.ReadAllText(file) is var text
                && (text.Contains("CertificateValidationCallback", StringComparison.Ordinal)
                || text.Contains("ServerCertificateCustom", StringComparison.Ordinal)
                    || text.Contains("ServicePointManager", StringComparison.Ordinal) || text.Contains("SslOptions", StringComparison.Ordinal)));
        Assert.Empty(found);
    }

    /// <summary>Returns the number of bytes that the client sends after the handshake.</summary>
    private static async Task<int> ReceiveAsync(TcpListener listener, X509Certificate2 certificate)
    {
        using var client = await listener.AcceptTcpClientAsync();
        using var stream = new SslStream(client.GetStream());
        try
        {
            await stream.AuthenticateAsServerAsync(certificate);
            return await stream.ReadAsync(new byte[1024]);
        }
        catch (Exception refused) when (refused is IOException or AuthenticationException)
        {
            return 0;
        }
    }
}
