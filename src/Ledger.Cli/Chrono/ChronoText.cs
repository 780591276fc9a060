using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Ledger.Cli.Output;
using Ledger.Records;
using Ledger.Records.Chronomemory;

namespace Ledger.Cli.Chrono;

/// <summary>Shows records and events; as JSON they have the reference's member names and the exact spelling that was hashed.</summary>
internal static class ChronoText
{
    private static readonly string[] RecordColumns =
    [
        "id", "kind", "status", "label", "confidence", "source_type", "evidence", "epistemic_boundary", "is_hypothesis", "model_assumptions", "recursion_depth", "data",
    ];

    private static readonly string[] EventColumns = ["seq", "ts", "op", "record_id", "record", "prev_hash", "hash", "recursion_depth"];

    /// <summary>Shows one event.</summary>
    public static void Show(Session session, WalEvent walEvent)
    {
        if (session.Json)
        {
            session.Out.RawJson(walEvent.ToLine().TrimEnd('\n'));
        }
        else
        {
            Print(session.Out, walEvent);
        }
    }

    /// <summary>Shows one record.</summary>
    public static void Show(Session session, ChronoRecord record)
    {
        if (session.Json)
        {
            session.Out.RawJson(record.ToJson());
            return;
        }

        session.Out.Fact("Record    ", record.Id, Tone.Name);
        session.Out.Fact("Label     ", record.Label);
        session.Out.Fact("Kind      ", record.Kind);
        session.Out.Fact("Status    ", record.Status);
        session.Out.Fact("Confidence", $"{record.Confidence} ({record.SourceType}{(record.IsHypothesis ? ", a hypothesis" : "")})");
        foreach (var evidence in record.Evidence)
        {
            session.Out.Fact("Evidence  ", evidence);
        }

        foreach (var scope in record.EpistemicBoundary)
        {
            session.Out.Fact("Only for  ", scope);
        }

        ShowMembers(session.Out, "Assumed   ", record.ModelAssumptions);
        ShowMembers(session.Out, "Data      ", record.Data);
    }

    /// <summary>Streams records as <c>{"records": […]}</c>, as rows, or one per line.</summary>
    public static Task ShowAsync(Session session, IAsyncEnumerable<ChronoRecord> records, CancellationToken cancellationToken) =>
        ShowAsync(session, "records", records, r => r.ToJson(), RecordColumns, Print, cancellationToken);

    /// <summary>Streams events as <c>{"events": […]}</c>, as rows, or one per line.</summary>
    public static Task ShowAsync(Session session, IAsyncEnumerable<WalEvent> events, CancellationToken cancellationToken) =>
        ShowAsync(session, "events", events, e => e.ToLine().TrimEnd('\n'), EventColumns, Print, cancellationToken);

    private static async Task ShowAsync<T>(
        Session session,
        string name,
        IAsyncEnumerable<T> items,
        Func<T, string> toJson,
        string[] columns,
        Action<Printer, T> print,
        CancellationToken cancellationToken)
    {
        if (session.Format is OutputFormat.Ndjson or OutputFormat.Csv)
        {
            await RowWriter.WriteAsync(session.Out, session.Format, items.Select(toJson), columns, cancellationToken);
            return;
        }

        if (session.Json)
        {
            await session.Out.JsonLinesAsync(LinesOf(name, items, toJson, cancellationToken));
            return;
        }

        var any = false;
        await foreach (var item in items.WithCancellation(cancellationToken))
        {
            print(session.Out, item);
            any = true;
        }

        if (!any)
        {
            session.Out.Line($"No {name}.", Tone.Faint);
        }
    }

    private static async IAsyncEnumerable<ReadOnlyMemory<byte>> LinesOf<T>(
        string name,
        IAsyncEnumerable<T> items,
        Func<T, string> toJson,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        yield return Encoding.UTF8.GetBytes($"{{\"{name}\": [");
        var separator = "\n";
        await foreach (var item in items.WithCancellation(cancellationToken))
        {
            yield return Encoding.UTF8.GetBytes(separator + toJson(item));
            separator = ",\n";
        }

        yield return separator == "\n" ? "]}\n"u8.ToArray() : "\n]}\n"u8.ToArray();
    }

    private static void Print(Printer output, ChronoRecord record) => output
        .Add(record.Confidence.ToString().PadRight(6))
        .Add($"{record.Kind,-12}", Tone.Faint)
        .Add($"{record.Status,-12}", record.Status == "active" ? Tone.Added : Tone.Changed)
        .Add(record.Id, Tone.Name)
        .AddRest($"  {record.Label}")
        .EndLine();

    private static void Print(Printer output, WalEvent walEvent) => output
        .Add($"{walEvent.Seq,6}  ")
        .Add($"{walEvent.Ts}  {(walEvent.Hash.Length > 12 ? walEvent.Hash[..12] : walEvent.Hash)}  ", Tone.Faint)
        .Add($"{walEvent.Op,-8}", Tone.Changed)
        .Add(walEvent.RecordId, Tone.Name)
        .AddRest($"  {walEvent.Record.Label}")
        .EndLine();

    private static void ShowMembers(Printer output, string label, JsonElement json)
    {
        if (json.ValueKind == JsonValueKind.Object)
        {
            output.Fact(label, json.GetRawText());
        }
    }
}
