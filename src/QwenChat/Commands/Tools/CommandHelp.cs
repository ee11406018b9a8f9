using System.Management.Automation;
using System.Management.Automation.Language;
using System.Text.Json.Nodes;

namespace QwenChat.Commands.Tools;

/// <summary>
/// Reads the comment-based help and the parameter defaults of a function or script from its syntax tree, without running code. Get-Help would take up to
/// 600 ms.
/// </summary>
internal sealed class CommandHelp
{
    private readonly CommentHelpInfo? _help;
    private readonly ParamBlockAst? _parameters;
    private readonly FunctionDefinitionAst? _function;

    private CommandHelp(Ast? ast)
    {
        _function = ast as FunctionDefinitionAst;
        var body = _function?.Body ?? ast as ScriptBlockAst;
        _parameters = body?.ParamBlock;
        _help = _function?.GetHelpContent() ?? body?.GetHelpContent() ?? (body?.Parent as FunctionDefinitionAst)?.GetHelpContent();
    }

    public string? Description => Text(_help?.Synopsis) ?? Text(_help?.Description);

    public static CommandHelp Of(CommandInfo command, ScriptBlock? block) => new((block ?? command switch
    {
        FunctionInfo function => function.ScriptBlock,
        ExternalScriptInfo script => script.ScriptBlock,
        _ => null,
    })?.Ast);

    /// <summary>Returns the description of a parameter; null if there is none.</summary>
    public string? Of(string parameter) =>
        _help?.Parameters?.FirstOrDefault(one => one.Key.Equals(parameter, StringComparison.OrdinalIgnoreCase)).Value is { } text ? Text(text) : null;

    /// <summary>Returns the default of a parameter if it is a constant; null if there is no default, or if the default must be computed.</summary>
    public JsonNode? DefaultOf(string parameter)
    {
        var found = (_parameters?.Parameters ?? _function?.Parameters)?
            .FirstOrDefault(one => one.Name.VariablePath.UserPath.Equals(parameter, StringComparison.OrdinalIgnoreCase));
        return found?.DefaultValue switch
        {
            StringConstantExpressionAst text => text.Value,
            ConstantExpressionAst { Value: int number } => number,
            ConstantExpressionAst { Value: long number } => number,
            ConstantExpressionAst { Value: double number } => number,
            ConstantExpressionAst { Value: decimal number } => number,
            VariableExpressionAst variable when variable.VariablePath.UserPath.Equals("true", StringComparison.OrdinalIgnoreCase) => true,
            VariableExpressionAst variable when variable.VariablePath.UserPath.Equals("false", StringComparison.OrdinalIgnoreCase) => false,
            _ => null,
        };
    }

    private static string? Text(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();
}
