namespace Ledger.Postgres.Schema;

/// <summary>Events cannot be tagged, because Marten has not made the tables of Ledger's tags.</summary>
public sealed class TagTablesMissingException : Exception
{
    internal TagTablesMissingException(string schema, IReadOnlyList<string> tables)
        : base($"Schema '{schema}' has no {(tables.Count == 1 ? "table" : "tables")} {string.Join(", ", tables.Select(table => $"'{table}'"))}, so events have no tags. Nothing was "
            + "written. Marten makes them for a store with 'options.TagLedgerEvents()': start that application, or run its 'db-apply', and try again.") =>
        Tables = tables;

    /// <summary>The missing tables, sorted by name.</summary>
    public IReadOnlyList<string> Tables { get; }
}
