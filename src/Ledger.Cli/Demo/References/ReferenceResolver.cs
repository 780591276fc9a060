using Ledger.Cli.Demo.Files;
using Ledger.Json;

namespace Ledger.Cli.Demo.References;

/// <summary>Looks up among the files of a folder what they mention. A name that could be several files is the nearest one.</summary>
internal sealed class ReferenceResolver
{
    private static readonly string[] IncludeFolders = ["", "include", "src"];
    private static readonly string[] ModuleFolders = ["", "src", "lib"];
    private static readonly string[] ScriptEndings =
        ["", ".ts", ".tsx", ".js", ".jsx", ".mjs", ".cjs", ".json", "/index.ts", "/index.tsx", "/index.js", "/index.jsx"];

    private readonly HashSet<string> _files;
    private readonly Dictionary<string, string> _namespaceIds;
    private readonly IReadOnlyList<SourceFile> _sources;

    private ReferenceResolver(IReadOnlyList<SourceFile> sources, UniqueIds ids)
    {
        _sources = sources;
        _files = new HashSet<string>(sources.Select(s => s.Id), StringComparer.Ordinal);
        _namespaceIds = sources
            .SelectMany(s => s.Mentions)
            .Where(m => m.Kind == MentionKind.DeclaresNamespace)
            .Select(m => m.Name)
            .Distinct()
            .Order(CodePointComparer.Instance)
            .ToDictionary(name => name, name => ids.Claim($"namespace:{name}"), StringComparer.Ordinal);
    }

    /// <summary>Resolves everything that the files mention.</summary>
    /// <param name="sources">The files of the folder.</param>
    /// <param name="ids">The ids that are taken; those of the namespaces are added.</param>
    public static ReferenceMap Resolve(IReadOnlyList<SourceFile> sources, UniqueIds ids)
    {
        var resolver = new ReferenceResolver(sources, ids);
        var references = new List<Reference>();
        var seen = new HashSet<Reference>();
        var unresolved = 0;
        foreach (var source in sources)
        {
            foreach (var mention in source.Mentions)
            {
                if (resolver.Find(source, mention) is not { } target)
                {
                    unresolved++;
                }
                else if (target != source.Id && new Reference(TypeOf(mention.Kind), source.Id, target) is var reference && seen.Add(reference))
                {
                    references.Add(reference);
                }
            }
        }

        return new ReferenceMap(
            [.. resolver._namespaceIds.OrderBy(n => n.Key, CodePointComparer.Instance)], references, unresolved);
    }

    private static string TypeOf(MentionKind kind) => kind switch
    {
        MentionKind.DeclaresNamespace => "declares",
        MentionKind.UsesNamespace => "uses",
        MentionKind.ReferencesProject => "references",
        MentionKind.IncludesBeside or MentionKind.IncludesFromPath => "includes",
        MentionKind.LinksTo => "links-to",
        _ => "imports",
    };

    private string? Find(SourceFile source, Mention mention) => mention.Kind switch
    {
        MentionKind.DeclaresNamespace => _namespaceIds[mention.Name],
        MentionKind.UsesNamespace => FindNamespace(mention.Name),
        MentionKind.ReferencesProject => Existing(FolderPath.Join(source.Folder, ProjectPath(mention.Name))),
        MentionKind.IncludesBeside => Existing(FolderPath.Join(source.Folder, mention.Name)) ?? FindInclude(mention.Name),
        MentionKind.IncludesFromPath => FindInclude(mention.Name),
        MentionKind.ImportsModule => FindModule(source, mention.Name),
        MentionKind.ImportsScript => FindScript(FolderPath.Join(source.Folder, mention.Name)),
        _ => FindLinked(source, mention.Name),
    };

    private string? Existing(string? path) => path is not null && _files.Contains(path) ? path : null;

    // `using static A.B.Type` and `using X = A.B.Type` name a type, whose namespace is what stands before it.
    private string? FindNamespace(string name) =>
        _namespaceIds.TryGetValue(name, out var id) ? id
        : name.LastIndexOf('.') is var dot and > 0 && _namespaceIds.TryGetValue(name[..dot], out id) ? id
        : null;

    private static string ProjectPath(string name) =>
        name.Replace('\\', '/').Replace("$(MSBuildThisFileDirectory)", "", StringComparison.Ordinal);

    private string? FindInclude(string name) =>
        IncludeFolders.Select(folder => Existing(FolderPath.Join(folder, name))).FirstOrDefault(path => path is not null);

    private string? FindModule(SourceFile source, string name)
    {
        var dots = name.TakeWhile(c => c == '.').Count();
        var path = name[dots..].Replace('.', '/');
        if (dots > 0)
        {
            var up = string.Concat(Enumerable.Repeat("../", dots - 1));
            return FindModuleAt(FolderPath.Join(source.Folder, up + path));
        }

        return ModuleFolders.Prepend(source.Folder)
            .Select(folder => FindModuleAt(FolderPath.Join(folder, path)))
            .FirstOrDefault(found => found is not null);
    }

    private string? FindModuleAt(string? path) => path is null
        ? null
        : Existing(path + ".py") ?? Existing(path + ".pyi") ?? Existing(FolderPath.Join(path, "__init__.py"));

    // TypeScript writes the name that the compiled file will have.
    private string? FindScript(string? path)
    {
        if (path is null)
        {
            return null;
        }

        var source = path.EndsWith(".js", StringComparison.Ordinal) ? path[..^3] : null;
        return ScriptEndings.Select(ending => Existing(path + ending)).FirstOrDefault(found => found is not null)
            ?? (source is null ? null : Existing(source + ".ts") ?? Existing(source + ".tsx"));
    }

    private string? FindLinked(SourceFile source, string link)
    {
        var path = Uri.UnescapeDataString(link.Split('#', '?')[0]);
        return path.Length == 0 ? null
            : path[0] == '/' ? Existing(FolderPath.Join("", path[1..]))
            : Existing(FolderPath.Join(source.Folder, path));
    }
}
