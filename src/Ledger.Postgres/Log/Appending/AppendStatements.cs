using Ledger.Postgres.Projections.Inline;

namespace Ledger.Postgres.Log.Appending;

/// <summary>The statements of an append: <c>append_v2</c> or <c>append_event_v1</c>, and the inline projections after it.</summary>
internal sealed class AppendStatements
{
    public AppendStatements(PostgresOptions options)
    {
        Append = SqlText.Load("append", options.Schemas);
        AppendEvent = SqlText.Load("append_event", options.Schemas);
        Projections = new InlineProjections(options);
    }

    /// <summary>The statement for a batch.</summary>
    public string Append { get; }

    /// <summary>The statement for a single event.</summary>
    public string AppendEvent { get; }

    /// <summary>What may follow, depending on the streams.</summary>
    public InlineProjections Projections { get; }
}
