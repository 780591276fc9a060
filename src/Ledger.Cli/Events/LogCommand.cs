using System.CommandLine;
using System.Text;
using Ledger.Cli.Output;
using Ledger.Cli.Streams;
using Ledger.Explorer.Contracts;
using Ledger.Log;
using Ledger.Projections;

namespace Ledger.Cli.Events;

/// <summary><c>ledger log</c></summary>
internal sealed class LogCommand : LedgerCommand
{
    private readonly Option<Position?> _after = Positions.Option("--after", "The sequence number before the first event.", "N");
    private readonly Option<GivenTime?> _since = Times.Option("--since", "Only events recorded at this time or later.");
    private readonly Option<string?> _type = new("--type") { Description = "Only events of this type.", HelpName = "T" };
    private readonly Option<string?> _prefix = new("--prefix") { Description = "Only streams whose names begin with this text, such as 'run:'.", HelpName = "TEXT" };
    private readonly Option<bool> _follow = new("--follow", "-f")
    {
        Description = "Follow new events until Ctrl-C; without --after and --since, only new ones. With --json, one document per line.",
    };

    public LogCommand()
        : base("log", "Shows the events of all streams in log order. Long lines are cut on a terminal, never in a file.")
    {
        Add(_after);
        Add(_since);
        Add(_type);
        Add(_prefix);
        Add(_follow);
        Examples = ["ledger log", "ledger log --after 1000 --prefix run: --type object.created", "ledger log --follow"];
    }

    public override bool ListsRows => true;

    public override bool IsPaged(Session session) => !session.Get(_follow);

    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        var (after, since) = (session.Get(_after), session.Get(_since));
        if (after is not null && since is not null)
        {
            throw new UsageException("--after and --since both set where to begin; give one.");
        }

        if (session.Get(_follow) && session.Format is OutputFormat.Csv)
        {
            throw new UsageException("--follow prints lines or documents: --output is table, json or ndjson with it.");
        }

        await using var connection = await session.ConnectAsync(cancellationToken);
        var filter = new EventFilter
        {
            StreamPrefix = session.Get(_prefix) ?? "",
            Types = session.Get(_type) is { } type ? [type] : [],
        };
        if (!session.Get(_follow))
        {
            var events = connection.Store.ReadLogAsync(new SequenceNumber(after?.Value ?? 0), cancellationToken)
                .Where(e => filter.Passes(e) && (since is null || e.Timestamp >= since));
            await PrintAsync(session, events, cancellationToken);
            return;
        }

        var start = since is { } time ? SubscriptionStart.At(time)
            : after is { } number ? SubscriptionStart.After(new SequenceNumber(number.Value))
            : SubscriptionStart.Present;
        try
        {
            await foreach (var recorded in connection.Store.SubscribeAsync(filter, start, cancellationToken))
            {
                Show(session, recorded);
                await session.Out.FlushAsync();
            }
        }
        catch (Exception) when (cancellationToken.IsCancellationRequested)
        {
            // Cancellation is the normal way to stop.
        }
    }

    private static async Task PrintAsync(Session session, IAsyncEnumerable<RecordedEvent> events, CancellationToken cancellationToken)
    {
        if (await session.ListAsync(events.Select(EventContract.Of), ContractContext.Default.EventContract, cancellationToken))
        {
            return;
        }

        if (session.Json)
        {
            await session.Out.JsonArrayAsync(events.Select(EventContract.Of), ContractContext.Default.EventContract);
            return;
        }

        var any = false;
        await foreach (var recorded in events)
        {
            Show(session, recorded);
            any = true;
        }

        if (!any)
        {
            session.Out.Line("No events.", Tone.Faint);
        }
    }

    private static void Show(Session session, RecordedEvent recorded)
    {
        if (session.Format is not OutputFormat.Table)
        {
            session.Out.Json(EventContract.Of(recorded), ContractContext.Default.EventContract);
            return;
        }

        session.Out
            .Add($"{recorded.Sequence}".PadLeft(8))
            .Add($"  {Printable.Time(recorded.Timestamp)}  ", Tone.Faint)
            .Add($"{recorded.Stream}@{recorded.Version}  ")
            .Add(recorded.Type, Tone.Name)
            .AddRest($"  {Encoding.UTF8.GetString(recorded.Json.Span)}")
            .EndLine();
    }
}
