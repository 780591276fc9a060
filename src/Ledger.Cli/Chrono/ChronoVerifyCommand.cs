using System.CommandLine;
using Ledger.Chrono;

namespace Ledger.Cli.Chrono;

/// <summary><c>ledger chrono verify</c></summary>
internal sealed class ChronoVerifyCommand : LedgerCommand
{
    private readonly Option<string> _folder = new("--folder")
    {
        Description = "A .chronomemory folder, or the folder of a project that has one. No database is needed.",
        HelpName = "DIR",
        Required = true,
    };

    private readonly Option<string?> _expect = new("--expect")
    {
        Description = "A head kept from before: the chain must hold this event with this hash.",
        HelpName = "SEQ:HASH",
    };

    public ChronoVerifyCommand()
        : base(
            "verify",
            "Verifies a store's hash chain, names the first place where it is broken, and warns of what a chain does not tell. "
            + "Exit code 1 when it is broken.")
    {
        Add(_folder);
        Add(_expect);
        Examples = ["ledger chrono verify --folder .", "ledger chrono verify --folder .chronomemory --json"];
    }

    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        ChainHead? expected = session.Get(_expect) is { } text ? ParseHead(text) : null;
        var folder = await ChronoFolder.ReadAsync(session.Get(_folder)!, cancellationToken);
        var verdict = folder.Verify(expected);
        if (session.Json)
        {
            session.Out.Json(writer => VerdictText.Write(writer, verdict));
        }
        else
        {
            VerdictText.Print(session.Out, verdict);
        }

        if (verdict.FirstBroken is { } broken)
        {
            throw new RefusalException($"The chain is broken at line {broken.Line}.");
        }

        if (verdict.Warnings.FirstOrDefault(w => w.Code == "head_differs") is { } differs)
        {
            throw new RefusalException(differs.Text);
        }
    }

    private static ChainHead ParseHead(string text) =>
        ChainHead.TryParse(text, out var head)
            ? head
            : throw new UsageException($"Option '--expect' is '{text}', but must be a seq, a colon and 64 lower-case hexadecimal digits.");
}
