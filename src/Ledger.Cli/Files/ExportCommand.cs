using System.CommandLine;
using Ledger.Cli.Output;
using Ledger.Cli.Streams;
using Ledger.Files;
using Ledger.Interop;

namespace Ledger.Cli.Files;

/// <summary><c>ledger export</c></summary>
internal sealed class ExportCommand : LedgerCommand
{
    private const string Events = "jsonl";
    private const string Atif = "atif";
    private const string Chat = "chat";
    private const string Otlp = "otlp";
    private const string CloudEvents = "cloudevents";

    private readonly Argument<string[]> _values = new("ID")
    {
        Description = "A run or branch, by its id or stream name. A format may come before it: jsonl (an event file, the default; 'ledger import' restores the same history), "
            + "atif (a trajectory), chat (its conversations as lines of messages, as for fine-tuning), otlp (spans of OpenTelemetry) or cloudevents.",
        Arity = new ArgumentArity(1, 2),
    };

    public ExportCommand()
        : base("export", "Prints a history in a format for other tools, a branch with its prefix. Events that the format has no place for are counted on standard error.")
    {
        Add(_values);
        Add(CommonOptions.Stats);
        Examples = ["ledger export first > first.jsonl", "ledger export atif branch:second > second.json", "ledger export chat first > first-chat.jsonl"];
    }

    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        var values = session.Get(_values);
        var format = values.Length == 2 ? values[0] : Events;
        if (format is not (Events or Atif or Chat or Otlp or CloudEvents))
        {
            throw new UsageException($"'{format}' is not a format that can be written. Use jsonl, atif, chat, otlp or cloudevents.");
        }

        await using var connection = await session.ConnectAsync(cancellationToken);
        var run = (await Histories.FindAsync(connection, values[^1], cancellationToken)).WithStatistics(session.NewRead());
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
}
