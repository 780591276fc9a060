using System.CommandLine;
using Ledger.Cli.Output;
using Ledger.Cli.Streams;
using Ledger.Explorer.Contracts;
using Ledger.Explorer.Failures;
using Ledger.Records;
using Ledger.Records.Chronomemory;

namespace Ledger.Cli.Chrono;

/// <summary><c>ledger chrono verify</c></summary>
internal sealed class ChronoVerifyCommand : LedgerCommand
{
    private static readonly string[] Refused = ["head_differs", "row_differs", "history_differs"];

    private readonly Argument<string?> _project = StreamArgument.CreateOptional("The project: the PROJECT in the name of its stream, chrono:PROJECT.", "PROJECT");
    private readonly Option<string?> _folder = new("--folder")
    {
        Description = "A .chronomemory folder, or a folder that contains one, instead of a project. No database is needed.",
        HelpName = "DIR",
    };

    private readonly Option<string?> _expect = new("--expect")
    {
        Description = "A head printed earlier: the chain must contain this event with this hash.",
        HelpName = "SEQ:HASH",
    };

    private readonly Option<bool> _deep = new("--deep")
    {
        Description = "Also compare the rows that queries read, and the index of histories, with the log.",
    };

    private readonly Option<bool> _allowErased = new("--allow-erased")
    {
        Description = "Exit code 0 also where texts were masked, and the log says by which event. The state is still not valid.",
    };

    public ChronoVerifyCommand()
        : base(
            "verify",
            "Verifies a store's hash chain, names the first break, and warns about what a chain cannot prove. "
            + "Exit code 1 if it is broken, or if the head or the rows differ from what was expected.")
    {
        Add(_project);
        Add(_folder);
        Add(_expect);
        Add(_deep);
        Add(_allowErased);
        Examples =
        [
            "ledger chrono verify demo --deep",
            "ledger chrono verify --folder .",
            "ledger chrono verify --folder .chronomemory --json",
        ];
    }

    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        ChainHead? expected = session.Get(_expect) is { } text ? ParseHead(text) : null;
        var verdict = (session.Get(_project), session.Get(_folder)) switch
        {
            ({ } project, null) => await VerifyAsync(session, project, expected, cancellationToken),
            (null, { } folder) when !session.Get(_deep) => (await ChronoFolder.ReadAsync(folder, cancellationToken)).Verify(expected),
            (null, { }) => throw new UsageException("--deep needs a project; a folder's snapshot is always compared with its log."),
            _ => throw new UsageException("Name a PROJECT, or a folder with --folder."),
        };
        bool? rowsCompared = session.Get(_project) is null ? null : session.Get(_deep);
        if (session.Json)
        {
            session.Out.Json(VerdictContract.Of(verdict, rowsCompared), ContractContext.Default.VerdictContract);
        }
        else
        {
            VerdictText.Print(session.Out, verdict, rowsCompared);
        }

        if (verdict.FirstBroken is { } broken)
        {
            throw new RefusalException($"The chain is broken at {VerdictText.PlaceOf(broken)}.", FailureCodes.CheckFailed);
        }

        if (verdict.State == ChainState.Erased && !session.Get(_allowErased))
        {
            throw new RefusalException($"The text of {Printable.Number(verdict.ErasedCount)} event{(verdict.ErasedCount == 1 ? "" : "s")} was masked, so that the chain is not valid there; --allow-erased accepts it.", FailureCodes.CheckFailed);
        }

        if (verdict.Warnings.FirstOrDefault(w => Refused.Contains(w.Code)) is { } differs)
        {
            throw new RefusalException(differs.Text, FailureCodes.CheckFailed);
        }
    }

    private async Task<ChainVerdict> VerifyAsync(Session session, string project, ChainHead? expected, CancellationToken cancellationToken)
    {
        await using var connection = await session.ConnectAsync(cancellationToken);
        await using var store = new ChronoStore(connection.Store, project);
        var verification = new ChronoVerification { Expected = expected, Deep = session.Get(_deep) };
        var verdict = await session.Progress.RunAsync("Verifying", () => store.VerifyChainAsync(verification, cancellationToken));

        // An emptied store still has a head or a snapshot, which shows that it existed.
        return verdict is { ChainValid: true, Events: 0, LastHash: "", Warnings: [] }
            && await connection.Store.GetStreamAsync(StreamName.Chrono(project), cancellationToken) is null
            ? throw new RefusalException($"There is no record store '{project}'; nothing was verified.", FailureCodes.NotFound)
            : verdict;
    }

    private static ChainHead ParseHead(string text) =>
        ChainHead.TryParse(text, out var head)
            ? head
            : throw new UsageException($"Option '--expect' is '{text}', but must be a seq, a colon and 64 lower-case hexadecimal digits.");
}
