using System.Diagnostics;
using System.Transactions;
using Ledger.Log;

namespace Ledger.Postgres.Connecting;

/// <summary>The ambient transaction of a caller, in which a pooled store takes no part.</summary>
internal static class AmbientScope
{
    private const string ToWriteOutside =
        $"or set {nameof(PostgresOptions)}.{nameof(PostgresOptions.AmbientTransactions)} to '{nameof(AmbientTransactions.Outside)}', and it stays when the scope rolls back.";

    /// <summary>Whether the caller is in one.</summary>
    public static bool IsThere
    {
        get
        {
            try
            {
                return Transaction.Current is not null;
            }
            catch (InvalidOperationException)
            {
                // The scope is complete, and is not disposed yet.
                return true;
            }
        }
    }

    /// <summary>Refuses a write that could be made in a transaction of the caller.</summary>
    public static void Check(PostgresOptions options, string what)
    {
        CheckWrites(options, what);
        if (IsRefused(options))
        {
            throw new InvalidOperationException(
                $"{what} was called inside a TransactionScope, whose transaction a pooled store cannot take part in. Nothing was written. Use "
                + "store.On(transaction) with a transaction of your own, or store.On(connection) with a connection that was opened in the scope; "
                + ToWriteOutside);
        }
    }

    /// <summary>Refuses a write that commits on its own, regardless of the caller's transaction.</summary>
    public static void CheckAlone(PostgresOptions options, string what)
    {
        CheckWrites(options, what);
        if (IsRefused(options))
        {
            throw new InvalidOperationException(
                $"{what} was called inside a TransactionScope, and cannot be part of a transaction of the caller, as appends by store.On(transaction) "
                + "are. Nothing was written. Call it outside the scope; " + ToWriteOutside);
        }
    }

    /// <summary>Does something without the caller's ambient transaction, and without anything else of its context but the activity.</summary>
    public static Task<T> LeaveAsync<T>(Func<Task<T>> call)
    {
        var activity = Activity.Current;
        return SharedWork.Run(async () =>
        {
            Activity.Current = activity;
            return await call().ConfigureAwait(false);
        });
    }

    /// <summary>Does something outside the ambient transaction, if there is one.</summary>
    public static Task<T> OutsideAsync<T>(Func<Task<T>> call) => IsThere ? LeaveAsync(call) : call();

    private static void CheckWrites(PostgresOptions options, string what)
    {
        if (options.RefusesWrites)
        {
            throw new InvalidOperationException(
                $"{what} was called on a store that asks standbys, which only answer questions. Nothing was written. Use the store itself, not what OnReplicas returned.");
        }
    }

    private static bool IsRefused(PostgresOptions options) => options.AmbientTransactions == AmbientTransactions.Refuse && IsThere;
}
