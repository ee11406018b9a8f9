using System.Net;

namespace QwenChat.Http;

/// <summary>
/// The proxy from the environment. Requests to this machine bypass the proxy: a proxy cannot reach this machine's loopback address, but would receive the
/// key.
/// </summary>
internal sealed class LoopbackProxy(IWebProxy inner) : IWebProxy
{
    public ICredentials? Credentials { get => inner.Credentials; set => inner.Credentials = value; }

    public Uri? GetProxy(Uri destination) => inner.GetProxy(destination);

    public bool IsBypassed(Uri host) => host.IsLoopback || inner.IsBypassed(host);
}
