using Ledger.Worlds;
using Npgsql;

namespace Ledger.Postgres.Worlds.Writing;

/// <summary>Folds events of some streams into rows: past states and new objects go by COPY, rows that there are get their last state in one statement.</summary>
internal sealed class RowFold(PostgresOptions options)
{
    private readonly List<WorkStream> _streams = [];
    private readonly RowStates _objects = new();
    private readonly RowStates _relations = new();
    private readonly List<RowChange> _changes = [];

    /// <summary>The streams, each at its <see cref="WorkStream.Index"/>.</summary>
    public IReadOnlyList<WorkStream> Streams => _streams;

    /// <summary>The names of the streams.</summary>
    public string[] Names => [.. _streams.Select(s => s.Name)];

    /// <summary>Adds a stream.</summary>
    public WorkStream AddStream(string name)
    {
        var stream = new WorkStream(name, _streams.Count);
        _streams.Add(stream);
        return stream;
    }

    /// <summary>Takes an event, in the order of its stream.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="number">Its number among the events of the stream, from 1.</param>
    /// <param name="type">Its type.</param>
    /// <param name="json">Its JSON, parts of which are kept.</param>
    public void Add(WorkStream stream, int number, string type, ReadOnlyMemory<byte> json)
    {
        if (RowChange.ActOf(type) is { } act)
        {
            _changes.Add(act == RowAct.Exhaust
                ? new RowChange(act, stream.Index, number, null, null, null, null, default, null)
                : Read(stream, number, act, RowChange.IsOfRelation(type), WorldEventJson.Unparsed(json)));
        }
    }

    /// <summary>Adds the queries of the rows that the events are about.</summary>
    public void AddReads(NpgsqlBatch batch)
    {
        _objects.AddRead(batch, Load("world_row_objects"), Names);
        _relations.AddRead(batch, Load("world_row_relations"), Names);
    }

    /// <summary>Reads their answers, of which the first is still to come; false if the rows are too large to be read.</summary>
    public async Task<bool> ReadAsync(NpgsqlDataReader reader, CancellationToken cancellationToken) =>
        await _objects.ReadAsync(reader, cancellationToken).ConfigureAwait(false)
        & await _relations.ReadAsync(reader, cancellationToken).ConfigureAwait(false);

    /// <summary>Copies past states and new objects and relations of the streams that are written here.</summary>
    public async Task CopyAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var skipped = Check();
        using var pastObjects = new RowTable(connection, "copy_past_objects", options);
        using var pastRelations = new RowTable(connection, "copy_past_relations", options);
        for (var i = 0; i < _changes.Count; i++)
        {
            var change = _changes[i];
            if (skipped[i] || _streams[change.Stream] is not { IsOurs: true } stream)
            {
                continue;
            }

            var state = change.State!;
            if (state.Exists && state.Source is null)
            {
                await pastObjects.AddAsync(stream.Name, state, cancellationToken).ConfigureAwait(false);
            }
            else if (state.Exists)
            {
                pastRelations.Keep(stream.Name, state);
            }

            state.Apply(change, stream.VersionOf(change.Number));
        }

        await pastObjects.CompleteAsync(cancellationToken).ConfigureAwait(false);
        await pastRelations.CompleteAsync(cancellationToken).ConfigureAwait(false);
        await CopyNewAsync(connection, "copy_objects", _objects, cancellationToken).ConfigureAwait(false);
        await CopyNewAsync(connection, "copy_relations", _relations, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Adds the statements that write the rest of what the streams that are written here need.</summary>
    /// <returns>How many streams these are.</returns>
    public int AddWrites(NpgsqlBatch batch)
    {
        WorkStream[] ours = [.. _streams.Where(s => s.IsOurs)];
        if (ours.Length > 0)
        {
            RowStatements.AddUpdate(batch, Load("update_objects"), [.. _objects.All.Where(IsToUpdate)], _streams, hasEnds: false);
            RowStatements.AddUpdate(batch, Load("update_relations"), [.. _relations.All.Where(IsToUpdate)], _streams, hasEnds: true);
            RowStatements.AddFaults(batch, Load("add_world_faults"), ours);
            RowStatements.AddHeads(batch, Load("move_world_heads"), ours);
        }

        return ours.Length;
    }

    private static bool IsToUpdate(RowState state) => state is { IsChanged: true, HasRow: true };

    private static bool IsObject(ReadOnlyMemory<byte> json) => json.Span[0] == (byte)'{';

    private RowChange Read(WorkStream stream, int number, RowAct act, bool isRelation, in WorldEventJson json)
    {
        var refusal = (act, isRelation) switch
        {
            (RowAct.Create, true) => WorldEventRules.CheckRelation(json),
            (RowAct.Create, false) => WorldEventRules.CheckObject(json),
            _ => WorldEventRules.CheckId(json),
        };
        var body = act switch
        {
            RowAct.Create => json.DataText,
            RowAct.Patch => json.PatchText,
            _ => default,
        };
        body = body.IsEmpty ? RowData.Empty : body;
        var fault = refusal?.Fault ?? (act == RowAct.Create && !IsObject(body) ? WorldFault.BadPayload : null);
        var state = fault is null ? (isRelation ? _relations : _objects).Get(stream.Index, json.Id.Text!) : null;
        return new RowChange(act, stream.Index, number, state, json.Type.Text, isRelation ? json.SourceId.Text : null, isRelation ? json.TargetId.Text : null, body, fault);
    }

    /// <summary>Finds the events that cannot be applied, and those that change nothing; a stream with an id too long for rows is left to the statement.</summary>
    private bool[] Check()
    {
        var skipped = new bool[_changes.Count];
        for (var i = 0; i < skipped.Length; i++)
        {
            var change = _changes[i];
            var stream = _streams[change.Stream];
            if (change.Act == RowAct.Exhaust)
            {
                stream.Budget ??= stream.VersionOf(change.Number);
                skipped[i] = true;
                continue;
            }

            if (change.Fault is null && !change.FitsRows)
            {
                stream.IsOurs = false;
                continue;
            }

            var fault = change.Fault ?? (change.Act != RowAct.Patch ? null
                : !change.State!.IsPresent ? WorldFault.UnknownObject
                : IsObject(change.Body) ? null
                : WorldFault.BadPayload);
            if (fault is { } reason)
            {
                stream.Faults.Add((stream.VersionOf(change.Number), reason.ToName()));
            }

            skipped[i] = fault is not null || (change.Act == RowAct.Remove && !change.State!.IsPresent);
            if (!skipped[i])
            {
                change.State!.IsPresent = change.Act != RowAct.Remove;
            }
        }

        return skipped;
    }

    private async Task CopyNewAsync(NpgsqlConnection connection, string sql, RowStates states, CancellationToken cancellationToken)
    {
        using var table = new RowTable(connection, sql, options);
        foreach (var state in states.All)
        {
            if (state is { IsChanged: true, HasRow: false })
            {
                await table.AddAsync(_streams[state.Stream].Name, state, cancellationToken).ConfigureAwait(false);
            }
        }

        await table.CompleteAsync(cancellationToken).ConfigureAwait(false);
    }

    private string Load(string name) => SqlText.Load(name, options.Schemas);
}
