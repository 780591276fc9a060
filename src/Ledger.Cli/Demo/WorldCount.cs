using Ledger.Json;
using Ledger.Worlds;

namespace Ledger.Cli.Demo;

/// <summary>How many things of a type two worlds have.</summary>
/// <param name="What">The type of objects, or that of relations with an arrow before it.</param>
/// <param name="First">The number in the first world.</param>
/// <param name="Second">The number in the second world.</param>
internal sealed record WorldCount(string What, int First, int Second)
{
    /// <summary>Counts the objects by type, then the relations by type, each sorted by code point.</summary>
    public static IReadOnlyList<WorldCount> Of(World first, World second) =>
    [
        .. Of(first.Objects.Select(o => o.Type), second.Objects.Select(o => o.Type)),
        .. Of(first.Relations.Select(r => $"-{r.Type}->"), second.Relations.Select(r => $"-{r.Type}->")),
    ];

    private static IEnumerable<WorldCount> Of(IEnumerable<string> first, IEnumerable<string> second)
    {
        var (left, right) = (first.CountBy(type => type).ToDictionary(), second.CountBy(type => type).ToDictionary());
        return left.Keys.Union(right.Keys)
            .Order(CodePointComparer.Instance)
            .Select(type => new WorldCount(type, left.GetValueOrDefault(type), right.GetValueOrDefault(type)));
    }
}
