namespace Ledger.Cli;

/// <summary>What a help is about.</summary>
internal enum HelpTopic
{
    /// <summary>How to use a command.</summary>
    Usage,

    /// <summary>The commands that have others, as nouns and verbs.</summary>
    Nouns,
}
