using Ledger.Bus;
using Ledger.Records;
using Ledger.Tasks;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;

namespace Ledger.Conformance.Hosting;

/// <summary>What a container must have after <c>AddLedger</c>, whatever the engine.</summary>
public static class ServiceChecks
{
    /// <summary>Saves a task, asks the bus for it, and writes a record; two appends of tasks and one of a run.</summary>
    /// <param name="provider">The container.</param>
    /// <param name="key">The key of the services; null for none.</param>
    public static async Task RunAsync(IServiceProvider provider, object? key)
    {
        var tasks = provider.GetRequiredKeyedService<TaskLedger>(key);
        var bus = provider.GetRequiredKeyedService<AgentBus>(key);
        var stores = provider.GetRequiredKeyedService<ChronoStores>(key);
        var ledger = provider.GetRequiredKeyedService<AgentLedger>(key);

        await ledger.GetRun("kettle").AppendAsync([new ObjectCreated("a", "Claim")]);
        await tasks.SaveTaskAsync(new AgentTask
        {
            Id = "t1", SystemPrompt = "", CreatedAt = DateTimeOffset.UnixEpoch, UpdatedAt = DateTimeOffset.UnixEpoch,
        });
        await bus.InvokeAsync(
            "ldg:msg:save", """{"message": {"id": "m1", "taskId": "t1", "role": "user", "content": "Hi", "timestamp": 0}}""");
        await stores.Get("kettle").UpsertAsync(new ChronoRecord { Id = "F-1", Label = "Water boils." });

        (await bus.InvokeAsync("ldg:task:get", """{"taskId": "t1"}""")).ShouldContain("\"id\":\"t1\"");
        (await tasks.FindMessageAsync("m1"))!.Content.ShouldBe("Hi");
        (await stores.Get("kettle").GetAsync("F-1"))!.Label.ShouldBe("Water boils.");
        (await ledger.FindAsync(StreamName.Chrono("kettle"))).ShouldNotBeNull();
        provider.GetRequiredKeyedService<IAgentBus>(key).ShouldBeSameAs(bus);
        stores.Get("kettle").ShouldBeSameAs(stores.Get("kettle"));
        stores.Get("pot").ShouldNotBeSameAs(stores.Get("kettle"));
    }
}
