using System.CommandLine;
using Ledger.Cli.Output;
using Ledger.Cli.Streams;
using Ledger.Files;
using Ledger.Interop;
using Ledger.Parquet;

namespace Ledger.Cli.Files;

/// <summary><c>ledger export</c></summary>
internal sealed class ExportCommand : LedgerCommand
{
    private const string Events = "jsonl";
    private const string Atif = "atif";
    private const string Chat = "chat";
    private const string Otlp = "otlp";
    private const string CloudEvents = "cloudevents";
    private const string ParquetFormat = "parquet";
    private const string EventTable = "events";
    private const string CallTable = "calls";
    private const string WorldTable = "world";

    private readonly Argument<string[]> _values = new("ID")
    {
        Description = "A run or branch, by its id or stream name; ID@N: its first N events. A format may come before it: jsonl (an event file, the default; 'ledger import' restores the same history), "
            + "atif (a trajectory), chat (its conversations as lines of messages, as for fine-tuning), otlp (spans of OpenTelemetry), cloudevents or parquet (a table for analysts).",
        Arity = new ArgumentArity(1, 2),
    };

    private readonly Option<string?> _table = new("--table")
    {
        Description = "The table of a Parquet file: events (the default), calls or world, which is the objects and relations.",
        HelpName = "TABLE",
    };

    private readonly Option<bool> _all = new("--all") { Description = "All runs and branches of the log, for Parquet files of events or calls; without an ID." };

    public ExportCommand()
        : base("export", "Prints a history in a format for other tools, a branch with its prefix. Events that the format has no place for are counted on standard error.")
    {
        Add(_values);
        Add(_table);
        Add(_all);
        Add(CommonOptions.Stats);
        Examples =
        [
            "ledger export first > first.jsonl",
            "ledger export first@40 > beginning.jsonl",
            "ledger export atif branch:second > second.json",
            "ledger export chat first > first-chat.jsonl",
            "ledger export parquet first --table calls > calls.parquet",
            "ledger export parquet --all > events.parquet",
        ];
    }

    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        var values = session.Get(_values);
        var (table, isAll) = (session.Get(_table), session.Get(_all));
        var format = values.Length == 2 || isAll ? values[0] : Events;
        if (format is not (Events or Atif or Chat or Otlp or CloudEvents or ParquetFormat))
        {
            throw new UsageException($"'{format}' is not a format that can be written. Use jsonl, atif, chat, otlp, cloudevents or parquet.");
        }

        CheckTable(session, format, table, isAll, values.Length);
        await using var connection = await session.ConnectAsync(cancellationToken);
        if (isAll)
        {
            await session.Out.FlushAsync();
            await (table == CallTable
                ? ParquetExport.WriteCallsAsync(connection.Ledger, session.Io.Output, cancellationToken)
                : ParquetExport.WriteEventsAsync(connection.Ledger, session.Io.Output, cancellationToken));
            return;
        }

        var run = (await Histories.FindPartAsync(connection, values[^1], cancellationToken)).WithStatistics(session.NewRead());
        var report = new ExportReport();
        switch (format)
        {
            case Atif:
                await session.Out.FlushAsync();
                report = await RecordingExport.WriteAtifAsync(run, session.Io.Output, cancellationToken);
                break;
            case Chat:
                await session.Out.JsonLinesAsync(RecordingExport.ReadChatLinesAsync(run, report, cancellationToken));
                break;
            case Otlp:
                await session.Out.JsonLinesAsync(RecordingExport.ReadOtlpLinesAsync(run, report, cancellationToken));
                break;
            case ParquetFormat:
                await session.Out.FlushAsync();
                await (table switch
                {
                    CallTable => ParquetExport.WriteCallsAsync(run, session.Io.Output, cancellationToken),
                    WorldTable => ParquetExport.WriteWorldAsync(run, session.Io.Output, cancellationToken),
                    _ => ParquetExport.WriteEventsAsync(run, session.Io.Output, cancellationToken),
                });
                break;
            case CloudEvents:
                await session.Out.JsonLinesAsync(RecordingExport.ReadCloudEventLinesAsync(run, cancellationToken: cancellationToken));
                break;
            default:
                await session.Out.JsonLinesAsync(EventExport.ReadLinesAsync(run, cancellationToken));
                break;
        }

        if (report.LeftOut.Count > 0)
        {
            await session.Io.Error.WriteLineAsync($"Left out: {string.Join(", ", report.LeftOut.Select(l => $"{Printable.Number(l.Value)} × {Printable.Of(l.Key)}"))}.");
        }
    }

    private static void CheckTable(Session session, string format, string? table, bool isAll, int values)
    {
        if (format != ParquetFormat && (table is not null || isAll))
        {
            throw new UsageException($"{(isAll ? "--all" : "--table")} is for Parquet files. Write 'ledger export parquet'.");
        }

        if (table is not (null or EventTable or CallTable or WorldTable))
        {
            throw new UsageException($"'{table}' is not a table. Use events, calls or world.");
        }

        if (isAll && (values == 2 || table == WorldTable))
        {
            throw new UsageException(values == 2 ? "--all is every run and branch; leave out the ID." : "A world is that of one history; name its ID instead of --all.");
        }

        if (format == ParquetFormat && session.Io.OutputWidth is not null)
        {
            throw new UsageException("A Parquet file is no text for a terminal. Write it to a file: > first.parquet");
        }
    }
}
