using Ledger.Log;
using Shouldly;
using Xunit;

namespace Ledger.Conformance.Reading;

/// <summary>Reading one stream, in either direction.</summary>
public abstract class ReadStreamTests(ITestEngine engine) : EventStoreTests(engine)
{
    [Theory]
    [InlineData(0, null, 1, 5)]
    [InlineData(1, null, 1, 5)]
    [InlineData(3, null, 3, 5)]
    [InlineData(5, null, 5, 5)]
    [InlineData(6, null, 1, 0)]
    [InlineData(1_000, null, 1, 0)]
    [InlineData(0, 0, 1, 0)]
    [InlineData(0, 1, 1, 1)]
    [InlineData(2, 4, 2, 4)]
    [InlineData(2, 2, 2, 2)]
    [InlineData(4, 3, 1, 0)]
    [InlineData(2, 1_000, 2, 5)]
    public async Task ReadForward_Range_GivesIt(int from, int? to, int first, int last)
    {
        var stream = await StreamOfAsync(5);

        var events = await Store.ReadForwardAsync(stream, new StreamVersion(from), Version(to)).ToListAsync();

        Labels(events).ShouldBe(Range(first, last));
        events.Select(e => $"{e.Version}").ShouldBe(Range(first, last));
    }

    [Theory]
    [InlineData(null, 0, 1, 5)]
    [InlineData(null, 1, 1, 5)]
    [InlineData(null, 5, 5, 5)]
    [InlineData(null, 6, 1, 0)]
    [InlineData(0, 0, 1, 0)]
    [InlineData(1, 0, 1, 1)]
    [InlineData(4, 2, 2, 4)]
    [InlineData(3, 4, 1, 0)]
    [InlineData(1_000, 4, 4, 5)]
    public async Task ReadBackward_Range_GivesIt(int? from, int to, int oldest, int youngest)
    {
        var stream = await StreamOfAsync(5);

        var events = await Store.ReadBackwardAsync(stream, Version(from), new StreamVersion(to)).ToListAsync();

        Labels(events).ShouldBe(Range(oldest, youngest).Reverse());
        events.Select(e => $"{e.Version}").ShouldBe(Range(oldest, youngest).Reverse());
    }

    [Fact]
    public async Task Read_UnknownStream_GivesNothing()
    {
        var stream = NewStream();

        (await Store.ReadForwardAsync(stream).ToListAsync()).ShouldBeEmpty();
        (await Store.ReadBackwardAsync(stream).ToListAsync()).ShouldBeEmpty();
        (await Store.GetStreamAsync(stream)).ShouldBeNull();
    }

    [Fact]
    public async Task Read_LongStream_GivesAll()
    {
        var count = Scale.Of(2_500, 25_000);
        var stream = NewStream();
        for (var first = 1; first <= count; first += 500)
        {
            await Store.AppendAsync(stream, ExpectedVersion.Any, Events(500, first));
        }

        Labels(await Store.ReadForwardAsync(stream).ToListAsync()).ShouldBe(Range(1, count));
        Labels(await Store.ReadBackwardAsync(stream).ToListAsync()).ShouldBe(Range(1, count).Reverse());
    }

    [Fact]
    public async Task Read_EnumeratedTwice_ReadsTwice()
    {
        var stream = await StreamOfAsync(1);
        var reading = Store.ReadForwardAsync(stream);
        (await reading.ToListAsync()).Count.ShouldBe(1);

        await Store.AppendAsync(stream, ExpectedVersion.Any, Events(1, first: 2));

        (await reading.ToListAsync()).Count.ShouldBe(2);
    }

    [Fact]
    public async Task Read_ConsumerAppendsMeanwhile_Goes()
    {
        var stream = await StreamOfAsync(3);

        await foreach (var recorded in Store.ReadForwardAsync(stream, to: new StreamVersion(3)))
        {
            await Store.AppendAsync(stream, ExpectedVersion.Any, Events(1));
        }

        (await VersionAsync(stream)).ShouldBe(new StreamVersion(6));
    }

    [Fact]
    public async Task Read_DefaultStreamName_Throws()
    {
        const string Message = "A stream name is needed; the default value of StreamName is not a name. (Parameter 'stream')";

        await RefusedAsync<ArgumentException>(async () => await Store.ReadForwardAsync(default).ToListAsync(), Message);
        await RefusedAsync<ArgumentException>(async () => await Store.ReadBackwardAsync(default).ToListAsync(), Message);
        await RefusedAsync<ArgumentException>(() => Store.GetStreamAsync(default), Message);
        await RefusedAsync<ArgumentException>(() => Store.ArchiveAsync(default), Message);
    }

    private static StreamVersion? Version(int? value) => value is { } version ? new StreamVersion(version) : null;
}
