using System.CommandLine;
using System.Text.Json;
using Ledger.Cli.Files;
using Ledger.Cli.Streams;
using Ledger.Explorer.Contracts;
using Ledger.Explorer.Merging;
using Ledger.Log;
using Ledger.Runs;

namespace Ledger.Cli.Branches;

/// <summary><c>ledger merge</c></summary>
internal sealed class MergeCommand : LedgerCommand
{
    private readonly Argument<string> _target = StreamArgument.Create("The run or branch to merge into.", "TARGET");
    private readonly Argument<string> _source = StreamArgument.Create("The run or branch to merge; it does not change.", "SOURCE");
    private readonly Option<bool> _preview = new("--preview") { Description = "Show what would be written, and write nothing." };
    private readonly Option<bool> _ours = new("--ours") { Description = "Decide conflicts for the target." };
    private readonly Option<bool> _theirs = new("--theirs") { Description = "Decide conflicts for the source." };
    private readonly Option<string?> _resolve = new("--resolve")
    {
        Description = "A file of decisions: what '--preview --json' prints, with \"take\": \"ours\", \"theirs\" or \"remove\", or a \"value\", in each conflict. "
            + "Those whose values have changed are not used. '-' reads standard input.",
        HelpName = "FILE",
    };

    private readonly Option<Position?> _at = Positions.Option("--at", "How many events of the source are merged. Default: all.", "N");
    private readonly Option<string?> _actor = new("--actor") { Description = "Who merges.", HelpName = "NAME" };

    public MergeCommand()
        : base("merge", "Merges the world of a branch into another of the same run: what it changed since their newest common state. With a conflict open nothing is written.")
    {
        foreach (var argument in new[] { _target, _source })
        {
            Add(argument);
        }

        foreach (var option in new Option[] { _preview, _ours, _theirs, _resolve, _at, _actor })
        {
            Add(option);
        }

        Examples =
        [
            "ledger merge first second --preview",
            "ledger merge first second --preview --json > conflicts.json",
            "ledger merge first second --resolve conflicts.json --actor me",
        ];
    }

    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        if (session.Get(_ours) && session.Get(_theirs))
        {
            throw new UsageException("--ours and --theirs exclude each other; --resolve decides one by one.");
        }

        var decisions = await DecisionsAsync(session, cancellationToken);
        await using var connection = await session.ConnectAsync(cancellationToken);
        var (target, source) = await Histories.FindAsync(connection, session.Get(_target), session.Get(_source), cancellationToken);
        var registry = connection.Store.Registry;
        try
        {
            var options = new MergeOptions
            {
                Resolver = MergeDecisions.ToResolver(decisions, session.Get(_ours) ? "ours" : session.Get(_theirs) ? "theirs" : null),
                At = session.Get(_at),
                Metadata = new EventMetadata { Actor = session.Get(_actor) },
            };
            var answer = session.Get(_preview)
                ? MergeContract.Of(await target.PreviewMergeAsync(source, options, cancellationToken), registry)
                : MergeContract.Of(await target.MergeAsync(source, options, cancellationToken), registry);
            Print(session, answer);
        }
        catch (MergeConflictException conflict)
        {
            Print(session, MergeContract.Of(conflict.Preview, registry));
            throw new RefusalException(
                $"{Output.Printable.Count(conflict.Conflicts.Count, "conflict")} open, so nothing was written. Decide with --ours, --theirs or --resolve FILE.");
        }
        catch (Exception fault) when (fault is ArgumentException or FormatException)
        {
            throw new RefusalException($"{fault.Message.Split(" (Parameter", 2)[0]} Nothing was written.");
        }
    }

    private void Print(Session session, MergeContract answer)
    {
        if (session.Json)
        {
            session.Out.Json(answer, ContractContext.Default.MergeContract);
        }
        else
        {
            MergeText.Print(session.Out, answer, session.Get(_preview));
        }
    }

    private async Task<IReadOnlyList<MergeConflictContract>> DecisionsAsync(Session session, CancellationToken cancellationToken)
    {
        if (session.Get(_resolve) is not { } file)
        {
            return [];
        }

        var name = file == "-" ? "standard input" : $"'{file}'";
        await using var input = file == "-" ? session.Io.Input : File.OpenRead(file);
        var content = await WholeFile.ReadAsync(input, name, cancellationToken);
        try
        {
            using var document = JsonDocument.Parse(content);
            return document.RootElement is { ValueKind: JsonValueKind.Object } preview
                && (preview.TryGetProperty("conflicts", out _) || preview.TryGetProperty("decisions", out _))
                ? [.. ListOf(preview, "conflicts"), .. ListOf(preview, "decisions")]
                : ListOf(document.RootElement);
        }
        catch (JsonException fault)
        {
            throw new RefusalException($"{name} is not a list of decisions: {Events.JsonFault.Reason(fault.Message)} Nothing was written.");
        }
    }

    private static IReadOnlyList<MergeConflictContract> ListOf(JsonElement preview, string name) =>
        preview.TryGetProperty(name, out var list) ? ListOf(list) : [];

    private static IReadOnlyList<MergeConflictContract> ListOf(JsonElement list) =>
        list.Deserialize(ContractContext.Default.IReadOnlyListMergeConflictContract) ?? [];
}
