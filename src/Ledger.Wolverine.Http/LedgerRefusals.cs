using JasperFx;
using Ledger.Log;
using Ledger.Marten;
using Ledger.Runs;
using Ledger.Worlds;
using Ledger.Wolverine.Handling;
using Microsoft.AspNetCore.Mvc;

namespace Ledger.Wolverine.Http;

/// <summary>Turns Ledger's refusals into problem details, for the code that Wolverine generates around an endpoint.</summary>
public static class LedgerRefusals
{
    private const string Overtaken = "Another writer was faster. Nothing was written; read the run again and decide again.";

    /// <summary>Whether an exception is a refusal of Ledger's; any other stays one.</summary>
    public static bool OnExceptionFilter(Exception exception) => StatusOf(exception) is not null;

    /// <summary>The problem details of a refusal: its status, its message and its facts.</summary>
    public static ProblemDetails OnException(Exception exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        var (status, title) = StatusOf(exception) ?? (500, "Error");

        // Only Ledger's own messages are written for the caller: Marten's have the statement in them, and the server's its data.
        var detail = RefusalOf(exception) is not null ? exception.Message : status == 409 ? Overtaken : "The request failed.";
        var details = new ProblemDetails { Status = status, Title = title, Detail = detail };
        foreach (var (name, value) in FactsOf(exception))
        {
            details.Extensions[name] = value;
        }

        return details;
    }

    private static (int Status, string Title)? StatusOf(Exception exception) =>
        RefusalOf(exception) ?? (exception is ConcurrencyException || Conflicts.Contains(exception) ? (409, "Conflict") : null);

    private static (int Status, string Title)? RefusalOf(Exception exception) => exception switch
    {
        InvalidEventException => (400, "Invalid event"),
        StreamNotFoundException => (404, "Not found"),
        PositionOutOfRangeException => (404, "Beyond the end"),
        WrongExpectedVersionException => (409, "Wrong expected version"),
        ForkPositionException => (409, "Beyond the end"),
        BranchExistsException or EventIdInUseException or StreamArchivedException or HistoryNeededException => (409, "Conflict"),
        BudgetExceededException => (409, "Budget exceeded"),
        ApprovalPendingException or ApprovalDeniedException => (409, "Not approved"),
        LineageDepthException => (422, "Too deep"),
        WorldFaultException => (422, "The event cannot be applied to the world"),
        _ => null,
    };

    private static IEnumerable<(string Name, object? Value)> FactsOf(Exception exception) => exception switch
    {
        WrongExpectedVersionException conflict =>
            [("stream", conflict.Stream.Value), ("expected", conflict.Expected.Version?.Value), ("actual", conflict.Actual.Value)],
        ForkPositionException fork => [("position", fork.Position), ("length", fork.Length.Value)],
        PositionOutOfRangeException range => [("position", range.Position.Value), ("length", range.Length.Value)],
        WorldFaultException fault => [("position", fault.Position.Value), ("reason", fault.Reason)],
        _ => [],
    };
}
