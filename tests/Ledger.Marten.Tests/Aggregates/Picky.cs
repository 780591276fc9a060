using JasperFx;

namespace Ledger.Marten.Tests.Aggregates;

/// <summary>An aggregate of the application that refuses some events after it has noted them.</summary>
public sealed partial class Picky : IRevisioned
{
    public string Id { get; set; } = "";

    public int Version { get; set; }

    public List<string> Things { get; set; } = [];

    public void Apply(ObjectCreated created)
    {
        Things.Add(created.Id);
        if (created.Id.StartsWith("bad", StringComparison.Ordinal))
        {
            throw new InvalidOperationException($"'{created.Id}' cannot be applied.");
        }
    }
}
