using System.Globalization;
using Ledger.Cli.Output;
using Ledger.Explorer.Contracts;
using Ledger.Postgres.Retention;

namespace Ledger.Cli.Retention;

/// <summary>Prints what retention removes.</summary>
internal static class RetentionText
{
    public static void Print(Session session, RetentionReport report)
    {
        if (session.Json)
        {
            session.Out.Json(RetentionContract.Of(report), ContractContext.Default.RetentionContract);
            return;
        }

        foreach (var stream in report.Streams)
        {
            session.Out.Add($"{WordOf(stream),-9}", stream.State is RetentionState.Left ? Tone.Faint : Tone.Removed)
                .Add($"{Printable.Number(stream.Events),9}  ")
                .Add(stream.Stream.Value, Tone.Name)
                .Add(DetailsOf(stream), Tone.Faint)
                .EndLine();
        }

        if (report.Resumed is { } resumed)
        {
            session.Out.Line($"Retention {Printable.Number(resumed)}, which was interrupted, was finished before.");
        }

        var (removed, left) = (report.Streams.Count(s => s.State is not RetentionState.Left), report.Streams.Count(s => s.State is RetentionState.Left));
        session.Out.Line(report.Run is null
            ? $"{Printable.Count(report.Events, "event")} of {Printable.Count(removed, "stream")} would be removed: {SizeOf(report.Streams.Sum(s => s.Bytes))}, and "
                + $"{Printable.Count(report.Streams.Sum(s => s.DerivedRows), "row")} derived from them. {left} would be left."
            : $"Retention {report.Run}: {Printable.Count(report.Events, "event")} of {Printable.Count(removed, "stream")} removed, archived in {SizeOf(report.Streams.Sum(s => s.FileBytes))}. {left} left.");
        if (report.Folder is { } folder)
        {
            session.Out.Line($"The archives are in {Printable.Of(folder)}");
        }

        if (report is { Run: not null, FinishedAt: null })
        {
            session.Out.Line("It is not finished: the next run goes on with it.");
        }
    }

    private static string WordOf(RetentionStream stream) => stream.State is RetentionState.Planned ? "would go" : stream.State.ToString().ToLowerInvariant();

    private static string DetailsOf(RetentionStream stream)
    {
        var details = new List<string>();
        if (stream.Reason is { } reason)
        {
            details.Add(reason switch
            {
                RetentionReason.Held => "a hold keeps it",
                RetentionReason.Branch => "branches that stay share it",
                RetentionReason.Task => "tasks that stay refer to it",
                RetentionReason.Unsealed => "no checkpoint has all of it yet",
                RetentionReason.Behind => "its summary lacks events, and a label decides",
                RetentionReason.Changed => "it has grown or was masked meanwhile",
                RetentionReason.Archive => "its archive is not in the folder as it was written; the rest stays",
                RetentionReason.Failed => $"the database refused: {stream.Fault}",
                _ => "it is gone already",
            });
        }
        else if (stream.Kept > 0)
        {
            details.Add($"its first {Printable.Count(stream.Kept, "event")} stay, which branches share");
        }

        if (stream.File is { } file)
        {
            details.Add(file);
        }

        return details.Count == 0 ? "" : $"  {string.Join("; ", details)}";
    }

    private static string SizeOf(long bytes) => bytes switch
    {
        < 10_000 => $"{bytes} bytes",
        < 10_000_000 => $"{(bytes / 1_000).ToString(CultureInfo.InvariantCulture)} kB",
        _ => $"{(bytes / 1_000_000).ToString(CultureInfo.InvariantCulture)} MB",
    };
}
