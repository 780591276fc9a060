using System.CommandLine;
using System.Text;
using Ledger.Cli.Output;
using Ledger.Cli.Streams;
using Ledger.Explorer.Contracts;
using Ledger.Explorer.Rendering;
using Ledger.Explorer.Searching;
using Ledger.Log;
using Ledger.Runs;

namespace Ledger.Cli.Events;

/// <summary><c>ledger search</c></summary>
internal sealed class SearchCommand : LedgerCommand
{
    // At once, because an index collects what it names each time.
    private const int Farther = 500_000;

    private static readonly string[] Statuses = ["any", "running", "waiting", "failed", "done"];
    private static readonly string[] Kinds = ["all", "runs", "branches"];

    private readonly Argument<string?> _text = new("TEXT") { Description = "Text that a value or member name of the data contains.", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<string?> _type = new("--type") { Description = "Only events of this type; separate several with commas, and end one with * to match a prefix.", HelpName = "T" };
    private readonly Option<string?> _actor = new("--actor") { Description = "Only events of this actor.", HelpName = "ACTOR" };
    private readonly Option<string?> _tool = new("--tool") { Description = "Only calls of this tool.", HelpName = "TOOL" };
    private readonly Option<string?> _where = new("--where") { Description = "A path into the data, or into a call's arguments, and the value there, such as 'quay.name=north'.", HelpName = "PATH=VALUE" };
    private readonly Option<string?> _object = new("--object") { Description = "Only events about the object with this id, and relations from or to it.", HelpName = "ID" };
    private readonly Option<string?> _kind = new("--kind") { Description = "Where: all (every stream), runs or branches. Default: all.", HelpName = "KIND" };
    private readonly Option<string?> _status = new("--status") { Description = "Only in runs of this status: running, waiting, failed or done.", HelpName = "S" };
    private readonly Option<string?> _label = new("--label") { Description = "Only in runs with this label.", HelpName = "LABEL" };
    private readonly Option<string?> _model = new("--model") { Description = "Only in runs that asked this model last.", HelpName = "MODEL" };
    private readonly Option<decimal?> _minCost = new("--min-cost") { Description = "Only in runs whose own calls cost at least this.", HelpName = "USD" };
    private readonly Option<decimal?> _maxCost = new("--max-cost") { Description = "Only in runs whose own calls cost at most this.", HelpName = "USD" };
    private readonly Option<string?> _minDuration = new("--min-duration") { Description = "Only in runs that took at least this, such as 90s, 5m, 2h or 3d.", HelpName = "TIME" };
    private readonly Option<string?> _maxDuration = new("--max-duration") { Description = "Only in runs that took at most this.", HelpName = "TIME" };
    private readonly Option<GivenTime?> _since = Times.Option("--since", "Recorded at this time or later.");
    private readonly Option<GivenTime?> _until = Times.Option("--until", "Recorded before this time.");
    private readonly Option<int?> _limit = new("--limit") { Description = "The most events to show, up to 1000. Default: 50.", HelpName = "N" };
    private readonly Option<Position?> _before = Positions.Option("--before", "The 'next' value of the previous page.", "N");

    public SearchCommand()
        : base("search", "Searches the events of all runs, the last one first: where a tool was called with an argument, what failed, who said what.")
    {
        _status.CompletionSources.Add(Statuses);
        _kind.CompletionSources.Add(Kinds);
        Add(_text);
        foreach (var option in new Option[] { _type, _actor, _tool, _where, _object, _kind, _status, _label, _model, _minCost, _maxCost, _minDuration, _maxDuration, _since, _until, _limit, _before })
        {
            Add(option);
        }

        Examples =
        [
            "ledger search kettle",
            "ledger search --tool sonar --where quay=north",
            "ledger search --type call.failed,responder.failed,run.failed --since 2026-11-20",
            "ledger search water --label nightly --json",
            "ledger search --type tool.called --min-cost 0.50 --min-duration 5m",
        ];
    }

    public override bool ListsRows => true;

    public override bool IsPaged(Session session) => true;

    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        var terms = TermsOf(session);
        await using var connection = await session.ConnectAsync(cancellationToken);
        var ledger = connection.Ledger;
        if (terms.IsAboutRuns)
        {
            await session.Progress.RunAsync("Reading new events", () => ledger.Summaries.CatchUpAsync(null, cancellationToken));
        }

        var scope = await RunScope.FindAsync(ledger.Summaries, terms, cancellationToken);
        var search = LogSearch.Of(connection.Store);
        var page = await session.Progress.RunAsync("Searching", () => FindAsync(search, terms.ToQuery(scope.Streams), cancellationToken));
        var more = page.Next is { } earlier ? $"--before {earlier}" : null;
        if (await session.ListAsync(page.Events.Select(EventContract.Of), ContractContext.Default.EventContract, cancellationToken, more))
        {
            return;
        }

        if (session.Json)
        {
            session.Out.Json(FoundEventsContract.Of(page, scope), ContractContext.Default.FoundEventsContract);
            return;
        }

        foreach (var recorded in page.Events)
        {
            Print(session.Out, recorded);
        }

        if (page.Unindexed >= SearchModel.MuchUnindexed)
        {
            session.Out.Line(
                $"The index of the search lacks the last {Printable.Count(page.Unindexed.Value, "event")} of the log, which were looked at one by one: 'ledger projections status ledger:search'.",
                Tone.Faint);
        }

        session.Out.Line(page.Events.Count == 0 ? "No events found." : page.Next is { } next ? $"Earlier events: --before {next}" : "", Tone.Faint);
    }

    // A command has the time that a page does not: it searches until something is found, or to the end.
    private static async Task<LogPage> FindAsync(ILogSearch search, LogQuery query, CancellationToken cancellationToken)
    {
        var (page, examined) = (await search.SearchAsync(query, cancellationToken), 0L);
        var unindexed = page.Unindexed;
        while (page is { Events.Count: 0, Next: { } next })
        {
            examined += page.Examined;
            page = await search.SearchAsync(query with { Before = next, Reach = Farther }, cancellationToken);
        }

        return page with { Examined = examined + page.Examined, Unindexed = unindexed };
    }

    private static void Print(Printer output, RecordedEvent recorded) => output
        .Add($"{Printable.Time(recorded.Timestamp)}  ", Tone.Faint)
        .Add($"{recorded.Stream}@{recorded.Version}  ")
        .Add(recorded.Type, Tone.Name)
        .Add($"  {recorded.Metadata.Actor ?? "-"}", Tone.Changed)
        .AddRest($"  {Encoding.UTF8.GetString(recorded.Json.Span)}")
        .EndLine();

    private static string? Choice(Session session, Option<string?> option, string[] words) => session.Get(option) is { } given && !words.Contains(given, StringComparer.Ordinal)
        ? throw new UsageException($"{option.Name} must be one of {string.Join(", ", words)}, but was '{given}'.")
        : session.Get(option);

    private SearchTerms TermsOf(Session session)
    {
        var status = Choice(session, _status, Statuses);
        var terms = new SearchTerms
        {
            Text = session.Get(_text),
            Type = session.Get(_type),
            Actor = session.Get(_actor),
            Tool = session.Get(_tool),
            Where = ConditionOf(session.Get(_where)),
            Object = session.Get(_object),
            MinCost = session.Get(_minCost),
            MaxCost = session.Get(_maxCost),
            MinDuration = DurationOf(session, _minDuration),
            MaxDuration = DurationOf(session, _maxDuration),
            Kind = Choice(session, _kind, Kinds) ?? "all",
            Status = status is null or "any" ? null : Enum.Parse<RunStatus>(status, ignoreCase: true),
            Label = session.Get(_label),
            Model = session.Get(_model),
            Since = session.Get(_since),
            Until = session.Get(_until),
            Limit = session.Get(_limit) ?? 50,
            Before = session.Get(_before) is { } before ? new SequenceNumber(before.Value) : null,
        };
        return terms.Limit is < 1 or > 1_000 ? throw new UsageException("--limit must be from 1 to 1000.")
            : terms.IsEmpty ? throw new UsageException("Say what to search for: a text, or an option such as --tool or --type.")
            : terms.RangeFault is { } fault ? throw new UsageException(fault)
            : terms;
    }

    private static TimeSpan? DurationOf(Session session, Option<string?> option) => session.Get(option) is not { } text
        ? null
        : DurationInput.Find(text) ?? throw new UsageException($"{option.Name} must be a length of time such as 90s, 5m, 2h or 250ms, but was '{text}'.");

    private static DataCondition? ConditionOf(string? text)
    {
        try
        {
            return text is null ? null : DataCondition.Parse(text);
        }
        catch (FormatException fault)
        {
            throw new UsageException($"--where: {fault.Message}");
        }
    }
}
