using System.CommandLine;
using Ledger.Cli.Streams;
using Ledger.Explorer.Failures;
using Ledger.Records;

namespace Ledger.Cli.Chrono;

/// <summary><c>ledger chrono get</c></summary>
internal sealed class ChronoGetCommand : ChronoCommand
{
    private readonly Argument<string> _id = StreamArgument.Create("The record's id.");
    private readonly MomentOptions _moment = new();

    public ChronoGetCommand()
        : base("get", "Shows a record, even a deleted one, as it is now or was earlier.")
    {
        Add(_id);
        _moment.AddTo(this);
        Examples = ["ledger chrono get demo R-1", "ledger chrono get demo R-1 --at-seq 3 --json"];
    }

    protected override void Check(Session session) => _moment.Read(session);

    protected override async Task RunAsync(Session session, ChronoStore store, CancellationToken cancellationToken)
    {
        var (id, at) = (session.Get(_id), _moment.Read(session));
        var record = at is { } moment
            ? await store.GetAsync(id, moment, cancellationToken)
            : await store.GetAsync(id, cancellationToken);
        ChronoText.Show(session, record ?? throw new RefusalException(
            $"Project '{store.Project}' {(at is null ? "has" : $"had at {at}")} no record '{id}'. 'ledger chrono query {store.Project}' lists them.", FailureCodes.NotFound));
    }
}
