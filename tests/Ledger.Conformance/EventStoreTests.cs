using Ledger.Events;
using Ledger.Log;
using Shouldly;
using Xunit;

namespace Ledger.Conformance;

/// <summary>What the classes of the suite share; each engine binds each of them in one line.</summary>
/// <remarks>
/// A test takes stream names of its own and looks at those alone, so the log may hold the events of the tests before it.
/// </remarks>
public abstract class EventStoreTests(ITestEngine engine) : IAsyncLifetime
{
    /// <summary>The engine under test.</summary>
    protected ITestEngine Engine { get; } = engine;

    /// <summary>A store of the built-in events.</summary>
    protected IEventStore Store { get; private protected set; } = null!;

    /// <summary>The runs and branches of <see cref="Store"/>.</summary>
    protected AgentLedger Runs => new(Store);

    public virtual async Task InitializeAsync() => Store = await Engine.CreateStoreAsync();

    public virtual async Task DisposeAsync()
    {
        if (Store is IAsyncDisposable disposable)
        {
            await disposable.DisposeAsync();
        }
    }

    protected static string NewId() => Guid.NewGuid().ToString("N");

    protected static StreamName NewStream() => StreamName.Run(NewId());

    /// <summary>An event that can be told from others by its label.</summary>
    protected static object Labelled(string label) => new KitLoaded(label);

    /// <summary>An event of the type of <see cref="Labelled"/> whose JSON does not fit it.</summary>
    protected static UntypedEvent Misfit => new("kit.loaded", System.Text.Json.JsonElement.Parse("""{"kit": 7}"""));

    /// <summary>Events labelled <c>first</c>, <c>first + 1</c> and so on.</summary>
    protected static object[] Events(int count, int first = 1) =>
        [.. Enumerable.Range(first, count).Select(n => Labelled($"{n}"))];

    protected static string Label(RecordedEvent recorded) =>
        recorded.Data switch
        {
            KitLoaded kit => kit.Kit!,
            BranchCreated => "fork",
            _ => recorded.Type,
        };

    protected static IEnumerable<string> Labels(IEnumerable<RecordedEvent> events) => events.Select(Label);

    /// <summary>The numbers of a range as labels, both ends included.</summary>
    protected static IEnumerable<string> Range(int first, int last) =>
        Enumerable.Range(first, Math.Max(last - first + 1, 0)).Select(n => $"{n}");

    protected async Task<StreamName> StreamOfAsync(int count)
    {
        var stream = NewStream();
        await Store.AppendAsync(stream, ExpectedVersion.NoStream, Events(count));
        return stream;
    }

    protected async Task<List<RecordedEvent>> ReadAsync(StreamName stream) => await Store.ReadForwardAsync(stream).ToListAsync();

    protected async Task<StreamVersion> VersionAsync(StreamName stream) =>
        (await Store.GetStreamAsync(stream))?.Version ?? StreamVersion.Empty;

    /// <summary>Asserts what a refused call tells, whole.</summary>
    protected static async Task<TException> RefusedAsync<TException>(Func<Task> call, string message)
        where TException : Exception
    {
        var refused = await Should.ThrowAsync<TException>(call);
        refused.Message.ShouldBe(message);
        return refused;
    }
}
