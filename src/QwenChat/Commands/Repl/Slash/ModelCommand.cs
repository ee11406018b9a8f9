using QwenChat.Catalogue;
using QwenChat.Commands.Completion;
using QwenChat.Policy;

namespace QwenChat.Commands.Repl.Slash;

/// <summary><c>/model</c></summary>
internal sealed class ModelCommand() : SlashCommand("model", "[name]", "shows or changes the model")
{
    /// <inheritdoc/>
    public override IEnumerable<Completion> Complete(ChatState chat, string typed) => ModelNames.All
        .Where(model => model.OutputModalities.Contains("text") && model.Id.StartsWith(typed, StringComparison.OrdinalIgnoreCase))
        .Select(model => new Completion(model.Id, string.Join("; ", ModelNames.FactsOf(model))));

    /// <inheritdoc/>
    public override void Run(ChatState chat, string argument)
    {
        if (argument.Length == 0)
        {
            string current = chat.Options.Model ?? chat.Conversation.Model;
            chat.Host.Say(
                string.Join("; ", (ModelCatalogue.Find(current) is { } known ? ModelNames.FactsOf(known) : ["not in the catalog"]).Prepend(current)));
            return;
        }
        if (argument.Contains(' ', StringComparison.Ordinal))
            throw new QwenException(QwenErrorKind.InvalidRequest,
                $"'{argument}' is not a model name; the model is still {chat.Conversation.Model}. Press Tab for the models in the catalog.");
        PolicyCheck.Check(chat.Conversation.ContextPolicy, chat.Conversation.ApiKind, argument);
        chat.Change(options => options with { Model = argument });
        chat.Options = chat.Options with { Model = null };
        chat.Host.Say(ModelCatalogue.Find(argument) is null
            ? $"The model is now {argument}. It is not in the catalog, so its limits and prices are unknown."
            : $"The model is now {argument}.");
    }
}
