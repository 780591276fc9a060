using System.CommandLine;
using Ledger.Cli.Output;
using Ledger.Cli.Streams;
using Ledger.Explorer.Contracts;
using Ledger.Log;

namespace Ledger.Cli.Events;

/// <summary><c>ledger events</c></summary>
internal sealed class EventsCommand : LedgerCommand
{
    private readonly Argument<string> _id = StreamArgument.Create(StreamArgument.WithPosition);
    private readonly Option<Position?> _from = Positions.Option("--from", "The position of the first event.");
    private readonly Option<Position?> _to = Positions.Option("--to", "The position after the last event: '--to 2' shows positions 0 and 1.");
    private readonly Option<int?> _last = new("--last")
    {
        Description = "Only the last N events; with --type or --call, the last N of those; with --follow, those among the last N, and what comes.",
        HelpName = "N",
    };

    private readonly Option<string?> _type = new("--type") { Description = "Only events of this type.", HelpName = "T" };
    private readonly Option<string?> _call = new("--call") { Description = "Only events that belong to this call of a task.", HelpName = "CALL" };
    private readonly Option<bool> _follow = new("--follow", "-f")
    {
        Description = "Follow new events until Ctrl-C; with --json, one document per line.",
    };

    public EventsCommand()
        : base("events", "Shows the events of a run or branch, from the first. Long lines are cut on a terminal, never in a file. Times are when the log recorded the events; --json also has the times that the events give themselves.")
    {
        Add(_id);
        Add(_from);
        Add(_to);
        Add(_last);
        Add(_type);
        Add(_call);
        Add(_follow);
        Add(CommonOptions.Stats);
        Examples =
        [
            "ledger events first",
            "ledger events first --from 10 --to 20",
            "ledger events first --last 5",
            "ledger events branch:second --type object.created --json",
            "ledger events first --follow",
        ];
    }

    public override bool ListsRows => true;

    public override bool IsPaged(Session session) => !session.Get(_follow);

    public override bool OnlyReads => true;

    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        var from = session.Get(_from) ?? Position.Start;
        CheckOrder(from, session.Get(_to));
        if (session.Get(_last) is { } least && (least < 1 || session.Get(_from) is not null))
        {
            throw new UsageException(least < 1 ? "--last is a number from 1." : "--last and --from both say where to begin; use one of them.");
        }

        if (session.Get(_follow) && session.Format is OutputFormat.Csv)
        {
            throw new UsageException("--follow prints lines or documents: --output is table, json or ndjson with it.");
        }

        await using var connection = await session.ConnectAsync(cancellationToken);
        var (run, named) = await Histories.FindAtAsync(connection, session.Get(_id), cancellationToken);
        var to = HistoryText.One(named, session.Get(_to), _to.Name);
        CheckOrder(from, to);
        var length = await run.GetLengthAsync(cancellationToken);
        var follows = session.Get(_follow);
        Check(run, from, length);
        if (to is { } until && !follows)
        {
            Check(run, until, length);
        }

        var (type, callId) = (session.Get(_type), session.Get(_call));
        bool IsWanted(RecordedEvent recorded) => recorded.Is(type, callId);
        var last = session.Get(_last);
        if (last is { } count && (follows || (type is null && callId is null)))
        {
            from = new Position(Math.Max(0, (to is { } given && given < length ? given : length).Value - count));
        }

        if (follows)
        {
            await new EventFollower(session, connection.Store, run.WithStatistics(session.NewRead()), IsWanted)
                .RunAsync(from, to, cancellationToken);
            return;
        }

        // On a terminal the events themselves show progress, and a bar would get in their way.
        var end = to ?? length;
        Task<bool> Print(IProgress<long>? progress) =>
            PrintAsync(session, Last(run.WithStatistics(session.NewRead(progress)).ReadAsync(from, to, cancellationToken).Where(IsWanted), last), end, cancellationToken);
        await (session.Io.OutputWidth is null
            ? session.Progress.RunAsync($"Reading {run.StreamName}", end.Value - from.Value, Print)
            : Print(null));
    }

    private static IAsyncEnumerable<RecordedEvent> Last(IAsyncEnumerable<RecordedEvent> events, int? count) =>
        count is { } most ? events.TakeLast(most) : events;

    private static void CheckOrder(Position from, Position? to)
    {
        if (to < from)
        {
            throw new UsageException($"--to {to} comes before --from {from}.");
        }
    }

    private static void Check(Run run, Position position, Position length)
    {
        if (position > length)
        {
            throw new PositionOutOfRangeException(run.StreamName, position, length);
        }
    }

    private static async Task<bool> PrintAsync(Session session, IAsyncEnumerable<RecordedEvent> events, Position end, CancellationToken cancellationToken)
    {
        if (await session.ListAsync(events.Select(EventContract.Of), ContractContext.Default.EventContract, cancellationToken))
        {
            return true;
        }

        if (session.Json)
        {
            await session.Out.JsonArrayAsync(events.Select(EventContract.Of), ContractContext.Default.EventContract);
            return true;
        }

        var digits = EventText.DigitsOf(end);
        var any = false;
        await foreach (var recorded in events)
        {
            EventText.Print(session.Out, recorded, digits);
            any = true;
        }

        if (!any)
        {
            session.Out.Line("No events.", Tone.Faint);
        }

        return true;
    }
}
