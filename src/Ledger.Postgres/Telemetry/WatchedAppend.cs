using System.Diagnostics;
using Ledger.Log;
using Ledger.Postgres.Tenants.Quotas;

namespace Ledger.Postgres.Telemetry;

/// <summary>Records metrics and traces of one append.</summary>
internal static class WatchedAppend
{
    /// <summary>Makes a call within a span, and counts its outcome.</summary>
    /// <param name="appends">What is appended.</param>
    /// <param name="call">Checks and sends it: within the span, whose context the events take.</param>
    /// <param name="tenant">Whose log it is, where that is told; otherwise null.</param>
    public static async Task<IReadOnlyList<AppendResult>> RunAsync(
        IReadOnlyList<StreamAppend> appends,
        Func<Task<IReadOnlyList<AppendResult>>> call,
        string? tenant = null)
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
            if (tenant is not null)
            {
                activity.SetTag(LedgerTelemetry.Tenant, tenant);
            }

            activity.SetTag("ledger.append.events", appends?.Sum(a => a?.Events?.Count ?? 0));
        }

        try
        {
            var results = await call().ConfigureAwait(false);
            var isRepeated = results.Any(r => r.Outcome == AppendOutcome.AlreadyWritten);
            Count(isRepeated ? "already_written" : "written", tenant);
            if (!isRepeated)
            {
                LedgerTelemetry.Events.Add(appends!.Sum(a => a.Events.Count), TagsOf(tenant));
            }

            return results;
        }
        catch (Exception fault)
        {
            activity?.SetStatus(ActivityStatusCode.Error, fault.Message);
            activity?.SetTag(LedgerTelemetry.ErrorType, ErrorTypes.Of(fault));
            Count(OutcomeOf(fault), tenant);
            if (fault is WrongExpectedVersionException)
            {
                LedgerTelemetry.Conflicts.Add(1, TagsOf(tenant));
            }

            throw;
        }
    }

    private static void Count(string outcome, string? tenant) =>
        LedgerTelemetry.Appends.Add(1, [new(LedgerTelemetry.Outcome, outcome), .. TagsOf(tenant)]);

    private static KeyValuePair<string, object?>[] TagsOf(string? tenant) => tenant is null ? [] : [new(LedgerTelemetry.Tenant, tenant)];

    private static string OutcomeOf(Exception fault) => fault switch
    {
        WrongExpectedVersionException => "conflict",
        StreamArchivedException => "archived",
        EventIdInUseException => "id_in_use",
        QuotaExceededException => "quota",
        ArgumentException or InvalidEventException => "invalid",
        OperationCanceledException => "cancelled",
        _ => "failed",
    };
}
