using Ledger.Log;
using Ledger.Postgres.Tasks;
using Npgsql;

namespace Ledger.Marten.Appending;

/// <summary>An append to tasks through Marten, whose save a refusal by the rows ends; what the rows have is asked afterwards.</summary>
internal sealed class TaskAppend(
    TaskQueries tasks,
    AppendRequest request,
    Func<CancellationToken, Task<IReadOnlyList<AppendResult>>> send)
{
    public async Task<IReadOnlyList<AppendResult>> RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await send(cancellationToken).ConfigureAwait(false);
        }
        catch (PostgresException fault) when (TaskRefusal.IsOne(fault))
        {
            return await SendAfterOthersAsync(fault, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Events that another program appended without rows may be at fault: they are applied alone, then the request is sent again.</summary>
    private async Task<IReadOnlyList<AppendResult>> SendAfterOthersAsync(PostgresException fault, CancellationToken cancellationToken)
    {
        if (await tasks.CatchUpAsync(cancellationToken).ConfigureAwait(false) > 0)
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

        var facts = await tasks.GetFactsAsync(request, cancellationToken).ConfigureAwait(false);
        throw new TaskRefusal(tasks.Registry, request, facts.Of(fault.SqlState, fault.ConstraintName)).Name() ?? fault;
    }
}
