using System.Collections.Frozen;

namespace Ledger.Cli.Demo.Files;

/// <summary>What a file is written in, told by its name alone.</summary>
/// <param name="Name">The name for people, such as <c>C#</c>.</param>
/// <param name="Kind">What files of it are for.</param>
internal sealed record Language(string Name, FileKind Kind)
{
    public static readonly Language CSharp = new("C#", FileKind.Code);
    public static readonly Language C = new("C", FileKind.Code);
    public static readonly Language CPlusPlus = new("C++", FileKind.Code);
    public static readonly Language Python = new("Python", FileKind.Code);
    public static readonly Language JavaScript = new("JavaScript", FileKind.Code);
    public static readonly Language TypeScript = new("TypeScript", FileKind.Code);
    public static readonly Language Markdown = new("Markdown", FileKind.Docs);
    public static readonly Language MSBuild = new("MSBuild", FileKind.Data);
    public static readonly Language Solution = new("Solution", FileKind.Data);

    /// <summary>Text in a language that the table does not have.</summary>
    public static readonly Language Other = new("other text", FileKind.Data);

    private static readonly FrozenDictionary<string, Language> ByExtension = new (Language Language, string Extensions)[]
    {
        (CSharp, ".cs .csx"),
        (C, ".c"),
        (CPlusPlus, ".cc .cpp .cxx .h .hh .hpp .hxx .inl"),
        (Python, ".py .pyi"),
        (JavaScript, ".js .jsx .mjs .cjs"),
        (TypeScript, ".ts .tsx .mts .cts"),
        (Markdown, ".md .markdown"),
        (MSBuild, ".csproj .fsproj .vbproj .props .targets"),
        (Solution, ".sln .slnx"),
        (new("F#", FileKind.Code), ".fs .fsx"),
        (new("Go", FileKind.Code), ".go"),
        (new("Java", FileKind.Code), ".java"),
        (new("Kotlin", FileKind.Code), ".kt .kts"),
        (new("PHP", FileKind.Code), ".php"),
        (new("Ruby", FileKind.Code), ".rb"),
        (new("Rust", FileKind.Code), ".rs"),
        (new("Shell", FileKind.Code), ".sh .bash .zsh"),
        (new("SQL", FileKind.Code), ".sql"),
        (new("Swift", FileKind.Code), ".swift"),
        (new("CSS", FileKind.Code), ".css .scss .less"),
        (new("HTML", FileKind.Docs), ".html .htm"),
        (new("Text", FileKind.Docs), ".txt .rst .adoc"),
        (new("JSON", FileKind.Data), ".json .jsonl"),
        (new("TOML", FileKind.Data), ".toml"),
        (new("XML", FileKind.Data), ".xml .config .resx"),
        (new("YAML", FileKind.Data), ".yml .yaml"),
    }
    .SelectMany(row => row.Extensions.Split(' ').Select(extension => KeyValuePair.Create(extension, row.Language)))
    .ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    /// <summary>The language of a file.</summary>
    /// <param name="path">Its name or path.</param>
    public static Language Of(string path) => ByExtension.GetValueOrDefault(Path.GetExtension(path), Other);
}
