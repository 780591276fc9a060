using System.Text.Json;
using Ledger.Bus;
using Ledger.Explorer.Contracts;
using Ledger.Log;
using Ledger.Records;

namespace Ledger.Mcp.Abilities;

/// <summary>Record stores as abilities: projects, records now and earlier, their histories, and new records.</summary>
internal static class ChronoAbilities
{
    private const int DefaultLimit = 100;
    private const string Prefix = "chrono:";

    private static readonly AbilityInputContext In = AbilityInputContext.Default;
    private static readonly ToolContractContext Own = ToolContractContext.Default;

    private static readonly AbilityMeta<ChronoProjectsInput, ProjectsPage> Projects = new(
        "chrono:projects", "Lists the projects that have a record store, sorted by name.", In.ChronoProjectsInput, Own.ProjectsPage);

    private static readonly AbilityMeta<ChronoQueryInput, RecordsPage> Query = new(
        "chrono:query", "Lists a project's records in the order in which they were first written, one page at a time.", In.ChronoQueryInput, Own.RecordsPage);

    private static readonly AbilityMeta<ChronoGetInput, RecordAnswer> Get = new(
        "chrono:get",
        "Returns a record, even a deleted one, as it is now or was earlier; null if there is none. What is too long for one answer comes in parts.",
        In.ChronoGetInput,
        Own.RecordAnswer);

    private static readonly AbilityMeta<ChronoHistoryInput, ChainEventsPage> History = new(
        "chrono:history", "Lists the events about a record, the oldest first, one page at a time.", In.ChronoHistoryInput, Own.ChainEventsPage);

    private static readonly AbilityMeta<ChronoUpsertInput, RecordWritten> Upsert = new(
        "chrono:upsert", "Writes a record: a new one, or a new state of an existing one. Earlier states stay in the chain.", In.ChronoUpsertInput, Own.RecordWritten);

    public static void Register(IAgentBus bus, IEventStore log)
    {
        bus.Register(Projects, async (input, token) =>
        {
            var query = new StreamQuery
            {
                Prefix = Prefix,
                Text = input.Text,
                Order = StreamOrder.Name,
                After = input.After is { } after ? Prefix + after : null,
                Limit = input.Limit ?? DefaultLimit,
            };
            var page = await LogSearch.Of(log).FindStreamsAsync(query, token).ConfigureAwait(false);
            return new ProjectsPage([.. page.Streams.Select(found => ProjectContract.Of(found.Stream))], page.HasMore ? page.Streams[^1].Stream.Name.Id : null);
        });
        bus.Register(Query, async (input, token) =>
        {
            var store = Open(log, input.Project);
            await using var _ = store.ConfigureAwait(false);
            var query = new ChronoQuery
            {
                Kind = input.Kind,
                Status = input.Status ?? "active",
                RagFilter = input.RagFilter ?? false,
                MinConfidence = input.MinConfidence ?? 0,
            };
            var (records, next) = await PageOf(store.QueryAsync(query, token).Select(r => r.ToJson()), input.Skip, input.Limit, token).ConfigureAwait(false);
            return new RecordsPage(records, next);
        });
        bus.Register(Get, async (input, token) =>
        {
            var store = Open(log, input.Project);
            await using var _ = store.ConfigureAwait(false);
            var record = input.AtSeq is { } seq
                ? await store.GetAsync(input.Id, ChronoMoment.AtSeq(seq), token).ConfigureAwait(false)
                : await store.GetAsync(input.Id, token).ConfigureAwait(false);
            if (record is null)
            {
                return new RecordAnswer(null);
            }

            var whole = JsonElement.Parse(record.ToJson());
            return input.Path is null && input.From is null && ToolPage.BytesOf(whole) <= ToolPage.MostDataBytes
                ? new RecordAnswer(whole)
                : new RecordAnswer(ToolPage.Short(whole), JsonPart.Of(whole, input.Path ?? "", input.From ?? 0));
        });
        bus.Register(History, async (input, token) =>
        {
            var store = Open(log, input.Project);
            await using var _ = store.ConfigureAwait(false);
            var (events, next) = await PageOf(store.HistoryAsync(input.Id, token).Select(e => e.ToLine()), input.Skip, input.Limit, token).ConfigureAwait(false);
            return new ChainEventsPage(events, next);
        });
        bus.Register(Upsert, async (input, token) =>
        {
            var store = Open(log, input.Project);
            await using var _ = store.ConfigureAwait(false);
            var record = ChronoRecord.FromJson(input.Record);
            if (record.Id.Length == 0)
            {
                throw new RefusalException("The record has no 'id'. Nothing was written.");
            }

            var written = await store.UpsertAsync(record, input.EventId ?? Guid.CreateVersion7(), token).ConfigureAwait(false);
            var (line, head) = (JsonElement.Parse(written.ToLine()), $"{written.Seq}:{written.Hash}");
            return ToolPage.BytesOf(line) is var bytes && bytes > ToolPage.MostDataBytes
                ? new RecordWritten(ToolPage.Nothing, head, bytes)
                : new RecordWritten(line, head);
        });
    }

    /// <summary>Opens the store of a project by its name.</summary>
    /// <exception cref="UsageException">It cannot be the name of one.</exception>
    public static ChronoStore Open(IEventStore log, string project, ChronoOptions? options = null)
    {
        try
        {
            return new ChronoStore(log, project, options);
        }
        catch (ArgumentException)
        {
            throw new UsageException($"'{project}' cannot be the name of a project: 1 to 493 characters, without control characters.");
        }
    }

    private static async Task<(IReadOnlyList<JsonElement> Items, int? Next)> PageOf(
        IAsyncEnumerable<string> all, int? skip, int? limit, CancellationToken cancellationToken)
    {
        var passed = skip ?? 0;
        var items = all.Skip(passed).Select(json => ToolPage.Fit(JsonElement.Parse(json)));
        var (page, hasMore) = await ToolPage.TakeAsync(items, limit ?? DefaultLimit, Own.JsonElement, cancellationToken).ConfigureAwait(false);
        return (page, hasMore ? passed + page.Count : null);
    }
}
