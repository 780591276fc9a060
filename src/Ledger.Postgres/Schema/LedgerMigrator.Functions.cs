using Npgsql;

namespace Ledger.Postgres.Schema;

public sealed partial class LedgerMigrator
{
    // In one transaction, so that no caller sees some of them changed and others not.
    private async Task<(IReadOnlyList<string> Applied, IReadOnlyList<string> Dropped)> ApplyFunctionsAsync(
        NpgsqlConnection connection,
        CancellationToken cancellationToken)
    {
        var (applied, dropped) = await LockedAsync(connection, token => ApplyFunctionsLockedAsync(connection, token), cancellationToken).ConfigureAwait(false);
        if (applied.Count + dropped.Count > 0)
        {
            LogMessages.FunctionsApplied(_logger, applied.Count, dropped.Count, _options.LedgerSchema);
        }

        return (applied, dropped);
    }

    private async Task<(IReadOnlyList<string> Applied, IReadOnlyList<string> Dropped)> ApplyFunctionsLockedAsync(
        NpgsqlConnection connection,
        CancellationToken cancellationToken)
    {
        await FindTenancyAsync(connection, cancellationToken).ConfigureAwait(false);
        var record = await ReadRecordAsync(connection, cancellationToken).ConfigureAwait(false);
        var states = record.Join(Functions, Known).ToLookup(status => status.State, status => status.Name);
        string[] applied = [.. states[FunctionState.Pending]], dropped = [.. states[FunctionState.Obsolete]];
        foreach (var name in applied)
        {
            var function = Functions.Single(known => known.Name == name);
            await ExecuteFunctionAsync(connection, name, function.Apply(Known.Count), cancellationToken).ConfigureAwait(false);
        }

        if (dropped.Length > 0)
        {
            await ExecuteFunctionAsync(connection, string.Join("', '", dropped), SchemaFunction.DropOthers(Functions, Known.Count), cancellationToken)
                .ConfigureAwait(false);
        }

        return (applied, dropped);
    }

    private async Task ExecuteFunctionAsync(NpgsqlConnection connection, string name, string statement, CancellationToken cancellationToken)
    {
        try
        {
            await ExecuteAsync(connection, _options.Schemas.Fill(statement), cancellationToken).ConfigureAwait(false);
        }
        catch (PostgresException fault) when (fault.SqlState != PostgresErrorCodes.QueryCanceled)
        {
            throw new FunctionFailedException(name, fault);
        }
    }
}
