using System.Management.Automation.Runspaces;
using System.Runtime.CompilerServices;
using QwenChat.Commands.Repl;
using QwenChat.Connection;
using QwenChat.Cost;
using QwenChat.Turn;
using QwenChat.Vectors;

namespace QwenChat.Commands.SessionState;

/// <summary>What a runspace remembers between commands. Each has its own, because <c>ForEach-Object -Parallel</c> is where chat users go.</summary>
internal sealed class Session
{
    private static readonly ConditionalWeakTable<Runspace, Session> s_sessions = [];
    private static readonly ConditionalWeakTable<QwenConnection, QwenConnection> s_successors = [];
    private static readonly object s_gate = new();
    private static readonly TimeSpan s_longestSettling = TimeSpan.FromSeconds(2);
    private static Session? s_first;
    private static QwenConnection? s_environment;
    private readonly string _runspaceName;
    private readonly List<WeakReference<QwenStore>> _stores = [];
    private QwenConnection? _default;
    private QwenConversation? _last;

    private Session(Runspace runspace)
    {
        _runspaceName = runspace.Name;
        Emulators = new EmulatorList(runspace);
    }

    /// <summary>The session of the runspace whose pipeline runs on this thread.</summary>
    public static Session Current => Of(Runspace.DefaultRunspace);

    /// <summary>The connection that Set-QwenConnection installed here; null when none was.</summary>
    public QwenConnection? Default
    {
        get => _default;
        set
        {
            // Conversations keep the connection that they were made with; a new limit is for them too.
            if (value is not null && _default is not null && !ReferenceEquals(value, _default))
                s_successors.AddOrUpdate(_default, value);
            _default = value;
        }
    }

    /// <summary>The conversation that was used last; null before the first.</summary>
    public QwenConversation? LastConversation
    {
        get => _last;
        set
        {
            _last = value;
            if (value is not null)
                Conversations.Add(value);
        }
    }

    /// <summary>The conversations that were used here.</summary>
    public KnownConversations Conversations { get; } = new();

    /// <summary>What was said in chats at the prompt, to be said again.</summary>
    public InputHistory ChatHistory { get; } = new();

    /// <summary>What was sent from here used and cost.</summary>
    public Ledger Ledger { get; } = new();

    /// <summary>The emulators that were started here.</summary>
    public EmulatorList Emulators { get; }

    /// <summary>Notes a store that was opened here, to be closed with the module. That does not keep it open.</summary>
    public void Opened(QwenStore store)
    {
        lock (_stores)
        {
            _stores.RemoveAll(known => !known.TryGetTarget(out var open) || !open.IsOpen);
            _stores.Add(new WeakReference<QwenStore>(store));
        }
    }

    /// <summary>The open store of a file that was opened here; null when there is none.</summary>
    public QwenStore? FindStore(string file)
    {
        lock (_stores)
            return _stores.Select(known => known.TryGetTarget(out var store) ? store : null).FirstOrDefault(store => store?.Location == file && store.IsOpen);
    }

    /// <summary>
    /// The connection to use: this runspace's, else the one set in the process's first runspace (never one that a sibling set), else
    /// the environment's.
    /// </summary>
    /// <exception cref="QwenException">The environment describes a connection that cannot be.</exception>
    public QwenConnection Connection => Installed ?? FromEnvironment();

    /// <summary>Whether the connection to use is the environment's, because none was set.</summary>
    public bool UsesEnvironment => Installed is null;

    private QwenConnection? Installed => Default ?? Volatile.Read(ref s_first)?.Default;

    /// <summary>
    /// Gives a conversation that has not begun, and for which no connection was named, the connection to use now; and with it what follows from it.
    /// A conversation whose connection another runspace set keeps that, where none was set here.
    /// </summary>
    public void Follow(QwenConversation conversation)
    {
        if (conversation is not { Defaults: { } defaults, HasNotBegun: true })
            return;
        var connection = Installed ?? (defaults.FromEnvironment ? FromEnvironment() : null);
        if (connection is null || ReferenceEquals(connection, conversation.Connection))
            return;
        bool chooses = defaults.Api && conversation is { ContextPolicy: null, Pending.Count: 0 };
        var begun = new QwenClient(connection).NewConversation(chooses ? null : conversation.ApiKind, defaults.Model
            ? conversation.Options with { Model = null } : conversation.Options, conversation.Stateless);
        (conversation.Connection, conversation.ApiKind, conversation.Options) = (connection, begun.ApiKind, begun.Options);
        conversation.Defaults = defaults with { FromEnvironment = UsesEnvironment };
    }

    /// <summary>
    /// Where something that is sent from here counts: for the session, to be measured, and for the connection, whose limits hold in all
    /// runspaces together. When Set-QwenConnection has put another connection in the place of one, that one's limits hold.
    /// </summary>
    public IReadOnlyList<Budget> BudgetsFor(QwenConnection connection)
    {
        bool isInstalled = ReferenceEquals(connection, Installed);
        while (s_successors.TryGetValue(connection, out var successor))
            (connection, isInstalled) = (successor, true);
        return [new Budget("session", Ledger, null, null), Budget.Of(connection, isInstalled ? "session" : "connection")];
    }

    /// <summary>
    /// Forgets what the current runspace remembers, closes its stores, and stops its emulators; in the process's first runspace, those of every runspace.
    /// </summary>
    public static void Clear()
    {
        var runspace = Runspace.DefaultRunspace;
        Session? own;
        var gone = new List<Session>();
        lock (s_gate)
        {
            if (s_sessions.TryGetValue(runspace, out own))
                gone.Add(own);
            s_sessions.Remove(runspace);
            if (IsFirst(runspace))
            {
                s_first = null;
                s_environment = null;
                gone.AddRange(s_sessions.Select(pair => pair.Value).Where(session => session != own));
                s_sessions.Clear();
            }
        }
        if (IsFirst(runspace))
            BackgroundWork.OfProcess.StopAsync().GetAwaiter().GetResult();
        foreach (var session in gone)
            session.CloseStores();
        // Outside the lock: an answer that is being made may want it.
        if (IsFirst(runspace))
            EmulatorList.StopAll();
        else
            own?.Emulators.Stop();
    }

    /// <summary>Has the stores that were opened here hold everything in their files now, instead of when they are idle.</summary>
    public void SettleStores()
    {
        QwenStore[] open;
        lock (_stores)
            open = [.. _stores.Select(known => known.TryGetTarget(out var store) && store.IsOpen ? store : null).OfType<QwenStore>()];
        Task.WaitAll([.. open.Select(store => store.SettleAsync())], s_longestSettling);
    }

    private void CloseStores()
    {
        lock (_stores)
        {
            foreach (var known in _stores)
            {
                if (known.TryGetTarget(out var store))
                    store.Dispose();
            }
            _stores.Clear();
        }
    }

    private static Session Of(Runspace runspace)
    {
        lock (s_gate)
        {
            if (s_sessions.TryGetValue(runspace, out var session) && !session.WasReused(runspace))
                return session;
            session = new Session(runspace);
            s_sessions.AddOrUpdate(runspace, session);
            if (IsFirst(runspace))
                s_first = session;
            return session;
        }
    }

    // The runspace at the prompt, or of a script or a job's process, is the first that a process makes.
    private static bool IsFirst(Runspace runspace) => runspace.Id == 1;

    // ForEach-Object -Parallel gives a runspace that has finished to the next iteration under a new name, "PSTask:" and the
    // iteration's number. What one iteration set must not be found by another.
    private bool WasReused(Runspace runspace) =>
        runspace.Name != _runspaceName && runspace.Name.StartsWith("PSTask:", StringComparison.Ordinal);

    // Asked every time, so that a variable set a moment ago counts; but the same answer is the same connection, so that sockets are reused.
    private static QwenConnection FromEnvironment()
    {
        var now = new ConnectionTarget().Resolve(ConnectionEnvironment.OfProcess);
        lock (s_gate)
        {
            if (s_environment is { } before && before with { Key = null } == now with { Key = null } && before.RevealKey() == now.RevealKey())
                return before;
            return s_environment = now;
        }
    }
}
