using Ledger.Postgres.Connecting;
using Npgsql;

namespace Ledger.Postgres.Tenants;

/// <content>The role of Marten's daemon, which reads the events of all tenants.</content>
public sealed partial class ConjoinedTenants
{
    /// <summary>Lets a role see the events of all tenants while its session has none, as Marten's daemon must; with a tenant it sees those of that one, like any role.</summary>
    /// <remarks>
    /// One role has it at a time. Make it by <c>create role app_daemon login password '…' in role app</c>, where <c>app</c> owns the tables, and give it to the processes
    /// alone that run the daemon. Only the role that owns the tables may call this. It waits for running transactions, up to ten seconds.
    /// </remarks>
    /// <param name="role">The name of the role.</param>
    /// <param name="cancellationToken">Stops; nothing is changed.</param>
    /// <exception cref="TenancyException">The role does not exist, is not held to row-level security, or is not a member of the one that owns the tables, or the reverse.</exception>
    public Task AllowDaemonAsync(string role, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(role);
        return UseAsync(
            async (connection, token) =>
            {
                if (await FindFaultOfDaemonAsync(connection, role, token).ConfigureAwait(false) is { } fault)
                {
                    throw new TenancyException($"{fault} Nothing was changed.");
                }

                return await PatientLocks.RunAsync(connection, PatientLocks.Patience, null, within => AllowAsync(connection, role, within), token).ConfigureAwait(false);
            },
            cancellationToken);
    }

    private async Task<int> AllowAsync(NpgsqlConnection connection, string role, CancellationToken cancellationToken)
    {
        var batch = new NpgsqlBatch(connection)
        {
            Timeout = Options.CommandTimeoutSeconds,
            BatchCommands =
            {
                new(SqlText.Load("use_daemon_role")) { Parameters = { new() { Value = role } } },
                new(SqlText.Load("allow_daemon", Options.Schemas)),
            },
        };
        await using var _ = batch.ConfigureAwait(false);
        return await batch.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Takes from the role what <see cref="AllowDaemonAsync"/> has given.</summary>
    public Task ForbidDaemonAsync(CancellationToken cancellationToken = default) => UseAsync(
        (connection, token) => PatientLocks.RunAsync(
            connection,
            PatientLocks.Patience,
            null,
            async within =>
            {
                var command = Command(connection, "forbid_daemon");
                await using var _ = command.ConfigureAwait(false);
                return await command.ExecuteNonQueryAsync(within).ConfigureAwait(false);
            },
            token),
        cancellationToken);

    private async Task<string?> FindFaultOfDaemonAsync(NpgsqlConnection connection, string role, CancellationToken cancellationToken)
    {
        var command = Command(connection, "daemon_role");
        command.Parameters.Add(new NpgsqlParameter { Value = role });
        await using var _ = command.ConfigureAwait(false);
        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var __ = reader.ConfigureAwait(false);
        return !await reader.ReadAsync(cancellationToken).ConfigureAwait(false) ? $"There is no role '{role}'."
            : reader.GetBoolean(0) ? TenancyGuard.FaultOfRole(role)
            : reader.GetBoolean(2) ? $"The role '{role}' is that which owns the tables, or one that it belongs to: every program would see the events of all tenants. Name another."
            : reader.GetBoolean(1) ? null
            : $"The role '{role}' does not belong to the one that owns the tables, and could not write the daemon's progress. Grant it that one, as 'create role {role} login in role …' does.";
    }
}
