namespace Ledger.Cli.Demo.Files;

/// <summary>What a file is for, as far as its language tells.</summary>
internal enum FileKind
{
    /// <summary>A program, or a part of one.</summary>
    Code,

    /// <summary>Text for people.</summary>
    Docs,

    /// <summary>Settings, project files, data, and what is not known.</summary>
    Data,
}
