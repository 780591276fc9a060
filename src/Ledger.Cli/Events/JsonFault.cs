namespace Ledger.Cli.Events;

/// <summary>The JSON reader's message without its implementation details.</summary>
internal static class JsonFault
{
    private static readonly string[] Jargon = [", when isFinalBlock is true", " in this mode", " Change the reader options."];

    public static string Reason(string message)
    {
        // The message ends with the reader's own line and byte position.
        var reason = message.Split(" LineNumber:", 2)[0];
        return Jargon.Aggregate(reason, (text, phrase) => text.Replace(phrase, "", StringComparison.Ordinal));
    }
}
