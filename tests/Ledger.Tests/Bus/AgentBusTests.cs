using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Ledger.Bus;
using Shouldly;
using Xunit;

namespace Ledger.Tests.Bus;

public sealed partial class AgentBusTests
{
    private static readonly AbilityMeta<Greeting, Greeted> Greet =
        new("demo:greet", "Greets somebody.", BusTestContext.Default.Greeting, BusTestContext.Default.Greeted) { Tags = ["polite"] };

    private static readonly AbilityMeta<Greeting, int> Count =
        new("demo:count", "Counts as far as the name is long.", BusTestContext.Default.Greeting, BusTestContext.Default.Int32);

    [Fact]
    public async Task Register_Invoke_Unregister()
    {
        var bus = NewBus();

        bus.Has("demo:greet").ShouldBeTrue();
        (await bus.InvokeAsync("demo:greet", """{"name":"Zoë"}""")).ShouldBe("""{"text":"Hello Zoë"}""");
        Should.Throw<InvalidOperationException>(() => bus.Register(Greet, (_, _) => Task.FromResult(new Greeted("")))).Message.ShouldBe(
            "The ability 'demo:greet' is already registered. Unregister it first, or choose another id.");
        bus.Unregister("demo:greet").ShouldBeTrue();
        bus.Unregister("demo:greet").ShouldBeFalse();
        bus.Has("demo:greet").ShouldBeFalse();
        (await Should.ThrowAsync<AbilityNotFoundException>(() => bus.InvokeAsync("demo:greet", "{}"))).Message.ShouldBe(
            "There is no ability 'demo:greet'. The ability 'bus:list' lists the modules, and 'bus:abilities' the abilities of each.");
    }

    [Fact]
    public async Task Stream_GivesPiecesAsTheyCome()
    {
        var bus = NewBus();

        (await bus.InvokeStreamAsync("demo:count", """{"name":"abc"}""").ToListAsync()).ShouldBe(["0", "1", "2"]);
        (await bus.InvokeAsync("demo:count", """{"name":"abc"}""")).ShouldBe("[0,1,2]");
        (await bus.InvokeAsync("demo:count", """{"name":""}""")).ShouldBe("[]");
        (await bus.InvokeStreamAsync("demo:greet", """{"name":"a"}""").ToListAsync()).ShouldBe(["""{"text":"Hello a"}"""]);
        await Should.ThrowAsync<AbilityInputException>(async () => await bus.InvokeStreamAsync("demo:count", "{}").ToListAsync());
        await Should.ThrowAsync<AbilityNotFoundException>(async () => await bus.InvokeStreamAsync("demo:nothing", "{}").ToListAsync());
    }

    [Fact]
    public async Task Stream_Cancelled_CancelsTheHandler()
    {
        using var cancellation = new CancellationTokenSource();

        await Should.ThrowAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in NewBus().InvokeStreamAsync("demo:count", """{"name":"abcdef"}""", cancellation.Token))
            {
                await cancellation.CancelAsync();
            }
        });
    }

    [Fact]
    public async Task BusAbilities_TellOfTheOthers()
    {
        var bus = NewBus();

        (await bus.InvokeAsync("bus:list", "{}")).ShouldBe("""{"modules":[{"name":"bus","abilityCount":4},{"name":"demo","abilityCount":2}]}""");
        (await bus.InvokeAsync("bus:abilities", """{"moduleName":"demo"}""")).ShouldBe(
            """{"moduleName":"demo","abilities":[{"id":"demo:count","name":"count","description":"Counts as far as the name is long."},"""
            + """{"id":"demo:greet","name":"greet","description":"Greets somebody."}]}""");
        var schema = JsonNode.Parse(await bus.InvokeAsync("bus:schema", """{"abilityId":"demo:greet"}"""))!;
        schema["inputSchema"]!["required"]!.ToJsonString().ShouldBe("""["name"]""");
        schema["inputSchema"]!["properties"]!["name"]!["description"]!.GetValue<string>().ShouldBe("Whom.");
        schema["outputSchema"]!["properties"]!["text"]!["type"]!.GetValue<string>().ShouldBe("string");
        var meta = JsonNode.Parse(await bus.InvokeAsync("bus:inspect", """{"abilityId":"demo:greet"}"""))!["meta"]!;
        (meta["moduleName"]!.GetValue<string>(), meta["abilityName"]!.GetValue<string>(), meta["tags"]![0]!.GetValue<string>()).ShouldBe(("demo", "greet", "polite"));
        await Should.ThrowAsync<AbilityNotFoundException>(() => bus.InvokeAsync("bus:schema", """{"abilityId":"demo:nothing"}"""));
        await Should.ThrowAsync<AbilityInputException>(() => bus.InvokeAsync("bus:list", """{"moduleName":"demo"}"""));
    }

    [Theory]
    [InlineData("""{"name":"\ud83e"}""", "'name'")]
    [InlineData("""{"name":"\ud83e\udd56","\uDD56":1}""", "'\uFFFD'")]
    public async Task Invoke_HalfOfASurrogatePair_IsNamed(string input, string place) =>
        (await Should.ThrowAsync<AbilityInputException>(() => NewBus().InvokeAsync("demo:greet", input))).Message.ShouldContain($"{place} has half of a surrogate pair");

    [Theory]
    [InlineData("greet")]
    [InlineData(":greet")]
    [InlineData("demo:")]
    [InlineData("demo:über")]
    public void Id_NotOfModuleAndAbility_IsWrongUse(string id) =>
        Should.Throw<ArgumentException>(() => new AbilityMeta<Greeting, int>(id, "x", BusTestContext.Default.Greeting, BusTestContext.Default.Int32))
            .Message.ShouldStartWith($"'{id}' cannot be the id of an ability");

    private static AgentBus NewBus()
    {
        var bus = new AgentBus();
        bus.Register(Greet, (input, _) => Task.FromResult(new Greeted($"Hello {input.Name}")));
        bus.Register(Count, (input, token) => CountAsync(input.Name.Length, token));
        return bus;
    }

    private static async IAsyncEnumerable<int> CountAsync(int end, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var i = 0; i < end; i++)
        {
            await Task.Yield();
            cancellationToken.ThrowIfCancellationRequested();
            yield return i;
        }
    }

    internal sealed record Greeting([property: System.ComponentModel.Description("Whom.")] string Name);

    internal sealed record Greeted(string Text);

    [JsonSourceGenerationOptions(
        PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true)]
    [JsonSerializable(typeof(Greeting))]
    [JsonSerializable(typeof(Greeted))]
    [JsonSerializable(typeof(int))]
    internal sealed partial class BusTestContext : JsonSerializerContext;
}
