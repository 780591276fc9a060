using Npgsql;

namespace Ledger.Postgres.Telemetry;

/// <summary>How long the inline projections of a batch take, by the server's clock between them.</summary>
/// <remarks>The client cannot tell: it gets all results at once, behind the commit.</remarks>
internal sealed class ProjectionTimes
{
    private const string Column = "ledger_projection_clock";

    private readonly Queue<string?> _expected = [];
    private DateTime _last;

    /// <summary>One to be filled, or null while nobody measures.</summary>
    public static ProjectionTimes? Start() => LedgerTelemetry.ProjectionTime.Enabled ? new ProjectionTimes() : null;

    /// <summary>Says that the batch asks for the time now, at the end of a projection or before the first.</summary>
    public void Expect(string? endOf) => _expected.Enqueue(endOf);

    /// <summary>Takes the reader's present result, if it is one of the times asked for.</summary>
    public async Task ReadAsync(NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        if (reader.FieldCount != 1 || reader.GetName(0) != Column || !await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            return;
        }

        var now = reader.GetFieldValue<DateTime>(0);
        if (_expected.Dequeue() is { } projection)
        {
            Record(projection, now - _last);
        }

        _last = now;
    }

    public static void Record(string projection, TimeSpan time) => LedgerTelemetry.ProjectionTime.Record(
        time.TotalSeconds, new KeyValuePair<string, object?>(LedgerTelemetry.Projection, projection));
}
