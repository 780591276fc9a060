using System.Globalization;
using System.Text.RegularExpressions;
using Ledger.Events;
using Ledger.Log;
using Ledger.Postgres.Projections.Rebuilding;
using Ledger.Projections;

namespace Ledger.Postgres.Projections.Inline;

/// <summary>Rows of the application that one SQL statement per batch derives from events.</summary>
/// <remarks>
/// <para>Inline, the statement runs in the transaction of every append, after the insert: the rows are current as soon as the append is acknowledged, and are
/// rolled back with it. If the statement fails, only the append that caused it is refused.</para>
/// <para>In the statement, <c>{pending}</c> is replaced by the events that the rows do not contain yet, with the columns of
/// <c>mt_events</c>: those of the batch, and any that another program appended to the same streams without this projection.
/// <c>{events}</c> and <c>{ledger}</c> are the schemas. The statement sees the batch's events in the order of the log, and must
/// handle several at once.</para>
/// <para><c>{table:app.orders}</c> names a table of the projection, <c>app.orders</c>. A rebuild then fills a new table for each and swaps them, while the old
/// ones are read and written. Without it, rows are rebuilt in place, if there is a <see cref="Reset"/>.</para>
/// </remarks>
public sealed partial class RowProjection : Projection
{
    private const string Pending = "{pending}";

    /// <summary>Declares a projection.</summary>
    /// <param name="name">Its name, under which its progress is stored: 1 to 200 characters, without <c>:</c>.</param>
    /// <param name="sql">The statement.</param>
    /// <param name="eventTypes">The types whose events <c>{pending}</c> has; null or empty for all.</param>
    /// <exception cref="ArgumentException">The name is not valid, or the statement does not contain <c>{pending}</c>.</exception>
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
        Tables = [.. Table().Matches(sql).Select(match => match.Groups[1].Value).Distinct(StringComparer.Ordinal)];
    }

    /// <summary>The statement, with its tokens.</summary>
    public string Sql { get; }

    /// <summary>The tables that the statement names as <c>{table:…}</c>, each once.</summary>
    public IReadOnlyList<string> Tables { get; }

    /// <summary>The statement that removes all rows, so that they can be rebuilt: default null, and a rebuild is refused.</summary>
    /// <remarks><c>{events}</c> and <c>{ledger}</c> are the schemas.</remarks>
    public string? Reset { get; init; }

    /// <summary>The statement, and the one that records its progress.</summary>
    internal string[] Statements(SchemaNames schemas, EventRegistry registry) => Statements(Key, table => table, schemas, registry);

    /// <summary>The same for the new tables of a rebuild.</summary>
    internal string[] ShadowStatements(SchemaNames schemas, EventRegistry registry) =>
        Statements(ShadowTables.KeyOf(Key), ShadowTables.Of, schemas, registry);

    /// <summary>The statement for one event, which it may contain already.</summary>
    internal string ReplayStatement(SchemaNames schemas, long sequence) => Fill(
        schemas, table => table, string.Create(CultureInfo.InvariantCulture, $"{schemas.Fill("{ledger}")}.replayed_v1({sequence})"));

    private string Fill(SchemaNames schemas, Func<string, string> nameOf, string pending) =>
        Table().Replace(schemas.Fill(Sql), match => nameOf(match.Groups[1].Value)).Replace(Pending, pending, StringComparison.Ordinal);

    private string[] Statements(string progress, Func<string, string> nameOf, SchemaNames schemas, EventRegistry registry)
    {
        var (key, prefix) = (SchemaNames.Literal(progress), SchemaNames.Literal(StreamPrefix));
        var types = EventTypes.Count == 0 ? "null" : $"array[{string.Join(", ", registry.NamesOf(EventTypes).Select(SchemaNames.Literal))}]::text[]";
        var pending = $"{schemas.Fill("{ledger}")}.pending_v2({key}, {prefix}, {types})";
        return
        [
            Fill(schemas, nameOf, pending),
            SqlText.Load("advance_rows", schemas)
                .Replace("{projection}", key, StringComparison.Ordinal)
                .Replace("{prefix}", prefix, StringComparison.Ordinal),
        ];
    }

    [GeneratedRegex(@"\{table:([^{}]+)\}", RegexOptions.CultureInvariant)]
    private static partial Regex Table();
}
