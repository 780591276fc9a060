using System.Runtime.CompilerServices;
using Ledger.Forgetting;
using Ledger.Postgres.Connecting;
using Ledger.Postgres.Tenants;
using Npgsql;
using NpgsqlTypes;

namespace Ledger.Postgres.Forgetting;

/// <summary>Keys of subjects in a table of Ledger's, in the database of the log or, better, in another one, whose backups are kept for less long.</summary>
/// <remarks>
/// Safe for concurrent use. It needs the migrations. The database chooses the keys. A writer makes and reads keys, an operator destroys them, and readers have no right to the table. A destroyed key is
/// in dead rows, the write-ahead log, replicas and backups until these are gone too; <c>vacuum full</c> of the table removes the first.
/// </remarks>
public sealed class PostgresSubjectKeys : ISubjectKeys
{
    private readonly NpgsqlDataSource _dataSource;
    private readonly PostgresOptions _options;

    /// <summary>Works on a data source.</summary>
    /// <param name="dataSource">The connections.</param>
    /// <param name="options">Where the tables are; null for the defaults.</param>
    /// <exception cref="PostgresOptionsException">The options have a fault.</exception>
    public PostgresSubjectKeys(NpgsqlDataSource dataSource, PostgresOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        _dataSource = PostgresDataSources.ForWriting(dataSource);
        _options = (options ?? new PostgresOptions()).Checked();
        TenancyGuard.Note(_dataSource, _options.Schemas);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyDictionary<string, byte[]>> FindAsync(IReadOnlyCollection<string> subjects, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(subjects);
        return Connections.UseAsync(_dataSource, _options, (connection, token) => FindAsync(connection, [.. subjects.Distinct(StringComparer.Ordinal)], token), cancellationToken);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyDictionary<string, byte[]>> GetOrCreateAsync(IReadOnlyCollection<string> subjects, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(subjects);
        string[] wanted = [.. subjects.Distinct(StringComparer.Ordinal)];
        return Connections.UseAsync(
            _dataSource,
            _options,
            async (connection, token) =>
            {
                var found = await FindAsync(connection, wanted, token).ConfigureAwait(false);
                string[] missing = [.. wanted.Where(subject => !found.ContainsKey(subject))];
                if (missing.Length == 0)
                {
                    return found;
                }

                var command = Command(connection, "make_subject_keys");
                await using var _ = command.ConfigureAwait(false);
                command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = missing, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text });
                await command.ExecuteNonQueryAsync(token).ConfigureAwait(false);

                // Another caller may have been first.
                return await FindAsync(connection, wanted, token).ConfigureAwait(false);
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task<bool> ForgetAsync(string subject, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(subject);
        return Connections.UseAsync(
            _dataSource,
            _options,
            async (connection, token) =>
            {
                var command = Command(connection, "forget_subject");
                await using var _ = command.ConfigureAwait(false);
                command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = subject, NpgsqlDbType = NpgsqlDbType.Text });
                return await command.ExecuteScalarAsync(token).ConfigureAwait(false) is true;
            },
            cancellationToken);
    }

    /// <summary>The subjects whose key was destroyed, sorted: the list that is kept beside the backups of the keys, because a restore of one brings their keys back.</summary>
    /// <param name="cancellationToken">Stops it.</param>
    public async IAsyncEnumerable<ForgottenSubject> ListForgottenAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        for (IReadOnlyList<ForgottenSubject> page = [new("", default)]; page.Count > 0;)
        {
            var after = page[^1].Subject;
            page = await Connections.UseAsync(_dataSource, _options, (connection, token) => ListForgottenAsync(connection, after, token), cancellationToken).ConfigureAwait(false);
            foreach (var one in page)
            {
                yield return one;
            }
        }
    }

    private async Task<IReadOnlyList<ForgottenSubject>> ListForgottenAsync(NpgsqlConnection connection, string after, CancellationToken cancellationToken)
    {
        var command = Command(connection, "list_forgotten_subjects");
        await using var _ = command.ConfigureAwait(false);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = after, NpgsqlDbType = NpgsqlDbType.Text });
        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var __ = reader.ConfigureAwait(false);
        var subjects = new List<ForgottenSubject>();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            subjects.Add(new ForgottenSubject(reader.GetString(0), reader.GetFieldValue<DateTimeOffset>(1)));
        }

        return subjects;
    }

    private async Task<IReadOnlyDictionary<string, byte[]>> FindAsync(NpgsqlConnection connection, string[] subjects, CancellationToken cancellationToken)
    {
        var command = Command(connection, "find_subject_keys");
        await using var _ = command.ConfigureAwait(false);
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = subjects, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text });
        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var __ = reader.ConfigureAwait(false);
        var keys = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            keys.Add(reader.GetString(0), reader.GetFieldValue<byte[]>(1));
        }

        return keys;
    }

    private NpgsqlCommand Command(NpgsqlConnection connection, string sql) =>
        new(SqlText.Load(sql, _options.Schemas), connection) { CommandTimeout = _options.CommandTimeoutSeconds };
}
