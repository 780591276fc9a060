using Npgsql;

namespace Ledger.Postgres.Hosting;

/// <summary>Where the log of an application is, whichever engine it has, for what is added to both.</summary>
/// <param name="DataSource">The connections of the engine.</param>
/// <param name="Options">Where the tables are.</param>
internal sealed record LogDatabase(NpgsqlDataSource DataSource, PostgresOptions Options);
