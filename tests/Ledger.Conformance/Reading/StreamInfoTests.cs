using Ledger.Log;
using Shouldly;
using Xunit;

namespace Ledger.Conformance.Reading;

/// <summary>What the log tells of a stream, and of all of them.</summary>
public abstract class StreamInfoTests(ITestEngine engine) : EventStoreTests(engine)
{
    [Fact]
    public async Task GetStream_AfterAppends_DescribesIt()
    {
        var stream = await StreamOfAsync(3);
        var created = (await Store.GetStreamAsync(stream)).ShouldNotBeNull();

        await Store.AppendAsync(stream, ExpectedVersion.Any, Events(2));
        var info = (await Store.GetStreamAsync(stream)).ShouldNotBeNull();

        (info.Name, info.Version.Value, info.State, info.CreatedAt).ShouldBe((stream, 5, StreamState.Open, created.CreatedAt));
        info.CreatedAt.ShouldBeLessThanOrEqualTo(info.UpdatedAt);
        info.UpdatedAt.ShouldBe((await ReadAsync(stream))[^1].Timestamp);
        (info.CreatedAt.Offset, info.UpdatedAt.Offset).ShouldBe((TimeSpan.Zero, TimeSpan.Zero));
    }

    [Fact]
    public async Task Archive_Stream_KeepsItReadable()
    {
        var stream = await StreamOfAsync(3);
        var open = (await Store.GetStreamAsync(stream)).ShouldNotBeNull();

        await Store.ArchiveAsync(stream);
        await Store.ArchiveAsync(stream);

        (await Store.GetStreamAsync(stream)).ShouldBe(open with { State = StreamState.Archived });
        Labels(await ReadAsync(stream)).ShouldBe(["1", "2", "3"]);
        Labels(await Store.ReadBackwardAsync(stream).ToListAsync()).ShouldBe(["3", "2", "1"]);
    }

    [Fact]
    public async Task Archive_UnknownStream_Throws()
    {
        var stream = NewStream();

        var refused = await RefusedAsync<StreamNotFoundException>(
            () => Store.ArchiveAsync(stream), $"There is no stream '{stream}'. Check the id; the list of runs shows what exists.");

        refused.Stream.ShouldBe(stream);
    }

    [Fact]
    public async Task ListStreams_Prefix_GivesThoseAlone()
    {
        var prefix = $"list:{NewId()}";
        string[] names = [$"{prefix}", $"{prefix}:b", $"{prefix}:a", $"{prefix.ToUpperInvariant()}:c", $"x{prefix}"];
        await CreateAsync(names);
        await Store.ArchiveAsync(new StreamName($"{prefix}:b"));

        var found = await Store.ListStreamsAsync(prefix).ToListAsync();

        found.Select(s => s.Name.Value).ShouldBe([$"{prefix}", $"{prefix}:a", $"{prefix}:b"]);
        found.Select(s => s.State).ShouldBe([StreamState.Open, StreamState.Open, StreamState.Archived]);
        found[1].ShouldBe(await Store.GetStreamAsync(found[1].Name));
    }

    [Fact]
    public async Task ListStreams_PrefixWithWildcards_TakesThemAsText()
    {
        var id = NewId();
        await CreateAsync([$"{id}%_\\x", $"{id}abcd"]);

        (await Store.ListStreamsAsync($"{id}%_\\").ToListAsync()).Select(s => s.Name.Value).ShouldBe([$"{id}%_\\x"]);
    }

    [Fact]
    public async Task ListStreams_NamesOfManyScripts_SortsByCodePoint()
    {
        var prefix = $"sort:{NewId()}:";

        // U+FF5E comes before U+1F600 by code point, after it in UTF-16; a locale would put "a" before "B" and "ä" next to "a".
        string[] sorted = ["", "-", "0", "10", "2", "B", "Z", "_", "a", "a b", "a-b", "ab", "z", "ä", "é", "\uE000", "\uFF5E", "\U0001F600", "\U0001F601"];
        await CreateAsync(sorted.Reverse().Select(s => prefix + s));

        (await Store.ListStreamsAsync(prefix).ToListAsync()).Select(s => s.Name.Value[prefix.Length..]).ShouldBe(sorted);
    }

    [Fact]
    public async Task ListStreams_NoPrefix_GivesAll()
    {
        var stream = await StreamOfAsync(1);

        (await Store.ListStreamsAsync().ToListAsync()).ShouldContain(s => s.Name == stream);
        (await Store.ListStreamsAsync($"absent:{NewId()}").ToListAsync()).ShouldBeEmpty();
    }

    private async Task CreateAsync(IEnumerable<string> names)
    {
        foreach (var name in names)
        {
            await Store.AppendAsync(new StreamName(name), ExpectedVersion.NoStream, []);
        }
    }
}
