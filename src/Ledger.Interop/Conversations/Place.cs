namespace Ledger.Interop.Conversations;

/// <summary>Where an event stands in its recording.</summary>
/// <param name="Id">The event's id in the recording.</param>
/// <param name="Time">When it happened, if the recording says so.</param>
/// <param name="Causes">What it follows from; null for what came before it.</param>
internal readonly record struct Place(string Id, DateTimeOffset? Time = null, IReadOnlyList<string>? Causes = null)
{
    /// <summary>The place of another event of the same part of the recording.</summary>
    public Place Of(string what) => this with { Id = $"{Id}.{what}" };

    /// <summary>The place of the n-th event of a kind, from 0.</summary>
    public Place Of(string what, int index) => Of(index == 0 ? what : $"{what}-{index + 1}");
}
