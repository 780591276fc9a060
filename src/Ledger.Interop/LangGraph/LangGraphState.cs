using System.Collections.Immutable;
using Ledger.Interop.Conversations;

namespace Ledger.Interop.LangGraph;

/// <summary>What the events up to a checkpoint say. Its parts are shared with those before it, as any of them may be continued.</summary>
/// <param name="Conversation">The conversation; it is copied before it goes on.</param>
/// <param name="Messages">The messages of all channels by id, with a hash of each.</param>
/// <param name="Channels">The channels of the graph.</param>
internal sealed record LangGraphState(Conversation Conversation, ImmutableDictionary<string, Guid> Messages, ImmutableDictionary<string, LangGraphChannel> Channels)
{
    /// <summary>The state before the first checkpoint.</summary>
    public static LangGraphState Empty { get; } = new(
        new Conversation(RecordingFormat.LangGraph), ImmutableDictionary<string, Guid>.Empty, ImmutableDictionary<string, LangGraphChannel>.Empty);
}

/// <summary>A channel of a graph.</summary>
/// <param name="Version">The version of its value.</param>
/// <param name="Parts">The messages by id, or the properties of its object by name, with a hash of each; null where the log has no object of it.</param>
/// <param name="IsOfMessages">Whether its value is a list of messages.</param>
internal sealed record LangGraphChannel(string Version, ImmutableDictionary<string, Guid>? Parts = null, bool IsOfMessages = false);
