namespace Ledger.Interop.LangGraph;

/// <summary>The run of a thread, or a branch of it: a graph in another, or a fork.</summary>
/// <param name="Id">Its id.</param>
internal sealed record LangGraphTrack(string Id)
{
    private readonly HashSet<string> _ids = new(StringComparer.Ordinal);

    /// <summary>The length of its history.</summary>
    public long Length { get; set; }

    /// <summary>An id that no other event of the track has: the given one, with a number where it is taken.</summary>
    public string Unique(string id)
    {
        var unique = id;
        for (var number = 2; !_ids.Add(unique); number++)
        {
            unique = $"{id}#{number}";
        }

        return unique;
    }
}
