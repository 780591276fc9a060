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
        return await context.Connections.UseAsync<History?>(
            async (lease, cancellationToken) =>
            {
                var command = context.Command(lease, "get_history").WithText(stream.Value);
                await using var __ = command.ConfigureAwait(false);
                await command.PrepareAsync(cancellationToken).ConfigureAwait(false);
                var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
                await using var ___ = reader.ConfigureAwait(false);
                if (!await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                {
                    return null;
                }

                return reader.IsDBNull(0)
                    ? History.OfRun(stream)
                    : new History(stream, new StreamName(reader.GetString(0)), ReadLineage(reader, 1));
            },
            cancellationToken).ConfigureAwait(false);
    }

    public async Task<BranchInfo> CreateBranchAsync(
        BranchCreated branch,
        EventMetadata metadata,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(branch);
        ArgumentNullException.ThrowIfNull(metadata);
        context.CheckAmbient("The creation of a branch");
        var described = branch.Describe();
        var newEvent = new NewEvent(branch, metadata) { CorrelationId = described.Root.Value };
        var item = new AppendRequest.Item(newEvent.IdIn(described.Stream), newEvent, context.Options.Registry.Write(newEvent));
        return await context.Connections.UseAsync<BranchInfo>(
            async (lease, cancellationToken) =>
            {
                var create = new NpgsqlBatchCommand(SqlText.Load("create_branch", context.Options.Schemas));
                var projections = context.Statements.Projections.For([described.Stream.Value]);
                AddParameters(create.Parameters, described, item, projections.Keys);
                var answer = await projections.ExecuteAsync(
                    create,
                    async reader =>
                    {
                        await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
                        return new BranchAnswer(
                            reader.GetString(0),
                            reader.IsDBNull(1) ? default : reader.GetFieldValue<DateTimeOffset>(1),
                            reader.IsDBNull(2) ? null : reader.GetString(2),
                            reader.IsDBNull(3) ? 0 : reader.GetInt64(3));
                    },
                    lease.Connection,
                    lease.Transaction,
                    context.Options.CommandTimeoutSeconds,
                    cancellationToken).ConfigureAwait(false);
                BranchInfo created = answer.Outcome switch
                {
                    "created" => described with { CreatedAt = answer.CreatedAt },
                    "parent_not_found" => throw new StreamNotFoundException(described.Parent),
                    "branch_exists" => throw new BranchExistsException(described.Stream),
                    "archived" => throw new StreamArchivedException(described.Stream),
                    "id_in_use" => throw new EventIdInUseException(described.Stream, item.Id, new StreamName(answer.Holder!)),
                    _ => throw new ForkPositionException(described.Parent, branch.ForkPosition, new Position(answer.PrefixLength)),
                };
                context.Lanes?.Announce();
                return created;
            },
            cancellationToken).ConfigureAwait(false);
    }

    public async Task<BranchInfo?> GetBranchAsync(StreamName branch, CancellationToken cancellationToken = default)
    {
        AppendRules.Check(branch, nameof(branch));
        var found = await ReadBranchesAsync("get_branch", branch.Value, cancellationToken).ConfigureAwait(false);
        return found is [var info] ? info : null;
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
        foreach (var branch in await ReadBranchesAsync("list_branches", root?.Value, cancellationToken).ConfigureAwait(false))
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return branch;
        }
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
        return await context.Connections.UseAsync<List<BranchInfo>>(
            async (lease, cancellationToken) =>
            {
                var command = context.Command(lease, sql).WithText(stream);
                await using var __ = command.ConfigureAwait(false);
                var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
                await using var ___ = reader.ConfigureAwait(false);
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
            },
            cancellationToken).ConfigureAwait(false);
    }

    private static LineageSegment[] ReadLineage(NpgsqlDataReader reader, int column)
    {
        var streams = reader.GetFieldValue<string[]>(column);
        var taken = reader.GetFieldValue<long[]>(column + 1);
        return [.. streams.Zip(taken, (stream, count) => new LineageSegment(stream, count))];
    }

    private readonly record struct BranchAnswer(string Outcome, DateTimeOffset CreatedAt, string? Holder, long PrefixLength);
}
