using JasperFx;
using JasperFx.Events.Projections;
using Ledger.Marten.Streams;
using Ledger.Marten.Tests.Projections;
using Ledger.Postgres.Roles;
using Ledger.Postgres.Schema;
using Ledger.Records;
using Ledger.Tasks;
using Marten;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Marten.Tests.Interoperation;

/// <summary>An application with Marten that connects as marten-writer, and one that masks and archives as operator.</summary>
public sealed class MartenWriterTests : IAsyncLifetime
{
    private readonly MartenDatabase _database = new();
    private readonly string _prefix = $"m{Guid.NewGuid():N}"[..10];

    private LedgerRoleNames Names => new()
    {
        Reader = $"{_prefix}_reader",
        Auditor = $"{_prefix}_auditor",
        Writer = $"{_prefix}_writer",
        MartenWriter = $"{_prefix}_marten",
        Operator = $"{_prefix}_operator",
        Owner = $"{_prefix}_owner",
    };

    public async Task InitializeAsync()
    {
        await _database.InitializeAsync();
        await using (var owned = _database.CreateDocumentStore(configure: Configure))
        {
            await owned.Storage.ApplyAllConfiguredChangesToDatabaseAsync();
        }

        await new LedgerRoles(_database.DataSource, names: Names).CreateAsync();
        foreach (var role in (string[])[Names.MartenWriter!, Names.Operator])
        {
            await ExecuteAsync($"create role {role}_login login password 'secret' in role {role}");
        }
    }

    public async Task DisposeAsync()
    {
        NpgsqlConnection.ClearAllPools();
        var roles = string.Join(", ", Names.Reader, Names.Auditor, Names.Writer, Names.MartenWriter, Names.Operator, Names.Owner, $"{Names.MartenWriter}_login", $"{Names.Operator}_login");
        await ExecuteAsync($"reassign owned by {Names.Owner} to current_user; drop owned by {roles} cascade; drop role {roles}");
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task MartenWriter_AppendsAndForksAndStores_AndCannotRewrite()
    {
        await using (var documents = As(Names.MartenWriter!))
        await using (var store = new MartenEventStore(documents))
        {
            var run = new AgentLedger(store).GetRun("of-marten");
            await run.AppendAsync([new ObjectCreated("a", "T"), new KitLoaded("k")]);
            await run.AppendAsync([new ObjectPatched("a")]);
            var branch = await run.ForkAsync(new Position(1));
            await branch.AppendAsync([new ObjectPatched("a")]);
            (await branch.GetWorldAsync()).Objects.ShouldHaveSingleItem();
            await branch.SaveSnapshotAsync();
            await new TaskLedger(store).SaveTaskAsync(new AgentTask { Id = "t", SystemPrompt = "Boil.", CreatedAt = DateTimeOffset.UnixEpoch, UpdatedAt = DateTimeOffset.UnixEpoch });
            await using var records = new ChronoStore(store, "kept");
            await records.UpsertAsync(new ChronoRecord { Id = "r", Label = "A record." });

            await using var session = documents.LightweightSession();
            session.Events.Append("run:of-marten", new KitLoaded("k"), new KitLoaded("l"));
            session.Events.StartStream("run:of-a-session", new KitLoaded("k"));
            await session.Ledger().GetRun("of-marten-too").AppendAsync([new KitLoaded("k")]);
            await session.Ledger().Records("kept").UpsertAsync(new ChronoRecord { Id = "s", Label = "Another." });
            await session.SaveChangesAsync();
            (await session.LoadAsync<RunCounts>("run:of-marten"))!.Kits.ShouldBe(3);

            session.Events.ArchiveStream("run:of-a-session");
            (await Should.ThrowAsync<Exception>(() => session.SaveChangesAsync())).ToString().ShouldContain("permission denied");
            await using var masking = documents.LightweightSession();
            masking.Events.OverwriteEvent((await masking.Events.FetchStreamAsync("run:of-a-session"))[0]);
            (await Should.ThrowAsync<Exception>(() => masking.SaveChangesAsync())).ToString().ShouldContain("permission denied");
        }

        await using (var documents = As(Names.Operator))
        {
            await documents.Advanced.ApplyEventDataMasking(x => x.IncludeStream("run:of-a-session"));
            await using var session = documents.LightweightSession();
            session.Events.ArchiveStream("run:of-a-session");
            await session.SaveChangesAsync();
            (await _database.TextAsync("select data ->> 'kit' || ' ' || is_archived from ledger.mt_events where stream_id = 'run:of-a-session'")).ShouldBe("**** true");
        }
    }

    [Fact]
    public async Task Assert_DatabaseWithRoles_MatchesTheConfiguration()
    {
        var documents = _database.CreateDocumentStore(configure: Configure);

        await documents.Storage.Database.AssertDatabaseMatchesConfigurationAsync();
        (await new LedgerMigrator(_database.DataSource).AssertAsync()).ShouldBeEmpty();
        (await new LedgerRoles(_database.DataSource).CheckAsync()).ShouldBeEmpty();

        // What Marten makes again runs as its owner again.
        await ExecuteAsync("update ledger.schema_function set checksum = repeat('0', 64)");
        await documents.Storage.ApplyAllConfiguredChangesToDatabaseAsync();
        (await new LedgerRoles(_database.DataSource).CheckAsync()).ShouldBeEmpty();
    }

    private DocumentStore As(string role) => DocumentStore.For(options =>
    {
        options.Connection(new NpgsqlConnectionStringBuilder(_database.ConnectionString) { Username = $"{role}_login", Password = "secret" }.ConnectionString);
        options.DatabaseSchemaName = "ledger";
        options.AutoCreateSchemaObjects = AutoCreate.None;
        options.UseLedger();
        Configure(options);
    });

    private static void Configure(StoreOptions options)
    {
        options.Projections.Snapshot<RunCounts>(SnapshotLifecycle.Inline);
        options.Events.AddMaskingRuleForProtectedInformation<KitLoaded>(kit => kit with { Kit = "****" });
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var command = _database.DataSource.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
