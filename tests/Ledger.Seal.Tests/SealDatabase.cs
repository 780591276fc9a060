using Ledger.Log;
using Ledger.Postgres;
using Ledger.Postgres.Schema;
using Ledger.Testing;
using Npgsql;

namespace Ledger.Seal.Tests;

/// <summary>A database of a test's own with the schema, a key and a log.</summary>
internal sealed class SealDatabase : IAsyncDisposable
{
    private readonly TestDatabase _database;
    private bool _isForked;

    private SealDatabase(TestDatabase database)
    {
        _database = database;
        DataSource = NpgsqlDataSource.Create(database.ConnectionString + ";Maximum Pool Size=40;Include Error Detail=true");
        Store = new PostgresEventStore(DataSource);
        Seal = new LogSeal(DataSource);
    }

    public NpgsqlDataSource DataSource { get; }

    public string ConnectionString => _database.ConnectionString;

    public PostgresEventStore Store { get; }

    public LogSeal Seal { get; }

    public SealKey Key { get; } = SealKey.Generate("example.com/log");

    public IReadOnlyList<NoteKey> Keys => [NoteKey.Parse(Key.VerifierKey)];

    public static async Task<SealDatabase> CreateAsync() =>
        new(await (await TestPostgres.SharedAsync()).CreateDatabaseAsync("ledger", MigrateAsync));

    /// <summary>Runs with events of every column, branches and a record store, sealed and signed.</summary>
    public static async Task<SealDatabase> CreateFilledAsync(int events = 40)
    {
        var database = await CreateAsync();
        await database.FillAsync(events);
        await database.SignAsync();
        return database;
    }

    /// <summary>Appends to two runs in turn, and forks the first, and its branch, in between.</summary>
    public async Task FillAsync(int events)
    {
        var (a, b) = (StreamName.Run("a"), StreamName.Run("b"));
        for (var i = 0; i < events; i++)
        {
            var metadata = new EventMetadata { Actor = "agent", Causes = i % 3 == 0 ? [Guid.CreateVersion7()] : [] };
            await Store.AppendAsync(i % 2 == 0 ? a : b, ExpectedVersion.Any, [new NewEvent(new KitLoaded($"kit {i} é")) { Metadata = metadata }]);
            if (i == 10 && !_isForked)
            {
                await Store.ForkAsync(new BranchFork(a, "first") { At = new Position(4) });
            }

            if (i == 20 && !_isForked)
            {
                _isForked = true;
                await Store.ForkAsync(new BranchFork(StreamName.Branch("first"), "second") { At = new Position(5) });
            }
        }

        await Store.AppendAsync(StreamName.Branch("second"), ExpectedVersion.Any, [new KitLoaded("of the branch")]);
    }

    /// <summary>Seals and signs.</summary>
    public async Task<SignedNote> SignAsync()
    {
        await Seal.SealAsync();
        return await Seal.CheckpointAsync([Key]);
    }

    /// <summary>Audits with the key, and lists what was found.</summary>
    public async Task<(SealAudit Audit, List<SealFinding> Findings)> AuditAsync(params SignedNote[] kept)
    {
        var findings = new List<SealFinding>();
        var audit = await Seal.AuditAsync(new SealAuditOptions { Keys = Keys, Kept = kept, OnFinding = findings.Add });
        return (audit, findings);
    }

    public async Task<T> ScalarAsync<T>(string sql)
    {
        await using var command = DataSource.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>Changes the database as someone who may do anything does: no trigger runs.</summary>
    public async Task ForgeAsync(string sql)
    {
        await using var connection = await DataSource.OpenConnectionAsync();
        await using var command = new NpgsqlCommand($"set session_replication_role = replica; {sql}; set session_replication_role = origin", connection);
        await command.ExecuteNonQueryAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();
        await DataSource.DisposeAsync();
        await _database.DisposeAsync();
    }

    private static async Task MigrateAsync(string connectionString, CancellationToken cancellationToken)
    {
        await using var dataSource = NpgsqlDataSource.Create(connectionString + ";Pooling=false");
        await new LedgerMigrator(dataSource).ApplyAsync(cancellationToken);
    }
}
