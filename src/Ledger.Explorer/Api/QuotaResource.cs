using Ledger.Explorer.Contracts;
using Ledger.Explorer.Failures;
using Ledger.Postgres.Tenants.Quotas;

namespace Ledger.Explorer.Api;

/// <summary>The quota of the log.</summary>
internal static class QuotaResource
{
    public static async Task ShowAsync(ExplorerRequest request)
    {
        var quotas = request.Explorer.Quotas ?? throw new NotFoundException($"The application has no {nameof(LogQuotas)} in its container; AddLedger registers one.");
        var usage = await quotas.ReadAsync(request.Aborted).ConfigureAwait(false);
        await JsonAnswer.SendAsync(request.Http, UsageOfQuotaContract.Of(usage), ContractContext.Default.UsageOfQuotaContract).ConfigureAwait(false);
    }
}
