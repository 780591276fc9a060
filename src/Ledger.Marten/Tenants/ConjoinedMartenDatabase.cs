using System.Reflection;
using Ledger.Marten.Schema;
using Ledger.Postgres;
using Ledger.Postgres.Tenants;
using Marten;
using Marten.Storage;
using Npgsql;
using Weasel.Core.Migrations;
using Weasel.Postgresql;

namespace Ledger.Marten.Tenants;

/// <summary>Connections to a schema of many tenants: those of one, or of the daemon. Its tables are compared and made as another role, where one is given.</summary>
internal sealed class ConjoinedMartenDatabase : MartenDatabase, IMartenDatabase
{
    // Weasel has no other way to use two.
    private static readonly FieldInfo Shown = typeof(PostgresqlDatabase).GetField("<DataSource>k__BackingField", BindingFlags.Instance | BindingFlags.NonPublic)
        ?? throw new InvalidOperationException("The version of Weasel keeps the connections of a database otherwise than Ledger knows, and cannot have many tenants in one schema.");

    private readonly NpgsqlDataSource? _owner;

    public ConjoinedMartenDatabase(StoreOptions options, NpgsqlDataSource dataSource, string identifier, NpgsqlDataSource? owner, SchemaNames schemas)
        : base(options, dataSource, identifier)
    {
        _owner = owner is null ? null : PostgresDataSources.ForWriting(owner);
        if (_owner is not null)
        {
            // What others take for work of their own, such as Wolverine for its messages, is the owner's; sessions and the daemon have connections of the first.
            Shown.SetValue(this, _owner);
            AddInitializer(new SchemaCheck(schemas));
        }
    }

    /// <summary>What migrations of everything use; sessions and the daemon do not call it.</summary>
    public override NpgsqlConnection CreateConnection() => _owner?.CreateConnection() ?? base.CreateConnection();

    // Each tenant has a database of its own here, so that Marten does not know of the others, which begin at the same moment.
    ValueTask IMartenDatabase.EnsureStorageExistsAsync(Type featureType, CancellationToken token) => SharedStorage.EnsureAsync(() => EnsureStorageExistsAsync(featureType, token));

    // Marten would make tables of one log, which cannot be divided later; and where it makes what a type needs on the daemon's connections, it would be the daemon's.
    private sealed class SchemaCheck(SchemaNames schemas) : IDatabaseInitializer<NpgsqlConnection>
    {
        public async Task InitializeAsync(NpgsqlConnection connection, CancellationToken token)
        {
            if (!(await TenancyGuard.ReadAsync(connection, schemas, token).ConfigureAwait(false)).IsConjoined)
            {
                throw TenancyGuard.NotThere(schemas);
            }

            var command = new NpgsqlCommand(MartenSql.Load("act_as_owner", schemas), connection);
            await using var _ = command.ConfigureAwait(false);
            await command.ExecuteNonQueryAsync(token).ConfigureAwait(false);
        }
    }
}
