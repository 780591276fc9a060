using System.Text.Json;

namespace Ledger.Interop.Conversations;

/// <summary>A conversation of a file.</summary>
/// <param name="Id">The id of its run.</param>
/// <param name="Read">Reads it.</param>
internal sealed record Transcript(string Id, Func<JsonElement> Read)
{
    /// <summary>Whether it is a line, after which others may follow.</summary>
    public bool IsLine { get; init; }
}
