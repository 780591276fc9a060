using System.Text;
using Ledger.Json;
using Ledger.Log;
using Ledger.Records;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Ledger.Conformance.Records;

/// <summary>The basis of what every engine must do for record stores.</summary>
public abstract class ChronoStoreTests(ITestEngine engine) : IAsyncLifetime
{
    public static readonly DateTimeOffset Start = new(2026, 1, 5, 9, 0, 0, TimeSpan.Zero);

    private readonly List<ChronoStore> _stores = [];
    private readonly List<string> _folders = [];

    protected FakeTimeProvider Clock { get; } = new(Start);

    /// <summary>The engine under test, which may have other projects.</summary>
    protected ITestEngine Engine { get; } = engine;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        foreach (var store in _stores)
        {
            await store.DisposeAsync();
        }

        foreach (var folder in _folders.Where(Directory.Exists))
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>A project name that no other test uses.</summary>
    protected async Task<ChronoStore> OpenAsync(long recursionDepth = 0) =>
        Open(await Engine.CreateStoreAsync(), $"p-{Guid.NewGuid():N}", recursionDepth);

    protected ChronoStore Open(IEventStore log, string project, long recursionDepth = 0)
    {
        var store = new ChronoStore(log, project, new ChronoOptions { TimeProvider = Clock, RecursionDepth = recursionDepth });
        _stores.Add(store);
        return store;
    }

    /// <summary>A folder that does not exist yet, and is removed after the test.</summary>
    protected string NewFolder()
    {
        var folder = Path.Combine(Path.GetTempPath(), $"chrono-{Guid.NewGuid():N}");
        _folders.Add(folder);
        return folder;
    }

    /// <summary>Sets the clock.</summary>
    protected void SetTime(DateTimeOffset time) => Clock.AdjustTime(time);

    protected static ChronoRecord Record(string id, string label = "") => new() { Id = id, Label = label };

    protected static ChronoRecord RecordOf(int i) => new()
    {
        Id = $"R-{i % 30}",
        Kind = i % 3 == 0 ? "fact" : "requirement",
        Label = $"Says {i} – \"so\"\0\u2028",
        Confidence = (i % 100) / 100.0,
        Evidence = [$"note {i}"],
        Data = EventJson.ParseElement(Encoding.UTF8.GetBytes($$"""{"i": {{i}}, "b": [1, 1.0, null, -0.0, 1e22, "\u0000"]}""")),
    };

    /// <summary>Writes upserts, and now and then a delete.</summary>
    protected static async Task FillAsync(ChronoStore store, int count)
    {
        for (var i = 0; i < count; i++)
        {
            await (i % 17 == 16 ? store.DeleteAsync($"R-{i / 2}") : store.UpsertAsync(RecordOf(i)));
        }
    }

    /// <summary>All records, whatever they are.</summary>
    protected static async Task<List<ChronoRecord>> AllAsync(ChronoStore store) =>
        await store.ReadRecordsAsync().ToListAsync();
}
