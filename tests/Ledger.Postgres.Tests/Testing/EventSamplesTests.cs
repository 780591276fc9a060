using Ledger.Conformance.Samples;
using Ledger.Testing.Samples;
using Shouldly;
using Xunit;

namespace Ledger.Postgres.Tests.Testing;

/// <summary>Samples of stored events are read as they should be.</summary>
public sealed class EventSamplesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("samples").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Verify_SamplesOfEachVersion_AreReadThroughTheUpcasts()
    {
        Write("order-placed.v0/first.json", """{"order":"o-1","amount":5}""");
        Write("order-placed.v1/first.json", """{"order":"o-1","total":5}""");
        Write("order-placed%2Ev2/first.json", """{"order":"o-1","total":5,"currency":"USD"}""");
        EventSamples.Accept(_folder, SampleRegistry.Second).Count.ShouldBe(3);
        EventSamples.Accept(_folder, SampleRegistry.Second).ShouldBeEmpty();
        EventSamples.Verify(_folder, SampleRegistry.Second);
        File.ReadAllText(At("order-placed.v0/first.read.json")).ShouldBe("{\"order\":\"o-1\",\"total\":5,\"currency\":\"EUR\"}\n");

        Write("order-placed.v0/first.read.json", """{"order":"o-1","total":5.0,"currency":"USD"}""");
        Should.Throw<EventSamplesException>(() => EventSamples.Verify(_folder, SampleRegistry.Second)).Message
            .ShouldBe($"'{At("order-placed.v0/first.json")}' is read as something else: at $.currency it should be \"USD\", and is \"EUR\".");
    }

    [Fact]
    public void Verify_NamesEveryFault()
    {
        Write("order-placed.v0/wrong.json", """{"order":"o-1","amount":"five"}""");
        Write("order-placed.v0/broken.json", "{");
        Write("order-placed.v0/new.json", """{"order":"o-1","amount":5}""");
        Write("order-placed.v0/gone.read.json", "{}");
        Write("unknown/first.json", "{}");
        var faults = Should.Throw<EventSamplesException>(() => EventSamples.Verify(_folder, SampleRegistry.Second)).Faults;
        faults.Select(fault => fault.Split(_folder + Path.DirectorySeparatorChar)[^1]).ShouldBe(
        [
            "order-placed.v1'.",
            $"{P("order-placed.v0/broken.json")}' is not JSON: {faults[1].Split("is not JSON: ")[1]}",
            $"{P("order-placed.v0/new.json")}' is read as {{\"order\":\"o-1\",\"total\":5,\"currency\":\"EUR\"}}, and there is no 'new.read.json' beside it to compare.",
            $"{P("order-placed.v0/wrong.json")}' does not fit {typeof(OrderPlacedInCurrency)}: {faults[3].Split($"{typeof(OrderPlacedInCurrency)}: ")[1]}",
            $"{P("unknown/first.json")}' is of the event 'unknown', which the registry does not know.",
            $"{P("order-placed.v0/gone.read.json")}' is what a sample is read as, but there is no sample beside it.",
        ]);
        faults[0].ShouldStartWith("'order-placed.v1' is upcast, and has no sample. Store one in '");
    }

    private static string P(string path) => path.Replace('/', Path.DirectorySeparatorChar);

    private string At(string path) => Path.Combine(_folder, P(path));

    private void Write(string path, string json)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(At(path))!);
        File.WriteAllText(At(path), json);
    }
}
