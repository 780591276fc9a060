using Ledger.Log;

namespace Ledger.Postgres.Tests.Log;

/// <summary>A caller that appends without end to a few streams, gives some of its calls up, and asks for what must be refused.</summary>
internal sealed class ChaosWriter(IEventStore store, int streams, int seed)
{
    private readonly Random _random = new(seed);

    /// <summary>The events of calls that returned.</summary>
    public List<Guid> Acknowledged { get; } = [];

    /// <summary>The events of calls that were given up.</summary>
    public List<Guid> InDoubt { get; } = [];

    /// <summary>The events of calls that were refused.</summary>
    public List<Guid> Refused { get; } = [];

    /// <summary>Failures that the caller did not ask for.</summary>
    public List<string> Unexpected { get; } = [];

    public async Task WriteAsync(CancellationToken over)
    {
        while (!over.IsCancellationRequested)
        {
            var choice = _random.Next(20);
            var events = Events(_random.Next(1, 4));
            using var cancellation = new CancellationTokenSource();
            var append = choice switch
            {
                0 => store.AppendAsync([Part(Stream(), ExpectedVersion.Exactly(new StreamVersion(1_000_000_000)), events)], CancellationToken.None),
                1 => store.AppendAsync(Several(events), cancellation.Token),
                _ => store.AppendAsync([Part(Stream(), ExpectedVersion.Any, events)], cancellation.Token),
            };
            var isGivenUp = choice is 1 or 2 or 3 && _random.Next(2) == 0;
            if (isGivenUp)
            {
                await Task.Yield();
                await cancellation.CancelAsync();
            }

            await SeeAsync(append, events, mustBeRefused: choice == 0, isGivenUp);
        }
    }

    private async Task SeeAsync(Task append, List<NewEvent> events, bool mustBeRefused, bool isGivenUp)
    {
        var ids = events.Select(e => e.Id);
        try
        {
            await append;
            Acknowledged.AddRange(ids);
            if (mustBeRefused)
            {
                Unexpected.Add("An append that expected a version of the far future succeeded.");
            }
        }
        catch (WrongExpectedVersionException) when (mustBeRefused)
        {
            Refused.AddRange(ids);
        }
        catch (OperationCanceledException) when (isGivenUp)
        {
            InDoubt.AddRange(ids);
        }
#pragma warning disable CA1031 // Every other failure is what the test looks for.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            Unexpected.Add(fault.ToString());
        }
    }

    private static List<NewEvent> Events(int count) => [.. Enumerable.Range(0, count).Select(n => new NewEvent(new KitLoaded($"{n}")))];

    private static StreamAppend Part(StreamName stream, ExpectedVersion expected, List<NewEvent> events) => new(stream, expected, events);

    private StreamName Stream() => new($"chaos-{_random.Next(_random.Next(1, streams + 1))}");

    private List<StreamAppend> Several(List<NewEvent> events) =>
        [.. events.Select((e, i) => Part(new StreamName($"chaos-{(seed + (i * 7)) % streams}"), ExpectedVersion.Any, [e]))];
}
