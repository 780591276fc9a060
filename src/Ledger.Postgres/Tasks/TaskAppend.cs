using Ledger.Log;
using Ledger.Tasks;
using Npgsql;

namespace Ledger.Postgres.Tasks;

/// <summary>An append to tasks, which translates refusals by the database into exceptions.</summary>
internal sealed class TaskAppend(
    TaskQueries tasks,
    AppendRequest request,
    Func<CancellationToken, Task<IReadOnlyList<AppendResult>>> send)
{
    /// <summary>Whether a request has events of a task.</summary>
    public static bool Concerns(AppendRequest request)
    {
        foreach (var part in request.Parts)
        {
            if (TaskRules.IsTask(part.Stream))
            {
                return true;
            }
        }

        return false;
    }

    public async Task<IReadOnlyList<AppendResult>> RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await send(cancellationToken).ConfigureAwait(false);
        }
        catch (PostgresException fault) when (TaskRefusal.IsOne(fault))
        {
            return await SendBehindOthersAsync(fault, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Events that another program appended without rows may be at fault: they are applied alone, then the request is sent again.</summary>
    private async Task<IReadOnlyList<AppendResult>> SendBehindOthersAsync(PostgresException fault, CancellationToken cancellationToken)
    {
        if (tasks.CanAskAfterRefusal && await tasks.CatchUpAsync(cancellationToken).ConfigureAwait(false) > 0)
        {
            try
            {
                return await send(cancellationToken).ConfigureAwait(false);
            }
            catch (PostgresException another) when (TaskRefusal.IsOne(another))
            {
                fault = another;
            }
        }

        throw await new TaskRefusal(tasks, request, fault).NameAsync(cancellationToken).ConfigureAwait(false);
    }
}
