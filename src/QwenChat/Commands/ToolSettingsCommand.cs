using System.Management.Automation;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using QwenChat.Commands.Input;
using QwenChat.Commands.Schemas;
using QwenChat.Commands.Tools;
using QwenChat.Tools;

namespace QwenChat.Commands;

/// <summary>The base class of commands with parameters for tools and for the answer schema. Tools run in the session or on the service.</summary>
public abstract class ToolSettingsCommand : SettingsCommand
{
    private Type? _answerType;
    private string? _answerSchema;

    private protected ToolSettingsCommand()
    {
    }

    /// <summary>The service tools that the model may use. The value None removes them.</summary>
    [Parameter]
    [AllowNull, AllowEmptyCollection]
    public QwenBuiltInTool[]? BuiltInTool
    {
        get => Given.Options.BuiltInTool is { } tools ? [tools] : null;
        set
        {
            QwenBuiltInTool? tools = value?.Aggregate(QwenBuiltInTool.None, (all, one) => all | one);
            Set(tools, options => options with { BuiltInTool = tools });
        }
    }

    /// <summary>The id of the knowledge base that FileSearch searches. Specifying an id enables FileSearch.</summary>
    [Parameter]
    [AllowNull, AllowEmptyString]
    [Text]
    public string? KnowledgeBase
    {
        get => Given.Options.KnowledgeBase;
        set => Set(TextOf(value), options => options with { KnowledgeBase = TextOf(value) });
    }

    /// <summary>The MCP servers that the service may call: tables with label, url, description and headers. An empty array removes them.</summary>
    [Parameter]
    [RemoteMcpServer]
    [AllowNull, AllowEmptyCollection]
    public QwenRemoteMcpServer[]? RemoteMcpServer
    {
        get => Given.Options.RemoteMcpServer?.ToArray();
        set => Set(value, options => options with { RemoteMcpServer = value });
    }

    /// <summary>
    /// The tools that the model may call: commands, tools created by New-QwenTool, or schemas for calls that the caller answers. An empty array
    /// removes all tools.
    /// </summary>
    [Parameter]
    [Tool]
    [ArgumentCompleter(typeof(ToolCompleter))]
    [AllowNull, AllowEmptyCollection]
    public QwenTool[]? Tool
    {
        get => Given.Tools.Tools?.ToArray();
        set => SetTools(value ?? [], tools => tools with { Tools = value ?? [] });
    }

    /// <summary>Whether the model may, must or must not call a tool: Auto, Required, None, or the name of a tool.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(ToolChoiceCompleter))]
    [AllowNull, AllowEmptyString]
    [Text]
    public string? ToolChoice
    {
        get => Given.Tools.Choice;
        set => SetTools(TextOf(value), tools => tools with { Choice = TextOf(value) });
    }

    /// <summary>Specifies when the user is asked for approval before a tool runs.</summary>
    [Parameter]
    [AllowNull]
    public QwenToolApproval? ToolApproval
    {
        get => Given.Tools.Approval;
        set => SetTools(value, tools => tools with { Approval = value });
    }

    /// <summary>The maximum number of tool rounds in one turn.</summary>
    [Parameter]
    [AllowNull]
    [Between(1, 1000)]
    public int? MaximumToolRounds
    {
        get => Given.Tools.MaximumRounds;
        set => SetTools(value, tools => tools with { MaximumRounds = value });
    }

    /// <summary>The type of the objects in answers: a PowerShell class, a .NET type, or an array of such a type. Null resets the setting.</summary>
    [Parameter]
    [AnswerType]
    [AllowNull]
    public Type? As
    {
        get => Given.Tools.Answer?.Type;
        set => SetAnswer(_answerType = value, () => AnswerType.SchemaOf(value!));
    }

    /// <summary>The schema of answers: a hashtable, JSON Schema text, or fields such as <c>name, age int, tags string[]</c>. Null resets the setting.</summary>
    [Parameter]
    [AnswerSchema]
    [AllowNull]
    public object? Schema
    {
        get => _answerSchema;
        set => SetAnswer(_answerSchema = value as string, () => AnswerSchema.Of(JsonNode.Parse(_answerSchema!)!.AsObject()));
    }

    private void SetAnswer(object? value, Func<AnswerSchema> read, [CallerMemberName] string parameter = "")
    {
        var schema = Once(() => _answerType is null || _answerSchema is null ? read()
            : throw new QwenException(QwenErrorKind.InvalidRequest, "-As and -Schema both define the format of the answer. Remove one of them."));
        SetTools(value, tools => tools with { Answer = value is null ? null : schema.Value }, parameter);
    }

    private void SetTools(object? value, Func<ToolOptions, ToolOptions> change, [CallerMemberName] string parameter = "") =>
        Set(value, settings => settings with { Tools = change(settings.Tools) }, parameter);
}
