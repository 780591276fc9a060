namespace Ledger.Interop.OpenTelemetry;

/// <summary>The conversations of the traces that came last.</summary>
internal sealed class TraceConversations
{
    private const int Most = 100_000;

    private readonly Dictionary<string, string> _names = new(StringComparer.Ordinal);
    private readonly Queue<string> _traces = new();

    /// <summary>The conversation of a trace, or null.</summary>
    public string? Find(string trace) => _names.GetValueOrDefault(trace);

    /// <summary>Remembers the conversation of a trace; the first one counts.</summary>
    public void Add(string trace, string conversation)
    {
        if (!_names.TryAdd(trace, conversation))
        {
            return;
        }

        _traces.Enqueue(trace);
        if (_traces.Count > Most)
        {
            _names.Remove(_traces.Dequeue());
        }
    }
}
