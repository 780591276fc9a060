using Ledger.Events;

namespace Ledger.Cli.Events;

/// <summary>The events of an append: one from the command line, or those of a file, which need not fit into memory.</summary>
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

    /// <summary>The names of the types that were read; of very many, the first.</summary>
    public IReadOnlyCollection<string> Types => _types;

    /// <summary>Reads everything once, so that a bad line at the end is told before anything is written; gives the number of events.</summary>
    /// <exception cref="RefusalException">There is no event, or a line is none.</exception>
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
        return count > 0 ? count : throw new RefusalException($"There is no event in {_lines.Name}. Nothing was written.");
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
