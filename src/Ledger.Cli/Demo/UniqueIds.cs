namespace Ledger.Cli.Demo;

/// <summary>The ids that are taken: names from a disk can look like ids that the agent makes up, and like each other once they are storable.</summary>
internal sealed class UniqueIds
{
    private readonly HashSet<string> _taken;

    public UniqueIds(IEnumerable<string>? taken = null) => _taken = new HashSet<string>(taken ?? [], StringComparer.Ordinal);

    /// <summary>Takes an id, or the first one free of those that follow it: <c>a</c>, <c>a (2)</c>, <c>a (3)</c>.</summary>
    public string Claim(string wanted)
    {
        var id = wanted;
        for (var number = 2; !_taken.Add(id); number++)
        {
            id = $"{wanted} ({number})";
        }

        return id;
    }
}
