namespace Ledger.Cli.Files;

/// <summary><c>ledger import kando</c></summary>
internal sealed class ImportKandoCommand : ImportCommand
{
    public ImportKandoCommand()
        : base(
            "kando",
            "Imports event files, a line of JSON each, a file a run or branch; a branch becomes a fork, and what it repeats is not written again. Done again it goes on where it ended.",
            ".jsonl") =>
        Examples = ["ledger import kando first.jsonl", "ledger import kando recordings/", "ledger export first | ledger import kando - --id copy"];

    protected override async Task<IReadOnlyList<RecordingFile>> ReadAsync(string path, string? id, CommandIo io, CancellationToken cancellationToken) =>
        [await RecordingFile.OfEventsAsync(path, id, io, cancellationToken)];
}
