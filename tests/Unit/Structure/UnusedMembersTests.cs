using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Xunit;

namespace QwenChat.Tests.Structure;

/// <summary>Checks that the product uses all members that it declares, except for the public API. Members that only tests use count as unused.</summary>
public class UnusedMembersTests
{
    private static readonly SyntaxNode[] s_files =
        [.. SourceFiles.Of("src").Select(file => CSharpSyntaxTree.ParseText(file.Text, path: file.Path).GetRoot())];

    [Fact]
    public void Every_member_that_is_not_public_is_used()
    {
        var uses = s_files.SelectMany(file => file.DescendantTokens()).Where(token => token.IsKind(SyntaxKind.IdentifierToken))
            .GroupBy(token => token.ValueText).ToDictionary(name => name.Key, name => name.Count());
        Assert.Empty(
            from file in s_files
            from member in file.DescendantNodes().OfType<MemberDeclarationSyntax>()
            where !IsPublic(member) && !member.Modifiers.Any(SyntaxKind.OverrideKeyword)
            from name in NamesOf(member)
            where uses[name] == 1
            select $"{file.SyntaxTree.FilePath}: {name}");
    }

    private static IEnumerable<string> NamesOf(MemberDeclarationSyntax member) => member switch
    {
        MethodDeclarationSyntax method => [method.Identifier.ValueText],
        PropertyDeclarationSyntax property => [property.Identifier.ValueText],
        FieldDeclarationSyntax field => field.Declaration.Variables.Select(variable => variable.Identifier.ValueText),
        _ => [],
    };

    /// <summary>Returns whether a member is part of the public API: a public member of a public type.</summary>
    private static bool IsPublic(MemberDeclarationSyntax member) =>
        member.Parent is TypeDeclarationSyntax { Modifiers: var type } && type.Any(SyntaxKind.PublicKeyword)
            && member.Modifiers.Any(SyntaxKind.PublicKeyword);
}
