using System.CommandLine;
using System.Globalization;
using Ledger.Cli.Output;
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

        session.Out.Json(writer =>
        {
            writer.WriteStartObject();
            writer.WriteNumber("requirements", result.Requirements);
            writer.WriteNumber("testcases", result.Testcases);
            writer.WriteNumber("skipped", result.Skipped);
            writer.WriteStartArray("notes");
            foreach (var note in result.Notes)
            {
                writer.WriteStartObject();
                writer.WriteString("file", note.File);
                if (note.Index is { } index)
                {
                    writer.WriteNumber("index", index);
                }

                writer.WriteString("reason", note.Reason);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        });
    }
}
