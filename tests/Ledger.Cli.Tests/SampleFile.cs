namespace Ledger.Cli.Tests;

/// <summary>An event file: two objects and a relation.</summary>
internal static class SampleFile
{
    private static readonly string[] Lines =
    [
        """{"id":"e1","type":"object.created","source":"run:r1","actor":"agent","cause":[],"timestamp":"2026-06-06T00:00:01+00:00","data":{"id":"c1","type":"Claim","data":{"text":"Water boils","n":1}}}""",
        """{"id":"e2","type":"object.created","source":"run:r1","actor":"agent","cause":["e1"],"timestamp":"2026-06-06T00:00:02.5+00:00","data":{"id":"c2","type":"Claim"}}""",
        """{"id":"e3","type":"relation.created","cause":["e1","e2"],"timestamp":"2026-06-06T00:00:03+00:00","data":{"id":"r1","type":"supports","source_id":"c1","target_id":"c2"}}""",
    ];

    public static string Text { get; } = string.Join('\n', Lines);
}
