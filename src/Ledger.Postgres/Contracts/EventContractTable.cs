using System.Reflection;
using System.Text.Json;
using Ledger.Log.Contracts;
using Ledger.Postgres.Connecting;
using Ledger.Postgres.Log;
using Ledger.Postgres.Tenants;
using Npgsql;
using NpgsqlTypes;

namespace Ledger.Postgres.Contracts;

/// <summary>The contracts of events in the database, with the versions of each.</summary>
/// <remarks>The events of Ledger are not in it: each program has their contracts. Safe for concurrent use; several nodes may declare at once.</remarks>
/// <param name="dataSource">The server, migrated.</param>
/// <param name="options">The names of the schemas; null for the defaults.</param>
public sealed class EventContractTable(NpgsqlDataSource dataSource, PostgresOptions? options = null)
{
    private static readonly Lazy<EventContracts> BuiltIn = new(() => EventContracts.Of(new PostgresOptions().Registry));

    private readonly NpgsqlDataSource _dataSource = TenancyGuard.Noted(dataSource ?? throw new ArgumentNullException(nameof(dataSource)), options);
    private readonly PostgresOptions _options = (options ?? new PostgresOptions()).Checked();

    /// <summary>Declares contracts: see <see cref="EventContractMode.Declare"/> and <see cref="EventContractMode.Enforce"/>.</summary>
    /// <remarks>A contract that differs from the newest one of its name is added as a version; texts for people do not count as a difference. Those of Ledger's own
    /// events are left out, and names that are not declared stay as they are.</remarks>
    /// <param name="contracts">The contracts.</param>
    /// <param name="mode">Whether appends are held to them from now on.</param>
    /// <param name="cancellationToken">Stops; nothing is written.</param>
    /// <returns>The versions that were added, by name.</returns>
    /// <exception cref="ArgumentException">The mode is <see cref="EventContractMode.Off"/>.</exception>
    public Task<IReadOnlyList<DeclaredContract>> DeclareAsync(EventContracts contracts, EventContractMode mode, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(contracts);
        return mode is EventContractMode.Declare or EventContractMode.Enforce
            ? Connections.UseAsync(_dataSource, _options, (connection, token) => AddAsync(connection, contracts, mode == EventContractMode.Enforce, token), cancellationToken)
            : throw new ArgumentException($"Contracts are declared or enforced; with the mode '{mode}' there is nothing to do.", nameof(mode));
    }

    /// <summary>The newest contract of each name, by name.</summary>
    /// <param name="cancellationToken">Stops waiting.</param>
    public Task<IReadOnlyList<DeclaredContract>> ReadAsync(CancellationToken cancellationToken = default) =>
        Connections.UseAsync(_dataSource, _options, (connection, token) => ReadAsync(connection, areAll: false, token), cancellationToken);

    /// <summary>All versions of the contracts, by name and version.</summary>
    /// <param name="cancellationToken">Stops waiting.</param>
    public Task<IReadOnlyList<DeclaredContract>> ReadVersionsAsync(CancellationToken cancellationToken = default) =>
        Connections.UseAsync(_dataSource, _options, (connection, token) => ReadAsync(connection, areAll: true, token), cancellationToken);

    /// <summary>How often the log has events of each name; reads the whole log.</summary>
    /// <param name="cancellationToken">Stops waiting.</param>
    public Task<IReadOnlyList<EventTypeUse>> CountAsync(CancellationToken cancellationToken = default) => Connections.UseAsync<IReadOnlyList<EventTypeUse>>(
        _dataSource,
        _options,
        async (connection, token) =>
        {
            var command = Command(connection, "count_event_types");
            await using var _ = command.ConfigureAwait(false);
            var reader = await command.ExecuteReaderAsync(token).ConfigureAwait(false);
            await using var __ = reader.ConfigureAwait(false);
            var rows = new List<EventTypeUse>();
            while (await reader.ReadAsync(token).ConfigureAwait(false))
            {
                rows.Add(new EventTypeUse(reader.GetString(0), reader.GetInt64(1), await reader.GetFieldValueAsync<DateTimeOffset>(2, token).ConfigureAwait(false)));
            }

            return rows;
        },
        cancellationToken);

    private async Task<IReadOnlyList<DeclaredContract>> AddAsync(
        NpgsqlConnection connection, EventContracts contracts, bool isEnforced, CancellationToken cancellationToken)
    {
        var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = transaction.ConfigureAwait(false);
        await ExecuteAsync(Command(connection, "lock_contracts"), cancellationToken).ConfigureAwait(false);
        var known = (await ReadAsync(connection, areAll: false, cancellationToken).ConfigureAwait(false)).ToDictionary(row => row.Contract.Name, StringComparer.Ordinal);
        var own = contracts.Events.Where(contract => BuiltIn.Value.Find(contract.Name) is null).ToLookup(
            contract => known.TryGetValue(contract.Name, out var before) && contract.IsSame(before.Contract));
        EventContract[] added = [.. own[false]], same = [.. own[true]];
        if (added.Length > 0)
        {
            var add = Command(connection, "add_contracts")
                .With(added.Select(contract => contract.Name).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Text)
                .With(added.Select(contract => known.TryGetValue(contract.Name, out var before) ? before.Version + 1 : 1).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Integer)
                .With(added.Select(contract => contract.Schema.GetRawText()).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Jsonb)
                .With(added.Select(contract => contract.ReadAs).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Text)
                .With(isEnforced, NpgsqlDbType.Boolean)
                .WithText(Assembly.GetEntryAssembly()?.GetName().Name ?? "unknown");
            await ExecuteAsync(add, cancellationToken).ConfigureAwait(false);
        }

        if (same.Length > 0)
        {
            var note = Command(connection, "note_contracts")
                .With(same.Select(contract => contract.Name).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Text)
                .With(same.Select(contract => known[contract.Name].Version).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Integer)
                .With(isEnforced, NpgsqlDbType.Boolean);
            await ExecuteAsync(note, cancellationToken).ConfigureAwait(false);
        }

        var now = await ReadAsync(connection, areAll: false, cancellationToken).ConfigureAwait(false);
        await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
        return [.. now.Where(row => added.Any(contract => contract.Name == row.Contract.Name))];
    }

    private static async Task ExecuteAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using var _ = command.ConfigureAwait(false);
        await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task<IReadOnlyList<DeclaredContract>> ReadAsync(NpgsqlConnection connection, bool areAll, CancellationToken cancellationToken)
    {
        var command = Command(connection, "read_contracts").With(areAll, NpgsqlDbType.Boolean);
        await using var _ = command.ConfigureAwait(false);
        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var __ = reader.ConfigureAwait(false);
        var rows = new List<DeclaredContract>();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            var contract = new EventContract(reader.GetString(0), JsonElement.Parse(reader.GetString(2)), reader.IsDBNull(3) ? null : reader.GetString(3));
            rows.Add(new DeclaredContract(
                contract, reader.GetInt32(1), reader.GetBoolean(4), reader.GetString(5), await reader.GetFieldValueAsync<DateTimeOffset>(6, cancellationToken).ConfigureAwait(false)));
        }

        return rows;
    }

    private NpgsqlCommand Command(NpgsqlConnection connection, string sql) =>
        new(SqlText.Load(sql, _options.Schemas), connection) { CommandTimeout = _options.CommandTimeoutSeconds };
}
