using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Ledger.Cli.Output;
using Ledger.Cli.Streams;
using Ledger.Explorer.Contracts;
using Ledger.Explorer.Failures;
using Ledger.Log;
using Ledger.Worlds;

namespace Ledger.Cli.Worlds;

/// <summary><c>ledger replay</c></summary>
internal sealed class ReplayCommand : LedgerCommand
{
    private readonly Argument<string> _id = StreamArgument.Create(StreamArgument.WithPosition);
    private readonly Option<Position?> _at = Positions.Option("--at", "The number of events to fold. Default: all.");

    private readonly Option<bool> _skip = new("--skip-faults")
    {
        Description = "Skip events that cannot be applied, as worlds do, and compare the lists of skipped events. Default: fail.",
    };

    public ReplayCommand()
        : base("replay", "Folds a history again and compares the result with the stored world, value by value. Exit code 1 means a difference.")
    {
        Add(_id);
        Add(_at);
        Add(_skip);
        Add(CommonOptions.Stats);
        Examples = ["ledger replay first", "ledger replay branch:second --at 10 --json"];
    }

    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        await using var connection = await session.ConnectAsync(cancellationToken);
        var (run, named) = await Histories.FindAtAsync(connection, session.Get(_id), cancellationToken);
        var stream = run.StreamName;
        var length = await run.GetLengthAsync(cancellationToken);
        var at = HistoryText.One(named, session.Get(_at), _at.Name);
        if (at > length)
        {
            throw new PositionOutOfRangeException(stream, at.Value, length);
        }

        var faults = session.Get(_skip) ? WorldFaults.Skip : WorldFaults.Throw;
        var report = await session.Progress.RunAsync(
            $"Reading {stream}", (at ?? length).Value, progress => run.WithStatistics(session.NewRead(progress)).ReplayAsync(at, faults, cancellationToken));
        if (session.Json)
        {
            session.Out.Json(ReplayContract.Of(report), ContractContext.Default.ReplayContract);
        }
        else
        {
            Print(session.Out, report);
        }

        if (!report.IsSame)
        {
            throw new RefusalException($"The stored world of '{stream}' differs from its log. 'ledger snapshot' replaces a bad snapshot, 'ledger projections rebuild world' replaces bad rows.", FailureCodes.CheckFailed);
        }
    }

    private static void Print(Printer output, ReplayReport report)
    {
        output.Fact("Stream", report.Stream.Value, Tone.Name);
        output.Fact("Replayed", string.Create(
            CultureInfo.InvariantCulture, $"{Printable.Count(report.Position.Value, "event")} in {report.Elapsed.TotalMilliseconds:N1} ms"));
        foreach (var comparison in report.Comparisons)
        {
            Print(output, comparison);
        }

        if (report.Comparisons.Count == 0)
        {
            output.Fact("Stored", "nothing to compare with");
        }
    }

    private static void Print(Printer output, ReplayComparison comparison)
    {
        output.Fact("Stored", $"{comparison.Form} of {comparison.Stream} at position {comparison.Position}: {(comparison.IsSame ? "the same" : "different")}");
        if (comparison.Fault is { } fault)
        {
            output.Fact("Fault", fault);
        }

        if (comparison.Difference is { } difference)
        {
            output.Fact("First difference", difference.Path, Tone.Changed);
            output.Fact("  stored", TextOf(difference.Stored));
            output.Fact("  replayed", TextOf(difference.Replayed));
        }
    }

    private static string TextOf(JsonElement value) => value.ValueKind == JsonValueKind.Undefined ? "nothing" : value.GetRawText();
}
