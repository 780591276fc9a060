using System.Text.Json;
using Ledger.Explorer.Failures;
using Ledger.Explorer.Rendering;
using Ledger.Json;
using Ledger.Log;
using Ledger.Runs;

namespace Ledger.Explorer.Rerunning;

/// <summary>Changes an event in a new branch, and asks the application's runner to run on there.</summary>
internal static class Reruns
{
    // A runner accepts a request and works afterwards; one that works at once would hold the page.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Changes an event, with the authenticated user of the application as actor; a request that was sent before gets the branch that it made then.</summary>
    public static async Task<BranchChange> ChangeAsync(ExplorerRequest request, StreamName parent, Position position, JsonElement data, string? id, string? name)
    {
        if (id is not null)
        {
            Query.NewStreamNameOf($"branch:{id}");
        }

        var ledger = request.Explorer.Ledger;
        var run = await ledger.OpenAsync(parent, request.Aborted).ConfigureAwait(false);
        var options = new ForkOptions
        {
            Id = id ?? (request.Key?.IdOf() ?? Guid.CreateVersion7()).ToString(),
            Name = name,
            Metadata = new EventMetadata { Actor = request.Http.User.Identity?.Name, Source = "ledger-explorer" },
        };
        ChangedFork made;
        try
        {
            made = await run.ForkWithChangeAsync(position, data, options, request.Aborted).ConfigureAwait(false);
        }
        catch (BranchExistsException exists) when (request.Key is not null)
        {
            if (await FindMadeAsync(request, exists.Branch).ConfigureAwait(false) is { } before
                && (before.Branch.Parent, before.Branch.ForkPosition, before.Branch.Name) == (parent, position, name)
                && JsonEquality.Instance.Equals(before.Event.ToJsonElement(), data))
            {
                return before;
            }

            throw;
        }
        catch (ArgumentException fault) when (fault.ParamName == "position")
        {
            throw new BadRequestException(fault.Message.Split(" (Parameter", 2)[0]);
        }

        Log.Changed(request.Explorer.Loggers.CreateLogger("Ledger.Explorer"), made.Replaced.Type, parent.Value, position.Value, made.Branch.StreamName.Value);
        return await FindMadeAsync(request, made.Branch.StreamName).ConfigureAwait(false)
            ?? throw new ConflictException($"The branch '{made.Branch.StreamName}' was made, and is gone.");
    }

    /// <summary>Asks the runner to run on in a branch after the changed event with which it begins: the same request each time, whatever an agent appended meanwhile.</summary>
    /// <exception cref="ConflictException">The application has no runner.</exception>
    /// <exception cref="RunnerFailedException">It failed, or did not answer in time.</exception>
    public static Task<RunContinuation> RunOnAsync(ExplorerRequest request, BranchChange change) =>
        RunOnAsync(request, change.Branch.Stream, new Position(change.Event.Position!.Value.Value + 1));

    /// <summary>Asks the runner to run on.</summary>
    /// <param name="request">The request.</param>
    /// <param name="stream">The run or branch.</param>
    /// <param name="from">The length from which it was asked before, if the answer was lost: an agent may have appended events since, and it is still the same request. Null for that of now.</param>
    /// <exception cref="BadRequestException">The history is shorter.</exception>
    /// <exception cref="ConflictException">The application has no runner.</exception>
    /// <exception cref="RunnerFailedException">It failed, or did not answer in time.</exception>
    public static async Task<RunContinuation> RunOnAsync(ExplorerRequest request, StreamName stream, Position? from)
    {
        var explorer = request.Explorer;
        var runner = explorer.Runner ?? throw new ConflictException(
            $"There is no runner, so nothing runs on '{stream}'. Register an {nameof(IRunRunner)} in the application, or start 'ledger serve' with --runner and the address of a webhook.");
        var run = await explorer.Ledger.OpenAsync(stream, request.Aborted).ConfigureAwait(false);
        var now = await run.GetLengthAsync(request.Aborted).ConfigureAwait(false);
        var length = from ?? now;
        if (length > now)
        {
            throw new BadRequestException($"'length' must be at most {now}, the number of events of '{stream}', but was {length}.");
        }

        var branch = await explorer.Ledger.Store.GetBranchAsync(stream, request.Aborted).ConfigureAwait(false);
        var continuation = new RunContinuation(EventIds.FromForeign(stream, $"run on\n{length}"), stream, length)
        {
            Parent = branch?.Parent,
            ForkPosition = branch?.ForkPosition,
            Change = branch is null ? null : (await BranchChange.FindAsync(run, branch, request.Aborted).ConfigureAwait(false))?.ToEvent(),
            Actor = request.Http.User.Identity?.Name,
        };

        // A viewer who leaves does not cut the request off: it may have been accepted.
        using var patience = new CancellationTokenSource(Patience, explorer.TimeProvider);
#pragma warning disable CA1031 // Whatever an application's runner throws is told to the user who asked for it.
        try
        {
            await runner.RunOnAsync(continuation, patience.Token).WaitAsync(patience.Token).ConfigureAwait(false);
        }
        catch (Exception fault)
        {
            Log.RunnerFailed(explorer.Loggers.CreateLogger("Ledger.Explorer"), fault, stream.Value);
            throw fault is OperationCanceledException or TimeoutException
                ? RunnerFailedException.Late(stream, length, patience.IsCancellationRequested ? $"within {Patience.TotalSeconds} seconds" : "in time")
                : RunnerFailedException.Of(stream, length, ReasonOf(fault));
        }
#pragma warning restore CA1031

        Log.RunOn(explorer.Loggers.CreateLogger("Ledger.Explorer"), stream.Value, length.Value);
        return continuation;
    }

    // What else a runner throws may say what is for its operator alone.
    private static string ReasonOf(Exception fault) =>
        fault is HttpRequestException ? fault.Message.TrimEnd('.') : $"it failed with {fault.GetType().Name}; the server's log has the message";

    private static async Task<BranchChange?> FindMadeAsync(ExplorerRequest request, StreamName stream)
    {
        var ledger = request.Explorer.Ledger;
        return await ledger.Store.GetBranchAsync(stream, request.Aborted).ConfigureAwait(false) is { } branch
            ? await BranchChange.FindAsync(await ledger.OpenAsync(stream, request.Aborted).ConfigureAwait(false), branch, request.Aborted).ConfigureAwait(false)
            : null;
    }
}
