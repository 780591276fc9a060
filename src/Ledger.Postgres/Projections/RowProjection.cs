using Ledger.Events;
using Ledger.Projections;

namespace Ledger.Postgres.Projections;

/// <summary>Rows of the application's own that are derived from events by one SQL statement a batch.</summary>
/// <remarks>
/// <para>Inline, the statement runs in the transaction of every append, behind the insert: the rows are true as soon as the append
/// is acknowledged, and gone with it when it is rolled back. A failure of the statement refuses the append that caused it, alone.</para>
/// <para>In the statement, <c>{pending}</c> stands for the events that the rows do not contain yet, with the columns of
/// <c>mt_events</c>: those of the batch, and any that another program appended to the same streams without this projection.
/// <c>{events}</c> and <c>{ledger}</c> stand for the schemas. The statement sees the batch's events in the order of the log, and must
/// handle several at once.</para>
/// </remarks>
public sealed class RowProjection : Projection
{
    private const string Pending = "{pending}";

    /// <summary>Declares a projection.</summary>
    /// <param name="name">Its name, which keeps its progress: 1 to 200 characters, without <c>:</c>.</param>
    /// <param name="sql">The statement.</param>
    /// <param name="eventTypes">The types whose events <c>{pending}</c> has; null or empty for all.</param>
    /// <exception cref="ArgumentException">The name is not one, or the statement does not mention <c>{pending}</c>.</exception>
    public RowProjection(string name, string sql, IReadOnlyCollection<Type>? eventTypes = null)
        : base(name, eventTypes ?? [])
    {
        if (EventTypes.Contains(typeof(UntypedEvent)))
        {
            throw new ArgumentException(
                $"Projection '{name}' cannot choose events by {typeof(UntypedEvent)}, which stands for any name. Ask for the type in the statement.",
                nameof(eventTypes));
        }

        ArgumentException.ThrowIfNullOrWhiteSpace(sql);
        if (!sql.Contains(Pending, StringComparison.Ordinal))
        {
            throw new ArgumentException(
                $"The statement of projection '{name}' does not mention {Pending}. Select from it: it is the events to apply.", nameof(sql));
        }

        Sql = sql;
    }

    /// <summary>The statement, with its tokens.</summary>
    public string Sql { get; }

    /// <summary>The statement that removes all rows, so that they can be rebuilt: default null, and a rebuild is refused.</summary>
    /// <remarks><c>{events}</c> and <c>{ledger}</c> stand for the schemas.</remarks>
    public string? Reset { get; init; }

    /// <summary>The statement, and the one that says how far it has come.</summary>
    internal string[] Statements(SchemaNames schemas, EventRegistry registry)
    {
        var (key, prefix) = (SchemaNames.Literal(Key), SchemaNames.Literal(StreamPrefix));
        var types = EventTypes.Count == 0 ? "null" : $"array[{string.Join(", ", registry.NamesOf(EventTypes).Select(SchemaNames.Literal))}]::text[]";
        var pending = $"{schemas.Fill("{ledger}")}.pending_v2({key}, {prefix}, {types})";
        return
        [
            schemas.Fill(Sql).Replace(Pending, pending, StringComparison.Ordinal),
            SqlText.Load("advance_rows", schemas)
                .Replace("{projection}", key, StringComparison.Ordinal)
                .Replace("{prefix}", prefix, StringComparison.Ordinal),
        ];
    }
}
