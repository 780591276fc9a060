using System.Globalization;
using Ledger.Bus;
using Ledger.Explorer.Searching;
using Ledger.Log;
using Ledger.Runs;

namespace Ledger.Mcp.Abilities;

/// <summary>The search across all runs as an ability.</summary>
internal static class SearchAbilities
{
    private const int DefaultHits = 20;
    private const int MostSeconds = 1_000_000_000;

    private static readonly AbilityMeta<LogSearchInput, FoundPage> Search = new(
        "log:search",
        "Finds events in all runs and branches, the last one first: where a tool was called with an argument, what failed, who said what. Needs at least one condition.",
        AbilityInputContext.Default.LogSearchInput,
        ToolContractContext.Default.FoundPage);

    public static void Register(IAgentBus bus, AgentLedger ledger) => bus.Register(Search, async (input, token) =>
    {
        var terms = TermsOf(input);
        if (terms.IsEmpty)
        {
            throw new UsageException("Say what to search for: a text, or another condition such as 'tool' or 'types'.");
        }

        if (terms.RangeFault is { } fault)
        {
            throw new UsageException(fault);
        }

        if (terms.IsAboutRuns)
        {
            await ledger.Summaries.CatchUpAsync(null, token).ConfigureAwait(false);
        }

        var scope = await RunScope.FindAsync(ledger.Summaries, terms, token).ConfigureAwait(false);
        var page = await LogSearching.FindAsync(LogSearch.Of(ledger.Store), terms.ToQuery(scope.Streams) with { Types = input.Types }, token).ConfigureAwait(false);
        var hits = page.Events.Select(found => new FoundContract(
            found.Stream.Value, found.Id, found.Type, found.Timestamp, Excerpt.Of(found, input.Text ?? ""), found.Metadata.Actor));
        return new FoundPage([.. hits], page.Examined, scope.IsCut, page.Next?.Value, page.Unindexed);
    });

    private static SearchTerms TermsOf(LogSearchInput input) => new()
    {
        Text = input.Text,
        Type = input.Types is { Count: > 0 } types ? string.Join(',', types) : null,
        Actor = input.Actor,
        Tool = input.Tool,
        Where = input.Where is { } where ? ConditionOf(where) : null,
        Object = input.Object,
        Kind = input.Kind switch
        {
            StreamKind.Runs => "runs",
            StreamKind.Branches => "branches",
            _ => "all",
        },
        Status = input.Status switch
        {
            SearchedStatus.Running => RunStatus.Running,
            SearchedStatus.Waiting => RunStatus.Waiting,
            SearchedStatus.Failed => RunStatus.Failed,
            SearchedStatus.Done => RunStatus.Done,
            _ => null,
        },
        Label = input.Label,
        Model = input.Model,
        MinCost = input.MinCostUsd,
        MaxCost = input.MaxCostUsd,
        MinDuration = DurationOf(input.MinSeconds),
        MaxDuration = DurationOf(input.MaxSeconds),
        Since = input.Since,
        Until = input.Until,
        Before = input.Before is { } before ? new SequenceNumber(before) : null,
        Limit = input.Limit ?? DefaultHits,
    };

    private static TimeSpan? DurationOf(double? seconds) => seconds switch
    {
        null => null,
        >= 0 and <= MostSeconds => TimeSpan.FromSeconds(seconds.Value),
        _ => throw new UsageException($"A duration must be from 0 to {MostSeconds} seconds, but was {seconds.Value.ToString(CultureInfo.InvariantCulture)}."),
    };

    private static DataCondition ConditionOf(string text)
    {
        try
        {
            return DataCondition.Parse(text);
        }
        catch (FormatException fault)
        {
            throw new UsageException($"'where': {fault.Message}");
        }
    }
}
