using System.Text.Json;
using Ledger.Bus;
using Ledger.Explorer.Contracts;
using Ledger.Log;
using Ledger.Records;

namespace Ledger.Mcp.Abilities;

/// <summary>Read-only abilities on record stores; writing is left to the command line and the API.</summary>
internal static class ChronoAbilities
{
    private static readonly AbilityInputContext In = AbilityInputContext.Default;
    private static readonly ContractContext Out = ContractContext.Default;

    private static readonly AbilityMeta<ChronoQueryInput, RecordsContract> Query = new(
        "chrono:query", "Lists a project's records in the order in which they were first written.", In.ChronoQueryInput, Out.RecordsContract);

    private static readonly AbilityMeta<ChronoGetInput, RecordContract> Get = new(
        "chrono:get", "Returns a record, even a deleted one, as it is now or was earlier; null if there is none.", In.ChronoGetInput, Out.RecordContract);

    private static readonly AbilityMeta<ChronoHistoryInput, ChainEventsContract> History = new(
        "chrono:history", "Lists the events about a record, the oldest first.", In.ChronoHistoryInput, Out.ChainEventsContract);

    public static void Register(IAgentBus bus, IEventStore log)
    {
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
            var records = store.QueryAsync(query, token).Take(input.Limit ?? 100);
            return new RecordsContract(await records.Select(r => Parse(r.ToJson())).ToListAsync(token).ConfigureAwait(false));
        });
        bus.Register(Get, async (input, token) =>
        {
            var store = Open(log, input.Project);
            await using var _ = store.ConfigureAwait(false);
            var record = input.AtSeq is { } seq
                ? await store.GetAsync(input.Id, ChronoMoment.AtSeq(seq), token).ConfigureAwait(false)
                : await store.GetAsync(input.Id, token).ConfigureAwait(false);
            return new RecordContract(record is null ? null : Parse(record.ToJson()));
        });
        bus.Register(History, async (input, token) =>
        {
            var store = Open(log, input.Project);
            await using var _ = store.ConfigureAwait(false);
            var events = store.HistoryAsync(input.Id, token).Take(input.Limit ?? 100);
            return new ChainEventsContract(await events.Select(e => Parse(e.ToLine())).ToListAsync(token).ConfigureAwait(false));
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

    private static JsonElement Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }
}
