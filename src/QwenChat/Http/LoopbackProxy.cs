using System.Net;

namespace QwenChat.Http;

/// <summary>The proxy the environment names, except for this machine: a proxy could not reach its loopback, but would be told the key.</summary>
internal sealed class LoopbackProxy(IWebProxy inner) : IWebProxy
{
    public ICredentials? Credentials { get => inner.Credentials; set => inner.Credentials = value; }

    public Uri? GetProxy(Uri destination) => inner.GetProxy(destination);

    public bool IsBypassed(Uri host) => host.IsLoopback || inner.IsBypassed(host);
}
