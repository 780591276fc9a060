using Ledger.Postgres.Log;
using Ledger.Postgres.Projections.Inline;
using Ledger.Runs;
using Ledger.Worlds;
using Npgsql;

namespace Ledger.Postgres.Worlds.Writing;

/// <summary>
/// Writes the rows that many events of one transaction give, from their JSON, which is here: what <c>project_world</c> writes, folded in this process.
/// </summary>
/// <remarks>
/// <para>Past states and new objects are copied into their tables, the rows that there are get their last state in one statement. For 10,000 events that takes
/// a fifth of the time of <c>fold_world_v2</c>, which takes them one by one in PL/pgSQL.</para>
/// <para>It writes for streams whose rows lack these events and no others, and that share nothing with an ancestor. The others are left to
/// <c>project_world</c>, and so are all, if the rows that they change are very large.</para>
/// </remarks>
internal sealed class WorldWork : ProjectionWork
{
    /// <summary>The fewest events for which the further round trips are worth while.</summary>
    public const int FewestEvents = 500;

    private readonly PostgresOptions _options;
    private readonly Func<bool> _wereWritten;
    private readonly List<WorkStream> _streams = [];
    private readonly Dictionary<StreamName, WorkStream> _streamsByName = [];
    private readonly RowStates _objects = new();
    private readonly RowStates _relations = new();
    private readonly List<RowChange> _changes = [];
    private bool _isLeft;

    /// <summary>Creates it for one append or part of an import.</summary>
    /// <param name="options">The schemas and the time-out.</param>
    /// <param name="wereWritten">Whether this transaction wrote the events; asked after it has.</param>
    public WorldWork(PostgresOptions options, Func<bool> wereWritten)
        : base(LedgerProjections.World)
    {
        (_options, _wereWritten) = (options, wereWritten);
    }

    /// <summary>Takes an event, in the order of its stream.</summary>
    public void Add(StreamName stream, string type, ReadOnlyMemory<byte> json)
    {
        if (!Array.Exists(RunSummaries.Prefixes, prefix => stream.Value.StartsWith(prefix, StringComparison.Ordinal)))
        {
            return;
        }

        if (!_streamsByName.TryGetValue(stream, out var own))
        {
            own = new WorkStream(stream.Value, _streams.Count);
            _streams.Add(own);
            _streamsByName.Add(stream, own);
        }

        own.Count++;
        if (RowChange.ActOf(type) is { } act)
        {
            _changes.Add(act == RowAct.Exhaust
                ? new RowChange(act, own.Index, own.Count, null, null, null, null, default, null)
                : Read(own, act, RowChange.IsOfRelation(type), WorldEventJson.Unparsed(json)));
        }
    }

    public override void AddReads(NpgsqlBatch batch)
    {
        Add(batch, SqlText.Load("begin_world_rows"));
        Add(batch, Load("world_row_heads")).Parameters.WithTexts(Names(_streams));
        _objects.AddRead(batch, Load("world_row_objects"), Names(_streams));
        _relations.AddRead(batch, Load("world_row_relations"), Names(_streams));
    }

    public override async Task ReadAsync(NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        await reader.NextResultAsync(cancellationToken).ConfigureAwait(false);
        await reader.NextResultAsync(cancellationToken).ConfigureAwait(false);
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            _streams[(int)reader.GetInt64(0) - 1].Set(reader.GetInt64(1), reader.IsDBNull(2) ? 0 : reader.GetInt64(2), reader.GetBoolean(3));
        }

        _isLeft = !await _objects.ReadAsync(reader, cancellationToken).ConfigureAwait(false);
        _isLeft |= !await _relations.ReadAsync(reader, cancellationToken).ConfigureAwait(false);
    }

    public override async Task ApplyAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        _isLeft |= !_wereWritten();
        if (_isLeft)
        {
            return;
        }

        var skipped = Check();
        using var pastObjects = new RowTable(connection, "copy_past_objects", _options);
        using var pastRelations = new RowTable(connection, "copy_past_relations", _options);
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

    public override void AddWrites(NpgsqlBatch batch)
    {
        WorkStream[] ours = _isLeft ? [] : [.. _streams.Where(s => s.IsOurs)];
        if (ours.Length > 0)
        {
            RowStatements.AddUpdate(batch, Load("update_objects"), [.. _objects.All.Where(IsToUpdate)], _streams, hasEnds: false);
            RowStatements.AddUpdate(batch, Load("update_relations"), [.. _relations.All.Where(IsToUpdate)], _streams, hasEnds: true);
            RowStatements.AddFaults(batch, Load("add_world_faults"), ours);
            RowStatements.AddHeads(batch, Load("move_world_heads"), ours);
        }

        if (ours.Length < _streams.Count)
        {
            Add(batch, Load("project_world"));
        }

        Add(batch, SqlText.Load("end_world_rows"));
    }

    private static bool IsToUpdate(RowState state) => state is { IsChanged: true, HasRow: true };

    private static string[] Names(IEnumerable<WorkStream> streams) => [.. streams.Select(s => s.Name)];

    private RowChange Read(WorkStream stream, RowAct act, bool isRelation, in WorldEventJson json)
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
        return new RowChange(act, stream.Index, stream.Count, state, json.Type.Text, isRelation ? json.SourceId.Text : null, isRelation ? json.TargetId.Text : null, body, fault);
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
        using var table = new RowTable(connection, sql, _options);
        foreach (var state in states.All)
        {
            if (state is { IsChanged: true, HasRow: false })
            {
                await table.AddAsync(_streams[state.Stream].Name, state, cancellationToken).ConfigureAwait(false);
            }
        }

        await table.CompleteAsync(cancellationToken).ConfigureAwait(false);
    }

    private static bool IsObject(ReadOnlyMemory<byte> json) => json.Span[0] == (byte)'{';

    private string Load(string name) => SqlText.Load(name, _options.Schemas);
}
