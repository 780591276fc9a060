using System.CommandLine;
using System.Globalization;
using Ledger.Cli.Output;
using Ledger.Explorer.Contracts;
using Ledger.Records;

namespace Ledger.Cli.Chrono;

/// <summary><c>ledger chrono migrate</c></summary>
internal sealed class ChronoMigrateCommand : ChronoFolderCommand
{
    private readonly Option<bool> _revive = new("--revive") { Description = "Also write ids that were deleted here." };

    public ChronoMigrateCommand()
        : base(
            "migrate",
            "Writes the records of requirements.json and testcases.json. Run again, it writes what changed.",
            "The folder with the files.")
    {
        Add(_revive);
        Examples = ["ledger chrono migrate demo .specsmith"];
    }

    protected override async Task RunAsync(Session session, ChronoStore store, CancellationToken cancellationToken)
    {
        var deleted = session.Get(_revive) ? DeletedRecords.Revive : DeletedRecords.Keep;
        var result = await store.MigrateFromJsonAsync(FolderOf(session), deleted, cancellationToken);
        if (!session.Json)
        {
            session.Out.Line($"Wrote {Printable.Count(result.Requirements, "requirement")} and {Printable.Count(result.Testcases, "testcase")}, skipped {result.Skipped}.");
            foreach (var note in result.Notes)
            {
                var item = note.Index is { } index ? string.Create(CultureInfo.InvariantCulture, $" item {index}") : "";
                session.Out.Line($"{note.File}{item} {note.Reason}.", Tone.Changed);
            }

            return;
        }

        var notes = result.Notes.Select(note => new ChronoNoteContract(note.File, note.Reason, note.Index));
        session.Out.Json(
            new ChronoMigrationContract(result.Requirements, result.Testcases, result.Skipped, [.. notes]), ContractContext.Default.ChronoMigrationContract);
    }
}
