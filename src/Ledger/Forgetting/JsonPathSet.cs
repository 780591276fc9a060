namespace Ledger.Forgetting;

/// <summary>Several paths that are followed together from the root of a JSON value to its parts.</summary>
internal sealed class JsonPathSet(IReadOnlyList<JsonPath> paths)
{
    /// <summary>The place before the first step.</summary>
    public Place Start { get; } = new([.. paths.Select((_, i) => (i, 0))]);

    /// <summary>The place of a member of an object.</summary>
    public Place Member(Place place, string name) => Follow(place, name, -1);

    /// <summary>The place of an item of an array.</summary>
    public Place Item(Place place, int index) => Follow(place, null, index);

    /// <summary>Whether a path ends here.</summary>
    public bool IsEnd(Place place) => place.Reached.Exists(at => at.Step == paths[at.Path].Count);

    private Place Follow(Place place, string? name, int index)
    {
        var reached = new List<(int Path, int Step)>();
        foreach (var (path, step) in place.Reached.Where(at => at.Step < paths[at.Path].Count))
        {
            var (matches, isDeep) = paths[path].At(step, name, index);
            if (matches)
            {
                reached.Add((path, step + 1));
            }

            if (isDeep)
            {
                reached.Add((path, step));
            }
        }

        return new Place(reached);
    }

    /// <summary>How far each path has come at a place.</summary>
    internal readonly record struct Place(List<(int Path, int Step)> Reached)
    {
        /// <summary>Whether no path leads here or further down.</summary>
        public bool IsOff => Reached.Count == 0;
    }
}
