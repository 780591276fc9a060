using System.CommandLine;
using Ledger.Cli.Output;
using Ledger.Explorer.Contracts;
using Ledger.Postgres;

namespace Ledger.Cli.Tenants;

/// <summary><c>ledger tenants migrate</c></summary>
internal sealed class TenantsMigrateCommand : LedgerCommand
{
    private readonly Option<int> _parallel = new("--parallel")
    {
        Description = "How many databases at a time, from 1 to 64. Default: 4.",
        HelpName = "NUMBER",
        DefaultValueFactory = _ => 4,
    };

    public TenantsMigrateCommand()
        : base("migrate", "Migrates the databases of all tenants. One that fails does not stop the others; called again, it does those that are left. Exit code 1 if one failed.")
    {
        Add(_parallel);
        Examples = ["ledger tenants migrate", "ledger tenants migrate --parallel 8 --json"];
    }

    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        var parallel = session.Get(_parallel);
        if (parallel is < 1 or > 64)
        {
            throw new UsageException($"'--parallel' must be a whole number from 1 to 64, but was {parallel}.");
        }

        if (await ConjoinedSchema.OpenAsync(session, cancellationToken) is { } conjoined)
        {
            await conjoined.DisposeAsync();
            throw new RefusalException($"The tenants share the schema '{session.Options.LedgerSchema}', which 'ledger migrate apply' migrates.");
        }

        await using var pooled = await PoolTables.OpenAsync(session, cancellationToken);
        await using var table = pooled is null ? await MasterTable.OpenAsync(session, isMade: false, cancellationToken) : null;
        await using var ledgers = pooled?.LedgersOf(session) ?? table!.LedgersOf(session);
        var outcomes = await session.Progress.RunAsync(
            "Migrating the databases of tenants",
            pooled is null ? (await table!.Tenants.ListAsync(cancellationToken)).Count : (await pooled.Pool.ListDatabasesAsync(cancellationToken)).Count,
            bar => ledgers.MigrateAsync(parallel, new Reporting(bar), cancellationToken));
        if (session.Json)
        {
            session.Out.Json(
                [.. outcomes.Select(outcome => new TenantOutcomeContract(outcome.Tenant, outcome.Fault is null, SentenceOf(outcome.Fault)))],
                ContractContext.Default.IReadOnlyListTenantOutcomeContract);
        }
        else
        {
            foreach (var outcome in outcomes)
            {
                session.Out.Add(outcome.Tenant, Tone.Name).Add("  ")
                    .Add(SentenceOf(outcome.Fault) ?? "up to date", outcome.Fault is null ? Tone.Faint : Tone.Removed).EndLine();
            }
        }

        if (outcomes.Count(outcome => outcome.Fault is not null) is var failed and > 0)
        {
            throw new RefusalException(pooled is not null
                ? $"{Printable.Count(failed, "database")} of {Printable.Number(outcomes.Count)} could not be migrated. Mend the cause, and run it again."
                : $"The databases of {Printable.Count(failed, "tenant")} of {Printable.Number(outcomes.Count)} could not be migrated. Mend the cause, and run it again.");
        }
    }

    private static string? SentenceOf(Exception? fault) => fault is null ? null : PostgresFaults.Describe(fault) ?? fault.Message;

    private sealed class Reporting(IProgress<long> bar) : IProgress<Postgres.Tenants.TenantProgress>
    {
        public void Report(Postgres.Tenants.TenantProgress value) => bar.Report(value.Done);
    }
}
