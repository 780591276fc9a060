using System.Runtime.CompilerServices;
using Ledger.Log;
using Npgsql;
using NpgsqlTypes;

namespace Ledger.Postgres.Log;

/// <summary>The rows of branches, and the histories that they make.</summary>
internal sealed class BranchTable(StoreContext context)
{
    public async Task<History?> GetHistoryAsync(StreamName stream, CancellationToken cancellationToken = default)
    {
        AppendRules.Check(stream, nameof(stream));
        var found = await FindAsync([stream.Value], cancellationToken).ConfigureAwait(false);
        return found is [var one] ? one.History : null;
    }

    public async Task<IReadOnlyList<History>> FindHistoriesAsync(IReadOnlyCollection<StreamName> streams, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(streams);
        foreach (var stream in streams)
        {
            AppendRules.Check(stream, nameof(streams));
        }

        var found = await FindAsync([.. streams.Select(stream => stream.Value).Distinct()], cancellationToken).ConfigureAwait(false);
        return [.. found.Select(one => one.History)];
    }

    /// <summary>Describes the branch that a fork asks for, without creating it.</summary>
    public async Task<BranchCreated> DescribeAsync(BranchFork fork, CancellationToken cancellationToken)
    {
        var found = await FindAsync([fork.Parent.Value], cancellationToken).ConfigureAwait(false);
        return found is [var (parent, version)]
            ? fork.Of(parent, parent.LengthAt(version))
            : throw new StreamNotFoundException(fork.Parent);
    }

    public async Task<BranchInfo> ForkAsync(BranchFork fork, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(fork);
        var item = Item(fork.Branch, new NewEvent(fork.Draft, fork.Metadata));
        var answer = await WriteAsync(
            "fork",
            fork.Branch,
            (parameters, projections) => parameters
                .WithText(fork.Branch.Value)
                .WithText(fork.Name)
                .WithText(fork.Parent.Value)
                .With(fork.At?.Value, NpgsqlDbType.Bigint)
                .With(fork.MaxLineageDepth, NpgsqlDbType.Integer)
                .With(item.Id, NpgsqlDbType.Uuid)
                .WithText(item.Serialized.Type)
                .WithText(item.Serialized.ClrType)
                .WithJson(item.Serialized.Json)
                .WithJson(item.Serialized.Headers)
                .WithText(item.CausationId)
                .WithTexts(projections),
            reader => new ForkAnswer(
                reader.GetString(0),
                reader.IsDBNull(1) ? fork.Parent : new StreamName(reader.GetString(1)),
                new Position(reader.IsDBNull(2) ? 0 : reader.GetInt64(2)),
                reader.IsDBNull(3) ? [] : ReadLineage(reader, 3),
                reader.IsDBNull(5) ? default : reader.GetFieldValue<DateTimeOffset>(5),
                reader.IsDBNull(6) ? null : reader.GetString(6),
                reader.IsDBNull(7) ? 0 : reader.GetInt64(7)),
            answer => answer.Outcome switch
            {
                "created" => null,
                "too_deep" => new LineageDepthException(fork.Parent, answer.Lineage.Length, fork.MaxLineageDepth),
                "position_missing" => new ForkPositionException(fork.Parent, answer.At.Value, new Position(answer.Available)),
                _ => RefusalOf(answer.Outcome, fork.Branch, fork.Parent, answer.At, item.Id, answer.Holder, answer.Available),
            },
            cancellationToken).ConfigureAwait(false);
        return new BranchInfo(fork.Branch, fork.Parent, answer.Root, answer.At, answer.Lineage, fork.Name, answer.CreatedAt);
    }

    public async Task<BranchInfo> CreateBranchAsync(
        BranchCreated branch,
        EventMetadata metadata,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(branch);
        ArgumentNullException.ThrowIfNull(metadata);
        var described = branch.Describe();
        var item = Item(described.Stream, new NewEvent(branch, metadata) { CorrelationId = described.Root.Value });
        var answer = await WriteAsync(
            "create_branch",
            described.Stream,
            (parameters, projections) => AddParameters(parameters, described, item, projections),
            reader => new BranchAnswer(
                reader.GetString(0),
                reader.IsDBNull(1) ? default : reader.GetFieldValue<DateTimeOffset>(1),
                reader.IsDBNull(2) ? null : reader.GetString(2),
                reader.IsDBNull(3) ? 0 : reader.GetInt64(3)),
            answer => answer.Outcome == "created"
                ? null
                : RefusalOf(
                    answer.Outcome, described.Stream, described.Parent, described.ForkPosition, item.Id, answer.Holder, answer.PrefixLength),
            cancellationToken).ConfigureAwait(false);
        return described with { CreatedAt = answer.CreatedAt };
    }

    public async Task<BranchInfo?> GetBranchAsync(StreamName branch, CancellationToken cancellationToken = default)
    {
        AppendRules.Check(branch, nameof(branch));
        var found = await ReadBranchesAsync("get_branch", branch.Value, cancellationToken).ConfigureAwait(false);
        return found is [var info] ? info : null;
    }

    public async Task<BranchPage> FindBranchesAsync(BranchQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        query.Checked();
        var (than, direction) = query.Order == BranchOrder.NewestFirst ? ("<", "desc") : (">", "asc");
        var sql = SqlText.Load("find_branches", context.Options.Schemas)
            .Replace("{than}", than, StringComparison.Ordinal)
            .Replace("{direction}", direction, StringComparison.Ordinal);
        var found = await context.Reading.UseAsync<List<BranchInfo>>(
            async (lease, cancellationToken) =>
            {
                var command = lease.CreateCommand(sql, context.Options.CommandTimeoutSeconds)
                    .WithText(query.Root?.Value)
                    .WithText(query.After?.Value)
                    .With(query.Limit + 1, NpgsqlDbType.Integer);
                await using var _ = command.ConfigureAwait(false);
                return await ReadAllAsync(command, cancellationToken).ConfigureAwait(false);
            },
            cancellationToken).ConfigureAwait(false);
        if (found.Count == 0 && query.After is { } after && await GetBranchAsync(after, cancellationToken).ConfigureAwait(false) is null)
        {
            throw new StreamNotFoundException(after);
        }

        return found.Count > query.Limit ? new BranchPage(found[..query.Limit], found[query.Limit - 1].Stream) : new BranchPage(found, null);
    }

    public IAsyncEnumerable<BranchInfo> ListBranchesAsync(StreamName? root = null, CancellationToken cancellationToken = default)
    {
        if (root is { } stream)
        {
            AppendRules.Check(stream, nameof(root));
        }

        return ListBelowAsync(root, cancellationToken);
    }

    private async IAsyncEnumerable<BranchInfo> ListBelowAsync(
        StreamName? root,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var branch in await ReadBranchesAsync(root is null ? "list_branches" : "list_branches_below", root?.Value, cancellationToken).ConfigureAwait(false))
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return branch;
        }
    }

    private AppendRequest.Item Item(StreamName branch, NewEvent created) =>
        new(created.IdIn(branch), created, context.Options.Registry.Write(created));

    /// <summary>Sends a statement that writes a branch, with the inline projections after it, and refuses as its answer says.</summary>
    private async Task<T> WriteAsync<T>(
        string sql,
        StreamName branch,
        Action<NpgsqlParameterCollection, string[]?> addParameters,
        Func<NpgsqlDataReader, T> read,
        Func<T, Exception?> refusalOf,
        CancellationToken cancellationToken)
    {
        context.CheckAmbient("The creation of a branch");
        return await context.Connections.UseAsync<T>(
            async (lease, cancellationToken) =>
            {
                var create = new NpgsqlBatchCommand(SqlText.Load(sql, context.Options.Schemas));
                var projections = context.Statements.Projections.For([branch.Value]);
                addParameters(create.Parameters, projections.Keys);
                var answer = await projections.ExecuteAsync(
                    create,
                    async reader =>
                    {
                        await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
                        return read(reader);
                    },
                    lease.Connection,
                    lease.Transaction,
                    context.Options.CommandTimeoutSeconds,
                    cancellationToken).ConfigureAwait(false);
                if (refusalOf(answer) is { } refusal)
                {
                    throw refusal;
                }

                context.Lanes?.Announce();
                return answer;
            },
            cancellationToken).ConfigureAwait(false);
    }

    private static Exception RefusalOf(
        string outcome, StreamName branch, StreamName parent, Position at, Guid eventId, string? holder, long prefixLength) => outcome switch
    {
        "parent_not_found" => new StreamNotFoundException(parent),
        "branch_exists" => new BranchExistsException(branch),
        "archived" => new StreamArchivedException(branch),
        "id_in_use" => new EventIdInUseException(branch, eventId, new StreamName(holder!)),
        _ => new ForkPositionException(parent, at.Value, new Position(prefixLength)),
    };

    private async Task<List<(History History, StreamVersion Version)>> FindAsync(string[] streams, CancellationToken cancellationToken)
    {
        return await context.Reading.UseAsync<List<(History History, StreamVersion Version)>>(
            async (lease, cancellationToken) =>
            {
                var command = context.Command(lease, "find_histories").With(streams, NpgsqlDbType.Array | NpgsqlDbType.Text);
                await using var __ = command.ConfigureAwait(false);
                await command.PrepareAsync(cancellationToken).ConfigureAwait(false);
                var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
                await using var ___ = reader.ConfigureAwait(false);
                var found = new List<(History History, StreamVersion Version)>();
                while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                {
                    var stream = new StreamName(reader.GetString(0));
                    var history = reader.IsDBNull(2)
                        ? History.OfRun(stream)
                        : new History(stream, new StreamName(reader.GetString(2)), ReadLineage(reader, 3));
                    found.Add((history, new StreamVersion(reader.GetInt64(1))));
                }

                return found;
            },
            cancellationToken).ConfigureAwait(false);
    }

    private static void AddParameters(
        NpgsqlParameterCollection parameters,
        BranchInfo branch,
        AppendRequest.Item item,
        string[]? projections) => parameters
        .WithText(branch.Stream.Value)
        .WithText(branch.Parent.Value)
        .WithText(branch.Root.Value)
        .With(branch.ForkPosition.Value, NpgsqlDbType.Bigint)
        .WithText(branch.Name)
        .With(branch.Lineage.Select(s => s.Stream).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Text)
        .With(branch.Lineage.Select(s => s.Taken).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Bigint)
        .With(item.Id, NpgsqlDbType.Uuid)
        .WithText(item.Serialized.Type)
        .WithText(item.Serialized.ClrType)
        .WithJson(item.Serialized.Json)
        .WithJson(item.Serialized.Headers)
        .WithText(item.Event.CorrelationId)
        .WithText(item.CausationId)
        .WithTexts(projections);

    private async Task<List<BranchInfo>> ReadBranchesAsync(string sql, string? stream, CancellationToken cancellationToken)
    {
        return await context.Reading.UseAsync<List<BranchInfo>>(
            async (lease, cancellationToken) =>
            {
                var command = context.Command(lease, sql).WithText(stream);
                await using var _ = command.ConfigureAwait(false);
                return await ReadAllAsync(command, cancellationToken).ConfigureAwait(false);
            },
            cancellationToken).ConfigureAwait(false);
    }

    private static async Task<List<BranchInfo>> ReadAllAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = reader.ConfigureAwait(false);
        var branches = new List<BranchInfo>();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            branches.Add(new BranchInfo(
                new StreamName(reader.GetString(0)),
                new StreamName(reader.GetString(1)),
                new StreamName(reader.GetString(2)),
                new Position(reader.GetInt64(3)),
                ReadLineage(reader, 6),
                reader.IsDBNull(4) ? null : reader.GetString(4),
                reader.GetFieldValue<DateTimeOffset>(5)));
        }

        return branches;
    }

    private static LineageSegment[] ReadLineage(NpgsqlDataReader reader, int column)
    {
        var streams = reader.GetFieldValue<string[]>(column);
        var taken = reader.GetFieldValue<long[]>(column + 1);
        return [.. streams.Zip(taken, (stream, count) => new LineageSegment(stream, count))];
    }

    private readonly record struct ForkAnswer(
        string Outcome, StreamName Root, Position At, LineageSegment[] Lineage, DateTimeOffset CreatedAt, string? Holder, long Available);

    private readonly record struct BranchAnswer(string Outcome, DateTimeOffset CreatedAt, string? Holder, long PrefixLength);
}
