using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace QwenChat.Tests.Structure;

/// <summary>The source of one project, compiled in memory to determine which file uses which type.</summary>
internal sealed class SourceCode
{
    // The SDK adds these directives to every file.
    private const string ImplicitUsings = """
        global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq;
        global using System.Net.Http; global using System.Threading; global using System.Threading.Tasks;
        """;

    private readonly CSharpCompilation _compilation;
    private readonly SyntaxTree[] _files;

    /// <param name="files">Paths below the source folder, with forward slashes, and the text of each file.</param>
    public SourceCode(IEnumerable<(string Path, string Text)> files)
    {
        var options = CSharpParseOptions.Default.WithLanguageVersion(LanguageVersion.CSharp12);
        _files = [.. files.Select(file => CSharpSyntaxTree.ParseText(SourceText.From(file.Text), options, file.Path))];
        var platform = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(assembly => Path.GetFileName(assembly).StartsWith("System.", StringComparison.Ordinal))
            .Select(assembly => MetadataReference.CreateFromFile(assembly));
        _compilation = CSharpCompilation.Create("source", [.. _files, CSharpSyntaxTree.ParseText(ImplicitUsings, options)], platform);
    }

    /// <summary>Every declared top-level type, with the path of its file.</summary>
    public IEnumerable<(string Type, string Path)> Types =>
        from file in _files
        from node in file.GetRoot().DescendantNodes(node => node is CompilationUnitSyntax or BaseNamespaceDeclarationSyntax)
        let type = node switch
        {
            BaseTypeDeclarationSyntax declaration => Name(declaration.Identifier, (declaration as TypeDeclarationSyntax)?.TypeParameterList),
            DelegateDeclarationSyntax declaration => Name(declaration.Identifier, declaration.TypeParameterList),
            _ => null,
        }
        where type is not null
        select (type, file.FilePath);

    /// <summary>Each use of a type of this project in another file: the path of that file, the name of the type, and the path of its declaration.</summary>
    public IEnumerable<(string User, string Type, string Declared)> Uses =>
        from file in _files.AsParallel()
        let model = _compilation.GetSemanticModel(file)
        from name in file.GetRoot().DescendantNodes().OfType<SimpleNameSyntax>()
        let type = TypeOf(model.GetSymbolInfo(name))
        where type is not null
        from declaration in type.DeclaringSyntaxReferences
        where declaration.SyntaxTree != file
        select (file.FilePath, type.Name, declaration.SyntaxTree.FilePath);

    /// <summary>Returns the nodes that match a condition: the path of the file, the line, and the text.</summary>
    public IEnumerable<(string Path, int Line, string Text)> Find(Func<SyntaxNode, SemanticModel, bool> matches) =>
        from file in _files.AsParallel()
        let model = _compilation.GetSemanticModel(file)
        from node in file.GetRoot().DescendantNodes()
        where matches(node, model)
        select (file.FilePath, file.GetLineSpan(node.Span).StartLinePosition.Line + 1, node.ToString());

    /// <summary>Returns the paths of the files that name a namespace, or a namespace below it, in a using directive or a qualified name.</summary>
    public IEnumerable<string> FilesNaming(string space) =>
        from file in _files
        where file.GetRoot().DescendantNodes().OfType<QualifiedNameSyntax>().Any(name => name.ToString().StartsWith(space, StringComparison.Ordinal))
        select file.FilePath;

    private static string Name(SyntaxToken identifier, TypeParameterListSyntax? parameters) =>
        parameters is null ? identifier.Text : $"{identifier.Text}`{parameters.Parameters.Count}";

    /// <summary>Returns the top-level type of a name: the named type, or the type that contains the named type or member.</summary>
    private static INamedTypeSymbol? TypeOf(SymbolInfo info)
    {
        var symbol = info.Symbol ?? info.CandidateSymbols.FirstOrDefault();
        var type = symbol as INamedTypeSymbol ?? symbol?.ContainingType;
        while (type?.ContainingType is { } outer)
            type = outer;
        return type?.OriginalDefinition;
    }
}
