using Ledger.Postgres.Roles;
using Ledger.Postgres.Tests.Schema;
using Npgsql;

namespace Ledger.Postgres.Tests.Roles;

/// <summary>A database with roles of its own, and a role of a program that is a member of each.</summary>
internal sealed class RoleDatabase : IAsyncDisposable
{
    private const string Password = "secret";

    private readonly Dictionary<string, NpgsqlDataSource> _logins = [];

    private RoleDatabase(MigrationDatabase database)
    {
        Database = database;
        var prefix = $"r{Guid.NewGuid():N}"[..12];
        Names = new LedgerRoleNames
        {
            Reader = $"{prefix} reader",
            Auditor = $"{prefix}_auditor",
            Writer = $"{prefix}_writer",
            MartenWriter = $"{prefix}'s marten",
            Operator = $"{prefix}_OPERATOR",
            Owner = $"{prefix}_owner",
        };
    }

    public MigrationDatabase Database { get; }

    public LedgerRoleNames Names { get; }

    public LedgerRoles Roles => new(Database.DataSource, Database.Options, Names);

    /// <summary>The roles by the heads of the columns in the table of the docs.</summary>
    public Dictionary<string, string> ByHead => new()
    {
        ["reader"] = Names.Reader,
        ["auditor"] = Names.Auditor,
        ["writer"] = Names.Writer,
        ["marten-writer"] = Names.MartenWriter!,
        ["operator"] = Names.Operator,
        ["owner"] = Names.Owner!,
    };

    /// <summary>A migrated database without roles yet.</summary>
    public static async Task<RoleDatabase> WithoutRolesAsync() => new(await MigrationDatabase.CreateMigratedAsync());

    /// <summary>A migrated database with roles.</summary>
    public static async Task<RoleDatabase> CreateAsync()
    {
        var database = await WithoutRolesAsync();
        await database.Roles.CreateAsync();
        return database;
    }

    /// <summary>The connection string of a program: of the owner itself, or of a member of a role.</summary>
    public async Task<string> ConnectionStringOfAsync(string role)
    {
        var login = role == Names.Owner ? role : $"{role} login";
        await Database.ExecuteAsync($"""
            do $$ begin
                if exists (select from pg_roles where rolname = {Literal(login)}) then
                    execute format('alter role %I login password %L', {Literal(login)}, '{Password}');
                else
                    execute format('create role %I login password %L in role %I', {Literal(login)}, '{Password}', {Literal(role)});
                end if;
            end $$
            """);
        return new NpgsqlConnectionStringBuilder(Database.ConnectionString) { Username = login, Password = Password }.ConnectionString;
    }

    /// <summary>The connections of a program with a role.</summary>
    public async Task<NpgsqlDataSource> AsAsync(string role)
    {
        if (!_logins.TryGetValue(role, out var dataSource))
        {
            _logins[role] = dataSource = NpgsqlDataSource.Create(await ConnectionStringOfAsync(role));
        }

        return dataSource;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var dataSource in _logins.Values)
        {
            await dataSource.DisposeAsync();
        }

        NpgsqlConnection.ClearAllPools();
        await Database.ExecuteAsync($$"""
            do $$
            declare
                names constant text[] := array[{{string.Join(", ", ByHead.Values.SelectMany(name => new[] { $"{name} login", name }).Select(Literal))}}];
                name text;
            begin
                foreach name in array names loop
                    if exists (select from pg_roles where rolname = name) then
                        execute format('reassign owned by %I to current_user; drop owned by %I cascade; drop role %I', name, name, name);
                    end if;
                end loop;
            end $$
            """);
        await Database.DisposeAsync();
    }

    private static string Literal(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";
}
