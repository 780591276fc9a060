using System.CommandLine;
using Ledger.Explorer.Contracts;
using Ledger.Tasks;

namespace Ledger.Cli.Tasks;

/// <summary><c>ledger task tree</c></summary>
internal sealed class TaskTreeCommand : LedgerCommand
{
    private readonly Argument<string> _id = TaskArgument.Create();

    public TaskTreeCommand()
        : base("tree", "Shows a task and everything below it.")
    {
        Add(_id);
        Examples = ["ledger task tree t1", "ledger task tree t1 --json"];
    }

    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        await using var connection = await session.ConnectAsync(cancellationToken);
        var task = await TaskArgument.FindAsync(connection, session.Get(_id), cancellationToken);
        var root = (await connection.Tasks.GetTreeAsync(task.Id, cancellationToken))!;
        if (!session.Json)
        {
            foreach (var (depth, node) in Flatten(root))
            {
                TaskText.PrintLine(session.Out, node.Task, depth);
            }

            return;
        }

        // Flat, because parsers limit nesting and a tree may be deep.
        var tree = Flatten(root).Select(found => new TaskOfTreeContract(found.Depth, TaskContract.Of(found.Node.Task)));
        session.Out.Json([.. tree], ContractContext.Default.IReadOnlyListTaskOfTreeContract);
    }

    private static IEnumerable<(int Depth, TaskNode Node)> Flatten(TaskNode root)
    {
        var left = new Stack<(int Depth, TaskNode Node)>([(0, root)]);
        while (left.TryPop(out var next))
        {
            yield return next;
            foreach (var below in next.Node.Subtasks.Reverse())
            {
                left.Push((next.Depth + 1, below));
            }
        }
    }
}
