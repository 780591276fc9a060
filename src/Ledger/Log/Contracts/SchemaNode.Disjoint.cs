namespace Ledger.Log.Contracts;

internal sealed partial class SchemaNode
{
    // Forms are told apart by a member or by one in it; deeper ones are taken to overlap.
    private const int DeepestDifference = 4;

    /// <summary>Whether it is certain that no value fits this schema and another: by their types, their allowed values, or a member that both must have.</summary>
    public bool Excludes(SchemaNode other) => Excludes(other, 0);

    private bool Excludes(SchemaNode other, int depth)
    {
        if ((Types & other.Types) == 0)
        {
            return true;
        }

        if (Values is not null && Values.TrueForAll(value => other.FaultOf(value) is not null))
        {
            return true;
        }

        if (other.Values is not null && other.Values.TrueForAll(value => FaultOf(value) is not null))
        {
            return true;
        }

        if (depth == DeepestDifference)
        {
            return false;
        }

        return AllOf.Exists(part => part.Excludes(other, depth + 1))
            || other.AllOf.Exists(part => Excludes(part, depth + 1))
            || ((Types & other.Types) == JsonTypes.Object && Required.Union(other.Required).Any(name => ExcludesBy(name, other, depth)));
    }

    // A member that one must have and the other cannot, or that both would have with another value.
    private bool ExcludesBy(string name, SchemaNode other, int depth)
    {
        var (mine, others) = (MemberOf(name), other.MemberOf(name));
        if (mine is { IsNever: true } || others is { IsNever: true })
        {
            return true;
        }

        return Required.Contains(name) && other.Required.Contains(name) && mine is not null && others is not null && mine.Excludes(others, depth + 1);
    }

    private SchemaNode? MemberOf(string name) => Properties.GetValueOrDefault(name) ?? Additional;
}
