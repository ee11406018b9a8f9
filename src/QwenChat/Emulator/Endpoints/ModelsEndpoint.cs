using System.Text.Json.Nodes;

namespace QwenChat.Emulator.Endpoints;

/// <summary>The model list in the format of OpenAI's API. The service does not document this list, so its format is assumed [A9].</summary>
internal static class ModelsEndpoint
{
    public static Task<EmulatedAnswer> ListAsync() => Task.FromResult<EmulatedAnswer>(BodyAnswer.Json(200, new JsonObject
    {
        ["object"] = "list",
        ["data"] = new JsonArray(EmulatedModels.Listed.Select(model => (JsonNode)Show(model.Id)).ToArray()),
    }));

    public static Task<EmulatedAnswer> RetrieveAsync(string name, ApiCall call) =>
        Task.FromResult<EmulatedAnswer>(BodyAnswer.Json(200, Show(call.Models.Require(name).Id)));

    private static JsonObject Show(string id) => new() { ["id"] = id, ["object"] = "model", ["created"] = 0, ["owned_by"] = "system" };
}
