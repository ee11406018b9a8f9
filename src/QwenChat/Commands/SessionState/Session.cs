using System.Management.Automation.Runspaces;
using System.Runtime.CompilerServices;
using QwenChat.Commands.Repl;
using QwenChat.Connection;
using QwenChat.Cost;
using QwenChat.Turn;
using QwenChat.Vectors;

namespace QwenChat.Commands.SessionState;

/// <summary>
/// The state of a runspace between commands. Each runspace has its own state, because <c>ForEach-Object -Parallel</c> uses several runspaces in one
/// process.
/// </summary>
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

    /// <summary>The connection that Set-QwenConnection set in this runspace; null if none was set.</summary>
    public QwenConnection? Default
    {
        get => _default;
        set
        {
            // Existing conversations keep the previous connection, but the limits of the new connection must also apply to them.
            if (value is not null && _default is not null && !ReferenceEquals(value, _default))
                s_successors.AddOrUpdate(_default, value);
            _default = value;
        }
    }

    /// <summary>The most recently used conversation; null if none has been used.</summary>
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

    public KnownConversations Conversations { get; } = new();

    public InputHistory ChatHistory { get; } = new();

    /// <summary>The usage and cost of the requests sent from this runspace.</summary>
    public Ledger Ledger { get; } = new();

    public EmulatorList Emulators { get; }

    /// <summary>Records a store opened in this runspace, so that it is closed when the module is removed. The reference is weak.</summary>
    public void Opened(QwenStore store)
    {
        lock (_stores)
        {
            _stores.RemoveAll(known => !known.TryGetTarget(out var open) || !open.IsOpen);
            _stores.Add(new WeakReference<QwenStore>(store));
        }
    }

    /// <summary>Returns the open store for a file; null if there is none.</summary>
    public QwenStore? FindStore(string file)
    {
        lock (_stores)
            return _stores.Select(known => known.TryGetTarget(out var store) ? store : null).FirstOrDefault(store => store?.Location == file && store.IsOpen);
    }

    /// <summary>
    /// Gets the connection set in this runspace. If none is set, uses the connection of the process's first runspace, or the connection from the
    /// environment.
    /// </summary>
    /// <exception cref="QwenException">The environment describes an invalid connection.</exception>
    public QwenConnection Connection => Installed ?? FromEnvironment();

    /// <summary>True if no connection was set in the session, so the connection comes from the environment.</summary>
    public bool UsesEnvironment => Installed is null;

    private QwenConnection? Installed => Default ?? Volatile.Read(ref s_first)?.Default;

    /// <summary>
    /// Assigns the current connection, and the settings that depend on it, to a conversation that has not begun and has no connection of its own. If no
    /// connection is set for this runspace, a connection from another runspace is kept.
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
    /// Returns the session's budget, which has no limits, and the connection's budget, whose limits apply to all runspaces together. If Set-QwenConnection
    /// has replaced the connection, the limits of the new connection apply.
    /// </summary>
    public IReadOnlyList<Budget> BudgetsFor(QwenConnection connection)
    {
        bool isInstalled = ReferenceEquals(connection, Installed);
        while (s_successors.TryGetValue(connection, out var successor))
            (connection, isInstalled) = (successor, true);
        return [new Budget("session", Ledger, null, null), Budget.Of(connection, isInstalled ? "session" : "connection")];
    }

    /// <summary>
    /// Clears the state of the current runspace, closes its stores, and stops its emulators. In the process's first runspace, clears all runspaces.
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
        // Emulators are stopped outside the lock, because an answer in progress may need the lock.
        if (IsFirst(runspace))
            EmulatorList.StopAll();
        else
            own?.Emulators.Stop();
    }

    /// <summary>Checkpoints the stores of this runspace immediately, instead of waiting until they are idle.</summary>
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

    // The first runspace of a process runs the prompt, a script or a job.
    private static bool IsFirst(Runspace runspace) => runspace.Id == 1;

    // ForEach-Object -Parallel reuses a finished runspace for another iteration, and renames it ("PSTask:" and a number). An iteration must not see the
    // settings of an earlier iteration.
    private bool WasReused(Runspace runspace) =>
        runspace.Name != _runspaceName && runspace.Name.StartsWith("PSTask:", StringComparison.Ordinal);

    // The environment variables are read every time, so that changes take effect. If they are unchanged, the connection and its sockets are reused.
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
