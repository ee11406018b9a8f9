using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Xunit;

namespace QwenChat.Tests.Structure;

/// <summary>
/// Checks that the current culture does not affect numbers and dates in the product's text. The text is English, and users may copy numbers to commands.
/// </summary>
public class CultureTests
{
    /// <summary>The file that formats the values in views. PowerShell displays numbers and dates in the current culture.</summary>
    private const string View = "QwenChat/Commands/Terminal/SafeText.cs";

    private static readonly string[] s_sensitive =
        ["Double", "Single", "Decimal", "Half", "DateTime", "DateTimeOffset", "DateOnly", "TimeOnly"];

    [Fact]
    public void No_text_is_formatted_with_the_current_culture() => Assert.Empty(Findings(SourceFiles.Of("src")));

    [Theory]
    [InlineData("$\"{number}\"")]
    [InlineData("$\"{(double?)number}\"")]
    [InlineData("$\"{1:N0}\"")]
    [InlineData("$\"{System.DateTime.UtcNow}\"")]
    [InlineData("$\"a{1}\" + $\"{number}\"")]
    [InlineData("\"a\" + number")]
    [InlineData("new System.Text.StringBuilder().Append($\"{number}\").ToString()")]
    [InlineData("number.ToString(System.Globalization.CultureInfo.CurrentCulture)")]
    public void Text_in_the_current_culture_is_found(string expression) => Assert.Single(Findings([("A.cs", Source(expression))]));

    [Theory]
    [InlineData("$\"{1}\"")]
    [InlineData("$\"{System.Guid.Empty:N}\"")]
    [InlineData("$\"{System.TimeSpan.Zero}\"")]
    [InlineData("System.FormattableString.Invariant($\"{number:0.0}\")")]
    [InlineData("string.Create(System.Globalization.CultureInfo.InvariantCulture, $\"a{1:N0}\" + $\"{number}\")")]
    [InlineData("System.Globalization.CultureInfo.CurrentCulture.TextInfo.ANSICodePage.ToString(System.Globalization.CultureInfo.InvariantCulture)")]
    public void Other_text_is_not_found(string expression) => Assert.Empty(Findings([("A.cs", Source(expression))]));

    private static string Source(string expression) => $"class A {{ string Text(double number) => {expression}; }}";

    private static IEnumerable<string> Findings(IEnumerable<(string Path, string Text)> files) =>
        from found in new SourceCode(files).Find(IsSensitive)
        where found.Path != View
        select $"{found.Path}({found.Line}): {found.Text}";

    private static bool IsSensitive(SyntaxNode node, SemanticModel model) => node switch
    {
        InterpolatedStringExpressionSyntax text => HasNoProvider(text, model)
            && text.Contents.OfType<InterpolationSyntax>().Any(part => IsSensitive(part, model)),
        BinaryExpressionSyntax sum when sum.IsKind(SyntaxKind.AddExpression) =>
            model.GetTypeInfo(sum).Type?.SpecialType == SpecialType.System_String && (IsSensitive(sum.Left, model) || IsSensitive(sum.Right, model)),
        MemberAccessExpressionSyntax { Name.Identifier.Text: "CurrentCulture" } culture =>
            culture.Parent is not MemberAccessExpressionSyntax { Name.Identifier.Text: "TextInfo" },
        _ => false,
    };

    private static bool HasNoProvider(ExpressionSyntax text, SemanticModel model)
    {
        var whole = Whole(text);
        var type = model.GetTypeInfo(whole).ConvertedType;
        return type?.SpecialType == SpecialType.System_String
            || (type?.Name == nameof(StringBuilder.AppendInterpolatedStringHandler) && whole.Parent?.Parent is ArgumentListSyntax { Arguments.Count: 1 });
    }

    private static bool IsSensitive(InterpolationSyntax part, SemanticModel model) =>
        part.FormatClause is null ? IsSensitive(part.Expression, model) : Unwrap(model.GetTypeInfo(part.Expression).Type)?.Name != nameof(Guid);

    private static bool IsSensitive(ExpressionSyntax value, SemanticModel model) => s_sensitive.Contains(Unwrap(model.GetTypeInfo(value).Type)?.Name);

    private static ITypeSymbol? Unwrap(ITypeSymbol? type) =>
        type is INamedTypeSymbol { OriginalDefinition.SpecialType: SpecialType.System_Nullable_T } nullable ? nullable.TypeArguments[0] : type;

    /// <summary>Returns the concatenation that a string is part of. The compiler formats all interpolated strings of a concatenation together.</summary>
    private static ExpressionSyntax Whole(ExpressionSyntax text) => text.Parent switch
    {
        BinaryExpressionSyntax sum when sum.IsKind(SyntaxKind.AddExpression) => Whole(sum),
        ParenthesizedExpressionSyntax group => Whole(group),
        _ => text,
    };
}
