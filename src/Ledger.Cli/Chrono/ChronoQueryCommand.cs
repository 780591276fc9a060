using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Ledger.Records;

namespace Ledger.Cli.Chrono;

/// <summary><c>ledger chrono query</c></summary>
internal sealed class ChronoQueryCommand : ChronoCommand
{
    private readonly Option<string?> _kind = new("--kind") { Description = "Only records of this kind.", HelpName = "KIND" };
    private readonly Option<string> _status = new("--status")
    {
        Description = "Only records with this status; \"\" for all.",
        HelpName = "STATUS",
        DefaultValueFactory = _ => "active",
    };

    private readonly Option<bool> _rag = new("--rag")
    {
        Description = "Only records certain enough to put into a prompt: a confidence of 0.6 or more.",
    };

    private readonly Option<double> _minConfidence = new("--min-confidence")
    {
        Description = "Only records with at least this confidence.",
        HelpName = "N",
        CustomParser = ParseConfidence,
    };

    private readonly MomentOptions _moment = new();

    public ChronoQueryCommand()
        : base("query", "Lists records in the order in which they were first written.")
    {
        Add(_kind);
        Add(_status);
        Add(_rag);
        Add(_minConfidence);
        _moment.AddTo(this);
        Examples = ["ledger chrono query demo --kind requirement", "ledger chrono query demo --rag --json"];
    }

    public override bool ListsRows => true;

    protected override void Check(Session session) => _moment.Read(session);

    protected override async Task RunAsync(Session session, ChronoStore store, CancellationToken cancellationToken)
    {
        var query = new ChronoQuery
        {
            Kind = session.Get(_kind),
            Status = session.Get(_status)!,
            RagFilter = session.Get(_rag),
            MinConfidence = session.Get(_minConfidence),
        };
        var records = _moment.Read(session) is { } at
            ? (await store.GetStateAsync(at, cancellationToken)).Query(query).ToAsyncEnumerable()
            : store.QueryAsync(query, cancellationToken);
        await ChronoText.ShowAsync(session, records, cancellationToken);
    }

    private static double ParseConfidence(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var confidence) || !double.IsFinite(confidence))
        {
            result.AddError($"--min-confidence must be a number, but was '{text}'");
        }

        return confidence;
    }
}
