namespace Ledger.Cli.Demo.Findings;

/// <summary>What makes a file large.</summary>
internal enum SizeMeasure
{
    /// <summary>Its bytes.</summary>
    Bytes,

    /// <summary>Its lines.</summary>
    Lines,
}
