namespace QwenChat.Emulator;

/// <summary>
/// The implicit context cache (wire §9), which finds the longest prefix that a prompt shares with earlier prompts to the same model. A prompt is stored
/// as hashes of its prefixes, one for every 16 tokens. A shared prefix is stored only once.
/// </summary>
internal sealed class PrefixCache
{
    private const int TokensPerBlock = 16;
    private readonly Dictionary<string, HashSet<ulong>> _models = [];

    /// <summary>Returns the number of cached tokens of a prompt, and adds the prompt to the cache.</summary>
    public int Add(string model, PromptHash prompt)
    {
        lock (_models)
        {
            if (!_models.TryGetValue(model, out var known))
                _models.Add(model, known = []);
            int blocks = 0;
            while (blocks < prompt.Blocks.Count && known.Contains(prompt.Blocks[blocks]))
                blocks++;
            for (int i = blocks; i < prompt.Blocks.Count; i++)
                known.Add(prompt.Blocks[i]);
            return blocks * TokensPerBlock;
        }
    }

    /// <summary>The hash and the token count of a prompt up to the end of a message.</summary>
    internal readonly record struct MessageEnd(ulong Hash, int Tokens, bool IsMarked);

    internal sealed class PromptHash
    {
        private ulong _hash = 14695981039346656037;

        public List<ulong> Blocks { get; } = [];

        public List<MessageEnd> Ends { get; } = [];

        public int Tokens { get; private set; }

        public void EndMessage(bool isMarked) => Ends.Add(new MessageEnd(_hash, Tokens, isMarked));

        public void AddFrame(string role, int tokens)
        {
            Mix(role);
            AddTokens(tokens);
        }

        public void AddText(string text)
        {
            for (int at = 0; at < text.Length;)
            {
                int end = EmulatorTokens.End(text, at);
                Mix(text.AsSpan(at, end - at));
                AddTokens(1);
                at = end;
            }
        }

        private void AddTokens(int count)
        {
            for (int i = 0; i < count; i++)
            {
                if (++Tokens % TokensPerBlock == 0)
                    Blocks.Add(_hash);
            }
        }

        private void Mix(ReadOnlySpan<char> text)
        {
            // FNV-1a. The end mark distinguishes "ab" followed by "c" from "a" followed by "bc".
            foreach (char c in text)
                _hash = (_hash ^ c) * 1099511628211;
            _hash = (_hash ^ 0xffff) * 1099511628211;
        }
    }
}
