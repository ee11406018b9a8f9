using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using QwenChat.Connection;
using QwenChat.Http;
using QwenChat.Model;

namespace QwenChat.Media;

/// <summary>
/// Uploads files to the service's temporary store (wire §6.4), which keeps a file for 48 hours. Each file is uploaded once per model and account.
/// Messages contain the file's URL. Before a request is sent, files whose URLs are no longer valid are uploaded again.
/// </summary>
internal sealed class TemporaryStore(Func<QwenConnection, Transport> transports, TimeProvider time, NoticeQueue notices)
{
    /// <summary>The time that the service keeps a file, minus a margin so that a URL does not expire during a request.</summary>
    private static readonly TimeSpan s_lifetime = TimeSpan.FromHours(48) - TimeSpan.FromMinutes(5);

    /// <summary>The prefix of the placeholder URLs of files that have not been uploaded yet. Placeholder URLs are never sent.</summary>
    private const string Placeholder = "oss://waiting-for-upload/";

    private static readonly ConcurrentDictionary<string, LocalFile> s_files = new(StringComparer.Ordinal);
    private static readonly ConcurrentDictionary<(LocalFile, string Model, string Account), Slot> s_slots = new();

    /// <summary>Returns a placeholder URL for a file that is uploaded after the rest of the request has been validated.</summary>
    public static string AddressFor(LocalFile file)
    {
        string id = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes($"{file.Path}\n{file.Length}\n{file.Written.Ticks}")))[..16];
        string address = $"{Placeholder}{id}/{file.NameForUpload}";
        s_files[address] = file;
        return address;
    }

    /// <summary>Ensures that the temporary store contains the files of the URLs, for this model and account.</summary>
    /// <param name="addresses">The URLs.</param>
    /// <param name="model">The model of the request: an upload is valid for one model.</param>
    /// <param name="connection">The connection of the request: an upload is valid for one account.</param>
    /// <param name="again">True if the service did not find a file that should be in the store.</param>
    /// <param name="cancellation">Cancels the upload.</param>
    /// <returns>The new URL for each URL to replace. URLs that were not created here are left unchanged.</returns>
    /// <exception cref="QwenException">A file no longer exists, has changed, or could not be uploaded.</exception>
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
            // If another caller has already replaced the invalid URL, the slot contains the new URL.
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
            var question = new ServiceRequest(HttpMethod.Get, connection.Native(UploadPolicy.PathFor(model), "Specify an https URL of the file"));
            var policy = await transport.SendAsync(question, body => UploadPolicy.Read(body, ServiceAddress.IsLoopback(connection.BaseUri!)), notices,
                cancellation).ConfigureAwait(false);
            if (file.Length > policy.MaximumBytes)
            {
                throw new QwenException(QwenErrorKind.MediaRefused,
                    FormattableString.Invariant($"The file is {file.Length:N0} bytes, and the store accepts at most {policy.MaximumBytes:N0} bytes. ")
                        + "Make the file available at an https URL, and specify the URL.");
            }
            string key = $"{policy.Folder}/{file.NameForUpload}";
            await SendAsync(transport, policy, key, file, $"Uploading {Path.GetFileName(file.Path)} for {model}", cancellation).ConfigureAwait(false);
            return "oss://" + key;
        }
        catch (QwenException failure)
        {
            throw new QwenException(failure.Kind, $"'{file.Path}' could not be uploaded to the service's temporary store. {failure.Message}", failure)
            {
                Status = failure.Status,
                Code = failure.Code,
                RequestId = failure.RequestId,
                Retryable = failure.Retryable,
                TimeoutParameter = failure.TimeoutParameter,
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
                // The upload policy allows uploading one file, but not overwriting the file: if the first attempt succeeded, a second
                // attempt would be rejected.
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
        string why = File.Exists(file.Path) ? "has changed" : "no longer exists";
        return new QwenException(QwenErrorKind.MediaRefused, known.StartsWith(Placeholder, StringComparison.Ordinal)
            ? $"'{file.Path}' {why}. Nothing was sent."
            : $"The conversation contains '{file.Path}'. The service keeps an uploaded file only for 48 hours and only for one model. The file must be "
                + $"uploaded again for {model}, but it {why}. Restore the file, or use Undo-QwenTurn to undo the turn that contains it. Nothing was sent.");
    }

    /// <summary>Returns a string that identifies the account to which files belong: the address of the server and a hash of the key.</summary>
    private static string AccountOf(QwenConnection connection) =>
        connection.BaseUri + "\n" + Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(connection.RevealKey())));

    /// <summary>The state of a file for one model and account. Callers that need the file during an upload wait for the upload.</summary>
    private sealed class Slot
    {
        public SemaphoreSlim Gate { get; } = new(1);

        public string? Address { get; set; }

        public DateTimeOffset ExpiresAt { get; set; }
    }
}
