using System.CommandLine;
using Ledger.Cli.Output;
using Ledger.Explorer.Contracts;
using Ledger.Postgres.Tenants;
using Ledger.Postgres.Tenants.Quotas;

namespace Ledger.Cli.Tenants;

/// <summary><c>ledger tenants quota</c></summary>
internal sealed class TenantsQuotaCommand : LedgerCommand
{
    private readonly Argument<string> _name = TenantArguments.Name();
    private readonly Option<long?> _events = new("--events") { Description = "The most events.", HelpName = "N" };
    private readonly Option<long?> _bytes = new("--bytes") { Description = "The most bytes of payloads and headers, as JSON.", HelpName = "N" };
    private readonly Option<long?> _runs = new("--runs") { Description = "The most runs that are not archived.", HelpName = "N" };
    private readonly Option<bool> _none = new("--none") { Description = "Take away the limits that are not given here too." };
    private readonly Option<bool> _recount = new("--recount") { Description = "Count what the log has again." };

    public TenantsQuotaCommand()
        : base("quota", "Shows or sets what the log of a tenant may have at most. Limits that are not given stay. Appends that would pass one are refused.")
    {
        Add(_name);
        Add(_events);
        Add(_bytes);
        Add(_runs);
        Add(_none);
        Add(_recount);
        Examples = ["ledger tenants quota acme --events 1000000 --bytes 2000000000", "ledger tenants quota acme", "ledger tenants quota acme --none"];
    }

    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        var name = session.Get(_name);
        if (await ConjoinedSchema.OpenAsync(session, cancellationToken) is { } conjoined)
        {
            await using var _ = conjoined;
            await using var ledgers = new TenantLedgers(conjoined, new TenantOptions { Ledger = session.Options }, session.Io.TimeProvider);
            await RunAsync(session, await conjoined.FindAsync(name, cancellationToken) is null ? throw ConjoinedSchema.Missing(name) : await ledgers.ForTenantAsync(name, cancellationToken), cancellationToken);
            return;
        }

        if (await PoolTables.OpenAsync(session, cancellationToken) is { } pooled)
        {
            await using var _ = pooled;
            await using var ledgers = pooled.LedgersOf(session);
            await RunAsync(session, await pooled.Pool.FindAsync(name, cancellationToken) is null ? throw PoolTables.Missing(name) : await ledgers.ForTenantAsync(name, cancellationToken), cancellationToken);
            return;
        }

        await using var table = await MasterTable.OpenAsync(session, isMade: false, cancellationToken);
        await using var databases = table.LedgersOf(session);
        await RunAsync(
            session,
            await table.Tenants.FindAsync(name, cancellationToken) is null ? throw await table.MissingAsync(name, cancellationToken) : await databases.ForTenantAsync(name, cancellationToken),
            cancellationToken);
    }

    private async Task RunAsync(Session session, TenantLedger tenant, CancellationToken cancellationToken)
    {
        var limits = (Events: LimitOf(session, _events), Bytes: LimitOf(session, _bytes), Runs: LimitOf(session, _runs));
        var usage = await tenant.Quotas.ReadAsync(cancellationToken);
        if (session.Get(_none) || limits != (null, null, null))
        {
            var kept = session.Get(_none) ? new LogQuota() : usage.Quota;
            var quota = new LogQuota { Events = limits.Events ?? kept.Events, Bytes = limits.Bytes ?? kept.Bytes, Runs = limits.Runs ?? kept.Runs };
            usage = await session.Progress.RunAsync("Counting what the log has", () => tenant.Quotas.SetAsync(quota, cancellationToken));
        }

        if (session.Get(_recount))
        {
            usage = await session.Progress.RunAsync("Counting what the log has", () => tenant.Quotas.RecountAsync(cancellationToken));
        }

        if (session.Json)
        {
            session.Out.Json(UsageOfQuotaContract.Of(usage), ContractContext.Default.UsageOfQuotaContract);
            return;
        }

        Print(session, "Events", usage.Events, usage.Quota.Events);
        Print(session, "Bytes ", usage.Bytes, usage.Quota.Bytes);
        Print(session, "Runs  ", usage.Runs, usage.Quota.Runs);
    }

    private static long? LimitOf(Session session, Option<long?> option) => session.Get(option) is not { } limit || limit >= 0
        ? session.Get(option)
        : throw new UsageException($"'{option.Name}' must be a whole number from 0, but was '{session.Get(option)}'.");

    private static void Print(Session session, string kind, long? has, long? most) => session.Out.Fact(
        kind, $"{(has is { } count ? Printable.Number(count) : "not counted")}{(most is { } limit ? $" of {Printable.Number(limit)}" : ", without a limit")}");
}
