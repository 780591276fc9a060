using System.CommandLine;
using Ledger.Cli.Connections;
using Ledger.Cli.Output;
using Ledger.Cli.Streams;
using Ledger.Explorer.Contracts;
using Ledger.Log;
using Ledger.Runs;

namespace Ledger.Cli.Runs;

/// <summary><c>ledger run list</c></summary>
internal sealed class RunListCommand : LedgerCommand
{
    private static readonly string[] Statuses = ["any", "running", "waiting", "failed", "done"];
    private static readonly string[] Orders = ["latest", "started", "duration", "cost", "events", "tokens"];

    private readonly Option<string?> _status = new("--status") { Description = "Only runs of this status: running, waiting, failed or done; 'any' for all.", HelpName = "S" };
    private readonly Option<string?> _label = new("--label") { Description = "Only runs with this label.", HelpName = "LABEL" };
    private readonly Option<string?> _model = new("--model") { Description = "Only runs that asked this model last.", HelpName = "MODEL" };
    private readonly Option<string?> _text = new("--text") { Description = "Only runs whose id, title or error contains this text.", HelpName = "TEXT" };
    private readonly Option<GivenTime?> _since = Times.Option("--since", "Active at this time or later.");
    private readonly Option<GivenTime?> _until = Times.Option("--until", "Last active before this time.");
    private readonly RangeOptions _ranges = new("Only runs");
    private readonly Option<string?> _sort = new("--sort") { Description = "The order: latest, started, duration, cost, events or tokens. Default: latest.", HelpName = "ORDER" };
    private readonly Option<bool> _branches = new("--branches") { Description = "List branches too." };
    private readonly Option<int?> _limit = new("--limit") { Description = "The most runs to list, up to 1000. Default: 50.", HelpName = "N" };
    private readonly Option<string?> _after = new("--after") { Description = "The 'next' value of the previous page.", HelpName = "NEXT" };

    public RunListCommand()
        : base("list", "Lists all runs, sorted by id; with a status, an order or another option a page of them, and how each is doing.")
    {
        _status.CompletionSources.Add(Statuses);
        _sort.CompletionSources.Add(Orders);
        foreach (var option in (Option[])[_status, _label, _model, _text, _since, _until, .. _ranges.All, _sort, _branches, _limit, _after, CommonOptions.Stats])
        {
            Add(option);
        }

        Examples = ["ledger run list", "ledger run list --status failed --since 2026-11-20", "ledger run list --sort cost --limit 10 --json", "ledger run list --min-cost 0.50 --min-duration 5m"];
    }

    public override bool ListsRows => true;

    public override bool IsPaged(Session session) => true;

    public override bool OnlyReads => true;

    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        var query = QueryOf(session);
        await using var connection = await session.ConnectAsync(cancellationToken);
        if (query is not null)
        {
            await ListAsync(session, connection, query, cancellationToken);
            return;
        }

        var runs = connection.Ledger.WithStatistics(session.NewRead()).ListRunsAsync(cancellationToken);
        if (await session.ListAsync(runs.Select(RunContract.Of), ContractContext.Default.RunContract, cancellationToken))
        {
            return;
        }

        await (session.Json ? session.Out.JsonArrayAsync(runs.Select(RunContract.Of), ContractContext.Default.RunContract) : PrintAsync(session.Out, runs));
    }

    private static async Task ListAsync(Session session, LedgerConnection connection, RunQuery query, CancellationToken cancellationToken)
    {
        await session.Progress.RunAsync("Reading new events", () => connection.Ledger.Summaries.CatchUpAsync(null, cancellationToken));
        var page = await QueryAsync(connection, query, cancellationToken);
        var runs = page.Runs.Select(run => RunContract.Of(new StreamInfo(run.Stream, run.Version, run.StartedAt, run.UpdatedAt, run.State)).With(run));
        if (await session.ListAsync(runs, ContractContext.Default.RunContract, cancellationToken, page.Next is { } more ? $"--after '{more}'" : null))
        {
            return;
        }

        if (session.Json)
        {
            session.Out.Json(new RunPageContract([.. runs], page.Next is not null, page.Next, page.Behind), ContractContext.Default.RunPageContract);
            return;
        }

        if (page.Runs.Count == 0)
        {
            session.Out.Line("No runs found.");
            return;
        }

        RunText.PrintHeader(session.Out);
        foreach (var run in page.Runs)
        {
            RunText.PrintLine(session.Out, run);
        }

        if (page.Next is { } next)
        {
            session.Out.Line($"Next page: --after '{next}'", Tone.Faint);
        }
    }

    private static async Task<RunPage> QueryAsync(LedgerConnection connection, RunQuery query, CancellationToken cancellationToken)
    {
        try
        {
            return await connection.Ledger.Summaries.QueryAsync(query, cancellationToken);
        }
        catch (FormatException fault)
        {
            throw new UsageException($"--after: {fault.Message}");
        }
        catch (ArgumentOutOfRangeException)
        {
            throw new UsageException("--limit must be from 1 to 1000.");
        }
    }

    /// <summary>The query of the options; null if there are none, for the plain list.</summary>
    private RunQuery? QueryOf(Session session)
    {
        var (status, sort) = (Choice(session, _status, Statuses), Choice(session, _sort, Orders));
        var query = _ranges.Of(session).In(new RunQuery
        {
            Prefix = session.Get(_branches) ? "" : "run:",
            Status = status is null or "any" ? null : Enum.Parse<RunStatus>(status, ignoreCase: true),
            Label = session.Get(_label),
            Model = session.Get(_model),
            Text = session.Get(_text),
            ActiveSince = session.Get(_since),
            ActiveUntil = session.Get(_until),
            Sort = sort is null ? RunSort.Latest : Enum.Parse<RunSort>(sort, ignoreCase: true),
            After = session.Get(_after),
            Limit = session.Get(_limit) ?? 50,
        });
        return status is null && sort is null && session.Get(_limit) is null && query == new RunQuery() ? null : query;
    }

    private static string? Choice(Session session, Option<string?> option, string[] words) => session.Get(option) is { } given && !words.Contains(given, StringComparer.Ordinal)
        ? throw new UsageException($"{option.Name} must be one of {string.Join(", ", words)}, but was '{given}'.")
        : session.Get(option);

    private static async Task PrintAsync(Printer output, IAsyncEnumerable<StreamInfo> runs)
    {
        var any = false;
        await foreach (var run in runs)
        {
            if (!any)
            {
                output.Line($"{"EVENTS",12}  {Printable.TimeHeading("UPDATED")}  RUN", Tone.Faint);
                any = true;
            }

            output.Add($"{run.Version.Value,12:N0}  ").Add($"{Printable.Time(run.UpdatedAt)}  ", Tone.Faint).Add(run.Name.Id, Tone.Name);
            output.Add(run.State is StreamState.Archived ? "  archived" : "", Tone.Faint).EndLine();
        }

        if (!any)
        {
            output.Line("There are no runs yet. 'ledger run start' creates one.");
        }
        else if (output.IsTerminal)
        {
            output.Line("How each is doing: ledger run list --status any", Tone.Faint);
        }
    }
}
