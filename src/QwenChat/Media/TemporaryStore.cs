using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using QwenChat.Connection;
using QwenChat.Http;
using QwenChat.Model;

namespace QwenChat.Media;

/// <summary>
/// Puts files into the service's temporary store (qwen-api §6.4): each once for a model and an account, for the 48 hours that it is
/// kept there. A message carries a file's address; whether that is still good is found out before every request that sends it, and
/// where it is not, the file is sent up again.
/// </summary>
/// <param name="transports">How requests travel.</param>
/// <param name="time">The clock.</param>
/// <param name="notices">Where the progress goes.</param>
internal sealed class TemporaryStore(Func<QwenConnection, Transport> transports, TimeProvider time, NoticeQueue notices)
{
    /// <summary>How long the service keeps a file; a little less, so that an address does not end within a request.</summary>
    private static readonly TimeSpan s_lifetime = TimeSpan.FromHours(48) - TimeSpan.FromMinutes(5);

    /// <summary>Begins the addresses of files that were not sent up yet. The service never sees one.</summary>
    private const string Waiting = "oss://waiting-for-upload/";

    private static readonly ConcurrentDictionary<string, LocalFile> s_files = new(StringComparer.Ordinal);
    private static readonly ConcurrentDictionary<(LocalFile, string Model, string Account), Slot> s_slots = new();

    /// <summary>An address for a file that is to be sent up when everything else about the request has turned out well.</summary>
    public static string AddressFor(LocalFile file)
    {
        string id = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes($"{file.Path}\n{file.Length}\n{file.Written.Ticks}")))[..16];
        string address = $"{Waiting}{id}/{file.NameForUpload}";
        s_files[address] = file;
        return address;
    }

    /// <summary>Makes sure that the files behind addresses are in the store, for this model and account.</summary>
    /// <param name="addresses">The addresses.</param>
    /// <param name="model">The model that is asked: a file is there for one.</param>
    /// <param name="connection">Who asks: a file is there for one account.</param>
    /// <param name="again">True when the service did not find what should have been there.</param>
    /// <param name="cancellation">Stops the upload.</param>
    /// <returns>For each address that is to be replaced, the new one. Addresses that did not come from here are left alone.</returns>
    /// <exception cref="QwenException">A file is gone or has changed, or could not be sent up.</exception>
    public async Task<IReadOnlyDictionary<string, string>> ResolveAsync(IReadOnlyCollection<string> addresses, string model, QwenConnection connection,
        bool again, CancellationToken cancellation)
    {
        var replacements = new Dictionary<string, string>();
        foreach (string address in addresses.Distinct())
        {
            if (!s_files.TryGetValue(address, out var file))
                continue;
            string current = await CurrentAddressAsync(file, address, model, connection, again, cancellation).ConfigureAwait(false);
            if (current != address)
                replacements[address] = current;
        }
        return replacements;
    }

    private async Task<string> CurrentAddressAsync(LocalFile file, string known, string model, QwenConnection connection, bool again,
        CancellationToken cancellation)
    {
        var slot = s_slots.GetOrAdd((file, model, AccountOf(connection)), static _ => new Slot());
        await slot.Gate.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            // Lost is the address that was sent; another may have been made since by someone who noticed first.
            bool isLost = again && slot.Address == known;
            if (slot.Address is not null && !isLost && time.GetUtcNow() < slot.ExpiresAt)
                return slot.Address;
            if (!file.IsThere)
                throw Gone(file, known, model);
            var begun = time.GetUtcNow();
            slot.Address = await UploadAsync(file, model, connection, cancellation).ConfigureAwait(false);
            slot.ExpiresAt = begun + s_lifetime;
            s_files[slot.Address] = file;
            return slot.Address;
        }
        finally
        {
            slot.Gate.Release();
        }
    }

    private async Task<string> UploadAsync(LocalFile file, string model, QwenConnection connection, CancellationToken cancellation)
    {
        try
        {
            var transport = transports(connection);
            var question = new ServiceRequest(HttpMethod.Get, connection.Native(UploadPolicy.PathFor(model)));
            var policy = await transport.SendAsync(question, body => UploadPolicy.Read(body, ServiceAddress.IsLoopback(connection.BaseUri!)), notices,
                cancellation).ConfigureAwait(false);
            if (file.Length > policy.MaximumBytes)
            {
                throw new QwenException(QwenErrorKind.MediaRefused,
                    $"It has {file.Length:N0} bytes, and the store takes up to {policy.MaximumBytes:N0}. Put the file where an https address reaches it, and "
                        + "give that.");
            }
            string key = $"{policy.Folder}/{file.NameForUpload}";
            await SendAsync(transport, policy, key, file, $"Uploading {Path.GetFileName(file.Path)} for {model}", cancellation).ConfigureAwait(false);
            return "oss://" + key;
        }
        catch (QwenException failure)
        {
            throw new QwenException(failure.Kind, $"'{file.Path}' could not be put into the service's temporary store. {failure.Message}", failure)
            {
                Status = failure.Status,
                Code = failure.Code,
                RequestId = failure.RequestId,
                Retryable = failure.Retryable,
            };
        }
    }

    private async Task SendAsync(Transport transport, UploadPolicy policy, string key, LocalFile file, string activity, CancellationToken cancellation)
    {
        int percent = 0;
        notices.Progress(activity, percent);
        try
        {
            await transport.SendAsync(new ServiceRequest(HttpMethod.Post, policy.Host)
            {
                Anonymous = true,
                // The permission holds for one file that is not overwritten: a second attempt would be refused where the first arrived.
                Repeatable = false,
                Content = sent => new UploadForm(policy, key, file, done =>
                {
                    sent();
                    int now = (int)(done * 99 / file.Length);
                    if (now > percent)
                        notices.Progress(activity, percent = now);
                }),
            }, static answer => answer.Length, notices, cancellation).ConfigureAwait(false);
        }
        finally
        {
            notices.Progress(activity, 100);
        }
    }

    private static QwenException Gone(LocalFile file, string known, string model)
    {
        string why = File.Exists(file.Path) ? "has changed since" : "is not there any more";
        return new QwenException(QwenErrorKind.MediaRefused, known.StartsWith(Waiting, StringComparison.Ordinal)
            ? $"'{file.Path}' {why} it was named. Nothing was sent."
            : $"The conversation refers to '{file.Path}', which the service keeps for 48 hours and for one model. It would have to be uploaded again for "
            + $"{model}, but the file {why}. "
                + "Put it back, or take back the turn that it belongs to: Undo-QwenTurn. Nothing was sent.");
    }

    /// <summary>Files belong to an account: the server and the key together stand for one.</summary>
    private static string AccountOf(QwenConnection connection) =>
        connection.BaseUri + "\n" + Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(connection.RevealKey())));

    /// <summary>Where a file is for one model and account. Who wants it while it is being sent up waits for that.</summary>
    private sealed class Slot
    {
        public SemaphoreSlim Gate { get; } = new(1);

        public string? Address { get; set; }

        public DateTimeOffset ExpiresAt { get; set; }
    }
}
