using Ledger.Conformance.Conventions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Ledger.Tests.Conventions;

/// <summary>A file that uses what is declared in a folder, as the compiler binds it.</summary>
/// <param name="From">The file's first folder.</param>
/// <param name="To">The first folder of what it uses.</param>
/// <param name="File">The file's name.</param>
/// <param name="Used">What it uses.</param>
internal sealed record FolderArrow(string From, string To, string File, string Used)
{
    // What the SDK's implicit usings are for a library.
    private const string ImplicitUsings = """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Threading;
        global using System.Threading.Tasks;
        """;

    /// <summary>Reads the arrows of a project's source; what source generators add is not part of it.</summary>
    public static IReadOnlyList<FolderArrow> Read(string project)
    {
        var root = Path.Combine(SourceTree.Root, project);
        var parse = new CSharpParseOptions(LanguageVersion.Preview);
        var trees = Directory.EnumerateFiles(root, "*.cs", SearchOption.AllDirectories)
            .Where(f => FolderOf(root, f) is not ("bin" or "obj"))
            .Select(f => CSharpSyntaxTree.ParseText(System.IO.File.ReadAllText(f), parse, f))
            .ToList();
        var references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => Path.GetFileNameWithoutExtension(path) != "Ledger")
            .Select(path => MetadataReference.CreateFromFile(path));
        var compilation = CSharpCompilation.Create(
            "floors", [.. trees, CSharpSyntaxTree.ParseText(ImplicitUsings, parse)], references, new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary));
        var names = trees.SelectMany(NamesOf).ToHashSet(StringComparer.Ordinal);
        return [.. trees.SelectMany(tree => Of(root, tree, names, compilation.GetSemanticModel(tree))).Distinct()];
    }

    // The types of a file, and what it adds to types of others: to bind every other name would take a minute, and show no other file.
    private static IEnumerable<string> NamesOf(SyntaxTree tree)
    {
        foreach (var node in tree.GetRoot().DescendantNodes())
        {
            if (node is BaseTypeDeclarationSyntax or DelegateDeclarationSyntax)
            {
                yield return node is BaseTypeDeclarationSyntax type ? type.Identifier.Text : ((DelegateDeclarationSyntax)node).Identifier.Text;
            }
            else if (node is MethodDeclarationSyntax { ParameterList.Parameters: [{ Modifiers: [{ RawKind: (int)SyntaxKind.ThisKeyword }, ..] }, ..] } method)
            {
                yield return method.Identifier.Text;
            }
            else if (node is ExtensionBlockDeclarationSyntax block)
            {
                foreach (var member in block.Members)
                {
                    yield return member is MethodDeclarationSyntax added ? added.Identifier.Text : ((PropertyDeclarationSyntax)member).Identifier.Text;
                }
            }
        }
    }

    private static IEnumerable<FolderArrow> Of(string root, SyntaxTree tree, HashSet<string> names, SemanticModel model)
    {
        var from = FolderOf(root, tree.FilePath);
        foreach (var name in tree.GetRoot().DescendantNodes().OfType<SimpleNameSyntax>().Where(name => names.Contains(name.Identifier.Text)))
        {
            var symbol = model.GetSymbolInfo(name).Symbol;
            var type = symbol as INamedTypeSymbol ?? symbol?.ContainingType;
            foreach (var place in type?.OriginalDefinition.Locations.Where(l => l.IsInSource) ?? [])
            {
                yield return new FolderArrow(from, FolderOf(root, place.SourceTree!.FilePath), Path.GetFileName(tree.FilePath), type!.Name);
            }
        }
    }

    private static string FolderOf(string root, string file) => Path.GetRelativePath(root, file).Split(Path.DirectorySeparatorChar) is [var folder, _, ..] ? folder : "";
}
