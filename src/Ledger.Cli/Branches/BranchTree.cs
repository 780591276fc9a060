using Ledger.Cli.Output;
using Ledger.Explorer.Contracts;
using Ledger.Log;

namespace Ledger.Cli.Branches;

/// <summary>Prints branches as a tree for people, or as a flat JSON list.</summary>
/// <remarks>Both forms walk without recursion, because a tree may be a thousand levels deep.</remarks>
internal static class BranchTree
{
    /// <summary>Prints each run or branch that was forked, with its branches below.</summary>
    public static void Print(Printer output, IReadOnlyList<BranchNode> tree)
    {
        foreach (var family in tree.GroupBy(node => node.Branch.Parent))
        {
            output.Line(family.Key.Value, Tone.Name);
            var open = new Stack<(BranchNode Node, string Indent, bool IsLast)>();
            Push(open, [.. family], "");
            while (open.TryPop(out var item))
            {
                Print(output, item.Node.Branch, item.Indent + (item.IsLast ? "└─ " : "├─ "));
                Push(open, item.Node.Children, item.Indent + (item.IsLast ? "   " : "│  "));
            }
        }
    }

    /// <summary>Writes a list in tree order, each branch after its parent.</summary>
    public static void Write(Printer output, IReadOnlyList<BranchNode> tree) => output.Json([.. Flatten(tree)], ContractContext.Default.IReadOnlyListBranchContract);

    /// <summary>The branches in tree order, each after its parent.</summary>
    public static IEnumerable<BranchContract> Flatten(IReadOnlyList<BranchNode> tree)
    {
        var open = new Stack<BranchNode>(tree.Reverse());
        while (open.TryPop(out var node))
        {
            yield return BranchContract.Of(node.Branch);
            foreach (var child in node.Children.Reverse())
            {
                open.Push(child);
            }
        }
    }

    private static void Push(Stack<(BranchNode, string, bool)> open, IReadOnlyList<BranchNode> nodes, string indent)
    {
        for (var i = nodes.Count - 1; i >= 0; i--)
        {
            open.Push((nodes[i], indent, i == nodes.Count - 1));
        }
    }

    private static void Print(Printer output, BranchInfo branch, string lines)
    {
        output.Add(lines, Tone.Faint).Add(branch.Stream.Id, Tone.Name).Add($"  at {branch.ForkPosition}");
        output.Add(branch.Name is { } name ? $"  {name}" : "", Tone.Faint).EndLine();
    }
}
