namespace Ledger.Cli.Events;

/// <summary>What the reader of JSON says, without what only its programmers need.</summary>
internal static class JsonFault
{
    private static readonly string[] Jargon = [", when isFinalBlock is true", " in this mode", " Change the reader options."];

    public static string Reason(string message)
    {
        // It ends with its own count of lines and bytes.
        var reason = message.Split(" LineNumber:", 2)[0];
        return Jargon.Aggregate(reason, (text, phrase) => text.Replace(phrase, "", StringComparison.Ordinal));
    }
}
