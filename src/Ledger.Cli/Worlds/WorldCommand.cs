using System.CommandLine;
using Ledger.Cli.Events;
using Ledger.Cli.Output;
using Ledger.Cli.Streams;
using Ledger.Explorer.Contracts;
using Ledger.Worlds;

namespace Ledger.Cli.Worlds;

/// <summary><c>ledger world</c></summary>
internal sealed class WorldCommand : LedgerCommand
{
    private readonly Argument<string?> _id = StreamArgument.CreateOptional(StreamArgument.WithPosition);
    private readonly Moment _moment = new();
    private readonly Option<string?> _type = new("--type") { Description = "Only objects of this type, sorted by id.", HelpName = "TYPE" };
    private readonly Option<string?> _contains = new("--contains")
    {
        Description = "Only objects whose data contains this JSON object, sorted by id; nested objects may have more members.",
        HelpName = "JSON",
    };

    private readonly Option<string?> _events = new("--events")
    {
        Description = "Fold an event file instead, without a database; '-' reads standard input.",
        HelpName = "FILE",
    };

    public WorldCommand()
        : base("world", "Shows the objects and relations of a run or branch, sorted by id; those of a file come in the order of their creation.")
    {
        Add(_id);
        _moment.AddTo(this);
        Add(_type);
        Add(_contains);
        Add(_events);
        Add(CommonOptions.Strict);
        Add(CommonOptions.Stats);
        Examples =
        [
            "ledger world first",
            "ledger world branch:second --at 10 --json",
            "ledger world first --at-time 2026-11-20T09:30:00Z",
            "ledger world first --type Claim --contains '{\"status\": \"open\"}'",
            "ledger world --events events.jsonl",
        ];
    }

    public override bool IsPaged(Session session) => true;

    public override bool OnlyReads => true;

    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        var filter = Filter(session);
        switch (session.Get(_id), session.Get(_events))
        {
            case ({ } id, null):
                await ShowAsync(session, id, filter, cancellationToken);
                return;
            case (null, _) when filter is not null || _moment.IsTime(session):
                throw new UsageException("--type, --contains and --at-time need a run or branch. 'ledger world --help' shows how to use them.");
            case (null, { } path):
                var world = await Folding.OfFileAsync(session, path, _moment.At(session), cancellationToken);
                Print(session, path == "-" ? "standard input" : path, world);
                return;
            default:
                throw new UsageException("Name a run or branch, or give a file with --events. 'ledger world --help' shows how to use it.");
        }
    }

    private ObjectFilter? Filter(Session session)
    {
        if (session.Get(_contains) is not { } text)
        {
            return session.Get(_type) is { } type ? new ObjectFilter { Type = type } : null;
        }

        try
        {
            return new ObjectFilter { Type = session.Get(_type), Contains = JsonArgument.Parse("--contains", text) };
        }
        catch (ArgumentException)
        {
            throw new UsageException($"--contains must be a JSON object such as {{\"status\": \"open\"}}, but was '{text}'.");
        }
    }

    private async Task ShowAsync(Session session, string id, ObjectFilter? filter, CancellationToken cancellationToken)
    {
        await using var connection = await session.ConnectAsync(cancellationToken);
        var named = await Histories.FindAtAsync(connection, id, cancellationToken);
        var run = named.Run.WithFaults(session.Faults);
        var at = await _moment.FindAsync(session, named, cancellationToken);
        if (filter is null)
        {
            await ShowAllAsync(session, run.WithStatistics(session.NewRead()), at, cancellationToken);
            return;
        }

        var objects = run.WithStatistics(session.NewRead()).ReadObjectsAsync(filter, at, cancellationToken);
        if (session.Json)
        {
            await session.Out.JsonArrayAsync(objects.Select(ObjectContract.Of), ContractContext.Default.ObjectContract);
            return;
        }

        await foreach (var item in objects)
        {
            EntityText.Print(session.Out, item);
        }
    }

    /// <summary>Streams a world, which may be larger than memory; only the ids of its objects are held, to find dangling relations.</summary>
    private static async Task ShowAllAsync(Session session, Run run, Position? at, CancellationToken cancellationToken)
    {
        var position = at ?? await run.GetLengthAsync(cancellationToken);
        var budgetExhausted = await run.IsBudgetExhaustedAsync(position, cancellationToken);
        var faults = await run.GetFaultsAsync(position, cancellationToken);
        var ids = new HashSet<string>(StringComparer.Ordinal);
        var objects = run.ReadObjectsAsync(at: position, cancellationToken: cancellationToken);
        var relations = run.ReadRelationsAsync(at: position, cancellationToken: cancellationToken);
        var output = session.Out;
        if (session.Json)
        {
            var dangling = new List<string>();
            var world = new WorldStreamContract(
                objects.Select(item =>
                {
                    ids.Add(item.Id);
                    return ObjectContract.Of(item);
                }),
                relations.Select(relation =>
                {
                    if (!ids.Contains(relation.SourceId) || !ids.Contains(relation.TargetId))
                    {
                        dangling.Add(relation.Id);
                    }

                    return RelationContract.Of(relation);
                }),
                budgetExhausted,
                position.Value,
                [.. faults.Select(FaultContract.Of)],
                dangling);
            await output.JsonAsync(world, context => context.WorldStreamContract, cancellationToken);
            return;
        }

        output.Line($"World: {run.StreamName} at position {position}", Tone.Name);
        var (relationCount, danglingCount) = (0L, 0L);
        await foreach (var item in objects)
        {
            EntityText.Print(output, item);
            ids.Add(item.Id);
        }

        await foreach (var item in relations)
        {
            danglingCount += EntityText.Print(output, item, ids.Contains) ? 1 : 0;
            relationCount++;
        }

        output.Line(Summary(ids.Count, relationCount, danglingCount, budgetExhausted));
        FaultText.Print(output, faults, run.StreamName);
    }

    private static string Summary(long objects, long relations, long dangling, bool budgetExhausted) =>
        $"Summary: {Printable.Count(objects, "object")}, {Printable.Count(relations, "relation")}"
        + $"{(dangling > 0 ? $" ({dangling:N0} dangling)" : "")}{(budgetExhausted ? ", budget exhausted" : "")}";

    private static void Print(Session session, string source, World world)
    {
        if (session.Json)
        {
            session.Out.Json(WorldContract.Of(world), ContractContext.Default.WorldContract);
            return;
        }

        var output = session.Out;
        output.Line($"World: {source} at position {world.Position}", Tone.Name);
        foreach (var item in world.Objects)
        {
            EntityText.Print(output, item);
        }

        foreach (var item in world.Relations)
        {
            EntityText.Print(output, item, id => world.FindObject(id) is not null);
        }

        output.Line(Summary(world.Objects.Count, world.Relations.Count, world.DanglingRelations.Count, world.BudgetExhausted));
        FaultText.Print(output, world.Faults, null);
    }
}
