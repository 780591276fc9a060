using Ledger.Postgres.Roles;
using Npgsql;

namespace Ledger.Explorer.Tests;

/// <summary>The roles of a log under names of their own, because roles are the server's; questions run as that of readers.</summary>
internal sealed class ReaderRoles : IAsyncDisposable
{
    private readonly NpgsqlDataSource _dataSource;
    private readonly string _prefix = $"e{Guid.NewGuid():N}"[..10];

    private ReaderRoles(NpgsqlDataSource dataSource) => _dataSource = dataSource;

    public static async Task<ReaderRoles> CreateAsync(NpgsqlDataSource dataSource)
    {
        var roles = new ReaderRoles(dataSource);
        await new LedgerRoles(dataSource, null, new LedgerRoleNames
        {
            Reader = $"{roles._prefix}_reader",
            Auditor = $"{roles._prefix}_auditor",
            Writer = $"{roles._prefix}_writer",
            MartenWriter = $"{roles._prefix}_marten",
            Operator = $"{roles._prefix}_operator",
            Owner = $"{roles._prefix}_owner",
        }).CreateAsync();
        return roles;
    }

    public async ValueTask DisposeAsync()
    {
        await using var command = _dataSource.CreateCommand($$"""
            do $$
            declare
                name text;
            begin
                for name in select rolname from pg_roles where rolname like '{{_prefix}}%' loop
                    execute format('reassign owned by %I to current_user; drop owned by %I cascade; drop role %I', name, name, name);
                end loop;
            end $$
            """);
        await command.ExecuteNonQueryAsync();
    }
}
