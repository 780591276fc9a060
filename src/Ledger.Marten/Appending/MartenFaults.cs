using JasperFx;
using JasperFx.Events;
using Ledger.Postgres.Log.Appending;
using Ledger.Postgres.Tenants.Quotas;
using Marten;
using Marten.Exceptions;
using Npgsql;

namespace Ledger.Marten.Appending;

/// <summary>Translates Marten's exceptions.</summary>
internal static class MartenFaults
{
    private const string StreamAndVersionIndex = "pk_mt_events_stream_and_version";

    private static readonly AsyncLocal<bool> IsOwn = new();

    /// <summary>Has a store's sessions throw what Ledger says, instead of a failed command with its SQL.</summary>
    /// <remarks>
    /// <list type="number">
    /// <item>A refusal to take events out of a history is a <see cref="HistoryNeededException"/>, in every session.</item>
    /// <item>A refusal because of a quota is a <see cref="QuotaExceededException"/>, in every session.</item>
    /// <item>Within a call of Ledger's event store a failure of the database stays Npgsql's exception.</item>
    /// <item>Any other failure stays Marten's.</item>
    /// </list>
    /// </remarks>
    public static void Translate(StoreOptions options)
    {
        options.Advanced.ExceptionTransforms.IfExceptionIs<PostgresException>()
            .If(HistoryNeededException.Explains)
            .ThenTransformTo(fault => new HistoryNeededException(fault));
        options.Advanced.ExceptionTransforms.IfExceptionIs<PostgresException>().If(QuotaExceededException.IsCauseOf).ThenTransformTo(QuotaExceededException.Of);
        options.Advanced.ExceptionTransforms.IfExceptionIs<NpgsqlException>().If(_ => IsOwn.Value).ThenTransformTo(fault => fault);
        options.Advanced.ExceptionTransforms.IfExceptionIs<PostgresException>().If(_ => IsOwn.Value).ThenTransformTo(fault => fault);
    }

    /// <summary>Runs a call of Ledger's event store, in which database failures stay Npgsql's exceptions.</summary>
    public static async Task<T> RunAsync<T>(Func<Task<T>> call)
    {
        // The value is gone with the return of this method.
        IsOwn.Value = true;
        return await call().ConfigureAwait(false);
    }

    /// <summary>Whether the same request may succeed when it is sent again.</summary>
    public static bool IsTransient(Exception fault) => TransientFaults.Contains(fault) || IsOvertaken(fault) || IsWithoutPrimary(fault) || IsInSchema(fault);

    /// <summary>Whether Marten was about to make its tables when it happened.</summary>
    private static bool IsInSchema(Exception fault) => fault is MartenSchemaException { InnerException: { } cause } && TransientFaults.Contains(cause);

    /// <summary>Whether none of several servers could be written to, which has no further cause.</summary>
    private static bool IsWithoutPrimary(Exception fault) => fault is NpgsqlException { InnerException: null } and not PostgresException;

    /// <summary>Whether the transaction may have been committed nevertheless.</summary>
    public static bool IsInDoubt(Exception fault) => TransientFaults.IsServerAway(fault);

    /// <summary>Whether Marten restarted its transaction, without the locks, and another writer was faster.</summary>
    public static bool IsOvertaken(Exception fault) =>
        fault is ConcurrencyException or EventStreamUnexpectedMaxEventIdException or InvalidStreamOperationException
            or PostgresException { SqlState: PostgresErrorCodes.UniqueViolation, ConstraintName: StreamAndVersionIndex };
}
