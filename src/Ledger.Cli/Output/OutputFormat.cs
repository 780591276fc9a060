namespace Ledger.Cli.Output;

/// <summary>How a command prints its answer.</summary>
internal enum OutputFormat
{
    /// <summary>Lines for people.</summary>
    Table,

    /// <summary>One JSON document.</summary>
    Json,

    /// <summary>One JSON document per row and line.</summary>
    Ndjson,

    /// <summary>A header, then a line of comma-separated values per row (RFC 4180, with line feeds).</summary>
    Csv,
}
