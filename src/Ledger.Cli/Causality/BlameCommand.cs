using System.CommandLine;
using System.Text.Json;
using Ledger.Cli.Output;
using Ledger.Cli.Streams;
using Ledger.Cli.Worlds;
using Ledger.Explorer.Contracts;
using Ledger.Explorer.Failures;
using Ledger.Log;

namespace Ledger.Cli.Causality;

/// <summary><c>ledger blame</c></summary>
internal sealed class BlameCommand : LedgerCommand
{
    private readonly Argument<string> _id = StreamArgument.Create(StreamArgument.WithPosition);
    private readonly Argument<string> _object = StreamArgument.Create("The id of an object, or of a relation; it may have been removed since.", "OBJECT");
    private readonly Argument<string?> _property = StreamArgument.CreateOptional("A top-level property. Default: the whole object.", "PROPERTY");
    private readonly Option<bool> _relation = new("--relation") { Description = "OBJECT is the id of a relation." };

    public BlameCommand()
        : base("blame", "Lists the events that created and changed an object, or one of its properties; the last one set the current value.")
    {
        Add(_id);
        Add(_object);
        Add(_property);
        Add(_relation);
        Add(CommonOptions.Strict);
        Add(CommonOptions.Stats);
        Examples = ["ledger blame first c1", "ledger blame branch:second c1 status --json", "ledger blame first@40 c1", "ledger blame first r1 --relation"];
    }

    public override bool IsPaged(Session session) => true;

    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        await using var connection = await session.ConnectAsync(cancellationToken);
        var (named, at) = await Histories.FindAtAsync(connection, session.Get(_id), cancellationToken);
        if (at is { } end && await named.GetLengthAsync(cancellationToken) is var length && end > length)
        {
            throw new PositionOutOfRangeException(named.StreamName, end, length);
        }

        var found = named.WithFaults(session.Faults);
        await FaultText.WarnAsync(session, found, at, cancellationToken);
        var run = found.WithStatistics(session.NewRead());
        var (id, property) = (session.Get(_object), session.Get(_property));
        var (what, blame) = session.Get(_relation)
            ? ("relation", BlameContract.Of(await run.BlameRelationAsync(id, property, cancellationToken)))
            : ("object", BlameContract.Of(await run.BlameAsync(id, property, cancellationToken)));
        if (at is { } until)
        {
            blame = blame with { Changes = [.. blame.Changes.Where(change => change.Event.Position < until.Value)] };
        }

        if (blame.Changes.Count == 0)
        {
            throw new RefusalException(property is not null
                ? $"No event of '{run.StreamName}' set a property '{property}' of {Article(what)} '{id}'."
                : $"No event of '{run.StreamName}' created {Article(what)} '{id}'.", FailureCodes.NotFound);
        }

        if (session.Json)
        {
            session.Out.Json(blame, ContractContext.Default.BlameContract);
        }
        else
        {
            Print(session.Out, $"{(property is null ? "" : $"property {property} of ")}{what} {id} in {run.StreamName}", blame.Changes);
        }
    }

    private static string Article(string what) => what == "object" ? "an object" : "a relation";

    private static void Print(Printer output, string what, IEnumerable<BlameChangeContract> changes)
    {
        output.Line($"Blame: {what}", Tone.Name);
        foreach (var change in changes)
        {
            output.Add($"{change.Event.Position}".PadLeft(4)).Add($"  {change.Kind,-8}", Tone.Changed);
            output.Add($"  {change.Event.Id}", Tone.Name).Add($"  {change.Event.Actor ?? "-"}", Tone.Faint);
            output.AddRest($"  {Describe(change.Old)} -> {Describe(change.New)}").EndLine();
            foreach (var origin in change.Origins ?? [])
            {
                output.Add("      merged from  ").Add($"{origin.Id}", Tone.Name).Add($"  {origin.Actor ?? "-"}", Tone.Faint).AddRest($"  {origin.Stream}").EndLine();
            }
        }
    }

    private static string Describe(JsonElement? value) => value?.GetRawText() ?? "(absent)";
}
