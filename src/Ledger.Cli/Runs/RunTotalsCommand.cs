using System.CommandLine;
using System.Globalization;
using Ledger.Cli.Output;
using Ledger.Cli.Streams;
using Ledger.Explorer.Contracts;
using Ledger.Runs;

namespace Ledger.Cli.Runs;

/// <summary><c>ledger run totals</c></summary>
internal sealed class RunTotalsCommand : LedgerCommand
{
    private static readonly string[] Groups = ["day", "model", "label"];

    private readonly Option<string?> _by = new("--by") { Description = "By what runs are added up: day (of their last activity, in UTC), model or label. Default: day.", HelpName = "GROUP" };
    private readonly Option<string?> _label = new("--label") { Description = "Only runs with this label.", HelpName = "LABEL" };
    private readonly Option<string?> _model = new("--model") { Description = "Only runs that asked this model last.", HelpName = "MODEL" };
    private readonly Option<GivenTime?> _since = Times.Option("--since", "Active at this time or later.");
    private readonly Option<GivenTime?> _until = Times.Option("--until", "Last active before this time.");

    private readonly RangeOptions _ranges = new("Only runs");

    public RunTotalsCommand()
        : base("totals", "Adds up runs, their calls, tokens and costs by day, model or label.")
    {
        _by.CompletionSources.Add(Groups);
        foreach (var option in (Option[])[_by, _label, _model, _since, _until, .. _ranges.All])
        {
            Add(option);
        }

        Examples = ["ledger run totals", "ledger run totals --by model --since 2026-11-01"];
    }

    public override bool ListsRows => true;

    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        var by = session.Get(_by) ?? "day";
        if (!Groups.Contains(by, StringComparer.Ordinal))
        {
            throw new UsageException($"--by must be one of {string.Join(", ", Groups)}, but was '{by}'.");
        }

        var query = _ranges.Of(session).In(new RunQuery
        {
            Label = session.Get(_label),
            Model = session.Get(_model),
            ActiveSince = session.Get(_since),
            ActiveUntil = session.Get(_until),
        });
        await using var connection = await session.ConnectAsync(cancellationToken);
        var summaries = connection.Ledger.Summaries;
        await session.Progress.RunAsync("Reading new events", () => summaries.CatchUpAsync(null, cancellationToken));
        var totals = await summaries.AddUpAsync(query, Enum.Parse<RunGrouping>(by, ignoreCase: true), cancellationToken);
        if (await session.ListAsync(RunTotalsListContract.Of(totals, 0).Totals, ContractContext.Default.RunTotalsContract, cancellationToken))
        {
            return;
        }

        if (session.Json)
        {
            session.Out.Json(RunTotalsListContract.Of(totals, 0), ContractContext.Default.RunTotalsListContract);
            return;
        }

        if (totals.Count == 0)
        {
            session.Out.Line("No runs found.");
            return;
        }

        session.Out.Line($"{"RUNS",8}  {"FAILED",8}  {"CALLS",10}  {"TOKENS",14}  {"USD",12}  {by.ToUpperInvariant()}", Tone.Faint);
        foreach (var total in totals)
        {
            session.Out.Add($"{Printable.Number(total.Runs),8}  ")
                .Add($"{Printable.Number(total.FailedRuns),8}  ", total.FailedRuns == 0 ? Tone.Faint : Tone.Removed)
                .Add($"{Printable.Number(total.Calls),10}  {Printable.Number(total.Tokens),14}  {total.CostUsd.ToString("0.00##", CultureInfo.InvariantCulture),12}  ")
                .Add(total.Group ?? "-", Tone.Name).EndLine();
        }
    }
}
