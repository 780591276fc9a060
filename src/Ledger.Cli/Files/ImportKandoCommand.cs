namespace Ledger.Cli.Files;

/// <summary><c>ledger import kando</c></summary>
internal sealed class ImportKandoCommand : ImportCommand
{
    public ImportKandoCommand()
        : base(
            "kando",
            "Imports event files, one JSON object per line, one run or branch per file; a branch becomes a fork, and the events it shares are not written again. Run again, it continues where it stopped.",
            ".jsonl") =>
        Examples = ["ledger import kando first.jsonl", "ledger import kando recordings/", "ledger export first | ledger import kando - --id copy"];

    protected override async Task<IReadOnlyList<RecordingFile>> ReadAsync(string path, string? id, CommandIo io, CancellationToken cancellationToken) =>
        [await RecordingFile.OfEventsAsync(path, id, io, cancellationToken)];
}
