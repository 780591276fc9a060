namespace Ledger.Cli.Demo.References;

/// <summary>How the name in a mention is looked up, and what relation it makes.</summary>
internal enum MentionKind
{
    /// <summary>A C# file declares a namespace.</summary>
    DeclaresNamespace,

    /// <summary>A C# file uses a namespace.</summary>
    UsesNamespace,

    /// <summary>A project or solution names a project.</summary>
    ReferencesProject,

    /// <summary>A C or C++ file includes a file, which is looked for beside it first.</summary>
    IncludesBeside,

    /// <summary>A C or C++ file includes a file of the include folders.</summary>
    IncludesFromPath,

    /// <summary>A Python file imports a module; leading dots make it relative.</summary>
    ImportsModule,

    /// <summary>A JavaScript or TypeScript file imports a file by a relative path.</summary>
    ImportsScript,

    /// <summary>A page links to a file.</summary>
    LinksTo,
}
