using Ledger.Events;
using Ledger.Explorer.Failures;

namespace Ledger.Cli.Events;

/// <summary>The events of an append: one from the command line, or those of a file, which may be larger than memory.</summary>
internal sealed class EventSource : IDisposable
{
    private const int MostTypes = 1_000;

    private readonly EventLines? _lines;
    private readonly NewEvent? _single;
    private readonly EventDefaults _defaults;
    private readonly HashSet<string> _types = new(StringComparer.Ordinal);

    public EventSource(EventLines lines, EventDefaults defaults)
    {
        _lines = lines;
        _defaults = defaults;
    }

    public EventSource(NewEvent single, EventDefaults defaults)
    {
        _single = single;
        _defaults = defaults;
    }

    /// <summary>The names of the event types read, up to a limit.</summary>
    public IReadOnlyCollection<string> Types => _types;

    /// <summary>Reads everything once, so that a bad line at the end is reported before anything is written; returns the number of events.</summary>
    /// <exception cref="RefusalException">There is no event, or a line is not an event.</exception>
    public async Task<long> CheckAsync(Session session, CancellationToken cancellationToken)
    {
        if (_lines is null)
        {
            Note(_single!);
            return 1;
        }

        var count = await session.Progress.RunAsync("Reading the events", _lines.Length, progress => Task.Run(
            () =>
            {
                var read = 0L;
                foreach (var newEvent in _lines.Read(progress, cancellationToken))
                {
                    Note(newEvent);
                    read++;
                }

                return read;
            },
            cancellationToken));
        return count > 0 ? count : throw new RefusalException($"There is no event in {_lines.Name}. Nothing was written.", FailureCodes.InvalidEvent);
    }

    /// <summary>Reads the events in order.</summary>
    public IEnumerable<NewEvent> Read(CancellationToken cancellationToken) =>
        (_lines?.Read(null, cancellationToken) ?? [_single!]).Select(_defaults.Fill);

    private void Note(NewEvent newEvent)
    {
        if (_types.Count < MostTypes && newEvent.Data is UntypedEvent { Type: var type })
        {
            _types.Add(type);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _lines?.Dispose();
}
