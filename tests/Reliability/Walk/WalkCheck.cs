namespace QwenChat.Tests.Reliability.Walk;

/// <summary>Compares the actual state with the expected state.</summary>
internal static class WalkCheck
{
    /// <summary>
    /// Compares the transcript with the expected state, and then updates the expected state. The transcript of a shared conversation may include messages
    /// of other sessions.
    /// </summary>
    public static void Transcript(WalkMember member, WalkState state)
    {
        if (!member.Party.IsShared && member.Party.Ghosts.Count == 0)
        {
            Same("turns", member.Turns.Select(Join), state.Turns.Select(Join));
            Same("pending", member.Pending, state.Pending);
            if (member.Instructions != state.Instructions)
                throw new WalkFailureException("instructions", $"'{state.Instructions}' instead of '{member.Instructions}'");
        }
        else
        {
            Within("transcript", member, [.. member.All], [.. state.All]);
        }
        member.Take(state);
    }

    /// <summary>Checks that the model's input matches the transcript.</summary>
    /// <param name="member">The sender of the request.</param>
    /// <param name="state">The conversation after the request.</param>
    /// <param name="seen">The model's input.</param>
    /// <param name="message">The message, if the turn failed and is not in the transcript; otherwise null.</param>
    public static void Seen(WalkMember member, WalkState state, string[] seen, string? message)
    {
        var said = message is not null ? state.All.Append($"user|{message}")
            : state.Turns.SkipLast(1).SelectMany(turn => turn).Concat(state.Turns[^1].Take(state.Inputs[^1]));
        string[] expected = [.. said];
        if (IsAtService(state, expected, seen))
            return;
        // An attached session in a different process may have added or undone turns. This session detects the changes only when it next reads the items.
        if (member.Api == QwenApi.Conversations && !member.IsAttached
            && member.Party.Members.Any(other => other.IsAttached && other.IsElsewhere != member.IsElsewhere))
            SeenByOthers(member, state, expected, seen);
        else
            Same("seen", expected, seen);
    }

    /// <summary>
    /// Checks that the model's input contains each message of this session once and in order, and that the new message is last. Messages of other
    /// sessions may be missing or added. A stopped answer may be longer in the model's input.
    /// </summary>
    private static void SeenByOthers(WalkMember member, WalkState state, string[] expected, string[] seen)
    {
        string[] own = [.. expected.Where(message => !member.Party.MayHave(member, message) && !member.Party.Removed.Any(gone => IsSame(message, gone)))];
        int found = 0;
        foreach (string message in seen)
        {
            if (found < own.Length && (message == own[found] || (!seen.Contains(own[found]) && IsSame(own[found], message))))
                found++;
            else if (own.Contains(message))
                Same("seen-own", own, seen);
        }
        if (found < own.Length)
            Same("seen-own", own, seen);
        Same("seen-last", [expected[^1]], seen.TakeLast(1));

        bool IsSame(string mine, string message) =>
            message == mine || (state.Stopped.Contains(mine) && message.StartsWith(mine, StringComparison.Ordinal));
    }

    /// <summary>Checks that the object on the service matches the transcript. A stopped answer may be longer in the object.</summary>
    public static void AtService(WalkState state, string[] live)
    {
        string[] expected = [.. state.All];
        if (!IsAtService(state, expected, live))
            Same("object", expected, live);
    }

    private static bool IsAtService(WalkState state, string[] expected, string[] actual) => expected.Length == actual.Length && expected.Zip(actual)
        .All(pair => pair.First == pair.Second || (state.Stopped.Contains(pair.First) && pair.Second.StartsWith(pair.First, StringComparison.Ordinal)));

    public static void Same(string kind, IEnumerable<string> expected, IEnumerable<string> actual)
    {
        string[] wanted = [.. expected], got = [.. actual];
        if (!wanted.SequenceEqual(got))
            throw new WalkFailureException(kind, $"[{string.Join(" / ", got)}] instead of [{string.Join(" / ", wanted)}]");
    }

    /// <summary>
    /// Checks that the actual list contains the expected messages in order. A removed or pending message may be missing (see Skip). Every other message in
    /// the list must come from another session.
    /// </summary>
    private static void Within(string kind, WalkMember member, string[] expected, string[] actual)
    {
        // reached[i] is true if the actual messages compared so far can be matched to exactly the first i expected messages.
        bool[] reached = new bool[expected.Length + 1];
        reached[0] = true;
        Skip();
        foreach (string message in actual)
        {
            bool mayBeOthers = member.Party.MayHave(member, message);
            var before = reached.ToArray();
            for (int i = expected.Length; i >= 0; i--)
                reached[i] = (i > 0 && before[i - 1] && IsSame(expected[i - 1], message)) || (before[i] && mayBeOthers);
            Skip();
            if (!reached.Contains(true))
                throw new WalkFailureException(kind + "-foreign", $"'{message}' in [{string.Join(" / ", actual)}], own [{string.Join(" / ", expected)}]");
        }
        if (!reached[^1])
            throw new WalkFailureException(kind + "-lost",
                $"'{expected[Array.LastIndexOf(reached, true)]}' is not in [{string.Join(" / ", actual)}], own [{string.Join(" / ", expected)}]");

        // A message that a member has removed may be missing. A pending message may be at another position if another member has also sent it.
        void Skip()
        {
            for (int i = 0; i < expected.Length; i++)
            {
                bool isGone = member.Party.Removed.Contains(expected[i])
                    && actual.Count(message => message == expected[i]) < expected.Count(message => message == expected[i]);
                bool isElsewhere = member.Waited.Contains(expected[i]) && actual.Contains(expected[i])
                    && member.Party.Members.Exists(other => other != member && other.Ever.Contains(expected[i]));
                reached[i + 1] |= reached[i] && (isGone || isElsewhere);
            }
        }

        bool IsSame(string mine, string message) => message == mine
            || (message.StartsWith("assistant|", StringComparison.Ordinal) && message.StartsWith(mine, StringComparison.Ordinal) && !actual.Contains(mine));
    }

    private static string Join(IEnumerable<string> turn) => string.Join(", ", turn);
}
