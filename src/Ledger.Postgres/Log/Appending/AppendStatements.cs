using Ledger.Postgres.Projections.Inline;

namespace Ledger.Postgres.Log.Appending;

/// <summary>The statements of an append: <c>append_v4</c>, or one of those for a single stream, and the inline projections after it.</summary>
internal sealed class AppendStatements
{
    public AppendStatements(PostgresOptions options)
    {
        Options = options;
        ImportRight = SqlText.Load("import_right", options.Schemas);
        Append = SqlText.Load("append", options.Schemas);
        AppendEvent = SqlText.Load("append_event", options.Schemas);
        AppendEvents = SqlText.Load("append_events", options.Schemas);
        AppendNewEvent = SqlText.Load("append_new_event", options.Schemas);
        AppendNewMessage = SqlText.Load("append_new_message", options.Schemas);
        AppendNewEvents = SqlText.Load("append_new_events", options.Schemas);
        Projections = InlineProjections.AfterAppends(options);
        ImportProjections = new InlineProjections(options);
    }

    /// <summary>The options of the store.</summary>
    public PostgresOptions Options { get; }

    /// <summary>The question whether the role may write tables itself.</summary>
    public string ImportRight { get; }

    /// <summary>The statement for a batch.</summary>
    public string Append { get; }

    /// <summary>The statement for a single event.</summary>
    public string AppendEvent { get; }

    /// <summary>The statement for several events of one stream.</summary>
    public string AppendEvents { get; }

    /// <summary>The statement for a single event that cannot be in the log, with the rows of worlds or without projections after it.</summary>
    public string AppendNewEvent { get; }

    /// <summary>The statement for such a message of a task, with the rows of the task.</summary>
    public string AppendNewMessage { get; }

    /// <summary>The statement for such an event to each of several streams.</summary>
    public string AppendNewEvents { get; }

    /// <summary>What may follow, depending on the streams.</summary>
    public InlineProjections Projections { get; }

    /// <summary>What may follow where rows are copied into the log, which applies the events of tasks too.</summary>
    public InlineProjections ImportProjections { get; }
}
