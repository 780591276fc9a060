namespace Ledger.Cli.Tests.Files;

/// <summary>A folder of recordings: a run, and a branch in both forms.</summary>
internal sealed class RecordingFolder : IDisposable
{
    private static readonly string[] Parent =
    [
        """{"id":"p1","type":"object.created","source":"run:parent","actor":"agent","cause":[],"timestamp":"2026-06-06T00:00:01+00:00","data":{"id":"c1","type":"Claim","data":{"status":"pending"}}}""",
        """{"id":"p2","type":"object.patched","source":"run:parent","actor":"agent","cause":["p1","gone"],"timestamp":"2026-06-06T00:00:02+00:00","data":{"id":"c1","patch":{"status":"proved","by":"é"}}}""",
        """{"id":"p3","type":"object.patched","source":"run:parent","actor":"checker","cause":["p2"],"timestamp":"2026-06-06T00:00:03+00:00","data":{"id":"c1","patch":{"status":"refuted"}}}""",
    ];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ledger-recordings-");

    public RecordingFolder()
    {
        Write("parent.jsonl", Parent);
        Write("another.jsonl", [.. Own("other", 2)]);
        Write("copied.jsonl", [.. Parent.Take(2), .. Own("branch", 2)]);
    }

    public string FullName => _folder.FullName;

    public string this[string file] => Path.Combine(_folder.FullName, file);

    public void Write(string file, params string[] lines) => File.WriteAllText(this[file], string.Concat(lines.Select(l => l + "\n")));

    /// <summary>Writes a file again without its last bytes.</summary>
    public void Cut(string file, string target, int bytes)
    {
        var all = File.ReadAllBytes(this[file]);
        File.WriteAllBytes(this[target], all[..^bytes]);
    }

    public static IEnumerable<string> Own(string branch, int at) =>
    [
        $$$"""{"id":"{{{branch}}}-1","type":"branch.created","source":"branch:{{{branch}}}","actor":"cli","cause":["p2"],"timestamp":"2026-06-06T00:00:04+00:00","data":{"branch_id":"{{{branch}}}","parent_run_id":"parent","fork_position":{{{at}}},"why":"a second try"}}""",
        $$$"""{"id":"{{{branch}}}-2","type":"object.patched","source":"branch:{{{branch}}}","actor":"agent","cause":["{{{branch}}}-1","p3"],"timestamp":"2026-06-06T00:00:05+00:00","data":{"id":"c1","patch":{"status":"open"} } }""",
    ];

    public void Dispose() => _folder.Delete(recursive: true);
}
