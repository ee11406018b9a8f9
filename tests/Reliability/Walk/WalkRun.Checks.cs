using System.Security;
using QwenChat.History;
using QwenChat.Http;
using QwenChat.Model;
using QwenChat.Saving;

namespace QwenChat.Tests.Reliability.Walk;

internal sealed partial class WalkRun
{
    private ConversationsApi Service => new(_connection, Transport.For(_connection), new NoticeQueue());

    private async Task JoinAsync(IWalkActor actor, QwenApi api, WalkParty party, bool isAttached = false)
    {
        var member = new WalkMember(actor, api, party) { IsAttached = isAttached };
        member.Take(await actor.ReadAsync());
        party.Members.Add(member);
        _members.Add(member);
    }

    private async Task VerifyAsync(WalkMember one, WalkState state)
    {
        WalkCheck.Transcript(one, state);
        if (one.Conversation is not { Place: { Header: not null, IsBehind: false } place } conversation)
            return;
        var store = await OpenAsync();
        _rows.Add(place.Id!);
        var record = await store.Backend.FindAsync(place.Id!, default) ?? throw new WalkFailureException("row-lost", place.Id!);
        if (record.Version != place.Version || record.Tip != place.Tip)
            return;
        var row = WalkState.Of(await LoadAsync(place.Id!));
        WalkCheck.Same("row", state.All, row.All);
        if (conversation.Instructions != row.Instructions)
            throw new WalkFailureException("row-instructions", $"'{row.Instructions}' instead of '{conversation.Instructions}'");
    }

    /// <summary>Checks that the conversation object on the service has the messages of the transcript.</summary>
    private async Task CheckObjectAsync(WalkMember one)
    {
        if (one.Conversation is not { Held: { } held } || one.Party.IsShared || one.Party.Ghosts.Count > 0)
            return;
        var state = await one.Actor.ReadAsync();
        WalkCheck.AtService(state,
            [.. (await Service.ReadAllItemsAsync(held.Id, default)).Where(item => item.Type == "message").Select(item => $"{item.Role}|{item.Text}")]);
    }

    /// <summary>Checks that no two rows have the same object on the service, and that each row can be continued.</summary>
    private async Task CheckRowsAsync()
    {
        var ids = new HashSet<string>();
        foreach (string id in _rows)
        {
            var row = await LoadAsync(id);
            if (row.Held is { } held && !ids.Add(held.Id))
                throw new WalkFailureException("row-object", $"Two rows have the object {held.Id}.");
            var member = new WalkMember(new LocalActor(_client, row), row.ApiKind, new WalkParty());
            member.Take(await member.Actor.ReadAsync());
            member.Party.Ghosts.UnionWith(_members.SelectMany(other => other.Ever).Concat(_members.SelectMany(other => other.Party.Ghosts)));
            await SendAsync(member, actor => actor.SendAsync(Next()));
        }
    }

    private async Task<QwenConversation> LoadAsync(string id) => await StoreListing.FindAsync(await OpenAsync(), id, _connection, default);

    /// <summary>Opens the store with a new object, as another session would. After four calls, returns one of the four open objects.</summary>
    private async Task<QwenStore> OpenAsync()
    {
        if (_stores.Count < 4)
            _stores.Add(await _place.OpenAsync());
        return _stores[_said % _stores.Count];
    }

    private string Next()
    {
        _said++;
        return LastSaid;
    }

    /// <summary>Runs an operation, and returns whether it failed. An operation may fail only if a fault is specified.</summary>
    private async Task<bool> TryAsync(Func<Task> work, QwenEmulatorFault? fault)
    {
        if (fault is not null)
            _emulator.AddFault(fault);
        try
        {
            await work();
            return false;
        }
        catch (QwenException failure)
        {
            return fault is not null ? true : throw new WalkFailureException("error", failure.ToString());
        }
        finally
        {
            _emulator.ClearFaults();
        }
    }

    private static async Task IgnoringAsync(Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (QwenException)
        {
            // The object or response has already been deleted.
        }
    }

    private static string Reveal(SecureString key) => new System.Net.NetworkCredential("", key).Password;
}
