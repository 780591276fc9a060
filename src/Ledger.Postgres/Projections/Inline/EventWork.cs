using Ledger.Log;
using Ledger.Postgres.Log;
using Ledger.Projections;
using Npgsql;

namespace Ledger.Postgres.Projections.Inline;

/// <summary>Hands the pending events to the application's C#, one after the other.</summary>
internal sealed class EventWork(EventProjection projection, EventStatements statements, EventRegistry registry) : ProjectionWork(projection.Key)
{
    private readonly List<RecordedEvent> _pending = [];

    public override void AddReads(NpgsqlBatch batch) => Add(batch, statements.Pending).Parameters
        .WithText(projection.Key)
        .WithText(projection.StreamPrefix)
        .WithTexts(statements.Types);

    public override async Task ReadAsync(NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        await reader.NextResultAsync(cancellationToken).ConfigureAwait(false);
        var row = new EventRow(registry);
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            _pending.Add(row.Read(reader, new StreamName(reader.GetString(0)), position: null));
        }
    }

    public override async Task ApplyAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        foreach (var recorded in _pending)
        {
            await ApplyAsync(recorded, connection, cancellationToken).ConfigureAwait(false);
        }
    }

    public override void AddWrites(NpgsqlBatch batch) =>
        Add(batch, statements.Advance).Parameters.WithText(projection.Key).WithText(projection.StreamPrefix);

    // A failure of the database stays Npgsql's: it may pass, and the append is sent again then.
    private async Task ApplyAsync(RecordedEvent recorded, NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        try
        {
            if (projection.Find(recorded) is { } apply)
            {
                await apply(recorded, connection, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception fault) when (fault is not NpgsqlException && !cancellationToken.IsCancellationRequested)
        {
            throw new ProjectionFailedException(projection.Name, recorded, fault);
        }
    }
}
