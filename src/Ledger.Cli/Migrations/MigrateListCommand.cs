using Ledger.Cli.Connections;
using Ledger.Cli.Output;
using Ledger.Explorer.Contracts;
using Ledger.Postgres.Schema;

namespace Ledger.Cli.Migrations;

/// <summary><c>ledger migrate list</c></summary>
internal sealed class MigrateListCommand : LedgerCommand
{
    public MigrateListCommand()
        : base("list", "Lists the migrations and functions and whether the schema has them.") =>
        Examples = ["ledger migrate list", "ledger migrate list --json"];

    public override bool ListsRows => true;

    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        await using var connection = await LedgerConnection.OpenAsIsAsync(session, cancellationToken);
        var migrations = await connection.Migrator.ListAsync(cancellationToken);
        var functions = await connection.Migrator.ListFunctionsAsync(cancellationToken);
        if (await session.ListAsync(
            migrations.Select(MigrationContract.Of).Concat(functions.Select(MigrationContract.Of)), ContractContext.Default.MigrationContract, cancellationToken))
        {
            return;
        }

        if (session.Json)
        {
            MigrationText.Write(session.Out, migrations, functions);
            return;
        }

        var width = migrations.Max(migration => migration.FileName.Length);
        foreach (var migration in migrations)
        {
            session.Out.Add(MigrationText.NameOf(migration.State).PadRight(9), ToneOf(migration.State));
            session.Out.Add(migration.FileName.PadRight(width), Tone.Name);
            session.Out.Add(migration.AppliedAt is { } time ? $"  {Printable.Time(time)}  by {migration.AppliedBy}" : "", Tone.Faint).EndLine();
        }

        foreach (var state in functions.GroupBy(function => function.State).OrderBy(group => group.Key))
        {
            MigrationText.WriteFunctions(session.Out, MigrationText.NameOf(state.Key), ToneOf(state.Key), [.. state.Select(function => function.Name)]);
        }
    }

    private static Tone ToneOf(FunctionState state) => state switch
    {
        FunctionState.Applied => Tone.Added,
        FunctionState.Pending => Tone.Changed,
        _ => Tone.Removed,
    };

    private static Tone ToneOf(MigrationState state) => state switch
    {
        MigrationState.Applied => Tone.Added,
        MigrationState.Pending => Tone.Changed,
        _ => Tone.Removed,
    };
}
