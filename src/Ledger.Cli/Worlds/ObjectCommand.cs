using System.CommandLine;
using Ledger.Cli.Streams;
using Ledger.Explorer.Contracts;
using Ledger.Explorer.Failures;

namespace Ledger.Cli.Worlds;

/// <summary><c>ledger object</c></summary>
internal sealed class ObjectCommand : LedgerCommand
{
    private readonly Argument<string> _id = StreamArgument.Create(StreamArgument.WithPosition);
    private readonly Argument<string> _object = new("OBJECT") { Description = "The id of the object." };
    private readonly Moment _moment = new();

    public ObjectCommand()
        : base("object", "Shows one object of the world of a run or branch; 'ledger blame' shows where it comes from.")
    {
        Add(_id);
        Add(_object);
        _moment.AddTo(this);
        Add(CommonOptions.Strict);
        Add(CommonOptions.Stats);
        Examples = ["ledger object first c1", "ledger object branch:second c1 --at 10 --json"];
    }

    public override bool OnlyReads => true;

    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        await using var connection = await session.ConnectAsync(cancellationToken);
        var named = await Histories.FindAtAsync(connection, session.Get(_id), cancellationToken);
        var run = named.Run.WithFaults(session.Faults);
        var at = await _moment.FindAsync(session, named, cancellationToken);
        await FaultText.WarnAsync(session, run, at, cancellationToken);
        var item = await run.WithStatistics(session.NewRead()).FindObjectAsync(session.Get(_object), at, cancellationToken)
            ?? throw new RefusalException(
                $"There is no object '{session.Get(_object)}' in that world of {run.StreamName}. 'ledger world {run.StreamName}' lists its objects.", FailureCodes.NotFound);
        if (session.Json)
        {
            session.Out.Json(ObjectContract.Of(item), ContractContext.Default.ObjectContract);
        }
        else
        {
            EntityText.PrintWhole(session.Out, item);
        }
    }
}
