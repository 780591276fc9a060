using System.Text;
using Ledger.Conformance.Samples;
using Ledger.Log;
using Ledger.Log.Contracts;
using Ledger.Postgres.Contracts;
using Ledger.Testing.Samples;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace Ledger.Postgres.Tests.Samples;

/// <summary>The samples of contracts.</summary>
public sealed class Contracting
{
    [Fact]
    public void Sample_Contracts_OfAnApplication()
    {
        var services = new ServiceCollection();
        var built = Path.GetTempFileName();
        var released = Path.GetTempFileName();
        File.WriteAllText(released, EventContracts.Of(SampleRegistry.First).ToJson());
        var output = new List<string>();
        void Print(string line) => output.Add(line);

        // sample: contracts
        var registry = EventRegistry.Create(events => events
            .Add(SampleEventsContext.Default.OrderPlacedInCurrency));

        services.AddLedger(options => options with { Registry = registry, Contracts = EventContractMode.Enforce });

        File.WriteAllText(built, EventContracts.Of(registry).ToJson());       // what 'ledger schema check' compares
        foreach (var found in EventContracts.Parse(File.ReadAllBytes(released)).Compare(EventContracts.Of(registry)))
        {
            Print(found.ToString());
        }

        // end of sample
        output.ShouldBe(["order-placed.v1 has no contract any longer."]);
        EventContracts.Parse(File.ReadAllBytes(built)).Find("order-placed.v2").ShouldNotBeNull();
        Encoding.UTF8.GetByteCount(File.ReadAllText(built)).ShouldBeGreaterThan(1_000);
        File.Delete(built);
        File.Delete(released);
    }

    [Fact]
    public void Sample_Samples_OfStoredEvents()
    {
        var folder = Directory.CreateTempSubdirectory("samples").FullName;
        foreach (var (name, json) in new[] { ("order-placed.v0", """{"order":"o-1","amount":5}"""), ("order-placed.v1", """{"order":"o-1","total":5}""") })
        {
            Directory.CreateDirectory(Path.Combine(folder, name));
            File.WriteAllText(Path.Combine(folder, name, "first.json"), json);
        }

        EventSamples.Accept(folder, SampleRegistry.Second);
        var registry = SampleRegistry.Second;

        // sample: stored samples
        EventSamples.Verify(folder, registry);       // folder/order-placed.v0/first.json is read as folder/order-placed.v0/first.read.json
        // end of sample
        Directory.Delete(folder, recursive: true);
    }
}
