using JasperFx;
using JasperFx.MultiTenancy;
using Marten.Schema;

namespace Ledger.Marten.Worlds;

/// <summary>Maps <see cref="LedgerWorld"/> to the table that the migrations make, whatever the store's policies say of documents in general.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class LedgerWorldMappingAttribute : MartenAttribute
{
    public const string Alias = "ledger_world";

    public override void Modify(DocumentMapping mapping)
    {
        mapping.Alias = Alias;
        mapping.TenancyStyle = TenancyStyle.Single;
        mapping.DeleteStyle = DeleteStyle.Remove;
        mapping.Partitioning = null;
        mapping.DisablePartitioningIfAny = true;
        mapping.UseOptimisticConcurrency = false;
        mapping.UseNumericRevisions = true;
        var metadata = mapping.Metadata;
        (metadata.Version.Enabled, metadata.Revision.Enabled) = (false, true);
        (metadata.LastModified.Enabled, metadata.DotNetType.Enabled) = (true, true);
        (metadata.CreatedAt.Enabled, metadata.LastModifiedBy.Enabled, metadata.Headers.Enabled) = (false, false, false);
        (metadata.CorrelationId.Enabled, metadata.CausationId.Enabled) = (false, false);
    }
}
