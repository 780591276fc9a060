using Ledger.Log;
using Ledger.Postgres.Log;
using Ledger.Projections;
using Npgsql;
using NpgsqlTypes;

namespace Ledger.Postgres.Projections.Inline;

/// <summary>Folds the pending events of the touched streams into their documents; the streams' locks keep others away.</summary>
internal sealed class SnapshotWork(ISnapshot snapshot, DocumentStatements statements, EventRegistry registry) : ProjectionWork(snapshot.Key)
{
    private readonly Dictionary<StreamName, byte[]> _documents = [];
    private readonly List<string> _streams = [];
    private readonly List<ReadOnlyMemory<byte>> _written = [];
    private readonly List<long> _versions = [];

    public override void AddReads(NpgsqlBatch batch)
    {
        Add(batch, statements.Documents).Parameters.WithText(snapshot.StreamPrefix);
        Add(batch, statements.Pending).Parameters.WithText(snapshot.StreamPrefix);
    }

    public override async Task ReadAsync(NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        await reader.NextResultAsync(cancellationToken).ConfigureAwait(false);
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            _documents.Add(new StreamName(reader.GetString(0)), reader.GetFieldValue<byte[]>(2));
        }

        await reader.NextResultAsync(cancellationToken).ConfigureAwait(false);
        IStateFold? fold = null;
        RecordedEvent? last = null;
        var row = new EventRow(registry);
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            var recorded = row.Read(reader, new StreamName(reader.GetString(0)), position: null);
            if (recorded.Stream != last?.Stream)
            {
                Keep(last, fold);
                fold = snapshot.BeginFold(StateBefore(recorded));
            }

            fold!.Apply(recorded);
            last = recorded;
            EventCount++;
        }

        Keep(last, fold);
    }

    public override void AddWrites(NpgsqlBatch batch)
    {
        if (_streams.Count > 0)
        {
            Add(batch, statements.Write).Parameters
                .With(_streams, NpgsqlDbType.Array | NpgsqlDbType.Text)
                .With(_written, NpgsqlDbType.Array | NpgsqlDbType.Jsonb)
                .With(_versions, NpgsqlDbType.Array | NpgsqlDbType.Bigint)
                .WithText(snapshot.ClrType);
        }
    }

    private object StateBefore(RecordedEvent recorded)
    {
        try
        {
            return _documents.TryGetValue(recorded.Stream, out var document) ? snapshot.Read(document) : snapshot.Initial;
        }
        catch (Exception fault)
        {
            throw new ProjectionFailedException(snapshot.Name, recorded, fault);
        }
    }

    private void Keep(RecordedEvent? last, IStateFold? fold)
    {
        if (last is null)
        {
            return;
        }

        try
        {
            _written.Add(snapshot.Write(fold!.State));
        }
        catch (Exception fault)
        {
            throw new ProjectionFailedException(snapshot.Name, last, fault);
        }

        _streams.Add(last.Stream.Value);
        _versions.Add(last.Version.Value);
    }
}
