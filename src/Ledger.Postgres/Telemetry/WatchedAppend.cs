using System.Diagnostics;
using Ledger.Log;

namespace Ledger.Postgres.Telemetry;

/// <summary>Records metrics and traces of one append.</summary>
internal static class WatchedAppend
{
    /// <summary>Makes a call within a span, and counts its outcome.</summary>
    /// <param name="appends">What is appended.</param>
    /// <param name="call">Checks and sends it: within the span, whose context the events take.</param>
    public static async Task<IReadOnlyList<AppendResult>> RunAsync(
        IReadOnlyList<StreamAppend> appends,
        Func<Task<IReadOnlyList<AppendResult>>> call)
    {
        using var activity = LedgerTelemetry.Source.StartActivity("ledger.append", ActivityKind.Client);
        if (activity is { IsAllDataRequested: true })
        {
            activity.SetTag("db.system.name", "postgresql");
            if (appends is [{ } only])
            {
                activity.SetTag("ledger.stream", only.Stream.ToString());
            }

            activity.SetTag("ledger.append.streams", appends?.Count);
            activity.SetTag("ledger.append.events", appends?.Sum(a => a?.Events?.Count ?? 0));
        }

        try
        {
            var results = await call().ConfigureAwait(false);
            var isRepeated = results.Any(r => r.Outcome == AppendOutcome.AlreadyWritten);
            Count(isRepeated ? "already_written" : "written");
            if (!isRepeated)
            {
                LedgerTelemetry.Events.Add(appends!.Sum(a => a.Events.Count));
            }

            return results;
        }
        catch (Exception fault)
        {
            activity?.SetStatus(ActivityStatusCode.Error, fault.Message);
            activity?.SetTag(LedgerTelemetry.ErrorType, ErrorTypes.Of(fault));
            Count(OutcomeOf(fault));
            if (fault is WrongExpectedVersionException)
            {
                LedgerTelemetry.Conflicts.Add(1);
            }

            throw;
        }
    }

    private static void Count(string outcome) =>
        LedgerTelemetry.Appends.Add(1, new KeyValuePair<string, object?>(LedgerTelemetry.Outcome, outcome));

    private static string OutcomeOf(Exception fault) => fault switch
    {
        WrongExpectedVersionException => "conflict",
        StreamArchivedException => "archived",
        EventIdInUseException => "id_in_use",
        ArgumentException or InvalidEventException => "invalid",
        OperationCanceledException => "cancelled",
        _ => "failed",
    };
}
